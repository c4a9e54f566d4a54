"""Jumak: an open point of sale that runs Toss POS plugins."""

__version__ = "0.1.0"
