"""The documents of both versions as a client with strict types declares them.

Every field that the specification names has to be there, and of its type; null only where it says
so. Written from its pages (documents.md, documents-targets.md, documents-users.md, http-api.md
section 12, v3/http-api.md section 2), and from nothing else. Of the games it knows SDVX.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta


def like(pattern: str) -> Any:
    """A text of this form."""
    return Annotated[str, Meta(pattern=f"^(?:{pattern})$")]


def struct(name: str, fields: Mapping[str, Any], **more: Any) -> Any:
    """A type with these fields, all needed; further ones are passed over."""
    return msgspec.defstruct(name, list({**fields, **more}.items()))


TEXTS: Any = list[str]
Hex = like("[0-9a-f]{40}")
SessionID = like("Q[0-9a-f]{40}")
ScoreID = like("T[0-9a-f]{64}")
GoalID = like("G[0-9a-f]{64}")
ImportType = like("(?:file|ir|api)/.+")
Rated: Any = dict[str, float | None]
Place = struct("Place", {"ranking": int, "outOf": int})


def documents(version: Literal["v2", "v3"]) -> SimpleNamespace:
    """The types of a version's documents."""
    new = version == "v3"
    made = SimpleNamespace()
    game: dict[str, Any] = {"game": Literal["sdvx"]}
    if not new:
        game["playtype"] = Literal["Single"]
    chart_id: Any = like("C.+") if new else Hex
    song_id: Any = like("S.+") if new else int
    folder_id: Any = like("F[0-9a-f]{19}") if new else like("F[0-9a-f]{64}")
    on_chart = {**game, "chartID": chart_id, "songID": song_id}
    _accounts(made, new)
    _catalogue(made, new, game, chart_id, song_id, folder_id)
    _scores(made, new, game, on_chart)
    _imports(made, new, game)
    _profiles(made, new, game)
    _targets(made, new, game, chart_id, folder_id)
    return made


def _accounts(made: SimpleNamespace, new: bool) -> None:
    names = ("discord", "twitter", "github", "steam", "youtube", "twitch")
    social = struct("SocialMedia", dict.fromkeys(names, str | None))
    user: dict[str, Any] = {
        "id": int,
        "username": str,
        "usernameLowercase": str,
        "about": str,
        "status": str | None,
        "socialMedia": social if new else dict[str, str | None],
        "joinDate": int,
        "lastSeen": int,
        "customPfpLocation": str | None,
        "customBannerLocation": str | None,
        "badges": TEXTS,
        "authLevel": Literal[0, 1, 2, 3],
    }
    flags = ("isSupporter", "canSubmitQuests", "canImportProvidedClass") if new else ()
    made.user = struct("User", user, **dict.fromkeys(flags, bool))
    names = (
        "invisible",
        "developerMode",
        "advancedMode",
        "contentiousContent",
        "deletableScores",
    )
    preferences = struct("Preferences", dict.fromkeys(names, bool))
    settings = {"userID": int, "following": list[int], "preferences": preferences}
    made.user_settings = struct("UserSettings", settings)
    token = {
        "userID": int,
        "token": str,
        "identifier": str,
        "permissions": dict[str, Literal[True]],
        "fromAPIClient": str | None,
    }
    made.token = struct("Token", token)
    nullable = ("redirectUri", "webhookUri", "apiKeyTemplate", "apiKeyFilename")
    client = {"clientID": str, "name": str, "author": int, "requestedPermissions": TEXTS}
    made.client = struct("Client", client, **dict.fromkeys(nullable, str | None))
    config: dict[str, Any] = {
        "NAME": str,
        "TYPE": Literal["kamai", "boku", "omni"],
        "IMPORT_TYPES": TEXTS,
        "SIGNUPS_ENABLED": bool,
    }
    if new:
        config |= {"GAME_GROUPS": TEXTS, "QUEST_PROPOSALS_ENABLED": bool}
    else:
        config |= {"GAMES": TEXTS}
    made.config = struct("Config", config)


