"""Tests of the till, the kitchen page and the customer display in a real browser."""
