"""Pictures the shop keeps: taken in, served at every origin, told to everybody as they can load them."""

from __future__ import annotations

import io
import os
import re
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jumak.domain.caller import Caller
from jumak.domain.catalog.picture import PICTURES, own_path
from jumak.domain.merchant import Shop
from jumak.main import run_shop
from jumak.protocol.scopes import expand
from jumak.server.connections import Connections
from jumak.server.flood import NoGuard
from jumak.server.ids import UuidIds
from jumak.server.pictures import UNUSED_S, Pictures
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.backup import backup, restore
from jumak.testing import menu
from jumak.testing.clock import FakeClock
from tests.server.conftest import OPENING, Desk, Refused, Served, served_by
from tests.server.plugin_origin import get, install, policy_of, port_of, web_build

SHOP: Shop = menu.SHOP


def a_picture(color: str = "red", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), color).save(out, kind)
    return out.getvalue()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Served]:
    """A shop on disk behind real sockets."""
    folder, connections, clock = tmp_path / "shop", Connections(), FakeClock(OPENING)
    store = SqliteStore.create(folder, SHOP, clock=clock, ids=UuidIds(), live=connections)
    running, end = await run_shop(store, connections, clock, files=folder, guard=NoGuard())
    async with served_by(Desk(running, clock), folder, web=web_build(tmp_path / "web")) as served:
        yield served
    await end()


async def uploaded(shop: Served, content: bytes) -> str:
    token = await shop.desk.token(name="manager", scopes=["staff:manage"])
    answer = await shop.post("uploads", token, content)
    assert answer.status_code == 200, answer.text
    upload: str = answer.json()["id"]
    return upload


async def added(shop: Served, content: bytes) -> str:
    reply = await shop.desk.ask("catalog-picture.add", upload=await uploaded(shop, content))
    url: str = reply["picture"]["imageUrl"]
    return url


async def an_item(shop: Served, url: str) -> dict[str, Any]:
    category = (await shop.desk.ask("catalog-category.add", category={"title": "식사"}))["category"]
    item = {"title": "국", "category": {"id": category["id"]}, "price": {"priceValue": 1}, "imageUrl": url}
    made: dict[str, Any] = (await shop.desk.ask("catalog-item.add", catalog=item))["catalog"]
    return made


