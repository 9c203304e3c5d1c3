"""A client with strict types, as those in Go or Rust are, reads everything that there is to read.

A document that lacks a field of the specification, has null where that has none, or a number of
another kind ends it with an error.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal

import msgspec
import orjson
import pytest

from api.app import create_app
from api.http.service import EXTENSION
from common.accounts import client_rows
from common.accounts.client_rows import Client
from common.accounts.permissions import PERMISSIONS
from common.settings import load_settings
from score_import_client import ApiError
from tests.api.clients.strict_documents import Place, documents, struct
from tests.support.acts import QUEST
from tests.support.http import Http
from tests.support.stack import Stack, batch_manual

pytestmark = pytest.mark.processes

CLIENT = "CIstrict"
FORMS: list[tuple[Literal["v2", "v3"], str]] = [("v2", "/games/sdvx/Single"), ("v3", "/games/sdvx")]


def body(**fields: Any) -> Any:
    return struct("Body", fields)


def of_a_game(d: SimpleNamespace) -> dict[str, Any]:
    """What is read below /games/...: the body of each path."""
    quests = {"quests": list[d.quest], "questSubs": list[d.quest_sub]}
    targets = body(goals=list[d.goal], goalSubs=list[d.goal_sub], **quests)
    charts = {"charts": list[d.chart], "songs": list[d.song]}
    return {
        "/charts": body(**charts),
        "/charts/{chart}": body(chart=d.chart, song=d.song),
        "/charts/{chart}/pbs": body(pbs=list[d.best], users=list[d.user]),
        "/charts/{chart}/folders": list[d.folder],
        "/songs/{song}": body(song=d.song, charts=list[d.chart]),
        "/folders?search=": list[d.folder],
        "/folders/{folder}": body(folder=d.folder, **charts),
        "/tables": list[d.table],
        "/tables/{table}": body(table=d.table, folders=list[d.folder]),
        "/leaderboard": body(gameStats=list[d.listed_stats], users=list[d.user]),
        "/pb-leaderboard": body(pbs=list[d.best], users=list[d.user], **charts),
        "/players?search=": list[d.user],
        "/targets/recently-raised": targets,
        "/targets/goals/popular": list[d.goal],
        "/targets/goals/{goal}": body(
            goal=d.goal,
            goalSubs=list[d.goal_sub],
            users=list[d.user],
            parentQuests=list[d.quest],
        ),
        "/targets/quests?search=": body(quests=list[d.quest], goals=list[d.goal]),
        "/targets/quests/{quest}": body(
            quest=d.quest,
            questSubs=list[d.quest_sub],
            users=list[d.user],
            goals=list[d.goal],
            parentQuestlines=list[d.questline],
        ),
        "/targets/questlines": body(
            questlines=list[d.questline],
            standalone=list[d.quest],
            standaloneGoals=list[d.goal],
        ),
    }


def of_a_player(d: SimpleNamespace) -> dict[str, Any]:
    """What is read below /users/:user/games/..."""
    on = {"charts": list[d.chart], "songs": list[d.song]}
    bests, scores = body(pbs=list[d.best], **on), body(scores=list[d.score], **on)
    quests = {"quests": list[d.quest], "questSubs": list[d.quest_sub]}
    return {
        "": body(
            gameStats=d.stats,
            firstScore=d.score,
            mostRecentScore=d.score,
            totalScores=int,
            rankingData=dict[str, Place],
            playtime=int,
        ),
        "/pbs/all": bests,
        "/pbs/best": bests,
        "/pbs?search=": bests,
        "/most-played": bests,
        "/pbs/{chart}?getComposition": body(pb=d.best, chart=d.chart, scores=list[d.score]),
        "/pbs/{chart}/leaderboard-adjacent": body(
            pb=d.best,
            chart=d.chart,
            adjacentAbove=list[d.best],
            adjacentBelow=list[d.best],
            users=list[d.user],
        ),
        "/pbs/{chart}/rivals": body(pbs=list[d.best], rivals=list[d.user]),
        "/scores/all": scores,
        "/scores/recent": scores,
        "/scores?search=": scores,
        "/scores/{chart}": list[d.score],
        "/sessions?search=": list[d.session],
        "/sessions/best": list[d.session],
        "/sessions/recent": list[d.session],
        "/sessions/highlighted": list[d.session],
        "/sessions/last": body(session=d.session, scoreInfo=list[d.info]),
        "/sessions/calendar": list[d.event],
        "/history": list[d.snapshot],
        "/leaderboard-adjacent": body(
            above=list[d.listed_stats],
            below=list[d.listed_stats],
            users=list[d.user],
            thisUsersStats=d.listed_stats,
            thisUsersRanking=Place,
        ),
        "/activity": body(
            recentSessions=list[d.session],
            recentlyHighlightedScores=list[d.score],
            achievedClasses=list[d.achievement],
            users=list[d.user],
            goals=list[d.goal],
            goalSubs=list[d.goal_sub],
            **on,
            **quests,
        ),
        "/settings": d.settings,
        "/folders?search=": body(folders=list[d.folder], stats=list[d.folder_stats]),
        "/folders/{folder}": body(folder=d.folder, pbs=list[d.best], **on),
        "/folders/{folder}/stats": body(folder=d.folder, stats=d.folder_stats),
        "/tables/{table}": body(table=d.table, folders=list[d.folder], stats=list[d.folder_stats]),
        "/targets/goals": body(goals=list[d.goal], goalSubs=list[d.goal_sub], **quests),
        "/targets/goals/{goal}": body(
            goal=d.goal, goalSub=d.goal_sub, quests=list[d.quest], user=d.user
        ),
        "/targets/quests": body(goals=list[d.goal], **quests),
        "/targets/quests/{quest}": body(
            quest=d.quest, questSub=d.quest_sub, goals=list[d.goal], results=list[Any]
        ),
        "/targets/all-subs": body(goalSubs=list[d.goal_sub], questSubs=list[d.quest_sub]),
    }


def of_the_dialect(d: SimpleNamespace) -> dict[str, Any]:
    """What is read where no path names a game."""
    on = {"charts": list[d.chart], "songs": list[d.song]}
    return {
        "/config": d.config,
        "/users": list[d.user],
        "/users/strict": d.user,
        "/users/strict/settings": d.user_settings,
        "/users/strict/imports": list[d.imported],
        "/users/strict/imports/failed": list[d.tracker],
        "/users/strict/sessions/calendar": list[d.event],
        "/users/strict/recent-summary": body(
            recentPlaycount=int,
            recentSessions=list[d.session],
            recentFolders=list[d.folder],
            recentFolderStats=list[d.folder_stats],
            recentAchievedGoals=list[d.goal_sub],
            recentImprovedGoals=list[d.goal_sub],
            recentGoals=list[d.goal],
        ),
        "/imports": body(imports=list[d.imported], users=list[d.user]),
        "/imports/failed": body(failedImports=list[d.tracker], users=list[d.user]),
        "/imports/{import}": body(
            scores=list[d.score],
            sessions=list[d.session],
            user=d.user,
            **{"import": d.imported},
            **on,
        ),
        "/scores/{score}?getRelated": body(score=d.score, user=d.user, song=d.song, chart=d.chart),
        "/sessions/{session}": body(
            session=d.session,
            scores=list[d.score],
            user=d.user,
            scoreInfo=list[d.info],
            **on,
        ),
        f"/clients/{CLIENT}": d.client,
        "/users/me/api-tokens": list[d.token],
        "/import/orphans": body(orphans=list[d.orphan], hasMore=bool),
    }


class World:
    """A player with something of everything, and what there is by the names of parts of paths."""

    def __init__(self, service: Stack) -> None:
        self.service = service
        self.player = service.user("strict", *PERMISSIONS)
        another = service.user("another")
        another.wait(another.submit(batch_manual(3)))
        played = batch_manual(20)
        first = played["scores"][0]
        played["scores"].append({**first, "identifier": "99999"})
        played["scores"].append({**first, "timeAchieved": None, "score": 7_000_000})
        imported = self.player.wait(self.player.submit({**played, "classes": {"dan": "DAN_3"}}))
        self.names = self._names(imported)
        self._follow()
        better = {**first, "score": 9_850_000, "timeAchieved": first["timeAchieved"] + 1}
        raised = self.player.wait(self.player.submit({**played, "scores": [better]}))
        assert raised["goalInfo"]
        with pytest.raises(ApiError):
            self.player.wait(self.player.submit_what_fails())
        for path in (f"/scores/{self.names['score']}", f"/sessions/{self.names['session']}"):
            self.change("PATCH", path, {"highlight": True})
        self.change("POST", f"/users/me/games/sdvx/folders/{self.names['folder']}/viewed", {})
        known = Client(client_id=CLIENT, name="A", author=self.player.user_id, permissions=[])
        with service.engine.begin() as connection:
            client_rows.save(connection, known)

    def change(self, method: str, path: str, content: Any) -> None:
        headers = {**self.headers, "Content-Type": "application/json"}
        answer = Http(self.service.port).request(
            method, f"/api/v1{path}", orjson.dumps(content), headers
        )
        assert answer.status == 200, answer.raw

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.player.token}"}

    def _names(self, imported: dict[str, Any]) -> dict[str, str]:
        one = self.service.scalar
        return {
            "chart": one(
                "SELECT chart_id FROM charts"
                " WHERE game = 'sdvx' AND song_id = 1 AND difficulty = 'ADV' AND is_primary"
            ),
            "song": "1",
            "folder": one(
                "SELECT folder_id FROM folder_charts JOIN folders USING (folder_id)"
                " WHERE game = 'sdvx' GROUP BY folder_id ORDER BY count(*) DESC, 1 LIMIT 1"
            ),
            "table": one("SELECT min(table_id) FROM tables WHERE game = 'sdvx'"),
            "quest": QUEST,
            "import": imported["importID"],
            "score": imported["scoreIDs"][0],
            "session": imported["createdSessions"][0]["sessionID"],
        }

    def _follow(self) -> None:
        """A goal of every kind, and a quest."""
        chart, targets = self.names["chart"], "/users/me/games/sdvx/Single/targets"
        other = self.service.scalar(
            "SELECT max(chart_id) FROM charts WHERE game = 'sdvx' AND chart_id <> :id", id=chart
        )
        score = {"mode": "single", "key": "score", "value": 9_900_000}
        share = {**score, "mode": "proportion", "value": 9_999_000, "countNum": 1}
        for kind, data, criteria in (
            ("single", chart, score),
            ("multi", [chart, other], {**score, "value": 9_950_000}),
            ("folder", self.names["folder"], share),
        ):
            wanted = {"charts": {"type": kind, "data": data}, "criteria": criteria}
            self.change("POST", f"{targets}/goals/add-goal", wanted)
        self.change("PUT", f"{targets}/quests/{QUEST}", {})
        self.names["goal"] = self.service.scalar(
            "SELECT min(goal_id) FROM goal_subscriptions WHERE was_assigned_standalone"
        )


@pytest.fixture(scope="module")
def world(service: Stack) -> World:
    return World(service)


def read(kind: Any, path: str, status: int, content: bytes) -> str | None:
    """What a strict client complains of."""
    if status != 200:
        return f"{path}: {status} {content[:200]!r}"
    envelope = struct("Envelope", {"success": Literal[True], "description": str, "body": kind})
    try:
        msgspec.json.decode(content, type=envelope, strict=True)
    except msgspec.ValidationError as problem:
        return f"{path}: {problem}"
    return None


@pytest.mark.parametrize(("version", "game"), FORMS)
def test_paths_of_games_have_the_documents_of_their_form(
    world: World, version: Literal["v2", "v3"], game: str
) -> None:
    types = documents(version)
    if version == "v3":
        # What a user is no path of a game decides.
        types.user = documents("v2").user
    paths = {f"{game}{rest}": kind for rest, kind in of_a_game(types).items()}
    paths |= {f"/users/strict{game}{rest}": kind for rest, kind in of_a_player(types).items()}
    http = Http(world.service.port)
    complaints = []
    for path, kind in paths.items():
        answer = http.get(f"/api/v1{path.format(**world.names)}", world.headers)
        complaints.append(read(kind, path, answer.status, answer.raw))
    assert list(filter(None, complaints)) == []


@pytest.mark.parametrize("dialect", ["v2", "v3", "both"])
def test_other_paths_have_the_documents_of_the_dialect(world: World, dialect: str) -> None:
    """Those of `both` are documents of version 2, with what version 3 has besides."""
    types = documents("v3" if dialect == "v3" else "v2")
    app = create_app(load_settings({**world.service.environment, "DIALECT": dialect}))
    client = app.test_client()
    complaints = []
    for path, kind in of_the_dialect(types).items():
        answer = client.get(f"/api/v1{path.format(**world.names)}", headers=world.headers)
        complaints.append(read(kind, path, answer.status_code, answer.data))
    app.extensions[EXTENSION].engine.dispose()
    assert list(filter(None, complaints)) == []


def test_a_strict_client_complains_of_what_is_not_as_it_is_written() -> None:
    kind = documents("v2").stats
    stats = {"game": "sdvx", "playtype": "Single", "userID": 1, "ratings": {}, "classes": {}}

    def complains(**changes: Any) -> bool:
        sent = {"success": True, "description": "", "body": {**stats, **changes}}
        return read(kind, "", 200, orjson.dumps(sent)) is not None

    assert not complains()
    assert complains(userID=1.5)
    assert complains(userID="1")
    assert complains(classes=None)
    assert complains(game="iidx")
    assert read(kind, "", 200, b'{"success": true, "description": "", "body": {}}') is not None
