"""Profiles as stored: ratings and classes of a user on each playtype of a game.

A profile follows from the user's personal bests and from the classes that were provided; it
exists iff there is any of either, or its user took the last class away by hand.

Source: specification, pipeline-pbs-stats.md sections 4 to 7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, Final, NoReturn

import orjson
from sqlalchemy import Connection, Row, text

from common.accounts import user_rows
from common.catalogue.index import GameCatalogue
from common.database.statements import Statement
from common.errors import FatalImportError
from common.games.kit.ratings import (
    Order,
    among_first,
    derived_classes,
    highest_values,
    profile_orders,
    profile_ratings,
)
from common.games.model import GPT, RatedPB
from common.games.registry import get_game, get_gpt
from common.games.scoring.class_changes import ClassChange, change_classes, set_classes
from common.games.version3 import version3_id
from common.profiles.game_settings import default_preferences
from worker.records import class_achievements


@dataclass(frozen=True, slots=True)
class Profile:
    """What a playtype's profile is to be. changes: how its classes got there."""

    playtype: str
    ratings: dict[str, float | None]
    classes: dict[str, str]
    changes: list[ClassChange]
    played: bool  # whether there is any personal best
    highest: list[float | None]  # of its personal bests, in each of the `profile_orders`
    kept: bool = False  # whether it stays, although its user took the last class away

    @property
    def exists(self) -> bool:
        return bool(self.played or self.classes or self.kept)


@dataclass(frozen=True, slots=True)
class Provided:
    """The classes that an import provides.

    classes: by playtype, class set to class id.
    by_hand: the user set them: they may fall, None takes one away, and each change is an
    achievement.
    """

    classes: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    by_hand: bool = False


_NOTHING: Final = Provided()


def update(
    connection: Connection,
    user_id: int,
    catalogue: GameCatalogue,
    playtypes: Collection[str],
    provided: Provided,
    now: int,
) -> list[dict[str, Any]]:
    """Brings profiles of the catalogue's game up to date after an import; returns its classDeltas.

    A class that rose is an achievement and an event of the time `now`, milliseconds since the
    epoch. Raises FatalImportError where there is no profile to set classes by hand in.
    """
    game = catalogue.game
    profiles = _profiles(connection, user_id, catalogue, playtypes, provided)
    _store(connection, user_id, game, [profile for profile in profiles if profile.exists])
    deltas, risen = [], []
    for profile in profiles:
        for change in profile.changes:
            delta = {
                "game": game,
                "playtype": profile.playtype,
                "set": change.set,
                "old": change.old,
                "new": change.new,
            }
            deltas.append(delta)
            if change.rose or provided.by_hand:
                risen.append(delta)
    class_achievements.add(connection, user_id, risen, now, by_hand=provided.by_hand)
    return deltas


def recompute(
    connection: Connection, user_id: int, catalogue: GameCatalogue, playtypes: Collection[str]
) -> None:
    """Makes profiles of the catalogue's game follow from the personal bests that are left.

    Provided classes stay. A profile of which nothing is left is deleted, and with it settings
    that are the default.
    """
    game = catalogue.game
    profiles = _profiles(connection, user_id, catalogue, playtypes, _NOTHING)
    _store(connection, user_id, game, [profile for profile in profiles if profile.exists])
    _delete(connection, user_id, game, [p.playtype for p in profiles if not p.exists])


_DELETE_ONE = text(
    "DELETE FROM user_game_stats WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
)


