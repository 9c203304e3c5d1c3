"""Rules of reference: what a document names exists, and is of the document's own GPT.

Source: specification, seeds-format.md section 12.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from common.seeds.context import UNKNOWN_GPT, Context, gpt_of
from common.seeds.reading import Collection
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, FOLDERS, GOALS, QUESTLINES, QUESTS, TABLES
from common.seeds.violations import Violation


def known_gpts(context: Context) -> Iterator[Violation]:
    for kind in (FOLDERS, TABLES, GOALS, QUESTS, QUESTLINES):
        for collection, document in context.seeds.each(kind):
            playtypes = context.known.playtypes.get(document["game"])
            if playtypes is None:
                detail = f"there is no game {document['game']}"
            elif document["playtype"] not in playtypes:
                detail = f"{document['game']} has no playtype {document['playtype']}"
            else:
                continue
            yield collection.violation(document[kind.key], "GPT", detail)


def charts_have_songs(context: Context) -> Iterator[Violation]:
    for collection in context.seeds.of_kind(CHARTS):
        songs = context.known.songs.get(collection.game or "", set())
        for chart in collection.documents:
            if chart["songID"] not in songs:
                detail = f"songID: there is no song {chart['songID']}"
                yield collection.violation(chart["chartID"], "reference", detail)


def tables_have_folders(context: Context) -> Iterator[Violation]:
    for collection, table in context.seeds.each(TABLES):
        folders = table["folders"]
        yield from _dangling(collection, table, "folders: folder", folders, context.known.folders)
        if len(set(folders)) < len(folders):
            detail = "folders names a folder twice"
            yield collection.violation(table["tableID"], "unique folders", detail)


def goals_have_charts(context: Context) -> Iterator[Violation]:
    for collection, goal in context.seeds.each(GOALS):
        match goal["charts"]:
            case {"type": "folder", "data": folder}:
                keys, noun, known = [folder], "folder", context.known.folders
            case {"type": "multi", "data": charts}:
                keys, noun, known = charts, "chart", context.known.charts
            case {"data": chart}:
                keys, noun, known = [chart], "chart", context.known.charts
        yield from _dangling(collection, goal, f"charts: {noun}", keys, known)


def quests_have_goals(context: Context) -> Iterator[Violation]:
    for collection, quest in context.seeds.each(QUESTS):
        goals = goals_of(quest)
        yield from _dangling(collection, quest, "questData: goal", goals, context.known.goals)


def questlines_have_quests(context: Context) -> Iterator[Violation]:
    for collection, questline in context.seeds.each(QUESTLINES):
        quests = questline["quests"]
        yield from _dangling(collection, questline, "quests: quest", quests, context.known.quests)


def _dangling(
    collection: Collection,
    document: Document,
    noun: str,
    keys: Iterable[str],
    known: Mapping[str, str],
) -> Iterator[Violation]:
    """The keys that `document` names in vain."""
    gpt = gpt_of(document)
    for key in keys:
        found = known.get(key)
        if found is None:
            detail = f"{noun} {key} does not exist"
        elif found not in (gpt, UNKNOWN_GPT):
            detail = f"{noun} {key} is of {found}, not of {gpt}"
        else:
            continue
        yield collection.violation(document[collection.kind.key], "reference", detail)


def goals_of(quest: Document) -> list[str]:
    """The goalIDs a quest names, in order."""
    return [goal["goalID"] for section in quest["questData"] for goal in section["goals"]]
