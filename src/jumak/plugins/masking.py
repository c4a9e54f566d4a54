"""What must not be written down (H-75, SEC-3): passwords, stored secrets, tokens, full card numbers.

Every line and message of a plugin passes here, and the plugin chooses both the secrets and the lines: whatever is
done costs no more than so much a letter. Secrets are looked for in pieces of a few fixed lengths, by their first four
letters; no pattern goes over a letter twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from jumak.server.trace import SECRET

Key = TypeVar("Key", bound=Hashable)

MASK = "••••"
SHORTEST = 4
"""A shorter text is no secret worth hiding every letter of a log for."""

LENGTHS = (32, 24, 16, 12, 8, 6, 5, 4)
"""Of pieces. A secret between two lengths is looked for by its beginning and its end, which overlap."""

LONGEST = 20_000
"""Letters of one secret, in each spelling, that are looked for: more than a line of a console has."""

MOST, MOST_LETTERS = 1_000, 100_000
"""Stored secrets that are looked for, the shortest first: what people type is among them."""

REMEMBERED = 100
"""Secrets a plugin stored of late, beside those that are stored now."""

_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_NAMED = re.compile(
    r'"(?:token|access_?token|refresh_?token|authorization|password|passwd|secret|api[_-]?key|cookie|set-cookie|'
    r'x-api-key)\\{0,7}"\s{0,20}[:,]\s{0,20}(\\{0,7})"',
    re.IGNORECASE,
)
"""JSON under a telling name, as a key or as the name in a pair, quoted or quoted again, up to its value."""

_SECRET_MESSAGE = re.compile(
    r'"name\\{0,7}"\s{0,20}:\s{0,20}\\{0,7}"('
    + "|".join(re.escape(name) for name in sorted(SECRET - {"log"}))
    + r')\\{0,7}"'
)
"""A message of `SECRET` as JSON, quoted or quoted again. A `log` within a `log` is a plugin's own text."""

_PLAIN = re.compile(r"[ !#-\[\]-~]*")
"""What JSON writes as it is."""

_BEARER = re.compile(r"\b(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)


def secret_message(text: str) -> str | None:
    """The name of a message in this text whose data is not written down, None when there is none.

    Plugins log their traffic, the SDK by itself; what carries secrets is named and not shown.
    """
    found = _SECRET_MESSAGE.search(text)
    return None if found is None else found[1]


class Masker:
    """Takes the secrets of one plugin, and what looks like one, out of texts."""

    def __init__(self) -> None:
        self._kept: frozenset[str] = frozenset()
        self._seen: deque[str] = deque()
        self._pieces: Counter[str] = Counter()
        self._lengths: dict[str, Counter[int]] = {}

    def replace(self, secrets: Iterable[str]) -> None:
        """These are the stored secrets now."""
        kept = frozenset(_of_the_shortest(secrets))
        for secret in self._kept - kept:
            self.discard(secret)
        for secret in kept - self._kept:
            self.add(secret)
        self._kept = kept

    def add(self, secret: str) -> None:
        """A secret, e.g. the token of a run; as often as it is added it has to be discarded."""
        for piece in _pieces(secret):
            self._pieces[piece] += 1
            self._lengths.setdefault(piece[:SHORTEST], Counter())[len(piece)] += 1

    def remember(self, secret: str) -> None:
        """A secret the plugin just stored."""
        secret = secret[:LONGEST]
        if secret in self._seen:
            return
        self._seen.append(secret)
        self.add(secret)
        while len(self._seen) > REMEMBERED or sum(map(len, self._seen)) > MOST_LETTERS:
            self.discard(self._seen.popleft())

    def discard(self, secret: str) -> None:
        """It is worth nothing any more."""
        for piece in _pieces(secret):
            lengths = self._lengths[piece[:SHORTEST]]
            _take(self._pieces, piece)
            _take(lengths, len(piece))
            if not lengths:
                del self._lengths[piece[:SHORTEST]]

    def hide(self, text: str) -> str:
        """The text without secrets."""
        return _like_secrets(_masked(text, self._found(text)))

    def hide_cut(self, text: str) -> str:
        """The same for the beginning of a text: a secret may have been cut at its end."""
        spans = list(self._found(text))
        covered = max((stop for _, stop in spans), default=0)
        for start in range(max(0, len(text) - LENGTHS[0] + 1), len(text) - SHORTEST + 1):
            if text[start : start + SHORTEST] in self._lengths:
                spans.append((start, len(text)))
                break
        if covered and len(text) - covered < SHORTEST:
            # Too little of the next piece to know it by.
            spans.append((covered, len(text)))
        return _like_secrets(_masked(text, sorted(spans)))

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where pieces stand, by rising start; they may overlap."""
        if not self._lengths:
            return
        pieces, lengths_of = self._pieces, self._lengths.get
        for start in range(len(text) - SHORTEST + 1):
            lengths = lengths_of(text[start : start + SHORTEST])
            if lengths is None:
                continue
            longest = 0
            for length in lengths:
                if length > longest and text[start : start + length] in pieces:
                    longest = length
            if longest:
                yield start, start + longest


def _pieces(secret: str) -> Iterator[str]:
    for spelling in dict.fromkeys(_spelled(secret[:LONGEST])):
        spelled = spelling[:LONGEST]
        if len(spelled) < SHORTEST:
            continue
        length = next(length for length in LENGTHS if length <= len(spelled))
        last = len(spelled) - length
        for start in range(0, last, length):
            yield spelled[start : start + length]
        yield spelled[last:]


def _spelled(text: str) -> Iterator[str]:
    """As it is, as JSON, and as JSON inside JSON, which the SDK's own log messages hold."""
    if _PLAIN.fullmatch(text):
        yield text
        return
    for ascii_only in (True, False):
        spelling = text
        for _ in range(3):
            yield spelling
            spelling = json.dumps(spelling, ensure_ascii=ascii_only)[1:-1]


def _of_the_shortest(secrets: Iterable[str]) -> Iterator[str]:
    left = MOST_LETTERS
    for secret in sorted((secret[:LONGEST] for secret in secrets), key=len)[:MOST]:
        left -= len(secret)
        if left < 0:
            return
        yield secret


def _take(counts: Counter[Key], key: Key) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Each stretch covered by spans becomes one mask. spans: by rising start."""
    shown: list[str] = []
    end = 0
    for start, stop in spans:
        if start > end or not shown:
            shown += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*shown, text[end:]])


def _like_secrets(text: str) -> str:
    if '"' in text:
        text = _masked(text, _named(text))
    if "earer" in text or "EARER" in text:
        text = _BEARER.sub(rf"\g<1>{MASK}", text)
    return _CARD.sub(_card, text)


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Where values under telling names stand."""
    place = 0
    while (found := _NAMED.search(text, place)) is not None:
        place = _closing(text, found.end(), len(found[1]))
        if place > found.end():
            yield found.end(), place


def _closing(text: str, start: int, depth: int) -> int:
    """Where the string ends whose opening quote had `depth` backslashes; the text's end when it is not closed."""
    quote = text.find('"', start)
    while quote >= 0:
        slashes = quote
        while slashes > start and text[slashes - 1] == "\\":
            slashes -= 1
        before = quote - slashes
        # The string's own quotes are escaped once more; fewer backslashes end a string around it.
        if before < depth or before % (2 * depth + 2) == depth:
            return quote - min(before, depth)
        quote = text.find('"', quote + 1)
    return len(text)


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
