"""Packages: what is taken, and what is refused with a sentence."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.errors import InvalidArgument
from jumak.plugins import archive, package, template
from jumak.plugins.manifest import ID
from jumak.plugins.package import pack, place, read_package

MANIFEST = {"id": "hello", "name": "인사", "version": "1.0.0", "kind": "python"}


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def plain(**changes: object) -> dict[str, str | bytes]:
    return {"plugin.json": json.dumps({**MANIFEST, **changes}), "main.py": "x = 1\n"}


def refusal(path: Path) -> str:
    with pytest.raises(InvalidArgument) as refused:
        read_package(path)
    assert refused.value.data["path"] == "$.package" or refused.value.data["path"].startswith("$.")
    return refused.value.en


def test_zip_folder_and_top_folder_are_one(tmp_path: Path):
    """plugin-runtime §9: zip or folder, a single top folder is stripped; the same files have the same hash."""
    folder = tmp_path / "hello"
    folder.mkdir()
    for name, content in plain().items():
        (folder / name).write_text(str(content))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "main.pyc").write_bytes(b"x")
    from_folder = read_package(folder)
    flat = read_package(zipped(tmp_path / "flat.zip", plain()))
    deep = read_package(
        zipped(tmp_path / "deep.zip", {f"hello-1.0/{name}": text for name, text in plain().items()})
    )
    assert from_folder.files == flat.files == deep.files
    assert from_folder.hash == flat.hash == deep.hash
    assert flat.entry == "main.py"
    again = tmp_path / "again.zip"
    again.write_bytes(pack(from_folder))
    assert read_package(again).hash == flat.hash


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil", "a/../../evil", "a\\..\\evil", "C:/evil", "..", "a/.."]
)
def test_paths_that_lead_outside(tmp_path: Path, name: str):
    """plugin-runtime §9: path traversal and absolute paths are refused."""
    assert "outside" in refusal(zipped(tmp_path / "p.zip", {**plain(), name: "x"}))


def test_links(tmp_path: Path):
    """plugin-runtime §9: links are refused, in zips and folders."""
    info = zipfile.ZipInfo("link.py")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path / "p.zip", plain())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "link" in refusal(path)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in plain().items():
        (folder / name).write_text(str(content))
    (folder / "link").symlink_to("/etc", target_is_directory=True)
    assert "link" in refusal(folder)


def test_encryption(tmp_path: Path):
    """plugin-runtime §9: an encrypted zip is refused."""
    path = zipped(tmp_path / "p.zip", plain())
    raw = bytearray(path.read_bytes())
    # The flag bit of encryption in the central directory, where zipfile looks.
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 4)
    path.write_bytes(raw)
    assert "encrypted" in refusal(path)


def test_sizes(tmp_path: Path):
    """plugin-runtime §9: more than 50 MB or 2,000 files unpacked are refused; a bomb before it goes off."""
    bomb = zipped(tmp_path / "bomb.zip", {**plain(), "zeros": b"\0" * (archive.MAX_BYTES + 1)})
    assert bomb.stat().st_size < 200_000
    assert "50 MB" in refusal(bomb)
    many = {f"f{number}": "" for number in range(archive.MAX_FILES)}
    assert "2,000" in refusal(zipped(tmp_path / "many.zip", {**plain(), **many}))


def test_a_zip_that_lies_about_its_size(tmp_path: Path):
    """A declared size below the real one does not get more in."""
    path = zipped(tmp_path / "p.zip", {**plain(), "big": b"\0" * 2_000})
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(InvalidArgument):
        read_package(path)


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"main.py": "x"}, "plugin.json"),
        ({**plain(), "plugin.json": "{"}, "plugin.json"),
        ({"plugin.json": json.dumps({"id": "a"}), "main.py": ""}, "name"),
        (plain(id="Hello"), "id"),
        (plain(id="-a"), "id"),
        (plain(id="a" * 41), "id"),
        (plain(kind="umd"), "kind"),
        (plain(kind=["python", "worker"]), "kind"),
        (plain(kind=[]), "kind"),
        (plain(kind="worker", entry=""), "main.js"),
        (plain(acl=["https://example.com/path"]), "origin"),
        (plain(name="a\nb"), "name"),
        (plain(entry="other.py"), "other.py"),
        (plain(scopes=["order:everything"]), "order:everything"),
        (plain(scopes=["order:read", "staff:own"]), "staff:own"),
        (plain(scopes=["all"]), "all"),
        (plain(settings=[{"id": "a", "type": "colour"}]), "colour"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, files: dict[str, str], word: str):
    """plugin-runtime §9: each refusal names what to mend."""
    assert word in refusal(zipped(tmp_path / "p.zip", files))


def test_neither_zip_nor_folder(tmp_path: Path):
    """A file that is no zip, a broken zip, a path that is not there."""
    (tmp_path / "text").write_text("hello")
    assert "neither" in refusal(tmp_path / "text")
    assert "neither" in refusal(tmp_path / "nothing")
    buffer = io.BytesIO(zipped(tmp_path / "p.zip", plain()).read_bytes())
    (tmp_path / "cut.zip").write_bytes(buffer.getvalue()[:60])
    refusal(tmp_path / "cut.zip")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=45))
def test_ids_are_dns_labels(text: str):
    """plugin-runtime §9: 1 to 40 of a-z, 0-9 and inner hyphens."""
    allowed = (
        1 <= len(text) <= 40 and set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        and not text.startswith("-") and not text.endswith("-")
    )  # fmt: skip
    assert (ID.fullmatch(text) is not None) == allowed


def test_requirements(tmp_path: Path):
    """plugin-runtime §9: a dependency is installed beside the server or vendored."""
    read_package(zipped(tmp_path / "a.zip", plain(requirements=["msgspec>=0.18"])))
    missing = plain(requirements=["no-such-package"])
    assert "no-such-package" in refusal(zipped(tmp_path / "b.zip", missing))
    vendored = {**missing, "vendor/no_such_package/__init__.py": ""}
    read_package(zipped(tmp_path / "c.zip", vendored))


def test_installed_copies(tmp_path: Path):
    """One copy per hash, written in one step; old ones go, the log stays."""
    first = read_package(zipped(tmp_path / "a.zip", plain()))
    second = read_package(zipped(tmp_path / "b.zip", plain(version="2")))
    home = tmp_path / "plugins"
    copy = place(first, home)
    assert place(first, home) == copy
    assert (copy / "main.py").read_text() == "x = 1\n"
    place(second, home)
    (home / "hello" / "plugin.log").write_text("log")
    package.remove_copies(home, "hello", [second.hash[:16]])
    assert sorted(path.name for path in (home / "hello").iterdir()) == sorted(
        [second.hash[:16], "plugin.log"]
    )
    package.remove_copies(home, "hello")
    assert not (home / "hello").exists()


def test_a_new_plugin_can_be_installed(tmp_path: Path):
    """`jumak plugin new`: what it writes is a package; a folder that is there is left alone."""
    template.begin(tmp_path / "my-plugin")
    assert read_package(tmp_path / "my-plugin").manifest.name == "my-plugin"
    with pytest.raises(FileExistsError):
        template.begin(tmp_path / "my-plugin")
    with pytest.raises(InvalidArgument):
        template.begin(tmp_path / "My Plugin")