def delete(connection: Connection, user_id: int, gpt: GPT) -> None:
    """Deletes the profile, whatever it follows from."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    connection.execute(_DELETE_ONE, parameters)


_RENEWED = text(
    """
    UPDATE user_game_stats SET rules = :rules
    WHERE user_id = :user_id AND game = :game AND rules < :rules
    """
)


def mark_renewed(connection: Connection, user_id: int, game: str) -> None:
    """Notes that all scores of the user on the game follow its present rules."""
    parameters = {"user_id": user_id, "game": game, "rules": get_game(game).rules}
    connection.execute(_RENEWED, parameters)


# --- reading -----------------------------------------------------------------------------

_RATED: Final = "chart_id, song_id, is_primary, calculated_data"
_OF_GPT: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"
_ALL = text(f"SELECT {_RATED} FROM personal_bests WHERE {_OF_GPT}")  # noqa: S608

_WHOLE = text(f"SELECT ratings, classes, highest FROM user_game_stats WHERE {_OF_GPT}")  # noqa: S608
_STORED = Statement(
    f"""
    SELECT EXISTS (SELECT FROM personal_bests WHERE {_OF_GPT}),
           EXISTS (SELECT FROM personal_bests WHERE {_OF_GPT} AND profile_values IS NULL),
           (SELECT classes FROM user_game_stats WHERE {_OF_GPT})
    """,  # noqa: S608
    prepared=True,
)


@cache
def _first(gpt: GPT) -> Statement:
    """The first personal bests in each of the profile's orders, by the order's number."""
    parts = [
        f"(SELECT {number} AS number, {_RATED} FROM personal_bests"  # noqa: S608
        f" WHERE {_OF_GPT} AND profile_values[{number}] IS NOT NULL"
        f" ORDER BY profile_values[{number}] DESC NULLS LAST LIMIT {count})"
        for number, count in enumerate(profile_orders(gpt).values(), 1)
    ]
    return Statement(" UNION ALL ".join(parts), prepared=True)


def _profiles(
    connection: Connection,
    user_id: int,
    catalogue: GameCatalogue,
    playtypes: Collection[str],
    provided: Provided,
) -> list[Profile]:
    """The profiles of these playtypes, in their order."""
    return [
        _profile(connection, user_id, get_gpt(catalogue.game, playtype), catalogue, provided)
        for playtype in playtypes
    ]


def _refuse_unplayed(connection: Connection, user_id: int, gpt: GPT) -> NoReturn:
    name = user_rows.name_of(connection, user_id)
    raise FatalImportError(404, f"The user {name} has not played {version3_id(gpt)}")


def _profile(
    connection: Connection,
    user_id: int,
    gpt: GPT,
    catalogue: GameCatalogue,
    provided: Provided = _NOTHING,
    *,
    of_all: bool = False,
) -> Profile:
    """of_all: whether to look at all personal bests, and not at those alone that count."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    played, unplaced, stored = _STORED.row(connection, parameters)
    ratings, highest = None, None
    if not (unplaced or of_all):
        ratings, highest = _of_first(connection, parameters, gpt, catalogue)
    if ratings is None or highest is None:
        pbs = _all_rated(connection, parameters, gpt, catalogue)
        ratings, highest = profile_ratings(gpt, pbs), highest_values(gpt, pbs)
    derived = derived_classes(gpt, ratings)
    if not played:
        # Some ratings of nothing are 0, and a class for that would be one for nothing.
        derived = dict.fromkeys(derived)
    classes = provided.classes.get(gpt.playtype, {})
    if provided.by_hand:
        if stored is None and classes:
            _refuse_unplayed(connection, user_id, gpt)
        changed = set_classes(gpt, stored or {}, classes)
    else:
        changed = change_classes(gpt, stored or {}, provided=classes, derived=derived)
    return Profile(
        gpt.playtype,
        ratings,
        changed.classes,
        changed.changes,
        played,
        highest,
        kept=provided.by_hand and stored is not None,
    )


def of_all(
    connection: Connection, user_id: int, catalogue: GameCatalogue, playtype: str
) -> tuple[Row[Any] | None, Profile]:
    """The profile as it is stored, and as all of the user's personal bests have it."""
    gpt = get_gpt(catalogue.game, playtype)
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": playtype}
    stored = connection.execute(_WHOLE, parameters).one_or_none()
    return stored, _profile(connection, user_id, gpt, catalogue, of_all=True)


