"""Answers of searches. Source: specification, http-api-inspect.md section 5, v3/http-api.md."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from common.accounts.user_documents import UserDocument
from common.catalogue.catalogue_documents import ChartDocument, FolderDocument, SongDocument


class FoundUser(UserDocument, kw_only=True):
    """A user; isRival: of the requester, in any game."""

    isRival: bool = msgspec.field(default=False, name="__isRival")


class FoundChart(msgspec.Struct):
    """playcount: how many have played it; None where that was not looked at."""

    song: SongDocument
    chart: ChartDocument
    playcount: int | None


class Found(msgspec.Struct, kw_only=True):
    """charts: by game, as the dialect calls it."""

    users: list[FoundUser]
    charts: dict[str, list[FoundChart]]
    folders: list[FolderDocument] | UnsetType = UNSET


class FoundByHash(msgspec.Struct):
    """charts: in version 2 by game (`bms:7K`), in version 3 a list of charts with their songs."""

    charts: dict[str, list[FoundChart]] | list[ChartDocument]


def as_found_user(user: UserDocument, rivals: set[int]) -> FoundUser:
    fields: dict[str, Any] = {name: getattr(user, name) for name in user.__struct_fields__}
    return FoundUser(**fields, isRival=user.id in rivals)
