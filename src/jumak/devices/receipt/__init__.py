"""Issuers of cash receipts: so far the one to practise with."""

from jumak.devices.receipt.practice import Fault, PracticeIssuer

__all__ = ["Fault", "PracticeIssuer"]