def _catalogue(
    made: SimpleNamespace,
    new: bool,
    game: Mapping[str, Any],
    chart_id: Any,
    song_id: Any,
    folder_id: Any,
) -> None:
    song = {"id": song_id, "title": str, "artist": str, "data": dict[str, Any]}
    made.song = struct("Song", song, searchTerms=TEXTS, altTitles=TEXTS)
    chart = {
        "chartID": chart_id,
        "difficulty": str,
        "level": str,
        "levelNum": float,
        "isPrimary": bool,
        "versions": TEXTS,
        "data": dict[str, Any],
    }
    if new:
        chart |= {**game, "legacyChartID": Hex, "song": made.song}
    else:
        chart |= {"playtype": game["playtype"], "songID": song_id}
    made.chart = struct("Chart", chart)
    folder = {**game, "folderID": folder_id, "title": str, "inactive": bool, "searchTerms": TEXTS}
    if new:
        folder |= {"slug": str}
    else:
        folder |= {"type": Literal["static", "songs", "charts"], "data": Any}
    made.folder = struct("Folder", folder)
    stats = {"folderID": folder_id, "chartCount": int, "stats": dict[str, dict[str, int]]}
    made.folder_stats = struct("FolderStats", stats)
    table = {**game, "tableID": str, "title": str, "description": str, "folders": TEXTS}
    made.table = struct("Table", table, inactive=bool, default=bool)


def _scores(
    made: SimpleNamespace, new: bool, game: Mapping[str, Any], on_chart: Mapping[str, Any]
) -> None:
    optional = struct("Optional", {"enumIndexes": dict[str, int]})
    data = struct(
        "ScoreData",
        {"score": int, "lamp": str, "grade": str, "enumIndexes": dict[str, int]},
        judgements=dict[str, int | None],
        optional=optional,
    )
    common = {
        **on_chart,
        "userID": int,
        "isPrimary": bool,
        "highlight": bool,
        "timeAchieved": int | None,
        "scoreData": data,
        "calculatedData": Rated,
    }
    score: dict[str, Any] = {
        **common,
        "scoreID": ScoreID,
        "service": str,
        "importType": ImportType | None,
        "timeAdded": int,
        "comment": str | None,
        "scoreMeta": dict[str, Any],
    }
    made.score = struct("Score", score, **({"sessionID": SessionID | None} if new else {}))
    composed = struct("Composed", {"name": str, "scoreID": ScoreID})
    ranking = struct("Ranking", {"rank": int, "outOf": int, "rivalRank": int | None})
    made.best = struct(
        "Best",
        common,
        composedFrom=Annotated[list[composed], Meta(min_length=1)],
        rankingData=ranking,
    )
    made.info = struct("ScoreInfo", {"scoreID": ScoreID, "isNewScore": bool})
    event = {
        **game,
        "sessionID": SessionID,
        "name": str,
        "desc": str | None,
        "highlight": bool,
        "timeStarted": int,
        "timeEnded": int,
    }
    made.event = struct("Event", event)
    session = {
        **event,
        "userID": int,
        "scoreIDs": list[ScoreID],
        "timeInserted": int,
        "calculatedData": Rated,
    }
    made.session = struct("Session", session)


def _imports(made: SimpleNamespace, new: bool, game: Mapping[str, Any]) -> None:
    kinds = Literal[
        "SongOrChartNotFound", "OrphanExists", "InvalidDatapoint", "AmbiguousTitle", "InternalError"
    ]
    created = struct(
        "CreatedSession", {"sessionID": SessionID, "type": Literal["Created", "Appended"]}
    )
    goal = struct(
        "GoalStat",
        {"progress": float | None, "progressHuman": str, "outOf": float},
        outOfHuman=str,
        achieved=bool,
    )
    quest = struct("QuestStat", {"progress": int, "achieved": bool})
    document: dict[str, Any] = {
        "importID": Hex,
        "userID": int,
        "importType": ImportType,
        "userIntent": bool,
        "scoreIDs": list[ScoreID],
        "errors": list[struct("Problem", {"type": kinds, "message": str})],
        "createdSessions": list[created],
        "classDeltas": list[struct("Delta", game, set=str, old=str | None, new=str | None)],
        "goalInfo": list[struct("GoalInfo", {"goalID": GoalID, "old": goal, "new": goal})],
        "questInfo": list[struct("QuestInfo", {"questID": str, "old": quest, "new": quest})],
        "timeStarted": int,
        "timeFinished": int,
    }
    if new:
        document |= {"gameGroup": Literal["sdvx"], "games": list[Literal["sdvx"]]}
    else:
        document |= {"game": game["game"], "playtypes": TEXTS}
        document |= {"idStrings": TEXTS, "gptStrings": TEXTS}
    made.imported = struct("Import", document)
    tracker = {"type": Literal["FAILED"], "importID": Hex, "userID": int, "timeStarted": int}
    made.tracker = struct(
        "Tracker",
        tracker,
        importType=ImportType,
        userIntent=bool,
        error=struct("Reason", {"message": str}),
    )
    orphan = {"orphanID": str, "rowID": str, "importType": ImportType, "timeInserted": int}
    made.orphan = struct(
        "Orphan",
        orphan,
        gameGroup=Literal["sdvx"],
        message=str | None,
        summary=str | None,
    )


