"""The menu out of the shop and into it, as a file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jumak.domain.catalog import CatalogItem, ItemPrice
from jumak.domain.errors import Conflict, InvalidArgument, NotFound, PermissionDenied
from jumak.formats.csv_table import read_csv
from jumak.formats.menu_work import read_rows
from jumak.service.menu_import import BATCH
from jumak.testing import SimulatedShop, menu, simulated_shop
from jumak.testing.shop import staff_caller

Json = dict[str, Any]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as shop:
        yield shop


def put(shop: SimulatedShop, content: bytes | str, upload: str = "a" * 32) -> str:
    """As if somebody had uploaded it."""
    assert shop.folder is not None
    (shop.folder / "uploads").mkdir(exist_ok=True)
    path = shop.folder / "uploads" / upload
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return upload


def downloaded(shop: SimulatedShop, reply: Json) -> Path:
    assert shop.folder is not None
    return shop.folder / "downloads" / reply["download"]


async def preview(shop: SimulatedShop, content: bytes | str, **more: Any) -> Json:
    return await shop.request("catalog-import.preview.request", {"upload": put(shop, content), **more})


async def apply(shop: SimulatedShop, import_id: str, after: int = 0, **more: Any) -> Json:
    return await shop.request("catalog-import.apply.request", {"importId": import_id, "after": after}, **more)


async def items(shop: SimulatedShop) -> dict[str, Json]:
    found = await shop.request("catalog-item.list.request")
    return {item["title"]: item for item in found["catalogs"]}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ko", "en"])
async def test_out_and_in_again_changes_nothing(shop: SimulatedShop, kind: str, language: str) -> None:
    """extensions §9: the whole menu in both formats and languages; taking it in again has no effect."""
    made = await shop.request("catalog-export.create.request", {"format": kind, "language": language})
    assert made["fileName"].endswith(f".{kind}")
    content = downloaded(shop, made).read_bytes()
    assert content[:3] == (b"\xef\xbb\xbf" if kind == "csv" else b"PK\x03")
    seen = await preview(shop, content, live=True)
    assert (seen["added"], seen["changed"], seen["bad"]) == (0, 0, 0)
    assert seen["unchanged"] == len(await items(shop))
    assert await apply(shop, seen["importId"]) == {"done": 0, "total": 0}


async def test_a_preview_writes_nothing_and_its_good_rows_are_taken_in(shop: SimulatedShop) -> None:
    """extensions §9: new, changed and bad rows are told before; then the good ones are written in one commit."""
    before, seq = await items(shop), shop.running.store.reader().seq
    table = (
        "분류,상품명,가격,바코드\n식사,칼국수,9500,\n계절,팥빙수,9000,8801234123457\n계절,식혜빙수,비쌈,\n"
    )
    seen = await preview(shop, table)
    assert (await items(shop), shop.running.store.reader().seq) == (before, seq)
    assert (seen["added"], seen["changed"], seen["unchanged"], seen["bad"]) == (1, 1, 0, 1)
    assert seen["categories"] == ["계절"]
    assert seen["changes"] == [
        {
            "row": 2,
            "event": "update",
            "title": "칼국수",
            "cells": [{"column": "가격", "before": "9000", "after": "9500"}],
        },
        {"row": 3, "event": "add", "title": "팥빙수", "category": "계절"},
    ]
    (problem,) = seen["problems"]
    assert (problem["row"], problem["column"]) == (4, "가격")
    assert await apply(shop, seen["importId"]) == {"done": 2, "total": 2}
    after = await items(shop)
    assert after["칼국수"]["price"]["priceValue"] == 9_500
    assert after["칼국수"]["options"] == before["칼국수"]["options"]
    assert after["팥빙수"]["category"]["title"] == "계절"
    facts = await shop.running.store.reader().facts(seq, 100)
    assert [entry.fact.name for entry in facts] == ["category.add", "catalog.update", "catalog.add"]


async def test_bad_rows_come_back_with_their_reasons(shop: SimulatedShop) -> None:
    """extensions §9: to be mended and taken in by themselves; a reason's column is passed over then."""
    seen = await preview(shop, "분류;상품명;가격\n식사;=묵;비쌈\n식사;전;1\n".encode("cp949"))
    asked = {"importId": seen["importId"], "format": "csv", "language": "en"}
    made = await shop.request("catalog-import.bad-rows.request", asked)
    rows = list(read_csv(downloaded(shop, made).read_bytes()))
    assert [row[:3] for row in rows] == [["분류", "상품명", "가격"], ["식사", "=묵", "비쌈"]]
    assert rows[0][3] == "Problem"
    assert "no whole number" in rows[1][3]
    mended = [rows[0], [*rows[1][:2], "5000", rows[1][3]]]
    again = await preview(shop, "\n".join(",".join(row) for row in mended))
    assert (again["added"], again["bad"], again["ignored"]) == (1, 0, ["Problem"])
    sheet = await shop.request("catalog-import.bad-rows.request", asked | {"format": "xlsx"})
    assert read_rows(downloaded(shop, sheet)) == rows


