"""The catalogue: changed by `seeds load` (and the orphan-chart queue), read by everyone.

Source: specification, seeds-format.md and documents-targets.md. `content_hash` is a SHA-256
of the document whatever the order of its keys: how a sync tells what changed.
"""

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Json, TextList


class SongRow(Base):
    __tablename__ = "songs"
    # Songs and charts are looked up by what is anywhere in their data: ids in the game, hashes.
    __table_args__ = (
        Index(
            "ix_songs_data",
            "data",
            postgresql_using="gin",
            postgresql_ops={"data": "jsonb_path_ops"},
        ),
    )

    game: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    artist: Mapped[str]
    alt_titles: Mapped[TextList]
    search_terms: Mapped[TextList]
    data: Mapped[Json]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    v3_id: Mapped[str | None]


class ChartRow(Base):
    __tablename__ = "charts"
    __table_args__ = (
        Index(None, "game", "song_id"),
        Index(
            "ix_charts_data",
            "data",
            postgresql_using="gin",
            postgresql_ops={"data": "jsonb_path_ops"},
        ),
        Index("ix_charts_superseded", "game", "playtype", postgresql_where=text("NOT is_primary")),
    )

    game: Mapped[str] = mapped_column(primary_key=True)
    chart_id: Mapped[str] = mapped_column(primary_key=True)
    song_id: Mapped[int]
    playtype: Mapped[str]
    difficulty: Mapped[str]
    level: Mapped[str]
    level_num: Mapped[float]
    is_primary: Mapped[bool]
    versions: Mapped[TextList]
    data: Mapped[Json]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    v3_id: Mapped[str | None]


class FolderRow(Base):
    __tablename__ = "folders"
    __table_args__ = (Index(None, "game", "playtype"),)

    folder_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    title: Mapped[str]
    type: Mapped[str]
    data: Mapped[Json]
    inactive: Mapped[bool]
    search_terms: Mapped[TextList]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    v3_id: Mapped[str | None]
    slug: Mapped[str | None]


class FolderChart(Base):
    """The folder look-up: which charts a folder holds, resolved when seeds are loaded."""

    __tablename__ = "folder_charts"
    __table_args__ = (Index(None, "chart_id"),)

    folder_id: Mapped[str] = mapped_column(primary_key=True)
    chart_id: Mapped[str] = mapped_column(primary_key=True)


class TableRow(Base):
    """A table of folders, in display order."""

    __tablename__ = "tables"

    table_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    folders: Mapped[TextList]
    inactive: Mapped[bool]
    default: Mapped[bool]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    v3_id: Mapped[str | None]


class GoalRow(Base):
    """A goal, from the seeds or made by a user; never updated, shared by all."""

    __tablename__ = "goals"

    goal_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    name: Mapped[str]
    charts: Mapped[Json]
    criteria: Mapped[Json]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)


class QuestRow(Base):
    __tablename__ = "quests"

    quest_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    name: Mapped[str]
    desc: Mapped[str]
    quest_data: Mapped[Json]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)


class QuestlineRow(Base):
    __tablename__ = "questlines"

    questline_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    name: Mapped[str]
    desc: Mapped[str]
    quests: Mapped[TextList]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)


class BmsCourse(Base):
    """A BMS course; clearing it gives the class `value` of the class set `set`."""

    __tablename__ = "bms_courses"

    md5sums: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    playtype: Mapped[str]
    set: Mapped[str]
    value: Mapped[str]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)


class CatalogueVersion(Base):
    """Rises with every change of a game's songs or charts; workers drop an older index."""

    __tablename__ = "catalogue_versions"

    game: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class SeedCollection(Base):
    """The hash of each seeds file as last loaded: an unchanged file is skipped whole."""

    __tablename__ = "seed_collections"

    name: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)


class OrphanChart(Base):
    """A chart players reported that the catalogue lacks, until enough of them have.

    Source: specification, pipeline-orphans.md section 3.
    """

    __tablename__ = "orphan_charts"

    gpt: Mapped[str] = mapped_column(primary_key=True)
    chart_hash: Mapped[str] = mapped_column(primary_key=True)
    chart: Mapped[Json]
    song: Mapped[Json]
    user_ids: Mapped[Json]


class OtherID(Base):
    """A version 3 ID of what goes by `key` here; `current`: not a former one."""

    __tablename__ = "other_ids"
    __table_args__ = (Index(None, "kind", "game", "key"), Index(None, "kind", "other_id"))

    kind: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str] = mapped_column(primary_key=True)
    other_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    current: Mapped[bool]
