"""Scores as stored: written, changed and deleted in bulk. The caller holds the user's lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import orjson
from msgspec import UNSET
from sqlalchemy import Connection, Row, text

from common.database.columns import Columns
from common.database.parameters import text_array
from common.database.statements import Statement
from common.games.model import GPT
from common.jobs.arguments import ScoreChanges
from common.scores import score_documents
from common.scores.score_tables import ScoreRow
from common.wire import Wire

COLUMNS: Final = Columns(ScoreRow)

# Those of the user's scores, and an empty one where the user has a blacklist: few do,
# and what twenty thousand IDs cost most of is being sent and read.
_STORED: Final = Statement(
    """
    SELECT score_id FROM scores
    WHERE user_id = :user_id
      AND score_id = ANY(CAST(:score_ids AS text[]))
    UNION ALL
    SELECT '' WHERE EXISTS (SELECT FROM score_blacklist WHERE user_id = :user_id)
    """
)
_BLACKLISTED: Final = Statement(
    """
    SELECT score_id FROM score_blacklist
    WHERE user_id = :user_id
      AND score_id = ANY(CAST(:score_ids AS text[]))
    """
)
_DELETE: Final = text(
    "DELETE FROM scores WHERE user_id = :user_id"
    " AND score_id = ANY(CAST(:score_ids AS text[])) RETURNING *"
)
_DELETE_OF_IMPORT: Final = text(
    "DELETE FROM scores WHERE user_id = :user_id AND import_id = :import_id RETURNING *"
)
_DELETE_OF_GPT: Final = text(
    "DELETE FROM scores WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
    " RETURNING *"
)
_BLACKLIST: Final = text(
    """
    INSERT INTO score_blacklist (user_id, score_id, score)
    SELECT CAST(score->>'userID' AS integer), score->>'scoreID', score
    FROM jsonb_array_elements(CAST(:scores AS jsonb)) AS score
    ON CONFLICT DO NOTHING
    """
)
_EDIT: Final = text(
    """
    UPDATE scores
    SET comment = CASE WHEN :with_comment THEN :comment ELSE comment END,
        highlight = coalesce(:highlight, highlight)
    WHERE user_id = :user_id AND score_id = :score_id
    """
)
_HIGHLIGHT: Final = text(
    "UPDATE scores SET highlight = true WHERE user_id = :user_id"
    " AND score_id = ANY(CAST(:score_ids AS text[]))"
)
_ON_CHARTS: Final = text(
    """
    SELECT score_id, chart_id, score_data, calculated_data FROM scores
    WHERE user_id = :user_id
      AND chart_id = ANY(CAST(:chart_ids AS text[]))
    """
)
_PLAYED_GAMES: Final = text(
    """
    SELECT game FROM personal_bests WHERE user_id = :user_id
    UNION SELECT game FROM scores WHERE user_id = :user_id
    UNION SELECT game FROM user_game_stats WHERE user_id = :user_id
    ORDER BY game
    """
)
_PLAYED_CHARTS: Final = text(
    "SELECT DISTINCT chart_id FROM scores WHERE user_id = :user_id AND game = :game"
)
# What each becomes is looked up by its ID: a join with a list may go through it for every row.
_RERATE: Final = text(
    """
    UPDATE scores SET (score_data, calculated_data) = (
        SELECT new -> 0, new -> 1
        FROM (SELECT CAST(:changed AS jsonb) -> score_id AS new OFFSET 0) AS found)
    WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))
    """
)


def insert(
    connection: Connection, rows: Iterable[Mapping[str, Any]], same: Mapping[str, Any]
) -> None:
    """One COPY, whatever the number of scores. same: the values that all of them have."""
    COLUMNS.copy(connection, rows, same)


def known(
    connection: Connection, user_id: int, score_ids: Collection[str]
) -> tuple[set[str], set[str]]:
    """Which of the ids are on the user's blacklist, and which are stored."""
    if not score_ids:
        return set(), set()
    parameters = {"user_id": user_id, "score_ids": text_array(score_ids)}
    stored = set(_STORED.values(connection, parameters))
    if "" not in stored:
        return set(), stored
    return set(_BLACKLISTED.values(connection, parameters)), stored - {""}


def delete(connection: Connection, user_id: int, score_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Deletes the user's scores among these; returns their rows."""
    parameters = {"user_id": user_id, "score_ids": text_array(score_ids)}
    return connection.execute(_DELETE, parameters).all()


def delete_of_import(connection: Connection, user_id: int, import_id: str) -> Sequence[Row[Any]]:
    """Deletes what an import of the user's stored; returns the rows."""
    parameters = {"user_id": user_id, "import_id": import_id}
    return connection.execute(_DELETE_OF_IMPORT, parameters).all()


def delete_of_gpt(connection: Connection, user_id: int, gpt: GPT) -> Sequence[Row[Any]]:
    """Deletes the user's scores on a GPT; returns the rows."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    return connection.execute(_DELETE_OF_GPT, parameters).all()


def blacklist(connection: Connection, scores: Sequence[Row[Any]]) -> None:
    """Has later imports skip these scores; their data are kept as stored, not as shown."""
    documents = [
        {
            **msgspec.to_builtins(score_documents.score(score, Wire.V2)),
            "scoreData": score.score_data,
        }
        for score in scores
    ]
    connection.execute(_BLACKLIST, {"scores": orjson.dumps(documents).decode()})


def edit(connection: Connection, user_id: int, score_id: str, changes: ScoreChanges) -> bool:
    """Sets comment and highlight, whichever are given; whether the user has the score."""
    parameters = {
        "user_id": user_id,
        "score_id": score_id,
        "with_comment": changes.comment is not UNSET,
        "comment": changes.comment or None,
        "highlight": None if changes.highlight is UNSET else changes.highlight,
    }
    return connection.execute(_EDIT, parameters).rowcount == 1


def highlight(connection: Connection, user_id: int, score_ids: Collection[str]) -> None:
    """Marks out the user's scores among these."""
    connection.execute(_HIGHLIGHT, {"user_id": user_id, "score_ids": text_array(score_ids)})


def on_charts(
    connection: Connection, user_id: int, chart_ids: Collection[str]
) -> Iterable[Row[Any]]:
    """`score_id`, `chart_id`, `score_data` and `calculated_data` of the user's scores there."""
    parameters = {"user_id": user_id, "chart_ids": text_array(chart_ids)}
    return connection.execute(_ON_CHARTS, parameters)


def played_games(connection: Connection, user_id: int) -> list[str]:
    """The games of which anything of the user's is stored."""
    return list(connection.scalars(_PLAYED_GAMES, {"user_id": user_id}))


def played_charts(connection: Connection, user_id: int, game: str) -> list[str]:
    """The charts of the game on which the user has scores."""
    return sorted(connection.scalars(_PLAYED_CHARTS, {"user_id": user_id, "game": game}))


def rerate(connection: Connection, user_id: int, changed: Mapping[str, tuple[Any, Any]]) -> None:
    """Gives scores another score_data and calculated_data, by scoreID."""
    parameters = {
        "user_id": user_id,
        "score_ids": text_array(changed),
        "changed": orjson.dumps(changed).decode(),
    }
    connection.execute(_RERATE, parameters)
