"""Every endpoint that shows something, with what to ask it for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, text

# The answers of these are as large as what their player has.
WHOLE: Final = frozenset({"/users/{user}{game}/pbs/all", "/users/{user}{game}/scores/all"})

_OF_PLAYERS: Final = (
    "",
    "/pbs?search=song 1",
    "/pbs/all",
    "/pbs/best",
    "/pbs/{chart}",
    "/pbs/{chart}/rivals",
    "/pbs/{chart}/leaderboard-adjacent",
    "/pbs/song/{song}",
    "/scores?search=song 1",
    "/scores/all",
    "/scores/recent",
    "/scores/{chart}",
    "/sessions?search=session 1",
    "/sessions/best",
    "/sessions/highlighted",
    "/sessions/recent",
    "/sessions/summaries",
    "/sessions/last",
    "/sessions/calendar",
    "/most-played",
    "/leaderboard-adjacent",
    "/activity",
    "/history",
    "/settings",
    "/rivals",
    "/rivals/challengers",
    "/rivals/pb-leaderboard",
    "/rivals/activity",
    "/folders?search=",
    "/folders/recent",
    "/folders/{folder}",
    "/folders/{folder}/stats",
    "/tables/{table}",
    "/targets/goals",
    "/targets/goals/{goal}",
    "/targets/quests",
    "/targets/quests/{quest}",
    "/targets/all-subs",
    "/targets/recently-achieved",
    "/targets/recently-raised",
    "/targets/on-chart/{chart}",
    "/targets/on-folder/{folder}",
)
_OF_GAMES: Final = (
    "",
    "/charts",
    "/charts?search=song 1",
    "/charts/resolve?matchType=songTitle&identifier=Crowd Song 1&difficulty=ADV",
    "/charts/{chart}",
    "/charts/{chart}/pbs",
    "/charts/{chart}/pbs?startRanking=50",
    "/charts/{chart}/pbs/search?search=crowd1",
    "/charts/{chart}/playcount",
    "/charts/{chart}/folders",
    "/songs/100001",
    "/leaderboard",
    "/pb-leaderboard",
    "/players?search=crowd1",
    "/activity",
    "/folders?search=",
    "/folders/{folder}",
    "/tables",
    "/tables/{table}",
    "/targets/goals/popular",
    "/targets/goals/{goal}",
    "/targets/quests?search=Quest 1",
    "/targets/quests/{quest}",
    "/targets/questlines",
    "/targets/recently-achieved",
    "/targets/recently-raised",
)
_OTHERS: Final = (
    "/games",
    "/config",
    "/search?search=song 1",
    "/search/chart-hash?search=0123456789abcdef",
    "/scores/{score}?getRelated",
    "/sessions/{session}",
    "/sessions/{session}/summary",
    "/sessions/{session}/scores",
    "/sessions/{session}/adjacent",
    "/sessions/{session}/folder-raises",
    "/activity",
    "/imports",
    "/imports/failed",
    "/imports/{imported}",
    "/imports/{imported}/document",
    "/imports/{imported}/scores",
    "/users?search=crowd1",
    "/users/{user}",
    "/users/{user}/activity",
    "/users/{user}/game-profiles",
    "/users/{user}/game-stats",
    "/users/{user}/imports",
    "/users/{user}/imports/failed",
    "/users/{user}/imports/summaries",
    "/users/{user}/recent-imports",
    "/users/{user}/recent-summary",
    "/users/{user}/sessions/calendar",
    "/users/{user}/settings",
    "/users/{user}/stats",
)

GAME: Final = "/games/sdvx/Single"
TEMPLATES: Final = (
    *(f"/users/{{user}}{{game}}{rest}" for rest in _OF_PLAYERS),
    *(f"{{game}}{rest}" for rest in _OF_GAMES),
    *_OTHERS,
)


@dataclass(frozen=True, slots=True)
class Player:
    """A player, and things of theirs."""

    user: int
    chart: str
    song: int
    score: str
    session: str
    goal: str
    quest: str
    imported: str
    folder: str
    table: str
    game: str = GAME

    def path(self, template: str) -> str:
        """The path and query that ask for this player's."""
        names = {name: getattr(self, name) for name in self.__slots__}
        return "/api/v1" + template.format(**names).replace(" ", "%20")


_THINGS = text(
    """
    SELECT (SELECT chart_id FROM personal_bests WHERE user_id = :user LIMIT 1) AS chart,
           (SELECT song_id FROM personal_bests WHERE user_id = :user LIMIT 1) AS song,
           (SELECT score_id FROM scores WHERE user_id = :user LIMIT 1) AS score,
           (SELECT session_id FROM sessions WHERE user_id = :user LIMIT 1) AS session,
           (SELECT goal_id FROM goal_subscriptions WHERE user_id = :user LIMIT 1) AS goal,
           (SELECT quest_id FROM quest_subscriptions WHERE user_id = :user LIMIT 1) AS quest,
           (SELECT import_id FROM imports WHERE user_id = :user LIMIT 1) AS imported,
           (SELECT min(folder_id) FROM folders WHERE game = 'sdvx') AS folder,
           (SELECT min(table_id) FROM tables WHERE game = 'sdvx') AS "table"
    """
)


def player(engine: Engine, user: int) -> Player:
    with engine.connect() as connection:
        row = connection.execute(_THINGS, {"user": user}).one()
    return Player(user, **row._mapping)
