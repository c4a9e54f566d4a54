"""Packages: what is taken, and what is refused with a sentence."""

from __future__ import annotations

import io
import json
import stat
import struct
import tracemalloc
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


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing(how: int, tmp_path: Path):
    """plugin-runtime §9: refused before a byte is unpacked: a few bytes become any number, whatever the zip says of itself."""
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", how) as packed:
        packed.writestr("main.js", bytes(40_000_000))
    claim = bytearray(path.read_bytes())
    struct.pack_into("<I", claim, claim.rindex(b"PK\1\2") + 24, 1_000)
    path.write_bytes(claim)
    tracemalloc.start()
    try:
        assert "deflated" in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


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


WORKER = "self.onmessage = () => {};"
PAGE = "<!doctype html><title>x</title>"
TAB = json.dumps({"tab": {"title": "선물", "description": "카드"}})


@pytest.mark.parametrize(
    ("files", "kinds", "entry", "href", "served"),
    [
        ({"main.js": WORKER}, ("worker",), "main.js", None, {"main.js"}),
        ({"dist/main.js": WORKER}, ("worker",), "main.js", None, {"main.js"}),
        ({"a/main.js": WORKER}, ("worker",), "main.js", None, {"main.js"}),
        ({"a/dist/main.js": WORKER, "a/README.md": ""}, ("worker",), "main.js", None, {"main.js"}),
        (
            {"dist/main.js": WORKER, "package.json": "{}", "src/main.ts": "", "main.js": "// source"},
            ("worker",), "main.js", None, {"main.js"},
        ),
        ({"main.js": WORKER, "dist/other.js": ""}, ("worker",), "main.js", None, {"main.js", "dist/other.js"}),
        (
            {"index.html": PAGE, "iframe-manifest.json": TAB, "assets/a.js": ""},
            ("iframe",), "", "index.html", {"index.html", "iframe-manifest.json", "assets/a.js"},
        ),
        (
            {"index.html": PAGE, "src/a.ts": "", "dist/index.html": PAGE, "dist/iframe-manifest.json": TAB},
            ("iframe",), "", "index.html", {"index.html", "iframe-manifest.json"},
        ),
        (
            {"index.html": PAGE, "iframe-manifest.json": TAB, "main.js": WORKER},
            ("worker", "iframe"), "main.js", "index.html", {"index.html", "iframe-manifest.json", "main.js"},
        ),
        (
            {"index.html": '<script src="./main.js" type=module>', "iframe-manifest.json": TAB, "main.js": ""},
            ("iframe",), "", "index.html", {"index.html", "iframe-manifest.json", "main.js"},
        ),
        ({"main.js": WORKER, "index.html": PAGE}, ("worker",), "main.js", None, {"main.js", "index.html"}),
        (
            {"가게.html": PAGE, "iframe-manifest.json": '\ufeff{"tab":{"title":"x","href":"/%EA%B0%80%EA%B2%8C.html?a=1#b"}}'},
            ("iframe",), "", "%EA%B0%80%EA%B2%8C.html?a=1#b", {"가게.html", "iframe-manifest.json"},
        ),
    ],
)  # fmt: skip
def test_builds_install_as_they_are(
    tmp_path: Path,
    files: dict[str, str | bytes],
    kinds: tuple[str, ...],
    entry: str,
    href: str | None,
    served: set[str],
):
    """H-5, plugin-runtime §9: without `plugin.json` the files say what it is; its root is where the build is."""
    read = read_package(zipped(tmp_path / "gift-card-1.2.0.zip", files))
    assert (read.kinds, read.entry, read.tab and read.tab.href) == (kinds, entry, href)
    assert set(read.files) == served
    assert (read.has_manifest, read.manifest.profile, read.manifest.acl) == (False, "field", ())
    assert (read.manifest.id, read.manifest.name) == ("gift-card", "gift-card")
    assert read.hash.startswith(read.manifest.version)
    again = tmp_path / "again.zip"
    again.write_bytes(pack(read))
    assert read_package(again, file_name="gift-card.zip").hash == read.hash
    assert pack(read) == pack(read_package(again))


