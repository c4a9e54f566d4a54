"""A file that is refused."""

from __future__ import annotations


class BadFile(Exception):  # noqa: N818  # named for what is so
    """It cannot be taken. ko, en: what is wrong and what would be right.  reason: names it for programs."""

    def __init__(self, ko: str, en: str, reason: str = "FILE") -> None:
        super().__init__(en)
        self.ko, self.en, self.reason = ko, en, reason
