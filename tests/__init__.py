"""Tests by what they test; `tests/tidy` holds the rules of the house."""