async def test_a_picture_is_kept_and_served(shop: Served, tmp_path: Path) -> None:
    """extensions §9: under the hash of what is kept, for good, and as nothing but a picture."""
    url = await added(shop, a_picture())
    assert re.fullmatch(r"/\.jumak/pictures/[0-9a-f]{64}\.webp", url)
    assert await added(shop, a_picture()) == url
    answer = await get(shop, "localhost", url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert policy_of(answer)["default-src"] == ["'none'"]
    assert Image.open(io.BytesIO(answer.content)).size == (30, 20)
    assert (await get(shop, "localhost", url, If_None_Match=answer.headers["etag"])).status_code == 304
    assert [path.name for path in (tmp_path / "shop" / "pictures").iterdir()] == [url.rpartition("/")[2]]
    assert not list((tmp_path / "shop" / "uploads").iterdir())


@pytest.mark.parametrize(
    "path", ["x.webp", "../shop.db", "..%2fshop.db", "0" * 64 + ".webp", "", ".webp", "a/b.webp"]
)
async def test_nothing_else_is_there(shop: Served, path: str) -> None:
    """extensions §9: only names of pictures lead anywhere."""
    await added(shop, a_picture())
    assert (await get(shop, "localhost", PICTURES + path)).status_code in (404, 405)


async def test_what_is_no_picture_is_refused(shop: Served, tmp_path: Path) -> None:
    """extensions §9: told by its content; nothing of it stays. Managers only."""
    for content in (b"<script>", a_picture(kind="GIF")):
        with pytest.raises(Refused) as refused:
            await shop.desk.ask("catalog-picture.add", upload=await uploaded(shop, content))
        assert refused.value.reason == "NO_PICTURE"
    assert not list((tmp_path / "shop" / "pictures").iterdir())
    cashier = Caller(id="c", kind="device", name="c", scopes=expand(["staff:pay"]))
    with pytest.raises(Refused) as denied:
        await shop.desk.ask("catalog-picture.add", cashier, upload="a" * 32)
    assert denied.value.reason == "SCOPE"
    token = await shop.desk.token(name="shelf", scopes=["catalog:write"])
    assert (await shop.post("uploads", token, a_picture())).status_code == 403


async def test_everybody_is_told_an_address_they_can_load(shop: Served, tmp_path: Path) -> None:
    """catalog §2.1: tills a path, plugins an address of their own origin, services one of the shop; all mean the same."""
    await install(shop.desk, tmp_path / "shop", "bell", {"index.html": "bell"})
    url = await added(shop, a_picture())
    item = await an_item(shop, url)
    assert item["imageUrl"] == url
    at = {"catalog": {"id": item["id"]}}
    token = await shop.desk.token(scopes=["all"])
    told = (await shop.post("catalog-item.get", token, at)).json()["catalog"]["imageUrl"]
    assert told == f"http://localhost:{port_of(shop)}{url}"
    listed = (await shop.post("catalog-item.list", token, {})).json()["catalogs"]
    assert [one["imageUrl"] for one in listed] == [told]
    back = await shop.desk.ask("catalog-item.update", catalog={"id": item["id"], "imageUrl": told})
    assert back["catalog"]["version"] == item["version"]
    till = (await shop.desk.ask("device.pair", kind="till", name="계산대"))["token"]
    signed = await shop.desk.ask("staff.save", staff={"name": "가", "role": "owner", "pin": "482915"})
    assert signed
    async with shop.connect(till) as client:
        await client.ask("staff.login", pin="482915")
        assert (await client.ask("catalog-item.get", **at))["catalog"]["imageUrl"] == url
    bell = Caller(id="bell", kind="plugin", name="bell", scopes=expand(["plugin"]), device_id="till")
    async with shop.connect(shop.shop.credentials.issue(bell)[0]) as plugin:
        of_plugin = (await plugin.ask("catalog-item.get", **at))["catalog"]["imageUrl"]
    assert re.fullmatch(rf"http://bell\.(localhost|127\.0\.0\.1):{port_of(shop)}{re.escape(url)}", of_plugin)
    answer = await get(shop, "bell.localhost", url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert "'self'" in policy_of(answer)["img-src"]
    assert (await get(shop, "bell.localhost", f"{PICTURES}x.webp")).status_code == 404


def test_a_title_that_looks_like_a_field_stays() -> None:
    """catalog §2.1: only the field itself is an address."""
    from jumak.server.picture_links import with_addresses

    body = b'{"title":"\\"imageUrl\\":\\"/.jumak/pictures/x","imageUrl":"/.jumak/pictures/y"}'
    assert with_addresses(body, "http://a") == (
        b'{"title":"\\"imageUrl\\":\\"/.jumak/pictures/x","imageUrl":"http://a/.jumak/pictures/y"}'
    )
    assert own_path("https://elsewhere.example/a.png") == "https://elsewhere.example/a.png"


async def test_unused_pictures_are_cleared_away_later(shop: Served, tmp_path: Path) -> None:
    """extensions §9: a week after nothing has them; one an item has stays, and one brought again counts as new."""
    folder = tmp_path / "shop" / "pictures"
    used, unused, again = [await added(shop, a_picture(color)) for color in ("red", "blue", "green")]
    await an_item(shop, used)
    old = time.time() - UNUSED_S - 60
    for path in folder.iterdir():
        os.utime(path, (old, old))
    await added(shop, a_picture("green"))
    left = {path.name for path in folder.iterdir()}
    assert left == {used.rpartition("/")[2], again.rpartition("/")[2]}
    Pictures(shop.shop, tmp_path / "shop").clear(frozenset(), now=time.time())
    assert again.rpartition("/")[2] in {path.name for path in folder.iterdir()}
    assert unused.rpartition("/")[2] not in left


async def test_pictures_go_with_a_copy_of_the_shop(shop: Served, tmp_path: Path) -> None:
    """extensions §9: `jumak backup` takes them along and `restore` puts them back; other names in the archive are left."""
    url = await added(shop, a_picture())
    await an_item(shop, url)
    backup(tmp_path / "shop", tmp_path / "copy.db")
    with zipfile.ZipFile(tmp_path / "copy.db.pictures.zip", "a") as archive:
        assert archive.namelist() == [url.rpartition("/")[2]]
        archive.writestr("../evil.webp", b"x")
    restore(tmp_path / "copy.db", tmp_path / "new")
    kept = (tmp_path / "new" / "pictures" / url.rpartition("/")[2]).read_bytes()
    assert kept == (tmp_path / "shop" / "pictures" / url.rpartition("/")[2]).read_bytes()
    assert not (tmp_path / "new" / "evil.webp").exists()
    assert len(list((tmp_path / "new" / "pictures").iterdir())) == 1


async def test_downloads(shop: Served) -> None:
    """extensions §9: a made file is handed out to managers, to be saved and never to be shown."""
    made = await shop.desk.ask("catalog-export.create", format="csv")
    manager = await shop.desk.token(name="manager", scopes=["staff:manage"])
    path = f"/v1/downloads/{made['download']}"
    answer = await shop.http.get(path, headers={"Authorization": f"Bearer {manager}"})
    assert (answer.status_code, answer.headers["content-disposition"]) == (200, "attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.text.startswith("\ufeff상품번호,분류")
    assert (await shop.http.get(path)).status_code == 401
    other = await shop.desk.token(name="lamp", scopes=["catalog:read"])
    assert (await shop.http.get(path, headers={"Authorization": f"Bearer {other}"})).status_code == 403
    for odd in ("0" * 32, "..%2f..%2fshop.db"):
        refused = await shop.http.get(f"/v1/downloads/{odd}", headers={"Authorization": f"Bearer {manager}"})
        assert refused.status_code == 404
