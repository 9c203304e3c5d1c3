"""Goal and quest subscriptions. Source: specification, documents-targets.md."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Json, Millis


class GoalSubscription(Base):
    __tablename__ = "goal_subscriptions"
    __table_args__ = (
        Index(None, "goal_id", "user_id"),
        Index("ix_goal_subscriptions_achieved", "game", "playtype", "time_achieved"),
        Index("ix_goal_subscriptions_raised", "game", "playtype", "last_interaction"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    goal_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    # None: no personal best on any chart of the goal.
    progress: Mapped[float | None]
    progress_human: Mapped[str]
    out_of: Mapped[float]
    out_of_human: Mapped[str]
    achieved: Mapped[bool]
    time_achieved: Mapped[Millis | None]
    last_interaction: Mapped[Millis | None]
    was_instantly_achieved: Mapped[bool]
    was_assigned_standalone: Mapped[bool]


class QuestSubscription(Base):
    __tablename__ = "quest_subscriptions"
    __table_args__ = (
        Index(None, "quest_id", "user_id"),
        Index("ix_quest_subscriptions_achieved", "game", "playtype", "time_achieved"),
        Index("ix_quest_subscriptions_raised", "game", "playtype", "last_interaction"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quest_id: Mapped[str] = mapped_column(primary_key=True)
    game: Mapped[str]
    playtype: Mapped[str]
    progress: Mapped[int]
    achieved: Mapped[bool]
    time_achieved: Mapped[Millis | None]
    last_interaction: Mapped[Millis | None]
    was_instantly_achieved: Mapped[bool]


class SubscriptionChange(Base):
    """What an import made of a subscription, kept as long as the import, to be taken back.

    kind: `goal` or `quest`; target_id: which one. before and after: what of the subscription
    does not follow from scores alone; before is null where the import made the subscription.
    See common/targets/changes.py.
    """

    __tablename__ = "subscription_changes"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    import_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    target_id: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[Json | None]
    after: Mapped[Json]
