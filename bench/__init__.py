"""Benchmarks that print ratios: what Jumak does against the plainest program that does the same."""
