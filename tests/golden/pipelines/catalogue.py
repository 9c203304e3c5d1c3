"""The users and the catalogue of a recorded case, written to the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from common.catalogue.collections import STORED
from common.catalogue.folders import resolve
from common.catalogue.versions import raise_versions
from common.database.engine import copy_rows
from common.games.registry import GAMES
from common.seeds.seed_documents import CHARTS, FOLDERS, GOALS, QUESTS, SONGS, Kind

USERNAMES = ("alice", "bob", "carol")


def create_users(connection: Connection, users: list[int]) -> None:
    columns = (
        "id",
        "username",
        "username_lowercase",
        "about",
        "social_media",
        "join_date",
        "last_seen",
        "badges",
    )
    rows = (
        (user, name, name, "", {}, 0, 0, []) for user, name in zip(users, USERNAMES, strict=False)
    )
    copy_rows(connection, "users", columns, rows)


def add_catalogue(
    connection: Connection, catalogue: Mapping[str, Any], *, hashes_of_pms: bool = False
) -> None:
    """Writes documents, without checking whether seeds could hold them.

    hashes_of_pms: whether charts of pms keep their hashes. The reference finds them by the hash
    that an IR gives, but never by that of a batch-manual document, which is a fault: ours can't
    either if they have none.
    """
    games = set()
    for kind in (SONGS, CHARTS):
        for game, documents in (catalogue.get(kind.name) or {}).items():
            games.add(game)
            adapted = [_adapted(document) for document in documents]
            if kind is CHARTS and (renew := GAMES[game].renew_chart) is not None:
                adapted = [renew(document) for document in adapted]
            if game == "pms" and kind is CHARTS and not hashes_of_pms:
                adapted = [_without_hashes(chart) for chart in adapted]
            _write(connection, kind, adapted, game)
    goals = [goal | {"name": known_difficulties(goal)} for goal in catalogue.get("goals", [])]
    _write(connection, GOALS, goals)
    for kind in (FOLDERS, QUESTS):
        _write(connection, kind, catalogue.get(kind.name, []))
    raise_versions(connection, games)


def known_difficulties(goal: Mapping[str, Any]) -> str:
    """The name of a goal, as the adapted charts would have it."""
    name: str = goal["name"]
    return name.replace(" Challenge ", " Expert ") if goal["game"] == "itg" else name


def _adapted(document: dict[str, Any]) -> dict[str, Any]:
    """Some itg charts are of a difficulty that the game's catalogue does not have."""
    data = document["data"]
    if data.get("difficultyTag") == "Challenge":
        data = data | {"difficultyTag": "Expert"}
    return document | {"data": data}


def _without_hashes(chart: dict[str, Any]) -> dict[str, Any]:
    return chart | {"data": chart["data"] | {"hashMD5": "", "hashSHA256": ""}}


def reserve_songs(connection: Connection) -> None:
    """Has the next song of bms be number 9000, which the reference's counter was at."""
    song = {
        "id": 8999,
        "title": "",
        "artist": "",
        "altTitles": [],
        "searchTerms": [],
        "data": dict.fromkeys(("genre", "subtitle", "subartist", "tableString")),
    }
    _write(connection, SONGS, [song], "bms")


def _write(
    connection: Connection, kind: Kind, documents: list[dict[str, Any]], game: str | None = None
) -> None:
    stored = STORED[kind.name]
    columns = [f'"{column}"' for column in stored.columns]
    rows = (stored.row(document, b"", game) for document in documents)
    copy_rows(connection, stored.table, columns, rows)


def resolve_folders(connection: Connection, catalogue: Mapping[str, Any]) -> None:
    for game, charts in (catalogue.get("charts") or {}).items():
        folders = [each for each in catalogue.get("folders", []) if each["game"] == game]
        songs = catalogue["songs"].get(game, [])
        for folder_id, chart_ids in resolve(folders, songs, charts).items():
            rows = ((folder_id, chart_id) for chart_id in chart_ids)
            copy_rows(connection, "folder_charts", ("folder_id", "chart_id"), rows)
