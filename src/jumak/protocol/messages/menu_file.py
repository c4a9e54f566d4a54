"""The menu as a file, in and out, and pictures of items (contract, extensions §9)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from jumak.protocol.row import Data, Reply, Row

FileKind = Literal["csv", "xlsx"]
Language = Literal["ko", "en"]
FileId = Annotated[str, Meta(max_length=64)]


class CreateExport(Data, frozen=True, kw_only=True):
    """language: of headings and words, Korean when left out; both are read again."""

    format: FileKind
    language: Language | None = None


class DownloadReply(Reply, frozen=True, kw_only=True):
    """A file to be fetched at `GET /v1/downloads/<download>` within a day. fileName: what to call it."""

    download: str
    file_name: str


class PreviewImport(Data, frozen=True, kw_only=True):
    """upload: id of an upload. live: stock and state of items that are there already follow the file too."""

    upload: FileId
    live: bool | None = None
    language: Language | None = None


class ImportCell(Data, frozen=True, kw_only=True):
    """What one column says now and would say. column: its heading."""

    column: str
    before: str
    after: str


class ImportChange(Data, frozen=True, kw_only=True):
    """A row that would be taken in. category: one that is made for it.  cells: of an item that is there already."""

    row: int
    event: Literal["add", "update"]
    title: str
    category: str | UnsetType = UNSET
    cells: list[ImportCell] | UnsetType = UNSET


class ImportProblem(Data, frozen=True, kw_only=True):
    """A row that cannot be taken in. message: what is wrong and what would be right."""

    row: int
    column: str
    message: str


class PreviewReply(Reply, frozen=True, kw_only=True):
    """What taking the file in would do; nothing has been done.

    added, changed, unchanged: items.  bad: rows.  categories: titles to be made.  ignored: headings nobody knows.
    changes, problems: the first 200 each.
    """

    import_id: str
    added: int
    changed: int
    unchanged: int
    bad: int
    categories: list[str]
    ignored: list[str]
    changes: list[ImportChange]
    problems: list[ImportProblem]


class ApplyImport(Data, frozen=True, kw_only=True):
    """after: how many items are done already, as the last answer said; 0 at first."""

    import_id: FileId
    after: Annotated[int, Meta(ge=0)]


class ApplyReply(Reply, frozen=True, kw_only=True):
    """How far it is: `done` of `total` items are in the menu."""

    done: int
    total: int


class BadRows(Data, frozen=True, kw_only=True):
    """The rows of an import that are wrong, as a file with the reason in its last column."""

    import_id: FileId
    format: FileKind
    language: Language | None = None


class AddPicture(Data, frozen=True, kw_only=True):
    """upload: id of an upload: PNG, JPEG or WebP, told by its content."""

    upload: FileId


class PictureData(Data, frozen=True, kw_only=True):
    """A picture the shop keeps. url: for an item's `imageUrl`."""

    image_url: str
    width: int
    height: int


class PictureReply(Reply, frozen=True, kw_only=True):
    """The picture, not yet any item's."""

    picture: PictureData


PAGE = "extensions.md §9"
MANAGER = ("staff:manage",)

ROWS: tuple[Row, ...] = (
    Row(name="catalog-export.create.request", kind="request", data=CreateExport, reply=DownloadReply, scopes=MANAGER, apart=True,
        sdk="ext.catalogExport.create", page=PAGE, about="The whole menu as a CSV or XLSX file."),
    Row(name="catalog-import.preview.request", kind="request", data=PreviewImport, reply=PreviewReply, scopes=MANAGER, apart=True,
        sdk="ext.catalogImport.preview", page=PAGE, about="What an uploaded menu file would change; nothing is written."),
    Row(name="catalog-import.apply.request", kind="request", data=ApplyImport, reply=ApplyReply, scopes=MANAGER, write=True, apart=True,
        sdk="ext.catalogImport.apply", page=PAGE, about="Take in what was previewed, up to 250 items at a time."),
    Row(name="catalog-import.bad-rows.request", kind="request", data=BadRows, reply=DownloadReply, scopes=MANAGER, apart=True,
        sdk="ext.catalogImport.badRows", page=PAGE, about="The rows of an import that are wrong, as a file with the reasons."),
    Row(name="catalog-picture.add.request", kind="request", data=AddPicture, reply=PictureReply, scopes=MANAGER, apart=True,
        sdk="ext.catalogPicture.add", page=PAGE, about="Keep an uploaded picture for an item."),
)  # fmt: skip
