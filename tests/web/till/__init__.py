"""The till's screens, in a real browser at a demo shop of their own."""
