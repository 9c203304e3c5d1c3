"""The integrity of a seeds folder: what must hold between documents and collections.

Every rule is a generator of violations over all collections; none stops at the first. A rule
whose collections are not in the folder has nothing to say.

Source: specification, seeds-format.md section 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from common.catalogue.folders import compile_folder
from common.catalogue.queries import QueryError
from common.games.model import GPT, Derived, Enum, Game, Graph, Problem
from common.games.registry import COURSES_OF, GAMES
from common.seeds.context import UNKNOWN_GPT, Context, References, collect_references, gpt_of
from common.seeds.match_keys import ambiguous_titles, unclear_match_keys, unmatchable_charts
from common.seeds.reading import Collection, Seeds
from common.seeds.reference_rules import (
    charts_have_songs,
    goals_have_charts,
    goals_of,
    known_gpts,
    questlines_have_quests,
    quests_have_goals,
    tables_have_folders,
)
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, COURSES, FOLDERS, GOALS, QUESTS, SONGS, TABLES, Kind
from common.seeds.uniqueness import (
    one_primary_chart,
    unique_across_games,
    unique_courses,
    unique_keys,
    unique_versions,
)
from common.seeds.violations import Violation
from common.text.canonical import folder_id, goal_id


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules say. violations: the seeds must not be loaded. warnings: they may."""

    violations: list[Violation]
    warnings: list[Violation]


def check(seeds: Seeds, games: Mapping[str, Game], stored: References | None = None) -> Findings:
    """Applies every rule. `stored`: see `collect_references`."""
    context = Context(seeds, games, collect_references(seeds, games, stored))
    return Findings(
        violations=[each for rule in RULES for each in rule(context)],
        warnings=[each for rule in WARNINGS for each in rule(context)],
    )


# --- identifiers, folders, tables, goals, courses --------------------------------------


def _folder_ids(context: Context) -> Iterator[Violation]:
    if not context.seeds.folder_ids_are_hashes:
        return
    for collection, folder in context.seeds.each(FOLDERS):
        data = folder["data"]
        if isinstance(data, list):
            data = {str(place): chart for place, chart in enumerate(data)}
        expected = folder_id(folder["game"], folder["playtype"], data)
        if folder["folderID"] != expected:
            detail = f"the folder's data gives {expected}"
            yield collection.violation(folder["folderID"], "folderID", detail)


def _goal_ids(context: Context) -> Iterator[Violation]:
    for collection, goal in context.seeds.each(GOALS):
        expected = goal_id(goal["game"], goal["playtype"], goal["charts"], goal["criteria"])
        if goal["goalID"] != expected:
            detail = f"the goal's charts and criteria give {expected}"
            yield collection.violation(goal["goalID"], "goalID", detail)


def _folder_queries(context: Context) -> Iterator[Violation]:
    for collection, folder in context.seeds.each(FOLDERS):
        try:
            compile_folder(folder)
        except QueryError as error:
            yield collection.violation(folder["folderID"], "folder query", str(error))


def _default_tables(context: Context) -> Iterator[Violation]:
    defaults: dict[str, list[str]] = {}
    for collection, table in context.seeds.each(TABLES):
        of_gpt = defaults.setdefault(gpt_of(table), [])
        if table["default"]:
            of_gpt.append(table["tableID"])
            if table["inactive"]:
                detail = "a default table must not be inactive"
                yield collection.violation(table["tableID"], "default table", detail)
    for collection in context.seeds.of_kind(TABLES):
        for gpt, tables in defaults.items():
            # A table that is malformed may be the default one.
            if len(tables) > 1 or not (tables or collection.malformed):
                detail = f"{gpt} needs one default table, and has {', '.join(tables) or 'none'}"
                yield collection.violation(gpt, "default table", detail)


def _goal_criteria(context: Context) -> Iterator[Violation]:
    for collection, goal in context.seeds.each(GOALS):
        gpt = context.gpt(goal)
        problem = gpt and _criteria_problem(gpt, goal["criteria"])
        if problem:
            yield collection.violation(goal["goalID"], "goal criteria", problem)


