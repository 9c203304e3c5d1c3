"""The database's tables, one module a subject. Importing this package registers them all."""

from common.accounts.account_tables import (
    ApiClient,
    ApiToken,
    Invite,
    Login,
    LoginSession,
    Notification,
    OAuthCode,
    User,
    UserSettings,
)
from common.catalogue.catalogue_tables import (
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
from common.credentials.credential_tables import ServiceCredential
from common.database.base import Base
from common.database.schema_tables import SchemaCompatibility
from common.hooks.hook_tables import HookSettings
from common.imports.timestop_tables import ImportTimestop
from common.jobs.job_tables import (
    AttemptOutcome,
    IdempotencyKey,
    Job,
    JobAnswer,
    JobAttempt,
    JobKind,
    JobPayload,
    JobState,
    PeriodicTask,
)
from common.profiles.profile_tables import (
    ClassAchievement,
    FolderView,
    GameSettings,
    PersonalBest,
    ProfileSnapshot,
    SessionRow,
    UserGameStats,
)
from common.scores.replay_tables import Replay
from common.scores.score_tables import (
    BlacklistedScore,
    ImportRow,
    OrphanScore,
    ResolvedOrphan,
    ScoreRow,
)
from common.targets.target_tables import GoalSubscription, QuestSubscription, SubscriptionChange
from common.webhooks.event_tables import DeliveryState, OutboxEvent, WebhookDelivery

__all__ = [
    "ApiClient",
    "ApiToken",
    "AttemptOutcome",
    "Base",
    "BlacklistedScore",
    "BmsCourse",
    "CatalogueVersion",
    "ChartRow",
    "ClassAchievement",
    "DeliveryState",
    "FolderChart",
    "FolderRow",
    "FolderView",
    "GameSettings",
    "GoalRow",
    "GoalSubscription",
    "HookSettings",
    "IdempotencyKey",
    "ImportRow",
    "ImportTimestop",
    "Invite",
    "Job",
    "JobAnswer",
    "JobAttempt",
    "JobKind",
    "JobPayload",
    "JobState",
    "Login",
    "LoginSession",
    "Notification",
    "OAuthCode",
    "OrphanChart",
    "OrphanScore",
    "OutboxEvent",
    "PeriodicTask",
    "PersonalBest",
    "ProfileSnapshot",
    "QuestRow",
    "QuestSubscription",
    "QuestlineRow",
    "Replay",
    "ResolvedOrphan",
    "SchemaCompatibility",
    "ScoreRow",
    "SeedCollection",
    "ServiceCredential",
    "SessionRow",
    "SongRow",
    "SubscriptionChange",
    "TableRow",
    "User",
    "UserGameStats",
    "UserSettings",
    "WebhookDelivery",
]
