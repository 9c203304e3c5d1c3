"""What a user did in the last hours, in all games. Source: specification, http-api-users.md
section 4.
"""

from __future__ import annotations

from typing import Final

import msgspec
from flask import Response

from api.http import owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import enabled_gpts
from api.http.service import service
from common.catalogue import catalogue_documents
from common.catalogue.catalogue_documents import FolderDocument
from common.catalogue.folder_answers import FolderStats
from common.games.registry import get_gpt
from common.profiles import summary_rows, view_rows
from common.profiles.folder_stats import stats_of_folders
from common.profiles.snapshot_rows import HOUR
from common.sessions import session_documents
from common.sessions.session_documents import SessionDocument
from common.targets import target_answers
from common.targets.target_answers import GoalDocument, GoalSubDocument

blueprint = ApiBlueprint("summaries", __name__)

LATELY: Final = 16 * HOUR
FOLDERS: Final = 4
MOST: Final = 500  # of each kind of thing


class RecentSummary(msgspec.Struct, kw_only=True):
    """recentPlaycount: scores. recentGoals: those of both lists of subscriptions."""

    recentPlaycount: int
    recentSessions: list[SessionDocument]
    recentFolders: list[FolderDocument]
    recentFolderStats: list[FolderStats]
    recentAchievedGoals: list[GoalSubDocument]
    recentImprovedGoals: list[GoalSubDocument]
    recentGoals: list[GoalDocument]


@blueprint.get("/users/<user>/recent-summary")
@endpoint(
    "What a user did in the last 16 hours.",
    answers=RecentSummary,
    errors={404: "There is no such user."},
)
def recent_summary(user: str) -> Response:
    engine, wire = service().engine, service().settings.dialect
    row = owners.row_of(user, engine)
    enabled = {(gpt.game, gpt.playtype) for gpt in enabled_gpts()}
    with engine.connect() as connection:
        sessions = summary_rows.sessions(connection, row.id, LATELY, MOST)
        achieved, improved = summary_rows.goals(connection, row.id, LATELY, MOST)
        ids = {sub.goal_id for sub in (*achieved, *improved)}
        folders = [
            folder
            for folder in view_rows.lately(connection, row.id, LATELY, FOLDERS)
            if (folder.game, folder.playtype) in enabled
        ]
        stats: dict[str, FolderStats] = {}
        for gpt in {get_gpt(folder.game, folder.playtype) for folder in folders}:
            of_gpt = [
                each for each in folders if (each.game, each.playtype) == (gpt.game, gpt.playtype)
            ]
            found = stats_of_folders(connection, row.id, gpt, of_gpt, wire)
            stats |= {each.folderID: each for each in found}
        shown = [catalogue_documents.folder(each, wire) for each in folders]
        body = RecentSummary(
            recentPlaycount=summary_rows.playcount(connection, row.id, LATELY),
            recentSessions=[session_documents.session(each, wire) for each in sessions],
            recentFolders=shown,
            recentFolderStats=[stats[each.folderID] for each in shown],
            recentAchievedGoals=[target_answers.goal_sub(each, wire) for each in achieved],
            recentImprovedGoals=[target_answers.goal_sub(each, wire) for each in improved],
            recentGoals=target_answers.goals_by_id(connection, ids, wire),
        )
    return success(f"Retrieved information about {row.username} (#{row.id}).", body)
