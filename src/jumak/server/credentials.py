"""Who a token belongs to.

Tokens are 32 random bytes; only their SHA-256 is kept. Stored ones live in `Device` documents and
are indexed here; the ones that must not outlive the process (the command line's, and those with
which a till hosts a plugin) are held in memory only.

Where one address serves many shops a token begins with the number of its shop and a dot, so that whose it is is known
before any shop is asked. Tokens of a shop served alone have no such mark, and go on opening it under its own name.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from jumak.domain.caller import Caller, CallerKind
from jumak.domain.errors import Unauthenticated
from jumak.protocol.scopes import expand
from jumak.service.device import CODE_LIFE, Secret
from jumak.service.documents import Device, Install
from jumak.service.ports import Clock, Store

_KINDS: dict[str, CallerKind] = {"service": "service", "plugin": "plugin"}
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without the letters people take for digits."""

CODE_LENGTH = 10
"""31^10 codes: not to be guessed in five minutes, throttled or not."""


class Issued(Struct, frozen=True):
    """A token that dies with the process, or before."""

    caller: Caller
    expires: datetime | None


def hash_of(secret: str) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token(mark: str = "") -> Secret:
    """A fresh token. mark: see `mark_of`."""
    text = mark + secrets.token_urlsafe(32)
    return Secret(text, hash_of(text))


def mark_of(number: int) -> str:
    """What tokens of this shop begin with; the dot is no letter of the random rest."""
    return f"{number}."


def shop_of_token(token: str) -> int | None:
    """The number of the shop a token says it is of, None when it says nothing."""
    number, dot, _ = token.partition(".")
    return int(number) if dot and number.isascii() and number.isdigit() and len(number) <= 16 else None


def new_code() -> Secret:
    """A fresh one-time code, easy to type."""
    text = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return Secret(text, hash_of(text))


def code_secret(text: str) -> str:
    """Hash of a code as people type it: any case, spaces and dashes ignored."""
    return hash_of(text.upper().replace("-", "").replace(" ", ""))


class Credentials:
    """Every token that opens this shop now. mark: of its tokens, see `mark_of`."""

    def __init__(self, store: Store, clock: Clock, mark: str = "") -> None:
        self._store, self._clock, self._mark = store, clock, mark
        self._stored: dict[str, Caller] = {}
        self._issued: dict[str, Issued] = {}
        self._owner_codes: dict[str, datetime] = {}

    async def reload(self) -> None:
        """Reads the stored tokens again; called at the start and when devices or plugins changed."""
        read = self._store.reader()
        installs = await read.all(Install)
        stored: dict[str, Caller] = {}
        for device in (await read.all(Device)).values():
            if device.revoked_ms is None:
                caller = _caller(device, installs.get(device.caller_id))
                for token_hash in (device.token_hash, device.claim_hash):
                    if token_hash:
                        stored[token_hash] = caller
        self._stored = stored

    def caller_of(self, token: str) -> Caller:
        """Whose token this is. Raises Unauthenticated.

        A look-up by hash: what its time could tell is about hashes, of no use to a guesser.
        """
        token_hash = hash_of(token)
        caller = self._stored.get(token_hash)
        if caller is not None:
            return caller
        issued = self._issued.get(token_hash)
        if issued is not None and (issued.expires is None or issued.expires > self._clock.now()):
            return issued.caller
        raise Unauthenticated(
            "토큰이 올바르지 않거나 폐기되었습니다. `jumak token create`로 새로 만드세요.",
            "This token is wrong or was revoked; make another with `jumak token create`",
        )

    def new_token(self) -> Secret:
        """A fresh token of this shop."""
        return new_token(self._mark)

    def issue(self, caller: Caller, life: timedelta | None = None) -> tuple[str, datetime | None]:
        """A token for this caller that is never stored; returns it and when it ends."""
        now = self._clock.now()
        self._issued = {
            key: issued
            for key, issued in self._issued.items()
            if issued.expires is None or issued.expires > now
        }
        token = self.new_token()
        expires = None if life is None else now + life
        self._issued[token.hash] = Issued(caller, expires)
        return token.text, expires

    def withdraw(self, caller_ids: Iterable[str]) -> None:
        """Ends the unstored tokens of these identities."""
        gone = frozenset(caller_ids)
        self._issued = {
            key: issued
            for key, issued in self._issued.items()
            if issued.caller.id not in gone and issued.caller.device_id not in gone
        }

    def offer_owner_code(self) -> str:
        """A one-time code for a till of the owner."""
        code = new_code()
        self._owner_codes[code.hash] = self._clock.now() + CODE_LIFE
        return code.text

    def take_owner_code(self, code_hash: str) -> bool:
        """Whether this is an owner's code that still counts; it does not afterwards."""
        expires = self._owner_codes.pop(code_hash, None)
        return expires is not None and expires > self._clock.now()


def _caller(device: Device, install: Install | None) -> Caller:
    return Caller(
        id=device.caller_id,
        kind=_KINDS.get(device.kind, "device"),
        name=install.sdk_name if install else device.name,
        version=install.version if install else "0",
        scopes=expand(device.scopes),
        profile=install.profile if install else "documented",
        device_id=device.id,
        reach=device.reach,
    )
