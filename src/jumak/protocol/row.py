"""One row of the table of messages."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from jumak.domain.base import wire_name

RowKind = Literal["request", "notify", "push", "host-request"]


class Data(Struct, frozen=True, kw_only=True, rename=wire_name):
    """Base of what a message carries. Unknown keys are ignored, null equals absent."""


class Reply(Struct, frozen=True, kw_only=True, rename=wire_name):
    """Base of what a request answers. Optional keys are `UNSET`, so that they vanish.

    `complete` leads every success (wire §1).
    """

    complete: bool = True


class Nothing(Data, frozen=True, kw_only=True):
    """No keys."""


class AnyKeys(Data, frozen=True, kw_only=True):
    """A message whose keys are free, e.g. `setting.set-inputs`: they are collected, in order (E-4)."""

    keys: dict[str, Any]


class AnyShape(Data, frozen=True, kw_only=True):
    """A notification whose whole `data` may be anything, a text as well as an object (E-12)."""

    value: Any = None


class Tolerant(Data, frozen=True, kw_only=True):
    """A notification that is never refused for its shape (H-74).

    Its fields are of any kind and have defaults; `data` that is no object stands in the first of them.
    """


class Done(Reply, frozen=True, kw_only=True):
    """No keys beside `complete`."""


class Row(Struct, frozen=True, kw_only=True):
    """A message: what it carries, what it answers, who may send it.

    scopes: any one suffices, none = everybody.  write: changes the shop, takes `commandId`.
    echo: keys of `data` that every answer repeats, a refusal too.
    apart: may take long for its own reasons, so it waits for nothing of its noun, and nothing for it.
    sdk: the SDK members that send it, empty for extensions.  page: where it is specified.
    """

    name: str
    kind: RowKind
    data: type[Struct]
    reply: type[Reply] = Done
    scopes: tuple[str, ...] = ()
    write: bool = False
    echo: tuple[str, ...] = ()
    apart: bool = False
    sdk: str = ""
    rate_limited: bool = False
    origin: str = "extension"
    page: str = ""
    about: str = ""

    @property
    def path(self) -> str:
        """The HTTP path below `/v1/`."""
        return self.name.removesuffix(".request")

    @property
    def summary(self) -> str:
        """One line for reference pages: `about`, else what the docstring of the data says."""
        return self.about or (self.data.__doc__ or self.name).strip().splitlines()[0]

    @property
    def member(self) -> tuple[str, ...]:
        """Where an extension stands below `ext`: `order.add-line.request` → `("order", "addLine")`.

        Words before the last are one noun (`payment.method.remove` → `paymentMethod.remove`); the pushes
        `noun.change.event` and `noun.event` are the noun's own.
        """
        if self.kind == "push":
            words = self.name.removesuffix(".event").split(".")
            words = words[:-1] if words[-1] == "change" else words
        else:
            *noun, verb = self.name.removesuffix(".request").split(".")
            words = ["-".join(noun), verb] if noun else [verb]
        return tuple(wire_name(word.replace("-", "_")) for word in words)

    @property
    def namespace(self) -> str:
        """The noun; order of replies is kept inside it (wire §9)."""
        return self.name.split(".", 1)[0]


__all__ = [
    "UNSET",
    "AnyKeys",
    "AnyShape",
    "Data",
    "Done",
    "Nothing",
    "Reply",
    "Row",
    "RowKind",
    "Tolerant",
    "UnsetType",
]