def _criteria_problem(gpt: GPT, criteria: Document) -> str | None:
    key, value = criteria["key"], criteria["value"]
    metric = gpt.provided.get(key) or gpt.derived.get(key)
    if isinstance(metric, Derived):
        metric = metric.metric
    if metric is None:
        return f"{gpt.id} has no metric {key}"
    if isinstance(metric, Graph):
        return f"{key} is a graph; goals need a number or an enum"
    if isinstance(metric, Enum) and value not in range(len(metric.values)):
        return f"{value} is no index into the {len(metric.values)} values of {key}"
    return None


def _course_classes(context: Context) -> Iterator[Violation]:
    for collection, course in context.seeds.each(COURSES):
        if COURSES_OF.id not in context.games:
            return
        gpt = COURSES_OF.playtypes[course["playtype"]]
        classes = gpt.classes.get(course["set"])
        if classes is None:
            detail = f"{gpt.id} has no class set {course['set']}"
            yield collection.violation(course["md5sums"], "class", detail)
        elif course["value"] not in classes.ids:
            detail = f"{course['set']} has no class {course['value']}"
            yield collection.violation(course["md5sums"], "class", detail)


# --- per game --------------------------------------------------------------------------


def _game_rules(context: Context) -> Iterator[Violation]:
    for collection in context.seeds.of_kind(CHARTS):
        # They hold for a game that is not served, too.
        game = GAMES.get(collection.game or "")
        for rule in () if game is None else game.chart_rules:
            yield from _violations(collection, rule(collection.documents))


def _match_keys(context: Context) -> Iterator[Violation]:
    for collection, game in _of_known_games(context, CHARTS):
        songs = context.seeds.get(SONGS, game.id)
        song_documents = songs.documents if songs else []
        problems = unclear_match_keys(game, song_documents, collection.documents)
        yield from _violations(collection, problems)


def _of_known_games(context: Context, kind: Kind) -> Iterator[tuple[Collection, Game]]:
    for collection in context.seeds.of_kind(kind):
        game = context.games.get(collection.game or "")
        if game is not None:
            yield collection, game


def _violations(collection: Collection, problems: Iterable[Problem]) -> Iterator[Violation]:
    return (collection.violation(*problem) for problem in problems)


# --- warnings --------------------------------------------------------------------------


def _ambiguous_titles(context: Context) -> Iterator[Violation]:
    for collection, game in _of_known_games(context, SONGS):
        yield from _violations(collection, ambiguous_titles(game, collection.documents))


def _unmatchable_charts(context: Context) -> Iterator[Violation]:
    for collection, game in _of_known_games(context, CHARTS):
        yield from _violations(collection, unmatchable_charts(game, collection.documents))


def _no_tables(context: Context) -> Iterator[Violation]:
    for collection in context.seeds.of_kind(TABLES):
        with_tables = {gpt_of(table) for table in collection.documents}
        for gpt in dict.fromkeys(context.known.charts.values()):
            if gpt not in with_tables and gpt != UNKNOWN_GPT:
                yield collection.violation(gpt, "default table", f"{gpt} has charts but no table")


def _short_quests(context: Context) -> Iterator[Violation]:
    for collection, quest in context.seeds.each(QUESTS):
        if len(set(goals_of(quest))) < 2:
            detail = "has fewer than two goals"
            yield collection.violation(quest["questID"], "short quest", detail)


Rule = Callable[[Context], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    unique_keys,
    unique_across_games,
    one_primary_chart,
    unique_versions,
    unique_courses,
    known_gpts,
    charts_have_songs,
    tables_have_folders,
    goals_have_charts,
    quests_have_goals,
    questlines_have_quests,
    _folder_ids,
    _goal_ids,
    _folder_queries,
    _default_tables,
    _goal_criteria,
    _course_classes,
    _game_rules,
    _match_keys,
)
WARNINGS: tuple[Rule, ...] = (_ambiguous_titles, _unmatchable_charts, _no_tables, _short_quests)
