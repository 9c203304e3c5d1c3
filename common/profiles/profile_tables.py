"""What is derived from a user's scores: personal bests, sessions, stats, classes, settings.

Source: specification, documents.md sections 5 to 7, documents-users.md section 5.
"""

from typing import Final

from sqlalchemy import BigInteger, Float, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Json, Millis, TextList

# The most orders that personal bests of a GPT are needed in; an index each.
PROFILE_ORDERS: Final = 4


class PersonalBest(Base):
    """A user's best on a chart. Ranks are computed when read, from the ranking index."""

    __tablename__ = "personal_bests"
    __table_args__ = (
        Index(
            "ix_personal_bests_ranking",
            "chart_id",
            text("ranking_values DESC"),
            "time_achieved",
            "user_id",
        ),
        # What counts for the profile, in each order there is: the first is of all rows.
        *(
            Index(
                f"ix_personal_bests_profile_{number}",
                "user_id",
                "game",
                "playtype",
                text(f"(profile_values[{number}]) DESC NULLS LAST"),
                postgresql_where=text(f"profile_values[{number}] IS NOT NULL")
                if number > 1
                else None,
            )
            for number in range(1, PROFILE_ORDERS + 1)
        ),
        # Those that an older worker wrote: there are none but for moments.
        Index(
            "ix_personal_bests_unplaced",
            "user_id",
            "game",
            "playtype",
            postgresql_where=text("profile_values IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chart_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    song_id: Mapped[int]
    is_primary: Mapped[bool]
    highlight: Mapped[bool]
    time_achieved: Mapped[float | None]
    # What orders the chart's leaderboard, most significant first; usually one value.
    ranking_values: Mapped[list[float]] = mapped_column(ARRAY(Float))
    # Where it stands in each of the orders that its profile's ratings take the first of. None
    # where an older worker wrote it.
    profile_values: Mapped[list[float | None] | None] = mapped_column(ARRAY(Float))
    score_data: Mapped[Json]
    calculated_data: Mapped[Json]
    composed_from: Mapped[Json]


class SessionRow(Base):
    """A run of scores without a pause of two hours."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_session_id", "session_id"),
        Index(None, "user_id", "game", "playtype", "time_started"),
        Index(None, "game", "playtype", "time_started"),
        Index("ix_sessions_recent", "user_id", "game", "playtype", "time_ended", "session_id"),
        # How long the longest is bounds where those may begin that end after a time.
        Index("ix_sessions_length", "user_id", "game", text("(time_ended - time_started)")),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    session_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    score_ids: Mapped[TextList]
    name: Mapped[str]
    desc: Mapped[str | None]
    highlight: Mapped[bool]
    time_inserted: Mapped[Millis]
    time_started: Mapped[float]
    time_ended: Mapped[float]
    calculated_data: Mapped[Json]
    # By score rating the highest values in the session, which the above follows from, and of how
    # many scores they are: where not of all, an older worker added some.
    best_values: Mapped[Json | None]
    best_values_of: Mapped[int | None]


class UserGameStats(Base):
    """Ratings and classes of a user on a GPT; the row exists iff the user has played it."""

    __tablename__ = "user_game_stats"
    __table_args__ = (
        Index(None, "game", "playtype"),
        *(
            Index(
                f"ix_user_game_stats_highest_{number}",
                "game",
                "playtype",
                text(f"(highest[{number}]) DESC"),
                "user_id",
                postgresql_where=text(f"highest[{number}] IS NOT NULL"),
            )
            for number in range(1, PROFILE_ORDERS + 1)
        ),
        # Those that an older worker made.
        Index(
            "ix_user_game_stats_unknown_highest",
            "game",
            "playtype",
            postgresql_where=text("highest IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    game: Mapped[str] = mapped_column(primary_key=True)
    playtype: Mapped[str] = mapped_column(primary_key=True)
    ratings: Mapped[Json]
    classes: Mapped[Json]
    # Under which rules of the game all that is behind it was worked out: `Game.rules`.
    rules: Mapped[int] = mapped_column(server_default="0")
    # The highest of the profile_values of its personal bests, in each order. None where an older
    # worker made the profile.
    highest: Mapped[list[float | None] | None] = mapped_column(ARRAY(Float))


class GameSettings(Base):
    __tablename__ = "game_settings"
    __table_args__ = (Index(None, "rivals", postgresql_using="gin"),)

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    game: Mapped[str] = mapped_column(primary_key=True)
    playtype: Mapped[str] = mapped_column(primary_key=True)
    rivals: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    preferences: Mapped[Json]


class ClassAchievement(Base):
    """A class reached for the first time or risen to, or set by hand; never removed."""

    __tablename__ = "class_achievements"
    __table_args__ = (Index(None, "game", "playtype", "time_achieved"),)

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    class_set: Mapped[str]
    class_old_value: Mapped[str | None]
    # Empty where the user took the class away.
    class_value: Mapped[str]
    time_achieved: Mapped[Millis]
    # `import` or `manual`.
    source: Mapped[str] = mapped_column(server_default="import")


class LeaderboardMark(Base):
    """How many players of a chart have at least a value, the first of the ranking values.

    Counted now and then by `common.scores.mark_rows`, which says which there are. The value
    -Infinity has the number of players.
    """

    __tablename__ = "leaderboard_marks"
    __table_args__ = (
        Index(
            "ix_leaderboard_marks_players",
            "game",
            "playtype",
            text("ahead DESC"),
            postgresql_where=text("value = '-Infinity'"),
        ),
    )

    chart_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(primary_key=True, autoincrement=False)
    ahead: Mapped[int]
    game: Mapped[str]
    playtype: Mapped[str]


class ProfileSnapshot(Base):
    """What a profile was on a day. rankings: by profile rating, `{ranking, outOf}`."""

    __tablename__ = "profile_snapshots"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    game: Mapped[str] = mapped_column(primary_key=True)
    playtype: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[Millis] = mapped_column(primary_key=True)
    ratings: Mapped[Json]
    classes: Mapped[Json]
    rankings: Mapped[Json]
    playcount: Mapped[int]


class FolderView(Base):
    """When a user last looked at a folder."""

    __tablename__ = "folder_views"
    __table_args__ = (Index(None, "user_id", "viewed_at"),)

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    folder_id: Mapped[str] = mapped_column(primary_key=True)
    viewed_at: Mapped[Millis]
