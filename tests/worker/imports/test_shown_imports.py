"""An import with its scores as it is shown, in the documents of either version of Tachi."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
import pytest
from sqlalchemy import Row

from common.accounts import user_rows
from common.imports import import_rows
from common.imports.import_documents import of_wire
from common.imports.import_scores import import_scores
from common.imports.whole_imports import whole_import
from common.jobs.job_tables import JobKind
from common.wire import Wire
from tests.common.seeds.seeds import a_song
from tests.seeds.catalogue import Catalogue
from tests.support.importer import Importer
from tests.worker.changes.test_mutation import run

CHART: Final = "c2311194e3897ddb5745b1760d2c0141f933e683"
STARS: Final = {Wire.V2: 3, Wire.V3: "3-star", Wire.BOTH: 3}


@pytest.fixture
def imported(importer: Importer, tmp_path: Path) -> Row[Any]:
    """Two plays of a chart whose platinum stars version 2 counts, and version 3 names."""
    catalogue = Catalogue(importer.runtime.engine, tmp_path / "seeds")
    catalogue.documents["songs-ongeki"] = [a_song(data={"genre": "VARIETY", "duration": 100})]
    catalogue.documents["charts-ongeki"] = [
        {
            "chartID": CHART,
            "songID": 1,
            "playtype": "Single",
            "difficulty": "MASTER",
            "level": "12",
            "levelNum": 12,
            "isPrimary": True,
            "versions": [],
            "data": {"displayVersion": "オンゲキ", "maxPlatScore": 1000, "inGameID": 1},
        }
    ]
    catalogue.load()
    score = {
        "matchType": "tachiSongID",
        "identifier": "1",
        "difficulty": "MASTER",
        "noteLamp": "CLEAR",
        "bellLamp": "NONE",
        "platinumScore": 960,
    }
    document = importer.imported(
        {
            "meta": {"game": "ongeki", "playtype": "Single", "service": "tests"},
            "scores": [
                {**score, "score": 1_000_000, "timeAchieved": 1_700_000_000_000},
                {**score, "score": 1_000_001, "timeAchieved": 1_700_000_100_000},
            ],
        }
    )
    assert document["errors"] == []
    with importer.runtime.engine.connect() as connection:
        found = import_rows.find(connection, document["importID"])
    assert found is not None
    return found


@pytest.mark.parametrize("wire", Wire)
def test_scores_of_an_import_are_documents_of_the_version_that_is_asked_for(
    importer: Importer, imported: Row[Any], wire: Wire
) -> None:
    engine = importer.runtime.engine
    with engine.connect() as connection:
        user = user_rows.by_id(connection, importer.user_id)
        assert user is not None
        rows = import_rows.scores_after(connection, imported, -1, 2)
        page = import_scores(connection, imported, rows, wire)
    whole = orjson.loads(b"".join(whole_import(engine, imported, user, wire)))
    in_parts = msgspec.to_builtins(page)

    for name in ("scores", "songs", "charts"):
        assert whole[name] == in_parts[name], name
    assert whole["import"]["scoreIDs"] == [each["scoreID"] for each in whole["scores"]]
    assert [each["scoreData"]["platinumStars"] for each in whole["scores"]] == [STARS[wire]] * 2
    (session,), (chart,), (song,) = whole["sessions"], whole["charts"], whole["songs"]
    for score in whole["scores"]:
        assert ("playtype" in score, "sessionID" in score) == (wire.has_v2, wire.has_v3)
        assert score.get("sessionID", session["sessionID"]) == session["sessionID"]
        assert (score["chartID"], score["songID"]) == (chart["chartID"], song["id"])
    assert chart["chartID"].startswith("C") == (song["id"] != 1) == (not wire.has_v2)
    assert chart.get("song", song) == song
    assert ("song" in chart) == wire.has_v3


def test_version_3_is_shown_the_sessions_that_an_import_added_to_as_well(
    importer: Importer, imported: Row[Any]
) -> None:
    engine = importer.runtime.engine
    importer.execute(
        "UPDATE imports SET created_sessions = replace(CAST(created_sessions AS text),"
        " 'Created', 'Appended')::jsonb"
    )
    with engine.connect() as connection:
        user = user_rows.by_id(connection, importer.user_id)
        row = import_rows.find(connection, imported.import_id)
    assert user is not None
    assert row is not None
    shown = {
        wire: len(orjson.loads(b"".join(whole_import(engine, row, user, wire)))["sessions"])
        for wire in Wire
    }
    assert shown == {Wire.V2: 0, Wire.BOTH: 0, Wire.V3: 1}


@pytest.mark.parametrize(
    ("wire", "group", "games", "delta"),
    [
        (Wire.V2, None, None, {"game": "iidx"}),
        (Wire.V3, "iidx", ["iidx-dp"], {"game": "iidx-dp", "gameID": "iidx-dp"}),
        (Wire.BOTH, "iidx", ["iidx-dp"], {"game": "iidx", "gameID": "iidx-dp"}),
    ],
)
def test_what_version_3_calls_the_games_is_in_its_documents_and_in_those_of_both(
    wire: Wire, group: str | None, games: list[str] | None, delta: dict[str, str]
) -> None:
    change = {"playtype": "DP", "set": "dan", "old": None, "new": "DAN_1"}
    stored = {
        "game": "iidx",
        "playtypes": ["DP"],
        "idStrings": ["iidx:DP"],
        "classDeltas": [{"game": "iidx", **change}],
    }
    told = of_wire(stored, wire)
    assert told["idStrings"] == told["gptStrings"] == ["iidx:DP"]
    assert (told["game"], told["playtypes"]) == ("iidx", ["DP"])
    assert (told.get("gameGroup"), told.get("games")) == (group, games)
    assert told["classDeltas"] == [{**change, **delta}]
    assert stored["classDeltas"] == [{"game": "iidx", **change}]


def test_an_edited_score_is_answered_in_the_documents_of_the_service(
    importer: Importer, imported: Row[Any]
) -> None:
    settings = importer.runtime.settings
    assert settings.dialect is Wire.BOTH
    with importer.runtime.engine.connect() as connection:
        before = import_rows.score_ids(connection, imported)[0]
    importer.runtime = dataclasses.replace(
        importer.runtime, settings=dataclasses.replace(settings, dialect=Wire.V3)
    )
    outcome = run(importer, JobKind.EDIT, scoreID=before, changes={"comment": "oh"})
    assert outcome.result is not None
    body = outcome.result["body"]
    assert (body["comment"], body["game"], "playtype" in body) == ("oh", "ongeki", False)
    assert body["scoreData"]["platinumStars"] == STARS[Wire.V3]
    assert body["chartID"].startswith("C")
    assert body["sessionID"]
