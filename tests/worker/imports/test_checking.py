"""A check says what the import then does, and changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.jobs.job_tables import JobKind, JobState
from tests.support.acts import content
from tests.support.fresh import fresh_database
from tests.support.importer import Importer, a_runtime
from tests.worker.imports.test_error_lines import iidx, manual, solid_state_squad
from worker.imports import checking
from worker.runtime import Runtime

FILES: dict[str, tuple[str, bytes]] = {
    "all fine": ("file/batch-manual", manual(score=9_000_001)),
    "the same twice": ("file/batch-manual", manual()),
    "one unknown": ("file/batch-manual", manual(identifier="Nobody Wrote This")),
    "one refused by its chart": (
        "file/batch-manual",
        manual(score=9_000_001, lamp="PERFECT ULTIMATE CHAIN"),
    ),
    "one refused by the format": ("file/batch-manual", manual(score="many", lamp=5)),
    "one with a remark": (
        "file/batch-manual",
        manual(score=9_000_001, optional={"gauge": 1}, hitMeta={"gauge": 2}),
    ),
    "one with a key too many": ("file/batch-manual", manual(score=9_000_001, lmap="CLEAR")),
    "an unknown class": (
        "file/batch-manual",
        orjson.dumps(orjson.loads(manual()) | {"classes": {"dan": "NOPE"}}),
    ),
    "no scores": ("file/batch-manual", orjson.dumps(orjson.loads(manual()) | {"scores": []})),
    "no list of scores": (
        "file/batch-manual",
        orjson.dumps(orjson.loads(manual()) | {"scores": 1}),
    ),
    "of no game": ("file/batch-manual", b'{"meta": {"game": "chess"}}'),
    "no JSON": ("file/batch-manual", b"\xff{"),
    "a line of CSV": ("file/eamusement-iidx-csv", iidx("Glass Harbour", "1200")),
    "an unknown line of CSV": ("file/eamusement-iidx-csv", iidx("Nobody Wrote This", "1200")),
    "a wrong line of CSV": ("file/eamusement-iidx-csv", iidx("Glass Harbour", "1201")),
    "no CSV": ("file/eamusement-iidx-csv", b"hello"),
    "an unknown song of XML": ("file/solid-state-squad", solid_state_squad("Nobody Wrote This")),
    "a player's class": (
        "file/mypagescraper-player-csv",
        b"Player Name,Player Level,Player Stage\nALICE,50,14\n",
    ),
}


@pytest.fixture(scope="module")
def runtime(
    postgres: EmbeddedPostgres, template: str, redis_for_workers: EmbeddedRedis
) -> Iterator[Runtime]:
    """One for all: each test has a user of its own."""
    with fresh_database(postgres, template) as url, a_runtime(url, redis_for_workers) as made:
        yield made


@pytest.fixture
def importer(runtime: Runtime) -> Importer:
    return Importer(runtime, f"user-{secrets.token_hex(4)}")


def check(importer: Importer, content: bytes, import_type: str) -> Any:
    """The report on a file; the job must end well."""
    job_id = importer.accept(content, import_type, JobKind.CHECK, playtype="SP")
    outcome = importer.run(job_id)
    assert outcome.state is JobState.COMPLETED, outcome
    assert outcome.result is not None
    return outcome.result["body"]


@pytest.mark.parametrize("name", FILES)
def test_a_check_says_what_the_import_does(importer: Importer, name: str) -> None:
    import_type, file = FILES[name]
    before = content(importer)
    report = check(importer, file, import_type)
    assert content(importer) == before

    job_id = importer.accept(file, import_type, playtype="SP")
    outcome = importer.run(job_id)
    if outcome.error_message is not None:
        assert report["refusal"] == {
            "message": outcome.error_message,
            "statusCode": outcome.error_status,
        }
        return
    document = importer.document(job_id)
    assert report["refusal"] is None
    assert report["complete"]
    assert report["game"] == document["game"]
    assert [score["scoreID"] for score in report["stored"]] == document["scoreIDs"]
    told = [{key: line[key] for key in line if key != "outcome"} for line in report["errors"]]
    assert told == document["errors"]
    assert report["warnings"] == document["warnings"]
    counts = report["counts"]
    assert counts["stored"] == len(document["scoreIDs"])
    assert {name: counts[name] for name in document["skipped"]} == document["skipped"]
    # What is there is not brought again, and an orphan stays one.
    again = check(importer, file, import_type)["counts"]
    assert again["stored"] == 0
    assert again["duplicates"] == counts["duplicates"] + counts["stored"]
    assert again["orphaned"] == counts["orphaned"]


def test_each_outcome_is_told_and_counted(importer: Importer) -> None:
    document = orjson.loads(manual(identifier="Nobody Wrote This"))
    fine = document["scores"][0]
    document["scores"] += [
        fine,
        fine | {"score": "many"},
        fine | {"score": 9_000_005, "optional": {"gauge": 1}, "hitMeta": {"gauge": 2}},
    ]
    report = check(importer, orjson.dumps(document), "file/batch-manual")

    assert report["counts"] == {
        "stored": 2,
        "orphaned": 1,
        "refused": 1,
        "duplicates": 1,
        "blacklisted": 0,
        "notPlayed": 0,
        "notTracked": 0,
    }
    assert [(line["index"], line["outcome"]) for line in report["errors"]] == [
        (1, "orphaned"),
        (3, "refused"),
        (4, "stored"),
    ]
    first, second = report["stored"]
    assert (first["index"], second["index"]) == (0, 4)
    assert (first["title"], first["difficulty"]) == ("Lighthouse Signal", "ADV")
    assert first["scoreData"] == {"score": 9_000_000, "lamp": "CLEAR", "grade": "A+"}
    assert first["calculatedData"]["VF6"] > 0


def test_all_violations_of_a_document_are_told_at_once(importer: Importer) -> None:
    document = orjson.loads(manual(score="many", lamp=5, timeAchieved=17, extra=1))
    document["meta"]["service"] = ""
    report = check(importer, orjson.dumps(document), "file/batch-manual")

    found = {line["path"]: line for line in report["violations"]}
    assert list(found) == [
        "meta.service",
        "scores[1].score",
        "scores[1].lamp",
        "scores[1].timeAchieved",
        "scores[1]",
    ]
    assert found["meta.service"] == {
        "path": "meta.service",
        "message": "Expected a string with length between 3 and 60.",
        "received": "",
        "index": None,
    }
    assert found["scores[1].lamp"]["received"] == "5"
    assert found["scores[1].lamp"]["index"] == 1
    assert found["scores[1]"]["message"] == "Unexpected properties inside object: extra."
    assert "meta.service" in report["refusal"]["message"]


def test_a_report_is_bounded_whatever_is_checked(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST", 2)
    document = orjson.loads(manual(score="x" * 5000))
    fine, wrong = document["scores"]
    document["scores"] = [fine | {"score": 9_000_000 + number} for number in range(4)]
    document["scores"] += [wrong] * 3
    report = check(importer, orjson.dumps(document), "file/batch-manual")

    assert not report["complete"]
    assert (report["counts"]["stored"], report["counts"]["refused"]) == (4, 3)
    assert [len(report[each]) for each in ("stored", "errors", "violations")] == [2, 2, 2]
    assert len(report["violations"][0]["received"]) == checking.TEXT_LIMIT
