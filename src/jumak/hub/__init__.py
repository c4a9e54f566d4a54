"""A chain's hub: a copy of every shop's journal in PostgreSQL, and what can be read from all of them together."""
