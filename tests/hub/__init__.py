"""The hub of a chain, and the shops that send to it."""