def test_a_korean_name(tmp_path: Path):
    """plugin-runtime §9: a zip's name without Latin letters makes an id too, the same for every version."""
    path = zipped(tmp_path / "upload", {"main.js": WORKER})
    first, second = (read_package(path, file_name=f"한글 플러그인{end}.zip") for end in ("-1.0.0", "-1.1.0"))
    assert (first.manifest.id, first.manifest.name) == ("plugin-" + first.manifest.id[7:], "한글 플러그인")
    assert first.manifest.id == second.manifest.id
    assert read_package(path, file_name="다른 것.zip").manifest.id != first.manifest.id


def test_what_is_no_zip_is_named_as_people_know_it(tmp_path: Path):
    """H-5: not by the name an upload has on the server."""
    (tmp_path / "0123abcd").write_text("no zip")
    with pytest.raises(InvalidArgument) as refused:
        read_package(tmp_path / "0123abcd", file_name="text.zip")
    assert "text.zip" in str(refused.value)


@pytest.mark.parametrize(
    ("files", "entry", "served"),
    [
        ({"main.js": WORKER}, "main.js", {"plugin.json", "main.js"}),
        ({"dist/main.js": WORKER, "src/x.ts": ""}, "main.js", {"plugin.json", "main.js"}),
        ({"dist/app.js": WORKER, "app.ts": "", "entry": "dist/app.js"}, "app.js", {"plugin.json", "app.js"}),
        ({"dist/app.js": WORKER, "entry": "app.js"}, "app.js", {"plugin.json", "app.js"}),
        ({"lib/app.js": WORKER, "entry": "./lib/app.js"}, "lib/app.js", {"plugin.json", "lib/app.js"}),
    ],
)
def test_where_a_manifest_points(tmp_path: Path, files: dict[str, str], entry: str, served: set[str]):
    """H-5, plugin-runtime §9: `entry` is found beside plugin.json and below dist; the rest is not served."""
    named = {"entry": files.pop("entry")} if "entry" in files else {}
    about = {**MANIFEST, "kind": "worker", **named, "acl": ["HTTPS://A.example:443"], "profile": "field"}
    read = read_package(zipped(tmp_path / "p.zip", {"plugin.json": json.dumps(about), **files}))
    assert (read.entry, set(read.files)) == (entry, served)
    assert read.manifest.acl == ("https://a.example",)
    assert read.has_manifest


def test_a_manifest_of_both(tmp_path: Path):
    """plugin-runtime §2, §9: a package may hold a worker and a page."""
    about = {**MANIFEST, "kind": ["iframe", "worker"], "sdkName": "선물"}
    files = {
        "main.js": WORKER,
        "index.html": PAGE,
        "iframe-manifest.json": TAB,
        "plugin.json": json.dumps(about),
    }
    read = read_package(zipped(tmp_path / "p.zip", {f"dist/{name}": text for name, text in files.items()}))
    assert read.kinds == ("worker", "iframe")
    assert read.tab is not None
    assert (read.tab.title, read.tab.description, read.manifest.sdk_name) == ("선물", "카드", "선물")


@pytest.mark.parametrize(
    ("name", "plugin_id", "shown"),
    [
        ("my-plugin.zip", "my-plugin", "my-plugin"),
        ("My Plugin_v1.2.3 (1).ZIP", "my-plugin", "My Plugin"),
        ("gift.card-2.0.0-beta.1.zip", "gift-card", "gift.card"),
        ("선물 gift.zip", "gift", "선물 gift"),
        ("a" * 60 + ".zip", "a" * 40, "a" * 60),
        ("C:\\fakepath\\bell.zip", "bell", "bell"),
    ],
)
def test_names_of_zips(tmp_path: Path, name: str, plugin_id: str, shown: str):
    """H-5, plugin-runtime §9: id and name come from the zip's name, what builds and browsers add left out."""
    path = zipped(tmp_path / "x.zip", {"main.js": WORKER})
    manifest = read_package(path, file_name=name).manifest
    assert (manifest.id, manifest.name) == (plugin_id, shown)
    assert read_package(path, file_name=name, plugin_id="mine").manifest.id == "mine"


