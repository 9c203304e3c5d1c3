"""Stored sessions, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.games.model import GPT
from common.text.patterns import containing

_OF_GPT: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"
_FROM: Final = "(NOT :paged OR (time_ended, session_id) < (:ended, :session_id))"

_ONE = Statement("SELECT * FROM sessions WHERE session_id = :session_id")
_SOME = Statement(
    """
    SELECT * FROM sessions
    WHERE user_id = :user_id AND session_id = ANY(CAST(:ids AS text[]))
    ORDER BY time_started
    """
)
_RECENT = Statement(
    f"""
    SELECT * FROM sessions WHERE {_OF_GPT} AND {_FROM}
    ORDER BY time_ended DESC, session_id DESC LIMIT :most
    """  # noqa: S608 (constants of ours)
)
_HIGHLIGHTED = Statement(
    f"""
    SELECT * FROM sessions WHERE {_OF_GPT} AND highlight AND {_FROM}
    ORDER BY time_ended DESC, session_id DESC LIMIT :most
    """  # noqa: S608
)
_BEST = Statement(
    f"""
    SELECT * FROM sessions WHERE {_OF_GPT}
    ORDER BY CAST(calculated_data->>:alg AS double precision) DESC NULLS LAST, session_id
    LIMIT :most
    """  # noqa: S608
)
_NAMED = Statement(
    f"""
    SELECT * FROM sessions WHERE {_OF_GPT} AND lower(name) LIKE :pattern
    ORDER BY length(name), time_ended DESC, session_id LIMIT :most
    """  # noqa: S608
)
_CALENDAR = Statement(
    f"""
    SELECT session_id, name, "desc", highlight, time_started, time_ended, game, playtype
    FROM sessions WHERE {_OF_GPT} ORDER BY time_started
    """  # noqa: S608
)
_CALENDAR_OF_ALL = Statement(
    """
    SELECT session_id, name, "desc", highlight, time_started, time_ended, game, playtype
    FROM sessions WHERE user_id = :user_id ORDER BY time_started
    """
)
_BEFORE = Statement(
    f"""
    SELECT count(*) FROM sessions
    WHERE {_OF_GPT} AND (time_started, session_id) <= (:started, :session_id)
    """  # noqa: S608
)
_NEIGHBOURS = Statement(
    f"""
    (SELECT 'prev' AS place, found.* FROM (
        SELECT * FROM sessions
        WHERE {_OF_GPT} AND (time_started, session_id) < (:started, :session_id)
        ORDER BY time_started DESC, session_id DESC LIMIT 1) AS found)
    UNION ALL
    (SELECT 'next', found.* FROM (
        SELECT * FROM sessions
        WHERE {_OF_GPT} AND (time_started, session_id) > (:started, :session_id)
        ORDER BY time_started, session_id LIMIT 1) AS found)
    """  # noqa: S608
)

# The end of a page: when it ended, sessionID.
Place = tuple[float, str]


def _parameters(user_id: int, gpt: GPT, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, **more}


def _from(after: Place | None) -> dict[str, Any]:
    ended, session_id = after or (0.0, "")
    return {"paged": after is not None, "ended": ended, "session_id": session_id}


def place_of(row: Row) -> Place:
    """Where the page ends that ends with this session."""
    return (row.time_ended, row.session_id)


def find(connection: Connection, session_id: str) -> Row | None:
    return _ONE.row(connection, {"session_id": session_id})


def by_id(connection: Connection, user_id: int, session_ids: Collection[str]) -> Sequence[Row]:
    """The user's sessions among these, in the order of their start."""
    parameters = {"user_id": user_id, "ids": text_array(session_ids)}
    return _SOME.rows(connection, parameters)


def recent(
    connection: Connection, user_id: int, gpt: GPT, most: int, after: Place | None = None
) -> Sequence[Row]:
    """The sessions that ended last, from a place on."""
    parameters = _parameters(user_id, gpt, most=most, **_from(after))
    return _RECENT.rows(connection, parameters)


def highlighted(
    connection: Connection, user_id: int, gpt: GPT, most: int, after: Place | None = None
) -> Sequence[Row]:
    parameters = _parameters(user_id, gpt, most=most, **_from(after))
    return _HIGHLIGHTED.rows(connection, parameters)


def best(connection: Connection, user_id: int, gpt: GPT, alg: str, most: int) -> Sequence[Row]:
    """The sessions with the highest ratings."""
    return _BEST.rows(connection, _parameters(user_id, gpt, alg=alg, most=most))


def named(connection: Connection, user_id: int, gpt: GPT, part: str, most: int) -> Sequence[Row]:
    """The sessions whose name holds this, the shortest name first."""
    parameters = _parameters(user_id, gpt, pattern=containing(part), most=most)
    return _NAMED.rows(connection, parameters)


def calendar(connection: Connection, user_id: int, gpt: GPT) -> Sequence[Row]:
    """All of the user's sessions, without their scores."""
    return _CALENDAR.rows(connection, _parameters(user_id, gpt))


def calendar_of_all(connection: Connection, user_id: int) -> Sequence[Row]:
    """All of the user's sessions in all games, without their scores."""
    return _CALENDAR_OF_ALL.rows(connection, {"user_id": user_id})


def index_of(connection: Connection, session: Row) -> int:
    """Which of its user's sessions on the GPT it is, counted from 1."""
    parameters = {
        "user_id": session.user_id,
        "game": session.game,
        "playtype": session.playtype,
        "started": session.time_started,
        "session_id": session.session_id,
    }
    return int(_BEFORE.value(connection, parameters) or 1)


def neighbours(connection: Connection, session: Row) -> tuple[Row | None, Row | None]:
    """The user's session on the GPT before this one, and the one after."""
    parameters = {
        "user_id": session.user_id,
        "game": session.game,
        "playtype": session.playtype,
        "started": session.time_started,
        "session_id": session.session_id,
    }
    found = {row.place: row for row in _NEIGHBOURS.rows(connection, parameters)}
    return found.get("prev"), found.get("next")


_EDIT = Statement(
    """
    UPDATE sessions
    SET name = CASE WHEN :with_name THEN :name ELSE name END,
        "desc" = CASE WHEN :with_desc THEN :desc ELSE "desc" END,
        highlight = coalesce(:highlight, highlight)
    WHERE user_id = :user_id AND session_id = :session_id RETURNING *
    """
)


def edit(
    connection: Connection, user_id: int, session_id: str, changes: dict[str, Any]
) -> Row | None:
    """Sets `name`, `desc` and `highlight`, whichever are given; the session as it is then."""
    return _EDIT.row(
        connection,
        {
            "user_id": user_id,
            "session_id": session_id,
            "with_name": "name" in changes,
            "name": changes.get("name"),
            "with_desc": "desc" in changes,
            "desc": changes.get("desc"),
            "highlight": changes.get("highlight"),
        },
    )
