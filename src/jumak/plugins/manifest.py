"""`plugin.json`: what a package says about itself (contract, plugin-runtime §9)."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from jumak.domain.caller import Profile
from jumak.domain.errors import InvalidArgument
from jumak.protocol.errors import invalid_input
from jumak.protocol.scopes import CLIENT_SCOPES, check_names
from jumak.service.setting import decode_inputs

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""An id is the first label of the plugin's host name: 1 to 40 of a-z, 0-9 and inner hyphens."""

RESERVED_IDS = frozenset({"system", "command-line", "localhost", "www", "shop"})
"""Identities and host names of the shop itself."""


class Manifest(Struct, frozen=True, kw_only=True, rename="camel"):
    """See the contract for each key."""

    id: str
    name: str
    version: str
    kind: str | list[str]
    sdk_name: str | None = None
    entry: str | None = None
    acl: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("plugin",)
    profile: Profile = "documented"
    settings: tuple[dict[str, Any], ...] = ()
    requirements: tuple[str, ...] = ()


def read_manifest(text: bytes) -> Manifest:
    """The manifest in a `plugin.json`. Raises InvalidArgument with a sentence that says what to mend."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as problem:
        refused = invalid_input(problem)
        raise wrong(f"plugin.json: {refused.ko}", f"plugin.json: {refused.en}") from None
    check_id(manifest.id)
    if manifest.kind != "python":
        raise wrong(
            f"plugin.json의 kind '{manifest.kind}'은(는) 이 서버에서 실행할 수 없습니다. python만 됩니다.",
            f'plugin.json: kind is {manifest.kind!r}; this server runs kind "python".',
        )
    if not manifest.name or not manifest.version:
        raise wrong(
            "plugin.json에 name과 version을 적어 주세요.", "plugin.json: name and version must not be empty."
        )
    check_names(manifest.scopes, "$.scopes")
    if own := sorted({"all", *CLIENT_SCOPES}.intersection(manifest.scopes)):
        raise wrong(
            f"plugin.json: 플러그인이 요청할 수 없는 권한입니다: {', '.join(own)}",
            f"plugin.json: {', '.join(own)} is for the shop's own screens and people; no package may ask for it.",
        )
    decode_inputs({str(entry.get("id", place)): entry for place, entry in enumerate(manifest.settings)})
    return manifest


def check_id(plugin_id: str) -> None:
    """Raises InvalidArgument unless this can be a plugin's id."""
    if not ID.fullmatch(plugin_id) or plugin_id in RESERVED_IDS:
        raise wrong(
            f"플러그인 id '{plugin_id[:60]}'을(를) 쓸 수 없습니다. 영문 소문자, 숫자, 중간 하이픈으로 40자까지 가능합니다.",
            f"The id {plugin_id[:60]!r} cannot be used: 1 to 40 of a-z and 0-9, hyphens only inside.",
        )


def wrong(ko: str, en: str) -> InvalidArgument:
    """A package that is refused."""
    return InvalidArgument(ko, en, path="$.package")
