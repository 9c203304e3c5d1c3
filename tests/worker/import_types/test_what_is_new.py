"""What is newer than this software refuses no input and loses no score, in every import type.

For each import type that there is the table says how its input names a version, a difficulty,
a level and a class, if it does; each is made one that nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import pytest

from common.catalogue.index import GameCatalogue
from common.games.registry import GAMES
from tests.worker.import_types import test_files_as_people_have_them as files
from tests.worker.import_types.hooks import arcade_documents as hooks
from tests.worker.import_types.hooks import usc_documents
from tests.worker.import_types.services import test_converters as services
from worker.import_types import registry
from worker.import_types.base import Body, DryScore, ImportInput, Upload, Upstream
from worker.import_types.registry import IMPORT_TYPES

FOUND, WAITS, PASSED_OVER = "found", "SongOrChartNotFound", "NotTracked"

# Difficulty and level that there are not.
NEW, BEYOND = "BEYOND EVERYTHING", 77


def body(content: Any, **options: Any) -> Body:
    return Body(1, 1_700_000_000_000, tuple(GAMES), content, options, lenient=True)


def upload(content: bytes, **fields: str) -> Upload:
    return files.uploaded(content, **fields)


def table(import_type: str, **cells: Any) -> Upload:
    return upload(files.written(files.table(import_type, **cells)))


def new_block(import_type: str) -> Upload:
    """A table with the columns of a difficulty that nobody knows, and a score in them alone."""
    rows = files.table(import_type)
    rows = [[cell.replace("ANOTHER", NEW) for cell in row] for row in rows]
    return upload(files.written(rows))


def records(index: int) -> Upload:
    """Lists of WACCA with a score on the difficulty at this place."""
    lists = [
        str([value if place == index else 0 for place in range(5)]).replace(" ", "")
        for value in (14, 912345, 1)
    ]
    return upload(files.written([files.RECORDS_HEADER, ["9001", files.TITLE, *lists]]))


def manual(*, version: str | None = None, difficulty: str = "ADV", **others: Any) -> dict[str, Any]:
    score = {
        "score": 9_000_000,
        "lamp": "CLEAR",
        "matchType": "songTitle",
        "identifier": files.TITLE,
        "difficulty": difficulty,
    }
    meta = {"game": "sdvx", "playtype": "Single", "service": "some service", "version": version}
    return {"meta": meta, "scores": [score], **others}


def fetched(entry: Mapping[str, Any], profile: Any = None) -> Upstream:
    return Upstream(1, 0, tuple(GAMES), services.Entries([entry], profile))


def fervidex(model: str = hooks.MODEL, **members: Any) -> Body:
    return body(hooks.fervidex(**{"entry_id": 1, "chart": "spa", **members}), model=model)


def profile(model: str = hooks.MODEL, *, chart: str = "spa", **members: Any) -> Body:
    scores = {"1": {chart: {"ex_score": 1100, "clear_type": 5}}}
    return body(hooks.profile(scores=scores, **members), model=model, shouldImportScores=True)


def myt(entry: Mapping[str, Any], **info: Any) -> Upstream:
    return fetched({**entry, "info": {**entry["info"], "musicId": 1, **info}})


CG_PLAY = {
    "internalId": 1,
    "difficulty": 1,
    "score": 90_000,
    "dateTime": "2023-01-31 08:15:00",
}
CG = {
    "iidx": {**services.CG_IIDX, "internalId": 1},
    "sdvx": services.CG_SDVX,
    "museca": {
        **CG_PLAY,
        "version": 2,
        **dict.fromkeys(("maxChain", "critical", "near", "error"), 1),
    },
    "popn": {
        **CG_PLAY,
        "version": 27,
        "clearFlag": 5,
        **dict.fromkeys(("coolCount", "greatCount", "goodCount", "badCount"), 1),
    },
    "jubeat": {
        **CG_PLAY,
        "version": 11,
        "clearFlag": 2,
        "hardMode": False,
        "musicRate": 500,
        **dict.fromkeys(("perfectCount", "greatCount", "goodCount", "poorCount", "missCount"), 1),
    },
}
KAI = {
    "iidx": {**services.IIDX, "music_id": 1},
    "sdvx": {**services.KAI_SDVX, "music_id": 1, "music_difficulty": 1},
}
CHUNITHM = {**services.MYT_CHUNITHM, "info": {**services.MYT_CHUNITHM["info"], "level": 2}}
MAIMAIDX = {**services.MYT_MAIMAIDX, "info": {**services.MYT_MAIMAIDX["info"], "level": 2}}
ONGEKI = {
    "info": {
        "level": 2,
        "clearStatus": 2,
        "comboStatus": 1,
        "techScore": 900_000,
        "platinumScore": 100,
        "isFullBell": False,
        "userPlayDate": "2026-05-01T11:15:00Z",
    },
    "judge": dict.fromkeys(
        (
            *("judgeCriticalBreak", "judgeBreak", "judgeHit", "judgeMiss"),
            *("damageCount", "bellCount", "totalBellCount"),
        ),
        5,
    ),
}
WACCA = {**services.WACCA, "musicId": 1}

# What the input has of each: the inputs, and what becomes of their only score.
Case = tuple[str, ImportInput, str]


def cases_of_tables(import_type: str) -> list[Case]:
    found = []
    if "iidx" in import_type:
        found += [
            ("version", table(import_type, version="beatmania IIDX 99"), FOUND),
            ("version", table(import_type, version=""), FOUND),
            ("difficulty", new_block(import_type), WAITS),
        ]
    else:
        found += [("difficulty", table(import_type, difficulty=NEW), WAITS)]
    return [*found, *(("level", table(import_type, level=each), FOUND) for each in LEVELS)]


LEVELS = ("", "0", "13", "17.5", "20.9", "☆", "13+", "Lv.12", "新")


def cases_of_cg(game: str) -> list[Case]:
    entry = CG[game]
    return [
        *(("version", fetched({**entry, "version": each}), FOUND) for each in (0, 1, 19, 99)),
        ("difficulty", fetched({**entry, "difficulty": NEW if game == "iidx" else 77}), WAITS),
    ]


def cases_of_kai(game: str) -> list[Case]:
    entry = KAI[game]
    version, difficulty, new = (
        ("version_played", "difficulty", NEW)
        if game == "iidx"
        else ("played_version", "music_difficulty", 77)
    )
    return [
        *(("version", fetched({**entry, version: each}), FOUND) for each in (-1, 0, 99)),
        ("difficulty", fetched({**entry, difficulty: new}), WAITS),
        ("class", fetched(entry, {"sp": 99, "dp": 99, "skill_level": 99}), FOUND),
    ]


CASES: Mapping[str, Callable[[], list[Case]]] = {
    "file/eamusement-iidx-csv": lambda: cases_of_tables("file/eamusement-iidx-csv"),
    "file/pli-iidx-csv": lambda: cases_of_tables("file/pli-iidx-csv"),
    "file/eamusement-sdvx-csv": lambda: cases_of_tables("file/eamusement-sdvx-csv"),
    "file/mypagescraper-records-csv": lambda: [
        ("difficulty", records(4), WAITS),
        *(
            ("level", table("file/mypagescraper-records-csv", level=each), FOUND)
            for each in LEVELS
            if each
        ),
    ],
    "file/mypagescraper-player-csv": lambda: [
        ("class", upload(b'player_stage\n"[99,STAGE,2]"\n'), "nothing"),
    ],
    "file/solid-state-squad": lambda: [
        ("version", upload(files.s3(styles="9th,style of 2030")), FOUND),
        ("difficulty", upload(files.s3().replace(b"<diff>A<", b"<diff>Z<")), WAITS),
        ("difficulty", upload(files.s3().replace(b"<diff>A<", b"<diff>21<")), WAITS),
    ],
    "file/batch-manual": lambda: [
        (
            aspect,
            upload(json.dumps(document).encode()),
            becomes,
        )
        for aspect, document, becomes in MANUAL
    ],
    "ir/direct-manual": lambda: [
        (aspect, body(document), becomes) for aspect, document, becomes in MANUAL
    ],
    # Whoever sets a class by hand is told at once: the input is nothing else.
    "file/import-class": list,
    "ir/barbatos": lambda: [
        ("difficulty", body(hooks.barbatos(song_id=1, difficulty=77)), WAITS),
        ("difficulty", body(hooks.barbatos_exceed(song_id=1, difficulty=77)), WAITS),
        ("difficulty", body(hooks.barbatos_exceed(song_id=1, difficulty=5)), FOUND),
        *(("level", body(hooks.barbatos(song_id=1, level=each)), FOUND) for each in (0, 17.5, 21)),
    ],
    "ir/fervidex": lambda: [
        ("version", fervidex("LDJ:J:D:A:2026091600"), FOUND),
        ("version", fervidex("TDJ:J:D:X:2031102800"), FOUND),
        *(("difficulty", fervidex(chart=each), WAITS) for each in ("spx", "sp", "dpb2", "xpa")),
        ("difficulty", fervidex(chart="spb"), PASSED_OVER),
    ],
    "ir/fervidex-static": lambda: [
        ("version", profile("LDJ:J:D:A:2026091600"), FOUND),
        ("difficulty", profile(chart="spx"), WAITS),
        ("difficulty", profile(chart="spb"), PASSED_OVER),
        ("class", profile(sp_dan=99), FOUND),
    ],
    # Charts are known by their hash, whatever their level.
    "ir/beatoraja": list,
    "ir/lr2hook": list,
    "ir/usc": lambda: [
        (
            aspect,
            body(
                {"chart": usc_documents.chart(**members), "score": usc_documents.score()},
                chartHash=files.SHA1,
                playtype="Controller",
            ),
            FOUND,
        )
        for aspect, members in (("level", {"level": 77}), ("difficulty", {"difficulty": 77}))
    ],
    "ir/kshook-sv6c": lambda: [
        ("difficulty", body(hooks.kshook(music_id=1, difficulty="DIFFICULTY_NEW")), WAITS),
        ("difficulty", body(hooks.kshook(music_id=1, difficulty="DIFFICULTY_ULTIMATE")), FOUND),
    ],
    "ir/kshook-sv6c-static": lambda: [
        ("difficulty", body(hooks.kshook_export(music_id=1, difficulty="DIFFICULTY_NEW")), WAITS),
    ],
    **{
        f"api/cg-{service}-{game}": partial(cases_of_cg, game)
        for service in ("dev", "nag", "gan")
        for game in CG
    },
    **dict.fromkeys(("api/eag-iidx", "api/flo-iidx"), lambda: cases_of_kai("iidx")),
    **dict.fromkeys(("api/eag-sdvx", "api/flo-sdvx", "api/min-sdvx"), lambda: cases_of_kai("sdvx")),
    "api/myt-chunithm": lambda: [("difficulty", myt(CHUNITHM, level=77), WAITS)],
    "api/myt-maimaidx": lambda: [("difficulty", myt(MAIMAIDX, level=77), WAITS)],
    "api/myt-ongeki": lambda: [("difficulty", myt(ONGEKI, level=77), WAITS)],
    "api/myt-wacca": lambda: [
        ("difficulty", fetched({**WACCA, "musicDifficulty": 77}), WAITS),
        ("class", fetched(WACCA, {"versionData": {"400": {"rank": 99}}}), FOUND),
    ],
}

MANUAL: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("version", manual(version="the one of 2030"), FOUND),
    ("difficulty", manual(difficulty=NEW), WAITS),
    ("class", manual(classes={"dan": "DAN_99"}), FOUND),
    ("class", manual(classes={"new set": "DAN_1"}), FOUND),
)

each_case = pytest.mark.parametrize(
    ("import_type", "aspect", "given", "becomes"),
    [
        pytest.param(name, aspect, given, becomes, id=f"{name} {aspect} {number}")
        for name, made in CASES.items()
        for number, (aspect, given, becomes) in enumerate(made())
    ],
)


def test_every_import_type_is_looked_at() -> None:
    assert CASES.keys() == IMPORT_TYPES.keys()


@each_case
def test_nothing_new_refuses_an_input_or_loses_a_score(
    import_type: str, aspect: str, given: ImportInput, becomes: str
) -> None:
    kind = registry.get(import_type)
    parsed = kind.parse(given)
    outcomes = [
        FOUND if isinstance(each, DryScore) else each
        for each in files.outcomes(import_type, given)
        if each != "SkipScore"
    ]
    played = [each for each in outcomes if each != PASSED_OVER or each == becomes]
    assert played == ([] if becomes == "nothing" else [becomes])
    # It comes back from where it waits, and says what it is about.
    for entry in parsed.entries:
        again = kind.entry_from_orphan(kind.orphan_data(entry))
        assert kind.subject(again, parsed.context) == kind.subject(entry, parsed.context)
    if parsed.class_provider is not None:
        gpts = GAMES[parsed.game].playtypes
        taken = [parsed.class_provider(playtype) for playtype in gpts]
        assert not any("99" in str(each) for each in taken)
    if aspect == "class":
        assert any("unknown" in warning for warning in parsed.warnings), parsed.warnings


@pytest.mark.parametrize(
    ("import_type", "given"),
    [
        ("api/flo-iidx", fetched({**KAI["iidx"], "version_played": 32})),
        ("api/cg-dev-iidx", fetched({**CG["iidx"], "version": 32})),
        ("ir/fervidex", fervidex("LDJ:J:B:A:2025082500")),
        ("ir/fervidex-static", profile("LDJ:J:B:A:2025082500")),
        ("ir/kshook-sv6c", body(hooks.kshook(music_id=1, difficulty="DIFFICULTY_ADVANCED"))),
        ("ir/barbatos", body(hooks.barbatos_exceed(song_id=1, difficulty=1))),
        ("api/min-sdvx", fetched({**KAI["sdvx"], "played_version": 7})),
    ],
)
def test_a_version_before_its_charts_are_loaded_loses_no_score(
    import_type: str, given: ImportInput
) -> None:
    """It has a name here, but no chart of the catalogue is of it yet."""
    kind = registry.get(import_type)
    parsed = kind.parse(given)
    charts = [
        msgspec.structs.replace(chart, versions=["the last one"])
        for chart in files.CATALOGUES[parsed.game].charts
    ]
    songs = files.CATALOGUES[parsed.game].songs.values()
    (entry,) = parsed.entries
    found = kind.converter(parsed.context, GameCatalogue(parsed.game, 0, songs, charts))(entry)
    assert found.chart.songID == 1
