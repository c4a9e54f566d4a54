"""The menu as a file: handed out, and taken in after a preview (contract, extensions §9).

Files are read, compared and written in a process of their own, so sales go on. What was previewed is kept for a
while, and taken in from there: what is written is what was seen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Struct

from jumak.domain.calendar import calendar_of
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.sheet import Change
from jumak.domain.catalog.sheet.columns import Lang
from jumak.domain.catalog.sheet.plan import Catalogue
from jumak.domain.errors import NotFound
from jumak.formats import menu
from jumak.protocol.messages.menu_file import (
    ApplyImport,
    ApplyReply,
    BadRows,
    CreateExport,
    DownloadReply,
    ImportCell,
    ImportChange,
    ImportProblem,
    PreviewImport,
    PreviewReply,
)
from jumak.server.live import Ask, LiveHandler
from jumak.server.uploads import Uploads, of_file
from jumak.service.menu_import import Import, take_in

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop
    from jumak.service.ports import Documents, Transaction

SHOWN = 200
"""Changes and problems a preview tells of."""

KEPT = 4
KEPT_S = 3_600.0
"""A preview that nobody applied within an hour is forgotten, or when newer ones need its room."""

READING_S = 300.0
"""For a preview or an export as a whole; a file that takes longer is refused before."""


class Kept(Struct):
    """What was previewed. done: how much of it is written."""

    found: menu.Compared
    planned: Import
    since: float
    lock: asyncio.Lock
    done: int = 0


class MenuFiles:
    """The menu files of one shop. folder: of the shop; files lie in `uploads` and `downloads` below it."""

    def __init__(self, shop: RunningShop, folder: Path) -> None:
        self._shop = shop
        self._uploads, self._downloads = Uploads(folder / "uploads"), Uploads(folder / "downloads")
        self._kept: dict[str, Kept] = {}
        self._working = asyncio.Lock()
        """One file at a time: large ones take memory."""

    def serve(self) -> None:
        """Takes over the messages."""
        answers: dict[str, LiveHandler] = {
            "catalog-export.create.request": self.answer_export,
            "catalog-import.preview.request": self.answer_preview,
            "catalog-import.apply.request": self.answer_apply,
            "catalog-import.bad-rows.request": self.answer_bad_rows,
        }
        self._shop.live.update(answers)
        self._shop.deadlines.update(dict.fromkeys(answers, READING_S))

    async def answer_export(self, ask: Ask, data: CreateExport) -> DownloadReply:  # noqa: ARG002 (any manager may)
        """`catalog-export.create.request`: all items but deleted ones, in menu order."""
        catalogue = await _catalogue(self._shop.store.reader())
        lang: Lang = data.language or "ko"
        name = "메뉴" if lang == "ko" else "menu"
        async with self._working:
            return await self._hand_out(
                data.format,
                name,
                lambda path: menu.export(path, data.format, catalogue, lang=lang, sheet=name),
            )

    async def answer_preview(self, ask: Ask, data: PreviewImport) -> PreviewReply:  # noqa: ARG002 (any manager may)
        """`catalog-import.preview.request`. Raises InvalidArgument for a file that is none."""
        path = await asyncio.to_thread(self._uploads.path_of, data.upload)
        lang: Lang = data.language or "ko"
        live = bool(data.live)
        async with self._working:
            catalogue = await _catalogue(self._shop.store.reader())
            found = await of_file(menu.compare(path, catalogue, live=live, lang=lang))
        plan, import_id = found.plan, self._shop.ids.new()
        changes = sorted((*plan.added, *plan.changed), key=lambda change: change.row)
        stood = {change.item_id: catalogue.items[change.item_id] for change in changes if change.item_id}
        self._keep(import_id, found, Import(changes=tuple(changes), stood=stood, live=live))
        return PreviewReply(
            import_id=import_id,
            added=len(plan.added),
            changed=len(plan.changed),
            unchanged=plan.unchanged,
            bad=len(plan.bad),
            categories=list(plan.categories),
            ignored=list(plan.ignored),
            changes=[_change_view(change) for change in changes[:SHOWN]],
            problems=[
                ImportProblem(row=bad.row, column=bad.column, message=bad.ko if lang == "ko" else bad.en)
                for bad in plan.bad[:SHOWN]
            ],
        )

    async def answer_apply(self, ask: Ask, data: ApplyImport) -> ApplyReply:
        """`catalog-import.apply.request`: the next step of it; one that was done already only says how far it is."""
        kept = self._known(data.import_id)
        total = len(kept.planned.changes)
        async with kept.lock:
            if data.after != kept.done or kept.done == total:
                return ApplyReply(done=kept.done, total=total)

            async def run(tx: Transaction) -> ApplyReply:
                return await take_in(tx, kept.planned, data.after)

            reply = await ask.write(run, body=msgspec.json.encode(data))
            kept.done = reply.done
            return reply

    async def answer_bad_rows(self, ask: Ask, data: BadRows) -> DownloadReply:  # noqa: ARG002 (any manager may)
        """`catalog-import.bad-rows.request`: to be mended and taken in by itself."""
        kept = self._known(data.import_id)
        lang: Lang = data.language or "ko"
        reasons: dict[int, list[str]] = {}
        for bad in kept.found.plan.bad:
            reasons.setdefault(bad.row, []).append(f"{bad.column}: {bad.ko if lang == 'ko' else bad.en}")
        first, bad_lines = kept.found.first, kept.found.bad_lines
        width = max(map(len, (first, *bad_lines.values())))
        lines = [
            [*line, *[""] * (width - len(line)), reason]
            for line, reason in (
                (first, "문제" if lang == "ko" else "Problem"),
                *((bad_lines[row], " / ".join(why)) for row, why in reasons.items()),
            )
        ]
        name = "메뉴-고칠-줄" if lang == "ko" else "menu-rows-to-mend"
        return await self._hand_out(
            data.format, name, lambda path: menu.write(path, data.format, lines, sheet=name)
        )

    def _keep(self, import_id: str, found: menu.Compared, planned: Import) -> None:
        now = time.monotonic()
        for old in [key for key, kept in self._kept.items() if now - kept.since > KEPT_S]:
            del self._kept[old]
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[import_id] = Kept(found, planned, now, asyncio.Lock())

    def _known(self, import_id: str) -> Kept:
        kept = self._kept.get(import_id)
        if kept is None:
            raise NotFound(
                "미리보기가 오래되어 사라졌습니다. 파일을 다시 올려 미리 보아 주세요.",
                "This preview is gone: upload the file and preview it again.",
                id=import_id[:64],
            )
        return kept

    async def _hand_out(
        self, kind: menu.Kind, name: str, make: Callable[[Path], Awaitable[None]]
    ) -> DownloadReply:
        download = self._shop.ids.new()
        path = await asyncio.to_thread(self._downloads.place_for, download)
        await of_file(make(path))
        at = calendar_of(self._shop.store.reader().shop).iso(self._shop.clock.now())
        return DownloadReply(download=download, file_name=f"{name}-{at[:10]}.{kind}")


async def _catalogue(read: Documents) -> Catalogue:
    """The menu as it is now: copies, for a thread."""
    return Catalogue(
        dict(await read.all(CatalogItem)), dict(await read.all(Category)), dict(await read.all(Option))
    )


def _change_view(change: Change) -> ImportChange:
    cells = [ImportCell(column=cell.column, before=cell.before, after=cell.after) for cell in change.cells]
    return ImportChange(
        row=change.row,
        event="add" if change.item_id is None else "update",
        title=change.title,
        category=change.category or UNSET,
        cells=cells or UNSET,
    )