async def test_what_somebody_changed_meanwhile_is_not_overwritten(shop: SimulatedShop) -> None:
    """OFF-4: the items are named, and nothing of the step is written; what only sold meanwhile goes through."""
    seen = await preview(shop, "상품명,분류,가격\n칼국수,식사,1\n손만두,식사,2\n새것,식사,3\n")
    assert (seen["added"], seen["changed"], seen["bad"]) == (1, 2, 0), seen
    sold = {"catalog": {"id": menu.DUMPLINGS}, "state": "SOLD_OUT"}
    await shop.request("catalog-item.set-state.request", sold)
    await shop.request(
        "catalog-item.update.request", {"catalog": {"id": menu.NOODLES, "description": "새 설명"}}
    )
    before = await items(shop)
    with pytest.raises(Conflict) as refused:
        await apply(shop, seen["importId"])
    assert refused.value.reason == "VERSION"
    assert refused.value.data["catalogs"] == [{"id": menu.NOODLES, "title": "칼국수"}]
    assert "칼국수" in refused.value.ko
    assert await items(shop) == before
    seen = await preview(shop, "상품명,분류,가격\n손만두,식사,2\n")
    stock = {"catalog": {"id": menu.DUMPLINGS}, "priceId": before["손만두"]["price"]["id"], "delta": -1}
    await shop.request("catalog-item.adjust-stock.request", stock | {"reason": "폐기"})
    assert await apply(shop, seen["importId"]) == {"done": 1, "total": 1}
    after = (await items(shop))["손만두"]
    assert (after["price"]["priceValue"], after["state"]) == (2, "SOLD_OUT")
    assert after["price"]["stockQuantity"]["remainQuantity"] == 4


async def test_a_lost_answer_does_nothing_twice(shop: SimulatedShop) -> None:
    """PAY-7: the same step again, with the same id or without one, only says how far it is."""
    seen = await preview(shop, "상품명,분류,가격\n호박죽,식사,1\n")
    assert await apply(shop, seen["importId"], command_id="c-1") == {"done": 1, "total": 1}
    count = len(await items(shop))
    assert await apply(shop, seen["importId"], command_id="c-1") == {"done": 1, "total": 1}
    assert await apply(shop, seen["importId"]) == {"done": 1, "total": 1}
    assert len(await items(shop)) == count


async def test_steps_of_a_large_menu(shop: SimulatedShop) -> None:
    """extensions §9: a large menu is taken in step by step; a second look finds what is in already unchanged."""
    count = BATCH + 20
    table = "분류,상품명,가격\n" + "".join(f"대형,상품 {number},1000\n" for number in range(count))
    seen = await preview(shop, table)
    assert (seen["added"], len(seen["changes"])) == (count, 200)
    assert await apply(shop, seen["importId"]) == {"done": BATCH, "total": count}
    assert (await preview(shop, table))["unchanged"] == BATCH
    assert await apply(shop, seen["importId"], BATCH) == {"done": count, "total": count}
    found = await shop.request("catalog-category.list.request")
    assert [one["title"] for one in found["categories"]].count("대형") == 1
    assert (await preview(shop, table))["unchanged"] == count


async def test_who_may_and_what_is_gone(shop: SimulatedShop) -> None:
    """rulebook §7.5: managers only; uploads and previews are named by ids, never by paths."""
    cashier = staff_caller("cashier")
    with pytest.raises(PermissionDenied):
        await shop.request("catalog-export.create.request", {"format": "csv"}, caller=cashier)
    for upload in ("b" * 32, "../shop.db", ""):
        with pytest.raises(NotFound):
            await shop.request("catalog-import.preview.request", {"upload": upload})
    with pytest.raises(NotFound) as refused:
        await apply(shop, "c" * 32)
    assert "다시" in refused.value.ko
    with pytest.raises(InvalidArgument) as wrong:
        await preview(shop, b"\xd0\xcf\x11\xe0" + bytes(100))
    assert wrong.value.reason == "XLS"
    first = (await preview(shop, "상품명,가격\n가,1\n"))["importId"]
    for _ in range(4):
        await preview(shop, "상품명,가격\n가,1\n")
    with pytest.raises(NotFound):
        await apply(shop, first)


async def test_the_shop_answers_while_a_large_file_is_read(tmp_path: Path) -> None:
    """extensions §9: reading, comparing and writing out a menu of 5,000 items holds up nobody for long."""
    price = ItemPrice(id=1, title="", is_default=True, state="ON_SALE", price_type="FIXED", price_unit=1,
                      price_value=1_000, is_tax_free=False, is_stockable=False)  # fmt: skip
    many = [
        CatalogItem(id=10_000 + number, title=f"상품 {number}", state="ON_SALE", category_id=1, labels=(), option_ids=(),
                    prices=(msgspec.structs.replace(price, id=100_000 + number),), type="ITEM", version=1)
        for number in range(5_000)
    ]  # fmt: skip
    async with simulated_shop(folder=tmp_path / "shop", documents=[*menu.DOCUMENTS, *many]) as shop:
        asked = asyncio.create_task(shop.request("catalog-export.create.request", {"format": "xlsx"}))
        answered = 0
        while not asked.done():
            await shop.request("merchant.info.request")
            answered += 1
            await asyncio.sleep(0.001)
        content = downloaded(shop, asked.result()).read_bytes()
        looked = asyncio.create_task(preview(shop, content))
        began = time.monotonic()
        while not looked.done():
            await shop.request("merchant.info.request")
            answered += 1
            await asyncio.sleep(0.001)
        assert looked.result()["unchanged"] == 5_008
        assert answered > 20, time.monotonic() - began
