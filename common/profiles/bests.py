"""Personal bests made into documents, with where they stand, their songs and their charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from common.accounts import user_documents
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_rows import Found
from common.database.statements import Row
from common.games.model import GPT
from common.profiles import profile_documents, profile_rows
from common.profiles.best_documents import BestLeaderboard, BestList
from common.profiles.profile_documents import PBDocument
from common.scores.ranking_rows import Ranking, rankings_of, rankings_of_page, user_rankings
from common.wire import Wire


def listed(connection: Connection, gpt: GPT, rows: Sequence[Row], wire: Wire) -> BestList:
    """Of one user. Rows with `playcount` show it. Three statements."""
    found = catalogue_rows.of_rows(connection, gpt.game, rows)
    charts, songs = catalogue_documents.charts(found.charts, found.songs, wire, found.ids)
    return BestList(of_user(connection, rows, wire, found), songs, charts)


def leaderboard(
    connection: Connection, gpt: GPT, rows: Sequence[Row], wire: Wire
) -> BestLeaderboard:
    """Of several users, with who they are."""
    found = catalogue_rows.of_rows(connection, gpt.game, rows)
    charts, songs = catalogue_documents.charts(found.charts, found.songs, wire, found.ids)
    users = profile_rows.users_by_id(connection, {row.user_id for row in rows})
    return BestLeaderboard(
        of_users(connection, rows, wire, found),
        songs,
        charts,
        list(map(user_documents.user, users)),
    )


def of_user(
    connection: Connection, rows: Sequence[Row], wire: Wire, found: Found
) -> list[PBDocument]:
    """Of one user, with where each stands. One statement."""
    if not rows:
        return []
    ranks = user_rankings(connection, rows[0].user_id, [row.chart_id for row in rows])
    return documents(rows, wire, found, ranks)


def of_users(
    connection: Connection, rows: Sequence[Row], wire: Wire, found: Found
) -> list[PBDocument]:
    """Of several users, with where each stands. One statement."""
    keys = [(row.user_id, row.chart_id) for row in rows]
    return _ranked(rows, wire, found, rankings_of(connection, keys))


def of_neighbours(
    connection: Connection, rows: Sequence[Row], wire: Wire, found: Found, first: int
) -> list[PBDocument]:
    """Of a page of a chart's leaderboard from the place `first` on. Two statements."""
    return _ranked(rows, wire, found, rankings_of_page(connection, rows, first))


def _ranked(
    rows: Sequence[Row], wire: Wire, found: Found, ranks: Mapping[tuple[int, str], Ranking]
) -> list[PBDocument]:
    return [
        profile_documents.personal_best(
            row, wire, found.ids, ranks.get((row.user_id, row.chart_id))
        )
        for row in rows
    ]


def documents(
    rows: Sequence[Row], wire: Wire, found: Found, ranks: Mapping[str, Ranking]
) -> list[PBDocument]:
    """ranks: by chart."""
    return [
        profile_documents.personal_best(
            row,
            wire,
            found.ids,
            ranks.get(row.chart_id),
            getattr(row, "playcount", None),
        )
        for row in rows
    ]


def of_page(
    rows: Sequence[Row], wire: Wire, found: Found, first: int, players: int
) -> list[PBDocument]:
    """A page of a chart's leaderboard from the rank `first` on; its readers have no rivals here."""
    return [
        profile_documents.personal_best(row, wire, found.ids, Ranking(rank, players, None))
        for rank, row in enumerate(rows, first)
    ]
