"""Who asks: the identity behind every command and fact."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from msgspec import Struct

CallerKind = Literal["plugin", "service", "device", "system"]
Profile = Literal["documented", "field"]
Role = Literal["server", "cashier", "manager", "owner"]


class StaffRef(Struct, frozen=True):
    """The person signed in on a device (SEC-1)."""

    id: str
    name: str
    role: Role


class Reach(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The shops of a directory that a head office's token is good for: these numbers and these groups, or `all`.

    all: every shop, those that are added later too. It is never meant by leaving something out: with nothing named it
    is good for none.
    """

    all: bool = False
    shops: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()

    def covers(self, number: int, groups: Iterable[str]) -> bool:
        """Whether a shop of this number, in these groups, is among them."""
        return self.all or number in self.shops or not set(self.groups).isdisjoint(groups)


class Caller(Struct, frozen=True, kw_only=True):
    """Who sent a message.

    id: the lasting identity that owns orders, keys and storage: plugin id, service name or device
    id; the same over every door and token.  scopes: everything granted, expanded
    (`protocol/scopes.py`).  profile: compatibility profile (contract §5).  staff: who is signed
    in.  device_id: the device it came from, when known.  session: the connection, for carts,
    scopes added by sign-in and replies.  reach: of a head office's token, the shops it is good for; it may do what
    its scopes name and nothing else.
    """

    id: str
    kind: CallerKind
    name: str
    version: str = "0"
    scopes: frozenset[str] = frozenset()
    profile: Profile = "documented"
    device_id: str | None = None
    staff: StaffRef | None = None
    session: str | None = None
    reach: Reach | None = None

    @property
    def is_staff(self) -> bool:
        """Holds any staff scope: staff rules apply instead of plugin rules."""
        return _any_staff(self.scopes)

    def may(self, *scopes: str) -> bool:
        """Holds at least one of these scopes."""
        return not self.scopes.isdisjoint(scopes)


@lru_cache(maxsize=256)
def _any_staff(scopes: frozenset[str]) -> bool:
    # Asked several times for each message, of the few sets of scopes there are.
    return any(scope.startswith("staff:") for scope in scopes)


SYSTEM = Caller(id="system", kind="system", name="Jumak", scopes=frozenset({"staff:own"}))
"""The shop acting by itself: expiry, scheduled orders, stock."""
