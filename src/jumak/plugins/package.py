"""A plugin's package, read and checked whole before anything of it touches the shop, and its installed copies."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Container, Iterable, Mapping
from importlib import metadata
from pathlib import Path

import msgspec
from msgspec import Struct

from jumak.domain.errors import InvalidArgument
from jumak.plugins.archive import read_files
from jumak.plugins.layout import DIST, Layout, layout_of, served, without_top_folder
from jumak.plugins.manifest import MANIFEST, MAX_NAME, Manifest, check_id, read_manifest, wrong
from jumak.service.documents import Copy, PluginKind, Tab

_VERSION_ENDING = re.compile(r"(?:[-_. ]+v?\d+(?:\.\d+)*(?:-[A-Za-z0-9.]+)?| *\(\d+\))$")
"""What a build or a browser puts after the name: `-1.2.0`, ` (1)`."""


class Package(Struct, frozen=True, kw_only=True):
    """A checked package. files: below its root, by path.  hash: SHA-256 of paths and contents, hex.

    manifest: its `plugin.json`, or what stands for it.  dev_url: origin of the development server it
    came from, else empty.
    """

    manifest: Manifest
    has_manifest: bool
    files: dict[str, bytes]
    hash: str
    layout: Layout
    dev_url: str = ""

    @property
    def kinds(self) -> tuple[PluginKind, ...]:
        """What it holds."""
        return self.layout.kinds

    @property
    def entry(self) -> str:
        """The worker's script or the Python module, empty for a page alone."""
        return self.layout.entry

    @property
    def tab(self) -> Tab | None:
        """The page's tab."""
        return self.layout.tab

    @property
    def folder_name(self) -> str:
        """Of its installed copy."""
        return self.hash[:16]

    def copy(self, installed_at: str) -> Copy:
        """What the shop keeps of it."""
        manifest = self.manifest
        return Copy(
            hash=self.hash,
            version=manifest.version,
            installed_at=installed_at,
            folder=f"{manifest.id}/{self.folder_name}",
            name=manifest.name,
            sdk_name=manifest.sdk_name or manifest.id,
            profile=manifest.profile,
            acl=manifest.acl,
            scopes=manifest.scopes,
            entry=self.entry,
            kinds=self.kinds,
            tab=self.tab,
            settings=manifest.settings,
            dev_url=self.dev_url,
        )


def read_package(source: Path, *, file_name: str | None = None, plugin_id: str | None = None) -> Package:
    """The package in a zip file or folder.

    file_name: what the zip is called where it comes from, unless that is the source's own name.
    plugin_id: the installer's choice.  Raises InvalidArgument. Blocks: call it in a thread.
    """
    name = source.resolve().name if file_name is None else file_name
    return package_of(read_files(source, name), file_name=name, plugin_id=plugin_id)


def package_of(
    files: Mapping[str, bytes], *, file_name: str, plugin_id: str | None = None, dev_url: str = ""
) -> Package:
    """The package these files make. Raises InvalidArgument with a sentence that says what to mend."""
    if not files:
        raise wrong("빈 패키지입니다.", "The package is empty; pack the files the build made.")
    whole = without_top_folder(files)
    said = whole.get(MANIFEST, whole.get(f"{DIST}{MANIFEST}"))
    manifest = None if said is None else read_manifest(said)
    root = served(whole, manifest)
    layout = layout_of(root, manifest)
    digest = _hash(root)
    if plugin_id is not None:
        check_id(plugin_id)
    if manifest is None:
        manifest = Manifest(
            id=plugin_id or _id_from(file_name),
            name=_name_from(file_name) or plugin_id or "",
            version=digest[:8],
            kind=list(layout.kinds),
            profile="field",
        )
    elif plugin_id is not None:
        manifest = msgspec.structs.replace(manifest, id=plugin_id)
    package = Package(
        manifest=manifest,
        has_manifest=said is not None,
        files=root,
        hash=digest,
        layout=layout,
        dev_url=dev_url,
    )
    _check_requirements(package)
    return package


def pack(package: Package) -> bytes:
    """The package as a zip; the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(package.files):
            # Nothing of the day or the machine it is packed on.
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, package.files[name])
    return buffer.getvalue()


def place(package: Package, folder: Path) -> Path:
    """Writes the installed copy to `folder/<id>/<hash>` in one step; one that is there already stays."""
    home = folder / package.manifest.id
    target = home / package.folder_name
    if target.exists():
        return target
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".unpack-") as scratch:
        unpacked = Path(scratch) / "copy"
        for name, content in package.files.items():
            path = unpacked / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        unpacked.rename(target)
    return target


def remove_copies(folder: Path, plugin_id: str, keep: Iterable[str] | None = None) -> None:
    """Deletes installed copies, all but those of these names; without any the plugin's whole folder."""
    home = folder / plugin_id
    if keep is None:
        shutil.rmtree(home, ignore_errors=True)
        return
    kept = frozenset(keep)
    for copy in home.iterdir() if home.is_dir() else ():
        if copy.is_dir() and copy.name not in kept:
            shutil.rmtree(copy, ignore_errors=True)


def remove_orphans(folder: Path, installed: Container[str]) -> None:
    """Deletes what is left of plugins that were removed while no server ran."""
    for home in folder.iterdir() if folder.is_dir() else ():
        if home.is_dir() and home.name not in installed:
            shutil.rmtree(home, ignore_errors=True)


def _check_requirements(package: Package) -> None:
    """Raises InvalidArgument for a listed dependency that is neither vendored nor installed here."""
    for requirement in package.manifest.requirements:
        found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
        name = found.group() if found else requirement
        module = name.replace("-", "_").lower()
        if any(
            path.lower().startswith((f"vendor/{module}/", f"vendor/{module}.py")) for path in package.files
        ):
            continue
        try:
            metadata.distribution(name)
        except (metadata.PackageNotFoundError, ValueError):
            raise wrong(
                f"필요한 패키지가 설치되어 있지 않습니다: {requirement}. 서버에 설치하거나 vendor 폴더에 넣어 주세요.",
                f"It requires {requirement}, which is not installed: install it beside the server or put it in vendor/.",
            ) from None


def _name_from(file_name: str) -> str:
    stem = re.sub(r"\.zip$", "", re.split(r"[/\\]", file_name)[-1], flags=re.IGNORECASE)
    while (shorter := _VERSION_ENDING.sub("", stem)) != stem:
        stem = shorter
    return "".join(letter for letter in stem if letter.isprintable()).strip()[:MAX_NAME]


def _id_from(file_name: str) -> str:
    name = _name_from(file_name)
    plugin_id = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    if not name:
        raise InvalidArgument(
            "plugin.json이 없고 파일 이름으로 id를 만들 수 없습니다. 설치할 때 id를 정해 주세요. (--id)",
            "There is no plugin.json and the file's name makes no id: choose one at the installation (--id).",
            path="$.overrides.id",
        )
    if not plugin_id:
        # A name in Korean alone: the same for every version of that name.
        plugin_id = f"plugin-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    check_id(plugin_id)
    return plugin_id


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name.encode())}:{name}:{len(files[name])}:".encode())
        digest.update(files[name])
    return digest.hexdigest()
