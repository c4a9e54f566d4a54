"""The contract of stores, and what the SQLite one adds."""
