"""Orphans as documents. Source: specification, v3/http-api.md section 5.4."""

from __future__ import annotations

from typing import Any, Final

import msgspec

SUMMARY_LIMIT: Final = 120  # characters of a summary,
MAIN_LIMIT: Final = 80  # and of its first part where something follows
_HASH: Final = 16  # characters of a hash that are shown

_IN_DATA: Final = ("identifier", "title", "songTitle", "hashSHA256", "sha256")
_IN_CONTEXT: Final = ("title", "identifier")


class OrphanSummary(msgspec.Struct, kw_only=True):
    """An orphan in a list. summary: what of the input names its chart.

    rowID: its place; `after` of the next page. timeInserted: milliseconds since the epoch.
    """

    orphanID: str
    rowID: str
    importType: str
    gameGroup: str
    timeInserted: int
    message: str | None
    summary: str | None


class OrphanList(msgspec.Struct):
    """A page of orphans. hasMore: whether there is another."""

    orphans: list[OrphanSummary]
    hasMore: bool


class OrphanDocument(msgspec.Struct, kw_only=True):
    """An orphan. data: the entry as it came; context: what the import said of all its entries."""

    orphanID: str
    importType: str
    gameGroup: str
    timeInserted: int
    message: str | None
    data: Any
    context: Any


def place_of(row: Any) -> str:
    """What `after` says for the page behind an orphan."""
    return f"{row.time_inserted}.{row.orphan_id}"


def in_list(row: Any) -> OrphanSummary:
    return OrphanSummary(
        orphanID=row.orphan_id,
        rowID=place_of(row),
        importType=row.import_type,
        gameGroup=row.game,
        timeInserted=row.time_inserted,
        message=row.err_msg,
        summary=summary(row.data, row.context),
    )


def whole(row: Any) -> OrphanDocument:
    return OrphanDocument(
        orphanID=row.orphan_id,
        importType=row.import_type,
        gameGroup=row.game,
        timeInserted=row.time_inserted,
        message=row.err_msg,
        data=row.data,
        context=row.context,
    )


def summary(data: Any, context: Any) -> str | None:
    """What names the entry's chart, for a person: a title or a hash, artist and difficulty."""
    main = _first(data, _IN_DATA) or _first(context, _IN_CONTEXT) or _hash_of(context)
    if main is None:
        return None
    more = [text for name in ("artist", "difficulty") if (text := _first(data, (name,)))]
    if not more:
        return main[:SUMMARY_LIMIT]
    return f"{main[:MAIN_LIMIT]} ({' · '.join(more)})"[:SUMMARY_LIMIT]


def _first(holder: Any, names: tuple[str, ...]) -> str | None:
    if not isinstance(holder, dict):
        return None
    found = (holder.get(name) for name in names)
    return next((text for text in found if isinstance(text, str) and text), None)


def _hash_of(context: Any) -> str | None:
    chart = context.get("chart") if isinstance(context, dict) else None
    sha256 = _first(chart, ("hashSHA256", "sha256"))
    return None if sha256 is None else f"sha256:{sha256[:_HASH]}..."