@pytest.mark.parametrize("name", ["", ".zip", "www.zip"])
def test_names_that_make_no_id(tmp_path: Path, name: str):
    """H-5: where no id can be made the installer is asked for one."""
    path = zipped(tmp_path / "x.zip", {"main.js": WORKER})
    with pytest.raises(InvalidArgument, match="id"):
        read_package(path, file_name=name)
    assert read_package(path, file_name=name, plugin_id="gift").manifest.id == "gift"


def manifest_of(**changes: object) -> str:
    return json.dumps({**MANIFEST, "kind": "iframe", **changes})


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({}, "empty"),
        ({"readme.txt": "x"}, "main.js"),
        ({"index.html": PAGE}, "iframe-manifest.json"),
        ({"index.html": '<script src="main.js">', "main.js": WORKER}, "iframe-manifest.json"),
        ({"iframe-manifest.json": TAB}, "index.html"),
        ({"index.html": PAGE, "iframe-manifest.json": "<!doctype html>"}, "no valid JSON"),
        ({"index.html": PAGE, "iframe-manifest.json": b"\xff\xfe{}"}, "no valid JSON"),
        ({"index.html": PAGE, "iframe-manifest.json": "{\"tab\":" * 100_000}, "no valid JSON"),
        ({"index.html": PAGE, "iframe-manifest.json": "{}"}, "tab"),
        ({"index.html": PAGE, "iframe-manifest.json": '{"tab": {"description": "x"}}'}, "title"),
        ({"index.html": PAGE, "iframe-manifest.json": '{"tab": {"title": " "}}'}, "tab.title"),
        ({"index.html": PAGE, "iframe-manifest.json": '{"tab": {"title": 5}}'}, "title"),
        *(
            ({"index.html": PAGE, "iframe-manifest.json": json.dumps({"tab": {"title": "x", "href": href}})}, word)
            for href, word in (
                ("https://evil.example/", "outside"), ("//evil.example/x.html", "outside"), ("../x.html", "outside"),
                ("a/%2e%2e/../x.html", "outside"), ("javascript:alert(1)", "outside"), ("..\\x.html", "outside"),
                ("other.html", "other.html"), ("http://[", "outside"), ("sub/", "sub/index.html"),
            )
        ),
        ({"plugin.json": manifest_of(), "iframe-manifest.json": TAB}, "index.html"),
        ({"plugin.json": manifest_of(), "index.html": PAGE}, "iframe-manifest.json"),
        ({"plugin.json": manifest_of(entry="x.html"), "index.html": PAGE, "iframe-manifest.json": TAB}, "x.html"),
        ({"plugin.json": manifest_of(kind="worker", entry="../main.js"), "main.js": WORKER}, "../main.js"),
        ({"plugin.json": manifest_of(kind="worker", entry="/main.js"), "main.js": WORKER}, "/main.js"),
        ({"plugin.json": manifest_of(kind="worker", entry="a.css"), "a.css": WORKER}, "a.css"),
        ({"plugin.json": manifest_of(kind=["worker", "iframe"]), "main.js": WORKER}, "iframe-manifest.json"),
    ],
)  # fmt: skip
def test_lying_manifests(tmp_path: Path, files: dict[str, str | bytes], word: str):
    """plugin-runtime §9: what the manifest says has to be there; the sentence says what to mend."""
    assert word in refusal(zipped(tmp_path / "gift.zip", files))


