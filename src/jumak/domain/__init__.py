"""The rules of the trade: plain functions over frozen values. No I/O, no clock, no chance."""
