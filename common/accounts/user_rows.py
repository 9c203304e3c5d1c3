"""Users in the database: finding, making and changing them. All SQL on `users`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from common.clock import NOW_MS
from common.database.statements import Row, Statement
from common.errors import ScoreImportError
from common.text.patterns import containing

BANNED, USER, MODERATOR, ADMINISTRATOR = range(4)  # auth levels
USERNAME: Final = re.compile(r"[a-zA-Z_-][a-zA-Z0-9_-]{2,20}")
ABOUT: Final = "I'm a fairly nondescript person."
# What PostgreSQL takes for a user's number.
MOST: Final = 2**31 - 1
ONLINE: Final = 5 * 60_000  # milliseconds since a user was last seen
# Milliseconds for which it is not written down again that a user was seen.
SEEN_AGAIN: Final = 60_000


class NameTaken(ScoreImportError):
    """There is a user with this name or number."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """user_id: their number; None: the next free one."""

    username: str
    user_id: int | None = None
    auth_level: int = USER


_SINCE: Final = f"CASE WHEN :online THEN {NOW_MS} - {ONLINE} ELSE 0 END"

_BY_ID = Statement("SELECT * FROM users WHERE id = :id")
_NAME = Statement("SELECT username FROM users WHERE id = :id")
_BY_NAME = Statement("SELECT * FROM users WHERE username_lowercase = :name")
_NAMED = Statement(
    f"""
    SELECT * FROM users
    WHERE username_lowercase LIKE :pattern AND last_seen >= {_SINCE}
    ORDER BY username_lowercase <> :name, length(username_lowercase), username_lowercase
    LIMIT :most
    """  # noqa: S608 (a constant of ours)
)
_RECENT = Statement(
    f"""
    SELECT * FROM users WHERE last_seen >= {_SINCE}
    ORDER BY last_seen DESC, id LIMIT :most
    """  # noqa: S608 (a constant of ours)
)
_INSERT = f"""
    INSERT INTO users (username, username_lowercase, about, social_media, join_date, last_seen,
                       badges, auth_level{{id_column}})
    VALUES (:username, lower(:username), :about, '{{{{}}}}', {NOW_MS}, {NOW_MS}, '{{{{}}}}',
            :auth_level{{id_value}})
    RETURNING *
"""  # noqa: S608 (a constant of ours)
_INSERT_NEXT = text(_INSERT.format(id_column="", id_value=""))
_INSERT_GIVEN = text(_INSERT.format(id_column=", id", id_value=", :id"))
# The next number handed out is above every number in use, and above all handed out so far.
_ADVANCE = text(
    """
    SELECT setval(pg_get_serial_sequence('users', 'id'), greatest(:id, last_value))
    FROM pg_sequences WHERE sequencename = 'users_id_seq' AND last_value IS NOT NULL
    UNION ALL
    SELECT setval(pg_get_serial_sequence('users', 'id'), :id)
    WHERE (SELECT last_value FROM pg_sequences WHERE sequencename = 'users_id_seq') IS NULL
    """
)
_UPDATE = text(
    """
    UPDATE users
    SET about = coalesce(:about, about),
        status = CASE WHEN :has_status THEN :status ELSE status END,
        social_media = social_media || CAST(:social_media AS jsonb)
    WHERE id = :id RETURNING *
    """
)
_SET_LEVEL = text("UPDATE users SET auth_level = :level WHERE id = :id RETURNING *")
_RENAME = text(
    "UPDATE users SET username = :name, username_lowercase = lower(:name) WHERE id = :id"
)
_SEEN = text(
    f"""
    UPDATE users SET last_seen = {NOW_MS}
    WHERE id = :id AND last_seen < {NOW_MS} - :again AND NOT EXISTS (
        SELECT FROM user_settings WHERE user_id = :id AND preferences @> '{{"invisible": true}}')
    """  # noqa: S608 (a constant of ours)
)


def find(connection: Connection, name_or_number: str) -> Row | None:
    """The user with this number or, in whatever case, this name."""
    if name_or_number.isascii() and name_or_number.isdigit():
        return by_id(connection, min(int(name_or_number[:20]), MOST))
    return named_exactly(connection, name_or_number)


def named_exactly(connection: Connection, name: str) -> Row | None:
    """The user with this name, in whatever case."""
    return _BY_NAME.row(connection, {"name": name.lower()})


def by_id(connection: Connection, user_id: int) -> Row | None:
    return _BY_ID.row(connection, {"id": user_id})


def name_of(connection: Connection, user_id: int) -> str:
    return str(_NAME.value(connection, {"id": user_id}))


def named(connection: Connection, part: str, most: int, *, online: bool = False) -> Sequence[Row]:
    """Users whose name holds this: the one who has it for a name first, then the shortest."""
    parameters = {"pattern": containing(part), "name": part.lower(), "most": most}
    return _NAMED.rows(connection, {**parameters, "online": online})


def last_seen(connection: Connection, most: int, *, online: bool = False) -> Sequence[Row]:
    """Users, those first who were seen last."""
    return _RECENT.rows(connection, {"most": most, "online": online})


def create(connection: Connection, new: NewUser) -> Row:
    """Makes a user. Raises NameTaken; the transaction is as it was then."""
    parameters = {
        "username": new.username,
        "about": ABOUT,
        "auth_level": new.auth_level,
    }
    try:
        with connection.begin_nested():
            if new.user_id is None:
                return connection.execute(_INSERT_NEXT, parameters).one()
            row = connection.execute(_INSERT_GIVEN, {**parameters, "id": new.user_id}).one()
            connection.execute(_ADVANCE, {"id": new.user_id})
            return row
    except IntegrityError as error:
        raise NameTaken(new.username) from error


def update(connection: Connection, user_id: int, changes: Mapping[str, Any]) -> Row:
    """Changes a profile. changes: `about`, `status`, and names of social media."""
    social_media = {k: v for k, v in changes.items() if k not in ("about", "status")}
    parameters = {
        "id": user_id,
        "about": changes.get("about"),
        "has_status": "status" in changes,
        "status": changes.get("status"),
        "social_media": orjson.dumps(social_media).decode(),
    }
    return connection.execute(_UPDATE, parameters).one()


def set_level(connection: Connection, user_id: int, level: int) -> Row:
    return connection.execute(_SET_LEVEL, {"id": user_id, "level": level}).one()


# The columns that say what a user is or may.
Mark = Literal["is_supporter", "can_submit_quests", "can_import_provided_class"]


def mark(connection: Connection, user_id: int, column: Mark, value: bool) -> None:
    """Gives a user a mark, or takes it away."""
    connection.execute(
        text(f"UPDATE users SET {column} = :value WHERE id = :id"),  # noqa: S608 (a Mark)
        {"id": user_id, "value": value},
    )


def rename(connection: Connection, user_id: int, name: str) -> None:
    """Raises NameTaken, and the transaction is as it was then."""
    try:
        with connection.begin_nested():
            connection.execute(_RENAME, {"id": user_id, "name": name})
    except IntegrityError as error:
        raise NameTaken(name) from error


def seen(connection: Connection, user_id: int) -> None:
    """Writes down that a user was here just now, unless they do not want that."""
    connection.execute(_SEEN, {"id": user_id, "again": SEEN_AGAIN})
