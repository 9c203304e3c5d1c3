"""Imports and what they store. Source: specification, documents.md."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Json, Millis, RawJson, TextList


class ImportRow(Base):
    """An ImportDocument. Its scoreIDs are the scores that carry its import_id, by position."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_import_id", "import_id"),
        Index(None, "user_id", "time_finished"),
        # Lists, the newest first.
        Index("ix_imports_finished", "time_finished", "import_id"),
        Index("ix_imports_of_user", "user_id", "time_finished", "import_id"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    import_id: Mapped[str] = mapped_column(primary_key=True)
    import_type: Mapped[str]
    user_intent: Mapped[bool]
    game: Mapped[str]
    playtypes: Mapped[TextList]
    errors: Mapped[RawJson]
    created_sessions: Mapped[RawJson]
    class_deltas: Mapped[RawJson]
    goal_info: Mapped[RawJson]
    quest_info: Mapped[RawJson]
    skipped: Mapped[RawJson]
    # A sentence each of what was passed over in the input.
    warnings: Mapped[RawJson] = mapped_column(server_default="[]")
    time_started: Mapped[Millis]
    time_finished: Mapped[Millis]
    # Milliseconds each step took, by step name; internal.
    timings: Mapped[RawJson]


class ScoreRow(Base):
    """A score. No foreign keys: 20 000 rows arrive by COPY, written under the user's lock."""

    __tablename__ = "scores"
    __table_args__ = (
        Index(None, "user_id", "chart_id"),
        Index(None, "user_id", "import_id", "position"),
        # A player's scores by their time; those of unknown time by when they came.
        Index(
            "ix_scores_recent",
            "user_id",
            "game",
            "playtype",
            text("coalesce(time_achieved, '-Infinity'::double precision)"),
            "time_added",
            "score_id",
        ),
        Index(
            "ix_scores_highlight",
            "game",
            "playtype",
            "time_achieved",
            postgresql_where=text("highlight"),
        ),
        # A score's page is asked for by its id alone; a hash is a quarter of the size.
        Index("ix_scores_score_id", "score_id", postgresql_using="hash"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score_id: Mapped[str] = mapped_column(primary_key=True)
    # The import that stored the score, and the score's place in it.
    import_id: Mapped[str]
    position: Mapped[int]
    game: Mapped[str]
    playtype: Mapped[str]
    song_id: Mapped[int]
    chart_id: Mapped[str]
    is_primary: Mapped[bool]
    service: Mapped[str]
    import_type: Mapped[str | None]
    # Fractions of a millisecond occur (batch-manual admits them).
    time_achieved: Mapped[float | None]
    time_added: Mapped[Millis]
    comment: Mapped[str | None]
    highlight: Mapped[bool]
    score_data: Mapped[Json]
    score_meta: Mapped[Json]
    calculated_data: Mapped[Json]


class _Orphan:
    """import_id: the import that stored the orphan; the first of several that brought it."""

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    orphan_id: Mapped[str] = mapped_column(primary_key=True)
    import_id: Mapped[str | None]
    import_type: Mapped[str]
    game: Mapped[str]
    data: Mapped[RawJson]
    context: Mapped[RawJson]
    err_msg: Mapped[str | None]
    time_inserted: Mapped[Millis]


class OrphanScore(_Orphan, Base):
    """An entry whose chart the catalogue lacks, kept to be tried again."""

    __tablename__ = "orphan_scores"
    __table_args__ = (Index("ix_orphan_scores_listed", "user_id", "time_inserted", "orphan_id"),)


class ResolvedOrphan(_Orphan, Base):
    """What was an orphan until the import `resolved_by`, which tried the user's orphans again.

    Kept as long as that import: whoever reverts it has the orphan back.
    """

    __tablename__ = "resolved_orphans"

    resolved_by: Mapped[str] = mapped_column(primary_key=True, sort_order=1)


class BlacklistedScore(Base):
    """A score its owner deleted for good: later imports skip it."""

    __tablename__ = "score_blacklist"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score_id: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[Json]
