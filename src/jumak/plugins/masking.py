"""What must not be written down (H-75, SEC-3): passwords, stored secrets, tokens, full card numbers."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator

MASK = "••••"
SHORTEST = 4
"""A shorter text is no secret worth hiding every letter of a log for."""

LONGEST = 500
"""A longer secret is looked for in pieces of this length."""

REMEMBERED = 100
"""Secrets a plugin stored of late, beside those that are stored now."""

_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_NAMED = re.compile(
    r'(\\*"(?:token|access_?token|refresh_?token|authorization|password|passwd|secret|api[_-]?key|cookie|set-cookie|'
    r'x-api-key)\\*"\s*[:,]\s*\\*")(?:[^"\\]|\\(?!\\*"\s*[,}\]]))+',
    re.IGNORECASE,
)
"""JSON under a telling name, as a key or as the name in a pair, quoted or quoted again."""

_BEARER = re.compile(r"\b(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)


class Masker:
    """Takes the secrets of one plugin, and what looks like one, out of texts."""

    def __init__(self) -> None:
        self._kept: frozenset[str] = frozenset()
        self._added: set[str] = set()
        self._seen: deque[str] = deque(maxlen=REMEMBERED)
        self._spellings: list[str] = []
        self._pattern: re.Pattern[str] | None = None

    def replace(self, secrets: Iterable[str]) -> None:
        """These are the stored secrets now."""
        kept = frozenset(secrets)
        if kept != self._kept:
            self._kept = kept
            self._compile()

    def add(self, secret: str) -> None:
        """A secret that is not stored, e.g. the token of a run."""
        self._added.add(secret)
        self._compile()

    def remember(self, secret: str) -> None:
        """A secret the plugin just stored."""
        if secret not in self._seen:
            self._seen.append(secret)
            self._compile()

    def discard(self, secret: str) -> None:
        """It is worth nothing any more."""
        self._added.discard(secret)
        self._compile()

    def hide(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        if '"' in text:
            text = _NAMED.sub(rf"\g<1>{MASK}", text)
        if "earer" in text or "EARER" in text:
            text = _BEARER.sub(rf"\g<1>{MASK}", text)
        return _CARD.sub(_card, text)

    def hide_cut(self, text: str) -> str:
        """The same for the beginning of a text: a secret may have been cut at its end."""
        hidden = self.hide(text)
        for spelling in self._spellings:
            place = hidden.find(spelling[:SHORTEST], max(0, len(hidden) - len(spelling)))
            while place >= 0:
                if spelling.startswith(hidden[place:]):
                    return hidden[:place] + MASK
                place = hidden.find(spelling[:SHORTEST], place + 1)
        return hidden

    def _compile(self) -> None:
        spellings = {
            spelling
            for secret in self._kept.union(self._added, self._seen)
            for piece in _pieces(secret)
            for spelling in _spelled(piece)
        }
        # The longest first: a secret may hold another one.
        self._spellings = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self._pattern = re.compile("|".join(map(re.escape, self._spellings))) if spellings else None


def _pieces(secret: str) -> list[str]:
    pieces = [secret[start : start + LONGEST] for start in range(0, len(secret), LONGEST)]
    return [piece for piece in pieces if len(piece) >= SHORTEST]


def _spelled(text: str) -> Iterator[str]:
    """As it is, as JSON, and as JSON inside JSON, which the SDK's own log messages hold."""
    for ascii_only in (True, False):
        spelling = text
        for _ in range(3):
            yield spelling
            spelling = json.dumps(spelling, ensure_ascii=ascii_only)[1:-1]


def _card(found: re.Match[str]) -> str:
    """A number that passes as a card's keeps its first six and last four digits."""
    digits = [int(letter) for letter in found[0] if letter.isdigit()]
    doubled = [
        digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits[::-1])
    ]
    if sum(doubled) % 10:
        return found[0]
    text = "".join(map(str, digits))
    return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}"
