"""The till in a real browser: a module per screen."""