HOSTILE = {
    "control characters": ["a\x07.js", "a\n.js", "a\x7f.js", "a\u202egpj.js", "\x00.js", "a\x00b.js"],
    "cannot be written": [
        "con", "CON.js", "nul.tar.gz", "a/aux/b.js", "Com1.txt", "lpt9", "con .js", "a./b.js", "a /b", "b.", "a?.js",
        "a*.js", "a|b", "a<b", 'a"b', "conin$",
    ],
    "outside": ["../a", "/a", "a/../../b", "a\\b", "c:\\a", "c:a", "a:stream", "..", ".", "//a", "a/.."],
    "plainly": ["a//b.js", "./a.js", "a/./b.js"],
    "too long": ["a" * 201, "/".join(["abcdefgh"] * 60), "가" * 70],
}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "name"), [(word, name) for word, names in HOSTILE.items() for name in names], ids=repr
)
def test_names_that_harm_some_system(tmp_path: Path, word: str, name: str):
    """plugin-runtime §9: names that lead out, hide, or cannot be written somewhere are refused."""
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archived:
        archived.writestr("main.js", WORKER)
        info = zipfile.ZipInfo("x")
        info.filename = name
        archived.writestr(info, "x")
    assert word in refusal(path)


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (("a.js", "A.js"), "one name"),
        (("a/x.js", "A/y.js"), "one name"),
        (("\u00e9.js", "e\u0301.js"), "one name"),
        (("a", "a/b"), "file and a folder"),
    ],
)
def test_names_that_are_one(tmp_path: Path, names: tuple[str, ...], word: str):
    """plugin-runtime §9: names that differ in case alone, and a file that is a folder, are refused."""
    assert word in refusal(zipped(tmp_path / "p.zip", {"main.js": WORKER} | dict.fromkeys(names, "x")))


def test_the_same_file_twice(tmp_path: Path):
    """plugin-runtime §9: which of two files of one name counts would be anybody's guess."""
    path = zipped(tmp_path / "p.zip", {"main.js": WORKER})
    with zipfile.ZipFile(path, "a") as archived, pytest.warns(UserWarning, match="Duplicate"):
        archived.writestr("main.js", "other")
    assert "twice" in refusal(path)


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFLNK])
def test_special_files(tmp_path: Path, kind: int):
    """plugin-runtime §9: a zip may name pipes, devices and links; none is taken, folders included."""
    info = zipfile.ZipInfo("odd")
    info.external_attr = (kind | 0o777) << 16
    path = zipped(tmp_path / "p.zip", {"main.js": WORKER})
    with zipfile.ZipFile(path, "a") as archived:
        archived.writestr(info, "x")
    assert "special" in refusal(path)


def test_broken_zips(tmp_path: Path):
    """plugin-runtime §9: a zip that is damaged anywhere is refused or read, never half taken."""
    whole = zipped(
        tmp_path / "p.zip", {"main.js": WORKER * 50, "assets/a.bin": bytes(range(256)) * 4}
    ).read_bytes()
    good = read_package(tmp_path / "p.zip").hash
    for at in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        (tmp_path / "q.zip").write_bytes(damaged)
        try:
            read = read_package(tmp_path / "q.zip", file_name="p.zip")
        except InvalidArgument:
            continue
        # Some bytes (dates, names) carry nothing of the files' contents.
        assert read.hash == good or set(read.files) != {"main.js", "assets/a.bin"}


def test_what_belongs_to_the_author(tmp_path: Path):
    """plugin-runtime §9: a folder's hidden files, dependencies and caches stay at home."""
    folder = tmp_path / "gift"
    for name in (
        ".env",
        ".git/config",
        "node_modules/x/index.js",
        "__pycache__/a.pyc",
        "main.js",
        ".well-known/a",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "node_modules" / "link").symlink_to("/etc")
    assert set(read_package(folder).files) == {"main.js", ".well-known/a"}
