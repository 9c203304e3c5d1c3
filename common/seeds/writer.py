"""Writing checked seeds, inside one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from common.catalogue import changed_charts as charts
from common.catalogue.collection_rows import analyze
from common.catalogue.ended_subscriptions import end_goals_on_folders, end_quests
from common.catalogue.follow_ups import accept_follow_ups
from common.catalogue.locking import hold_users
from common.catalogue.lookup import drop_folders, refresh_lookup
from common.catalogue.sync import (
    Difference,
    by_gpt,
    compare,
    delete,
    insert_new,
    replace_changed,
    stage_changed,
)
from common.catalogue.versions import raise_versions
from common.games.registry import GAMES, is_growing, is_never_whole
from common.seeds.reading import Collection, Seeds
from common.seeds.schema import Document
from common.seeds.seed_documents import (
    CHARTS,
    COURSES,
    FOLDERS,
    GOALS,
    OF_ALL_GAMES,
    QUESTLINES,
    QUESTS,
    SONGS,
    TABLES,
    Kind,
)
from common.seeds.summary import CollectionSummary, Summary
from common.seeds.violations import SeedsError, Violation

# Told what is being done, and how many of how many steps are behind.
Progress = Callable[[str, int, int], None]

# From this many new rows on, the planner should not wait for the next autovacuum.
MANY_ROWS = 10_000


class Writer:
    """Writes the outdated collections of a seeds folder and what follows from them.

    outdated: names of the collections to write; all others are as in the database.
    retire: see `load_directory`.

    entered: once it has written, the games by kind that have documents they did not have.
    """

    def __init__(
        self,
        connection: Connection,
        seeds: Seeds,
        outdated: set[str],
        *,
        retire: bool,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._seeds = seeds
        self._outdated = [each for name, each in seeds.collections.items() if name in outdated]
        self._retire = retire
        self._progress = progress
        self._to_resolve = _documents_by_game(self._outdated)
        # One for the check before, one for what comes last.
        self._steps_done, self._steps = 1, 2 + len(self._outdated) + len(self._to_resolve)
        self._summary = Summary()
        self._refused: list[Violation] = []
        self._changed_games: set[str] = set()
        self.entered: dict[str, set[str]] = {}

    def write(self) -> Summary:
        """Raises SeedsError if a chart or song that is needed would go."""
        songs = [(each, *self._write_songs(each)) for each in self._of_kinds(SONGS)]
        for collection in self._of_kinds(CHARTS):
            self._write_charts(collection)
        # Whether a song may go depends on the charts that stay.
        for collection, difference, line in songs:
            self._remove_songs(collection, difference, line)
        for game in filter(is_growing, self._changed_games):
            charts.forget_songs_without_charts(self._connection, game)
        if self._refused:
            raise SeedsError(self._refused)
        for collection in self._of_kinds(FOLDERS):
            self._write_folders(collection)
        self._refresh_lookups()
        for collection in self._of_kinds(TABLES, GOALS):
            self._write_plain(collection)
        for collection in self._of_kinds(QUESTS):
            self._write_quests(collection)
        for collection in self._of_kinds(QUESTLINES, COURSES):
            self._write_plain(collection)
        self._step("finishing")
        self._analyze()
        accept_follow_ups(self._connection, self._summary)
        raise_versions(self._connection, self._changed_games)
        return self._summary

    def _of_kinds(self, *kinds: Kind) -> Iterator[Collection]:
        for kind in kinds:
            for collection in self._outdated:
                if collection.kind is kind:
                    self._step(collection.name)
                    yield collection

    def _step(self, what: str) -> None:
        self._progress(what, self._steps_done, self._steps)
        self._steps_done += 1

    # --- documents ---------------------------------------------------------------------

    def _upsert(
        self, collection: Collection, before_replacing: Callable[[], None] | None = None
    ) -> tuple[Difference, CollectionSummary]:
        """Inserts and replaces, but removes nothing yet.

        before_replacing: called when the rows that will replace others are staged.
        """
        difference = compare(self._connection, collection)
        if difference.gone and difference.stored.removes and collection.kind in OF_ALL_GAMES:
            difference.gone = self._spoken_of(difference)
        line = CollectionSummary(
            collection.name,
            inserted=len(difference.new),
            replaced=len(difference.changed),
            unchanged=difference.unchanged,
        )
        self._summary.collections.append(line)
        self.entered.setdefault(collection.kind.name, set()).update(difference.games_entered)
        if collection.kind in (SONGS, CHARTS) and (difference.new or difference.changed):
            self._summary.matching.add(collection.game or "")
        insert_new(self._connection, difference)
        if difference.changed:
            stage_changed(self._connection, difference)
            if before_replacing is not None:
                before_replacing()
            replace_changed(self._connection, difference.stored)
        return difference, line

    def _spoken_of(self, difference: Difference) -> list[Any]:
        """Those of `gone` whose game and playtype the folder speaks of; the others stay."""
        gpts = by_gpt(self._connection, difference.stored, difference.gone)
        return [key for gpt, keys in gpts.items() if self._seeds.speaks_of(*gpt) for key in keys]

    def _remove(
        self, difference: Difference, line: CollectionSummary, keys: Sequence[Any] | None = None
    ) -> None:
        """Removes documents that are gone from the file: all of them, or those of `keys`."""
        if difference.stored.removes:
            keys = difference.gone if keys is None else keys
            delete(self._connection, difference.stored, difference.game, keys)
            line.removed = len(keys)

    def _write_plain(self, collection: Collection) -> None:
        self._remove(*self._upsert(collection))

    def _write_folders(self, collection: Collection) -> None:
        difference, line = self._upsert(collection)
        if difference.gone:
            hold_users(self._connection)
            drop_folders(self._connection, difference.gone)
            end_goals_on_folders(self._connection, difference.gone)
        self._remove(difference, line)

    def _write_quests(self, collection: Collection) -> None:
        difference, line = self._upsert(collection)
        self._summary.changed_quests = [row[0] for row in difference.changed]
        if difference.gone:
            hold_users(self._connection)
            end_quests(self._connection, difference.gone)
        self._remove(difference, line)

    # --- songs and charts --------------------------------------------------------------

    def _write_songs(self, collection: Collection) -> tuple[Difference, CollectionSummary]:
        game = collection.game or ""

        def note_effects() -> None:
            self._rerate(game, charts.rerated_by_songs(self._connection, game))

        return self._upsert(collection, note_effects)

    def _write_charts(self, collection: Collection) -> None:
        game = collection.game or ""
        moved: list[str] = []

        def note_effects() -> None:
            effects = charts.effects(self._connection, game)
            moved.extend(effects.moved)
            self._rerate(game, effects.rerated)

        difference, line = self._upsert(collection, note_effects)
        vanished = difference.gone and not is_never_whole(game)
        if vanished or moved:
            hold_users(self._connection)
        if vanished:
            moved += self._remove_charts(collection, difference, line)
        if moved:
            charts.follow(self._connection, game, moved)
        if line.changes:
            self._changed_games.add(game)

    def _rerate(self, game: str, chart_ids: list[str]) -> None:
        if chart_ids:
            self._summary.rerated.setdefault(game, set()).update(chart_ids)

    def _remove_charts(
        self, collection: Collection, difference: Difference, line: CollectionSummary
    ) -> list[str]:
        """Removes charts that nothing needs, and retires or refuses the rest.

        Returns those it retired.
        """
        game, gone = collection.game or "", difference.gone
        uses = charts.uses_of(self._connection, game, gone)
        self._remove(difference, line, [chart for chart in gone if chart not in uses])
        to_retire = sorted(set(uses) - charts.retired(self._connection, game, uses))
        if self._retire:
            charts.retire(self._connection, game, to_retire)
            self._rerate(game, to_retire)
            line.retired = len(to_retire)
            return to_retire
        self._refused += (
            collection.violation(chart, "vanished", _needed("chart", uses[chart]))
            for chart in to_retire
        )
        return []

    def _remove_songs(
        self, collection: Collection, difference: Difference, line: CollectionSummary
    ) -> None:
        game, gone = collection.game or "", difference.gone
        if gone and not is_never_whole(game):
            with_charts = charts.songs_with_charts(self._connection, game, gone)
            self._remove(difference, line, [song for song in gone if song not in with_charts])
            self._refused += (
                collection.violation(song, "vanished", _needed("song", "charts"))
                for song, all_retired in with_charts.items()
                if not (all_retired or self._retire or _is_partial(collection))
            )
        if line.changes:
            self._changed_games.add(game)

    # --- what follows ------------------------------------------------------------------

    def _refresh_lookups(self) -> None:
        for game, documents in sorted(self._to_resolve.items()):
            self._step(f"folders of {game}")
            self._summary.lookups[game] = refresh_lookup(self._connection, game, documents)

    def _analyze(self) -> None:
        rows = sum(change.added for change in self._summary.lookups.values())
        if rows + self._summary.changes > MANY_ROWS:
            analyze(self._connection)


def _is_partial(collection: Collection) -> bool:
    """Whether the folder lacks the charts of some playtypes of a game."""
    game = GAMES.get(collection.game or "")
    return (
        game is not None
        and collection.playtypes is not None
        and not collection.playtypes >= game.playtypes.keys()
    )


def _documents_by_game(collections: Iterable[Collection]) -> dict[str, dict[Kind, list[Document]]]:
    """The songs, charts and folders of each game that has any of them in the collections."""
    found: dict[str, dict[Kind, list[Document]]] = {}
    for collection in collections:
        if collection.kind in (SONGS, CHARTS):
            found.setdefault(collection.game or "", {})[collection.kind] = collection.documents
        elif collection.kind is FOLDERS:
            for folder in collection.documents:
                of_game = found.setdefault(folder["game"], {})
                of_game.setdefault(FOLDERS, []).append(folder)
    return found


def _needed(noun: str, uses: str) -> str:
    return f"the {noun} is gone from the file but still has {uses}; restore or retire it"