def _of_first(
    connection: Connection, parameters: Mapping[str, Any], gpt: GPT, catalogue: GameCatalogue
) -> tuple[dict[str, float | None] | None, list[float | None]]:
    """The profile's ratings, of as few personal bests as decide them; None where only all do.
    And the highest personal best in each order.
    """
    orders = profile_orders(gpt)
    first: dict[Order, list[RatedPB]] = {order: [] for order in orders}
    numbered = list(first.values())
    for number, *rated in _first(gpt).rows(connection, parameters):
        numbered[number - 1].append(RatedPB(*rated))
    if any(rating.needs_catalogue for rating in gpt.profile_ratings.values()):
        _look_up(chain.from_iterable(numbered), catalogue)
    ratings = {
        name: rating.rate(among)
        for name, rating in gpt.profile_ratings.items()
        if (among := among_first(gpt, rating, first)) is not None
    }
    decided = len(ratings) == len(gpt.profile_ratings)
    return ratings if decided else None, highest_values(gpt, chain.from_iterable(numbered))


def _all_rated(
    connection: Connection, parameters: Mapping[str, Any], gpt: GPT, catalogue: GameCatalogue
) -> list[RatedPB]:
    """All of the user's personal bests on the GPT."""
    pbs = [RatedPB(*rated) for rated in connection.execute(_ALL, parameters)]
    if any(rating.needs_catalogue for rating in gpt.profile_ratings.values()):
        _look_up(pbs, catalogue)
    return pbs


def _look_up(pbs: Iterable[RatedPB], catalogue: GameCatalogue) -> None:
    for pb in pbs:
        song, chart = catalogue.song(pb.songID), catalogue.chart(pb.chartID)
        pb.songData = None if song is None else song.data
        pb.difficulty = None if chart is None else chart.difficulty


# --- writing -----------------------------------------------------------------------------

# One statement. What did not change is not written again.
_STORE = Statement(
    """
    WITH profiles AS (
        SELECT * FROM json_to_recordset(CAST(:profiles AS json)) AS profile (
            playtype text, ratings jsonb, classes jsonb, highest double precision[])),
    settings AS (
        INSERT INTO game_settings (user_id, game, playtype, rivals, preferences)
        SELECT :user_id, :game, playtype, '{}', CAST(:preferences AS jsonb) FROM profiles
        ON CONFLICT DO NOTHING)
    INSERT INTO user_game_stats AS stats
        (user_id, game, playtype, ratings, classes, rules, highest)
    SELECT :user_id, :game, playtype, ratings, classes, :rules, highest FROM profiles
    ON CONFLICT (user_id, game, playtype) DO UPDATE
        SET ratings = excluded.ratings, classes = excluded.classes, highest = excluded.highest
        WHERE (stats.ratings, stats.classes, stats.highest)
            IS DISTINCT FROM (excluded.ratings, excluded.classes, excluded.highest)
    """,
    prepared=True,
)

_DELETE = text(
    """
    WITH stats AS (
        DELETE FROM user_game_stats
        WHERE user_id = :user_id AND game = :game AND playtype = ANY(:playtypes))
    DELETE FROM game_settings
    WHERE user_id = :user_id AND game = :game AND playtype = ANY(:playtypes)
      AND rivals = '{}' AND preferences = CAST(:preferences AS jsonb)
    """
)


def _store(connection: Connection, user_id: int, game: str, profiles: list[Profile]) -> None:
    parameters = [
        {
            "playtype": profile.playtype,
            "ratings": profile.ratings,
            "classes": profile.classes,
            "highest": profile.highest,
        }
        for profile in profiles
    ]
    if parameters:
        _STORE.run(
            connection,
            {
                "user_id": user_id,
                "game": game,
                "profiles": _as_json(parameters),
                "rules": get_game(game).rules,
                "preferences": _as_json(default_preferences(game)),
            },
        )


def _delete(connection: Connection, user_id: int, game: str, playtypes: list[str]) -> None:
    if playtypes:
        connection.execute(
            _DELETE,
            {
                "user_id": user_id,
                "game": game,
                "playtypes": playtypes,
                "preferences": _as_json(default_preferences(game)),
            },
        )


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()