def _profiles(made: SimpleNamespace, new: bool, game: Mapping[str, Any]) -> None:
    stats = {**game, "userID": int, "ratings": Rated, "classes": dict[str, str]}
    made.stats = struct("Stats", stats)
    made.listed_stats = struct("ListedStats", stats, **({"rank": int} if new else {}))
    made.ranked_stats = msgspec.defstruct(
        "RankedStats",
        [
            *stats.items(),
            ("ranking", dict[str, Place], msgspec.field(name="__rankingData")),
        ],
        kw_only=True,
    )
    achievement = {**game, "userID": int, "classSet": str, "classValue": str, "timeAchieved": int}
    source = {"source": Literal["import", "manual"]} if new else {}
    made.achievement = struct("Achievement", achievement, classOldValue=str | None, **source)
    names = ("Score", "Session", "Profile")
    preferences: dict[str, Any] = {f"preferred{name}Alg": str | None for name in names}
    preferences |= {
        "preferredDefaultEnum": str | None,
        "defaultTable": str | None,
        "preferredRanking": Literal["global", "rival"] | None,
        "stats": list[Any],
        "gameSpecific": dict[str, Any],
    }
    made.settings = struct(
        "Settings",
        {**game, "userID": int, "rivals": list[int]},
        preferences=struct("GamePreferences", preferences),
    )
    snapshot = {"classes": dict[str, str | None], "ratings": Rated, "rankings": dict[str, Place]}
    made.snapshot = struct("Snapshot", snapshot, playcount=int, timestamp=int)


def _targets(
    made: SimpleNamespace, new: bool, game: Mapping[str, Any], chart_id: Any, folder_id: Any
) -> None:
    kinds = [("single", chart_id), ("multi", list[chart_id]), ("folder", folder_id)]
    slug = [("folderSlug", str)] if new else []
    charts = tuple(
        msgspec.defstruct(
            f"On{kind}",
            [("data", data), *(slug if kind == "folder" else [])],
            tag_field="type",
            tag=kind,
        )
        for kind, data in kinds
    )
    mode = Literal["single", "absolute", "proportion"]
    criteria = struct("Criteria", {"mode": mode, "key": str, "value": float})
    goal = {**game, "goalID": GoalID, "name": str, "criteria": criteria}
    made.goal = struct("Goal", goal, charts=charts[0] | charts[1] | charts[2])
    sub = {
        **game,
        "userID": int,
        "achieved": bool,
        "timeAchieved": int | None,
        "lastInteraction": int | None,
        "wasInstantlyAchieved": bool,
    }
    progress = {"progress": float | None, "progressHuman": str, "outOf": float, "outOfHuman": str}
    made.goal_sub = struct(
        "GoalSub", {**sub, **progress, "goalID": GoalID, "wasAssignedStandalone": bool}
    )
    made.quest_sub = struct("QuestSub", sub, questID=str, progress=int)
    named = {**game, "name": str, "desc": str}
    section = struct("Section", {"title": str, "goals": list[struct("At", {"goalID": GoalID})]})
    made.quest = struct("Quest", named, questID=str, questData=list[section])
    made.questline = struct("Questline", named, questlineID=str, quests=TEXTS)
