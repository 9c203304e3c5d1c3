"""Whether what is stored of a user is what their scores make of it.

Imports carry forward what was there before and what came: personal bests, the values that sessions
are rated by, the places of personal bests in a profile. Here all of it is worked out from all
scores, and compared; `Recalculation` of the games puts right what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from common.catalogue.index import GameCatalogue
from common.games.registry import get_game
from worker.catalogue.memory import CatalogueStore
from worker.records import personal_bests, profiles, scores, sessions

# Charts whose scores are in memory at once.
CHARTS_AT_ONCE = 2000


def differences(
    connection: Connection, user_id: int, catalogues: CatalogueStore
) -> Iterator[tuple[str, str]]:
    """Game and sentence of each thing that is not as the user's scores have it.

    connection: sees one state of the database throughout, of a time when no job of the user's ran.
    """
    for game in scores.played_games(connection, user_id):
        catalogue = catalogues.get(connection, game)
        for sentence in _of_game(connection, user_id, catalogue):
            yield game, sentence


def _of_game(connection: Connection, user_id: int, catalogue: GameCatalogue) -> Iterator[str]:
    game = catalogue.game
    chart_ids = personal_bests.charts_of(connection, user_id, game)
    for start in range(0, len(chart_ids), CHARTS_AT_ONCE):
        batch = chart_ids[start : start + CHARTS_AT_ONCE]
        stored = personal_bests.on_charts(connection, user_id, batch)
        for made in personal_bests.of_scores(connection, user_id, catalogue, batch):
            name = f"personal best on {made['chart_id']}"
            yield from _compared(name, stored.pop(made["chart_id"], None), made)
        for chart_id in stored:
            yield f"personal best on {chart_id}: there is no score"
    for found in sessions.of_game(connection, user_id, game):
        yield from _of_sessions(connection, user_id, found)
    for playtype in get_game(game).playtypes:
        stored_profile, profile = profiles.of_all(connection, user_id, catalogue, playtype)
        if profile.exists:
            wanted: dict[str, Any] = {"classes": profile.classes}
            if profile.played:
                wanted |= {"ratings": profile.ratings, "highest": profile.highest}
            yield from _compared(f"profile of {playtype}", stored_profile, wanted)
        elif stored_profile is not None:
            yield f"profile of {playtype}: there is nothing to make it of"


def _of_sessions(connection: Connection, user_id: int, batch: Sequence[Row[Any]]) -> Iterator[str]:
    changes, emptied = sessions.made_of_scores(connection, user_id, batch)
    stored = {session.session_id: session for session in batch}
    for change in changes:
        session = stored[change.session_id]
        made = msgspec.to_builtins(change)
        if session.best_values_of != len(session.score_ids):
            del made["best_values"]  # which are of an older worker, and not believed
        yield from _compared(f"session {change.session_id}", session, made)
    for session_id in emptied:
        yield f"session {session_id}: it has no score"


def _compared(name: str, stored: Row[Any] | None, made: Mapping[str, Any]) -> Iterator[str]:
    if stored is None:
        yield f"{name}: it is missing"
        return
    wanted = msgspec.to_builtins(made)
    for column, value in stored._mapping.items():
        if column in wanted and value != wanted[column]:
            yield f"{name}: {column} is {value} instead of {wanted[column]}"
