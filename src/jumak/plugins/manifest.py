"""`plugin.json` and `iframe-manifest.json`: what a package says about itself (contract, plugin-runtime §9)."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from jumak.domain.caller import Profile
from jumak.domain.errors import InvalidArgument
from jumak.domain.origin import read_acl
from jumak.protocol.errors import invalid_input
from jumak.service.documents import PluginKind
from jumak.service.plugin import grantable
from jumak.service.setting import decode_inputs

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""An id is the first label of the plugin's host name: 1 to 40 of a-z, 0-9 and inner hyphens."""

RESERVED_IDS = frozenset({"system", "command-line", "localhost", "www", "shop"})
"""Identities and host names of the shop itself."""

MANIFEST, PAGE_MANIFEST = "plugin.json", "iframe-manifest.json"
KINDS: tuple[PluginKind, ...] = ("worker", "iframe", "python")
MAX_NAME = 100

FileT = TypeVar("FileT", bound=Struct)


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

    @property
    def kinds(self) -> tuple[PluginKind, ...]:
        """What `kind` names, in our order."""
        named = [self.kind] if isinstance(self.kind, str) else self.kind
        return tuple(kind for kind in KINDS if kind in named)


class PageTab(Struct, frozen=True, kw_only=True):
    """The tab as its author describes it."""

    title: str
    description: str | None = None
    href: str | None = None


class PageManifest(Struct, frozen=True, kw_only=True):
    """`iframe-manifest.json`; more keys than ours are let be."""

    tab: PageTab


def read_manifest(text: bytes) -> Manifest:
    """The manifest in a `plugin.json`. Raises InvalidArgument with a sentence that says what to mend."""
    manifest = _decode(MANIFEST, text, Manifest)
    check_id(manifest.id)
    _check_kind(manifest.kind)
    if not manifest.name.strip() or not manifest.version.strip():
        raise wrong(
            "plugin.json에 name과 version을 적어 주세요.", "plugin.json: name and version must not be empty."
        )
    for key, value in (
        ("name", manifest.name),
        ("version", manifest.version),
        ("sdkName", manifest.sdk_name),
    ):
        if value is not None and (value == "" or len(value) > MAX_NAME or not value.isprintable()):
            raise wrong(
                f"plugin.json의 {key}은(는) 제어 문자 없이 {MAX_NAME}자까지 적어 주세요.",
                f"plugin.json: {key} takes 1 to {MAX_NAME} characters, no control characters.",
            )
    acl = read_acl(manifest.acl, "$.acl")
    grantable(manifest.scopes, "$.scopes")
    decode_inputs({str(entry.get("id", place)): entry for place, entry in enumerate(manifest.settings)})
    return msgspec.structs.replace(manifest, acl=acl)


def read_page_manifest(text: bytes) -> PageTab:
    """The tab in an `iframe-manifest.json`. Raises InvalidArgument with a sentence that says what to mend."""
    tab = _decode(PAGE_MANIFEST, text, PageManifest).tab
    if not tab.title.strip() or len(tab.title) > MAX_NAME:
        raise wrong(
            f"iframe-manifest.json의 tab.title을 {MAX_NAME}자까지 적어 주세요.",
            f"iframe-manifest.json: tab.title takes 1 to {MAX_NAME} characters.",
        )
    return tab


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


def _check_kind(kind: str | list[str]) -> None:
    named = [kind] if isinstance(kind, str) else kind
    if not named or any(one not in KINDS for one in named) or ("python" in named and len(named) > 1):
        raise wrong(
            f"plugin.json의 kind '{kind}'을(를) 쓸 수 없습니다. worker, iframe, 둘 다, 또는 python이라고 적어 주세요.",
            f'plugin.json: kind is {kind!r}; write "worker", "iframe", ["worker", "iframe"] or "python".',
        )


def _decode(name: str, text: bytes, kind: type[FileT]) -> FileT:
    try:
        # Editors on Windows put a mark in front.
        return msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"), type=kind)
    except msgspec.ValidationError as problem:
        refused = invalid_input(problem)
        raise wrong(f"{name}: {refused.ko}", f"{name}: {refused.en}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise wrong(
            f"{name}이(가) 올바른 JSON이 아닙니다. ({problem})", f"{name} is no valid JSON: {problem}."
        ) from None
