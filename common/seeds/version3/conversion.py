"""A folder of version 3's seeds as one of version 2's, in memory.

Everything inside goes by version 2's keys (song numbers, 40-digit chart IDs, folder hashes), which
version 3 carries along as legacy IDs: so scores, goals and quests stay attached whichever
folder is loaded. Version 3's own IDs are kept beside (`common/catalogue/other_ids.py`).

Source: specification, v3/seeds-format.md sections 1 to 9 and 13.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha1, sha256
from typing import Any, Final

import orjson

from common.games.model import GPT
from common.games.registry import GAMES, all_gpts
from common.seeds.reading import SeedFiles, Seeds
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, SONGS
from common.seeds.version3.where import Query, UnknownCondition, query_of
from common.seeds.violations import Violation
from common.text.canonical import canonical_text, folder_id, goal_id, hashed_id

GPTS: Final[Mapping[str, GPT]] = {gpt.v3_id: gpt for gpt in all_gpts()}
COMMON: Final = ("folders", "tables", "goals", "quests", "questlines", "bms-course-lookup")
_LEGACY: Final = ("legacySongID", "legacyChartID", "legacyFolderID", "legacyTableID")
_MAX_SONG: Final = 2**31 - 1
_ENOUGH: Final = 64 * 1024  # bytes of a file that a document is within


def is_version_3(files: SeedFiles) -> bool:
    """Whether the folder is one of version 3: by the names of its files, else by a document."""
    if any(_charts_of(name) not in (None, *_groups()) for name in files.collections):
        return True
    return any(_is_of_version_3(content) for content in files.collections.values())


def _groups() -> set[str]:
    return {gpt.game for gpt in GPTS.values()}


def _is_of_version_3(content: bytes) -> bool:
    first = _first(content)
    if not isinstance(first, dict):
        return False
    return any(key in first for key in _LEGACY) or (
        "game" in first and "playtype" not in first and first["game"] in GPTS
    )


def _first(content: bytes) -> Any:
    """The first document of a file; None where there is none to be read."""
    beginning = content[:_ENOUGH].decode(errors="ignore").lstrip()
    if beginning.startswith("["):
        with contextlib.suppress(ValueError, RecursionError):
            return json.JSONDecoder().raw_decode(beginning[1:].lstrip())[0]
    try:
        documents = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return documents[0] if isinstance(documents, list) and documents else None


def _charts_of(name: str) -> str | None:
    return name.removeprefix("charts-") if name.startswith("charts-") else None


# Version 3's IDs by kind and game: key to ID.
OtherIDs = dict[tuple[str, str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Converted:
    """files: in version 2's form. playtypes: by game, those whose charts the folder has.

    labels: by file and key, the file and the IDs that people know a document by.
    """

    files: SeedFiles
    others: OtherIDs
    playtypes: Mapping[str, frozenset[str]]
    labels: Mapping[tuple[str, str], tuple[str, str]]
    violations: list[Violation]

    def named(self, violation: Violation) -> Violation:
        """A violation with the file and the IDs that the folder has."""
        file, key = self.labels.get(
            (violation.file, violation.key), (violation.file, violation.key)
        )
        return Violation(file, key, violation.rule, violation.detail)

    def limited(self, seeds: Seeds) -> Seeds:
        """Collections that know of which playtypes they speak, and whose folder IDs are given."""
        return Seeds(
            {
                name: replace(each, playtypes=self.playtypes.get(each.game or ""))
                if each.kind in (SONGS, CHARTS)
                else each
                for name, each in seeds.collections.items()
            },
            folder_ids_are_hashes=False,
        )


def as_version_2(files: SeedFiles, stored_folders: Collection[str] = ()) -> Converted:
    """stored_folders: the IDs of folders that the catalogue has."""
    return _Conversion(files, frozenset(stored_folders)).run()


class _Conversion:
    def __init__(self, files: SeedFiles, stored_folders: frozenset[str]) -> None:
        self._files = files
        self._stored_folders = stored_folders
        self._free_folders: frozenset[str] = frozenset()
        self._out: dict[str, list[Document]] = {}
        self._others: OtherIDs = {}
        self._labels: dict[tuple[str, str], tuple[str, str]] = {}
        self._violations: list[Violation] = []
        self._songs: dict[tuple[str, str], int] = {}
        self._charts: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._slugs: dict[tuple[str, str], str] = {}
        self._goals: dict[str, str] = {}

    def run(self) -> Converted:
        folders = self._read("folders") if "folders" in self._files.collections else None
        kept = {each.get("legacyFolderID") for each in folders or ()}
        self._free_folders = self._stored_folders - kept
        partial: dict[str, set[str]] = {}
        for name, convert in self._plan():
            documents = self._read(name)
            if documents is None:
                continue
            if (v3_id := _charts_of(name)) is not None:
                gpt = GPTS[v3_id]
                partial.setdefault(gpt.game, set()).add(gpt.playtype)
            for document in documents:
                convert(name, document)
        converted = {name: orjson.dumps(each) for name, each in self._out.items()}
        return Converted(
            SeedFiles(converted, self._files.ignored),
            self._others,
            {game: frozenset(playtypes) for game, playtypes in partial.items()},
            self._labels,
            self._violations,
        )

    def _plan(self) -> Iterator[tuple[str, Callable[[str, Document], None]]]:
        names = self._files.collections
        for name in names:
            if name.startswith("songs-"):
                yield name, self._song
        for name in names:
            if (v3_id := _charts_of(name)) is not None and v3_id in GPTS:
                yield name, self._chart
        converters = (
            self._folder,
            self._table,
            self._goal,
            self._quest,
            self._questline,
            self._course,
        )
        for name, convert in zip(COMMON, converters, strict=True):
            if name in names:
                yield name, convert

    def _read(self, name: str) -> list[Document] | None:
        try:
            documents = orjson.loads(self._files.collections[name])
        except orjson.JSONDecodeError as error:
            self._complain(name, "", "file", f"not valid JSON: {error}")
            return None
        if not isinstance(documents, list):
            self._complain(name, "", "file", "not an array of documents")
            return None
        self._out.setdefault(self._target(name), [])
        fit = []
        for place, document in enumerate(documents, start=1):
            if isinstance(document, dict):
                fit.append(document)
            else:
                self._complain(name, f"document {place}", "shape", "not an object")
        return fit

    def _target(self, name: str) -> str:
        v3_id = _charts_of(name)
        return name if v3_id is None else f"charts-{GPTS[v3_id].game}"

    def _complain(self, name: str, key: str, rule: str, detail: str) -> None:
        self._violations.append(Violation(f"{name}.json", key, rule, detail))

    def _note(self, kind: str, game: str, key: object, other: object) -> None:
        self._others.setdefault((kind, game), {})[str(key)] = str(other)

    def _put(self, name: str, key: object, other: object, document: Document) -> None:
        target = self._target(name)
        self._out[target].append(document)
        label = str(key) if other == key else f"{other} (legacy {key})"
        self._labels[f"{target}.json", str(key)] = f"{name}.json", label

    def _take(self, name: str, document: Document, *keys: str) -> list[Any] | None:
        """The values of keys that every document has, fields out of it; None if one is missing."""
        for key in keys:
            if key not in document:
                label = str(document.get("id", document.get("goalID", "")))
                self._complain(name, label, "shape", f"{key} is missing")
                return None
        return [document.pop(key) for key in keys]

    # --- songs and charts --------------------------------------------------------------

    def _song(self, name: str, source: Document) -> None:
        document = dict(source)
        game = name.removeprefix("songs-")
        fields = self._take(name, document, "id", "legacySongID")
        if fields is None:
            return
        other, legacy = fields
        number = legacy if _is_song_number(legacy) else _made_up_number(game, other)
        self._songs[game, other] = number
        self._note("songs", game, number, other)
        self._put(name, number, other, {"id": number, **document})

    def _chart(self, name: str, source: Document) -> None:
        document = dict(source)
        gpt = GPTS[name.removeprefix("charts-")]
        fields = self._take(name, document, "id", "legacyChartID", "songID")
        if fields is None:
            return
        other, legacy, song = fields
        chart_id = legacy if isinstance(legacy, str) and legacy else made_up_chart_id(other)
        if (gpt.game, song) not in self._songs:
            self._complain(name, f"{other} (legacy {chart_id})", "song", f"no song {song}")
            return
        data = document.get("data")
        if isinstance(data, dict) and isinstance(tables := data.get("tableFolders"), dict):
            listed = [{"table": table, "level": tables[table]} for table in sorted(tables)]
            document["data"] = {**data, "tableFolders": listed}
        self._charts[other] = chart_id
        self._note("charts", gpt.game, chart_id, other)
        converted = {
            "chartID": chart_id,
            "songID": self._songs[gpt.game, song],
            "playtype": gpt.playtype,
            **document,
        }
        self._put(name, chart_id, other, converted)

    # --- folders and tables ------------------------------------------------------------

    def _gpt(self, name: str, label: object, game: object) -> GPT | None:
        gpt = GPTS.get(game) if isinstance(game, str) else None
        if gpt is None:
            self._complain(name, str(label), "game", f"there is no game {game}")
        return gpt

    def _folder(self, name: str, source: Document) -> None:
        document = dict(source)
        fields = self._take(name, document, "id", "legacyFolderID", "game", "slug", "where")
        if fields is None:
            return
        other, key, game, slug, where = fields
        versions = document.pop("versionFilter", None) or []
        gpt = self._gpt(name, other, game)
        if gpt is None:
            return
        try:
            kind, query = folder_query(gpt, where, versions)
        except UnknownCondition as problem:
            self._complain(name, f"{other} (legacy {key})", "where", f"{game}: {problem}")
            return
        by_query = folder_id(gpt.game, gpt.playtype, query)
        if key not in self._stored_folders and by_query in self._free_folders:
            # It is the folder of that query, under a new ID.
            key = by_query
        self._folders[other] = key
        self._slugs[game, slug] = key
        self._note("folders", gpt.game, key, other)
        self._note("slugs", game, key, slug)
        converted = {
            "folderID": key,
            "game": gpt.game,
            "playtype": gpt.playtype,
            "type": kind,
            "data": query,
            **document,
        }
        self._put(name, key, other, converted)

    def _table(self, name: str, source: Document) -> None:
        document = dict(source)
        fields = self._take(name, document, "id", "legacyTableID", "game", "folders")
        if fields is None:
            return
        other, key, game, slugs = fields
        document.pop("slug", None)
        gpt = self._gpt(name, other, game)
        if gpt is None:
            return
        if missing := [slug for slug in slugs if (game, slug) not in self._slugs]:
            detail = f"{game} has no folders {', '.join(map(str, missing))}"
            self._complain(name, f"{other} (legacy {key})", "folder", detail)
            return
        self._note("tables", gpt.game, key, other)
        folders = [self._slugs[game, slug] for slug in slugs]
        converted = {"tableID": key, "game": gpt.game, "playtype": gpt.playtype, "folders": folders}
        self._put(name, key, other, {**converted, **document})

    # --- goals, quests, questlines, courses --------------------------------------------

    def _goal(self, name: str, source: Document) -> None:
        document = dict(source)
        fields = self._take(name, document, "goalID", "game", "charts", "criteria")
        if fields is None:
            return
        other, game, charts, criteria = fields
        gpt = self._gpt(name, other, game)
        if gpt is None:
            return
        identity = {"game": game, "charts": charts, "criteria": criteria}
        expected = hashed_id("G", canonical_text(identity))
        if other != expected:
            self._complain(name, other, "goalID", f"is not the hash of the goal, {expected}")
            return
        known = self._folders if charts["type"] == "folder" else self._charts
        data = charts["data"]
        wanted = data if isinstance(data, list) else [data]
        if missing := [each for each in wanted if each not in known]:
            self._complain(name, other, "reference", f"there is no {', '.join(missing)}")
            return
        mapped = [known[each] for each in wanted]
        charts = {**charts, "data": mapped if isinstance(data, list) else mapped[0]}
        key = goal_id(gpt.game, gpt.playtype, charts, criteria)
        self._goals[other] = key
        self._note("goals", gpt.game, key, other)
        converted = {
            "goalID": key,
            "game": gpt.game,
            "playtype": gpt.playtype,
            "charts": charts,
            "criteria": criteria,
        }
        self._put(name, key, other, {**converted, **document})

    def _quest(self, name: str, source: Document) -> None:
        fields = self._of_game(name, source, "questID")
        if fields is None:
            return
        document, key = fields
        sections = []
        for section in document.get("questData") or []:
            goals = []
            for goal in section.get("goals") or []:
                mapped = self._goals.get(goal.get("goalID"))
                if mapped is None:
                    self._complain(name, key, "goal", f"there is no goal {goal.get('goalID')}")
                    return
                goals.append({**goal, "goalID": mapped})
            sections.append({**section, "goals": goals})
        self._put(name, key, key, {**document, "questData": sections})

    def _questline(self, name: str, source: Document) -> None:
        fields = self._of_game(name, source, "questlineID")
        if fields is not None:
            document, key = fields
            self._put(name, key, key, document)

    def _of_game(self, name: str, source: Document, id_field: str) -> tuple[Document, str] | None:
        document = dict(source)
        fields = self._take(name, document, id_field, "game")
        if fields is None:
            return None
        key, game = fields
        gpt = self._gpt(name, key, game)
        if gpt is None:
            return None
        return {id_field: key, "game": gpt.game, "playtype": gpt.playtype, **document}, key

    def _course(self, name: str, source: Document) -> None:
        document = dict(source)
        fields = self._take(name, document, "game")
        if fields is None:
            return
        gpt = self._gpt(name, document.get("md5sums"), fields[0])
        if gpt is not None:
            key = document.get("md5sums")
            self._put(name, key, key, {**document, "playtype": gpt.playtype})


def folder_query(gpt: GPT, where: str, versions: list[str]) -> tuple[str, Query]:
    """The type and the query of a folder. Raises UnknownCondition."""
    query = query_of(where)
    if versions:
        query["versions"] = versions[0] if len(versions) == 1 else {"~in": list(versions)}
    if set(query) == {"song¬data¬genre"}:
        return "songs", {"data": {"genre": query["song¬data¬genre"]}}
    spell = GAMES[gpt.game].difficulty_in_queries
    if spell is not None and "difficulty" in query:
        query |= spell(query["difficulty"])
    return "charts", query


def _is_song_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MAX_SONG


def _made_up_number(game: str, other: object) -> int:
    """For a song without a number: above all that there are."""
    digest = sha256(f"v3-song/{game}/{other}".encode()).digest()
    return 2**30 + (int.from_bytes(digest[:4], "big") >> 2)


def made_up_chart_id(other: object) -> str:
    """For a chart without a legacy ID."""
    return sha1(f"v3-chart/{other}".encode(), usedforsecurity=False).hexdigest()
