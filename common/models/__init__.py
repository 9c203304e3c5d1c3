"""The database's tables, one module a subject. Importing this package registers them all."""

from common.models.accounts import ApiToken, User
from common.models.base import Base
from common.models.catalogue import (
    BmsCourse,
    CatalogueVersion,
    ChartRow,
    FolderChart,
    FolderRow,
    GoalRow,
    OrphanChart,
    QuestlineRow,
    QuestRow,
    SeedCollection,
    SongRow,
    TableRow,
)
from common.models.events import DeliveryState, OutboxEvent, WebhookDelivery
from common.models.jobs import Job, JobKind, JobPayload, JobState
from common.models.profile import (
    ClassAchievement,
    GameSettings,
    PersonalBest,
    SessionRow,
    UserGameStats,
)
from common.models.scores import (
    BlacklistedScore,
    ImportRow,
    OrphanScore,
    ResolvedOrphan,
    ScoreRow,
)
from common.models.targets import GoalSubscription, QuestSubscription, SubscriptionChange

__all__ = [
    "ApiToken",
    "Base",
    "BlacklistedScore",
    "BmsCourse",
    "CatalogueVersion",
    "ChartRow",
    "ClassAchievement",
    "DeliveryState",
    "FolderChart",
    "FolderRow",
    "GameSettings",
    "GoalRow",
    "GoalSubscription",
    "ImportRow",
    "Job",
    "JobKind",
    "JobPayload",
    "JobState",
    "OrphanChart",
    "OrphanScore",
    "OutboxEvent",
    "PersonalBest",
    "QuestRow",
    "QuestSubscription",
    "QuestlineRow",
    "ResolvedOrphan",
    "ScoreRow",
    "SeedCollection",
    "SessionRow",
    "SongRow",
    "SubscriptionChange",
    "TableRow",
    "User",
    "UserGameStats",
    "WebhookDelivery",
]
