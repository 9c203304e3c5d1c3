"""`submit` says what came of an import, in words and in its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.import_summary import Summary
from cli.remote import EXIT_COMPLETED, EXIT_FAILED, EXIT_UNREACHABLE
from cli.submit import submit
from tests.support.prepared_server import Server, prepared_server

DOCUMENT: Any = {
    "importID": "ab" * 20,
    "scoreIDs": ["T1", "T2"],
    "errors": [
        {
            "type": "SongOrChartNotFound",
            "message": f"Could not find song {n} [x].",
            "index": n,
            "identifier": "Nobody Wrote This",
            "difficulty": "ADV",
        }
        for n in range(5)
    ]
    + [{"type": "InvalidDatapoint", "message": "No such lamp."}],
    "createdSessions": [{"sessionID": "Q1", "type": "Created"}],
    "classDeltas": [{"game": "iidx", "playtype": "SP", "set": "dan", "old": None, "new": "DAN_9"}],
    "goalInfo": [{"goalID": "G1", "old": {"achieved": False}, "new": {"achieved": True}}],
    "questInfo": [{"questID": "Q1", "old": {"achieved": True}, "new": {"achieved": True}}],
    "skipped": {"notPlayed": 4, "notTracked": 0, "duplicates": 3, "blacklisted": 0},
    "timeStarted": 1_700_000_000_000,
    "timeFinished": 1_700_000_000_412,
}
COMPLETED = (200, {"importStatus": "completed", "import": DOCUMENT})
LONG = f"http://127.0.0.1:1/{'a/' * 100}poll-status"


@pytest.fixture
def server() -> Iterator[Server]:
    with prepared_server((202, {"importID": "ab" * 20, "url": LONG}), COMPLETED) as made:
        made.answers[0][1]["url"] = f"{made.url}/{'a/' * 100}poll-status"
        yield made


@pytest.fixture
def arguments(server: Server, tmp_path: Path) -> list[str]:
    path = tmp_path / "scores.csv"
    path.write_bytes(b"a,b\n")
    url_and_token = ["--url", server.url, "--token", "t", "--patience", "0"]
    return [str(path), "--type", "file/eamusement-iidx-csv", *url_and_token]


def test_a_summary_counts_and_groups() -> None:
    summary = Summary.of(DOCUMENT)
    assert summary.scores == 2
    assert summary.duplicates == 3
    assert summary.skipped == {"notPlayed": 4}
    assert summary.sessions == {"Created": 1}
    assert summary.classes == ["dan DAN_9"]
    assert (summary.goals_achieved, summary.quests_achieved) == (1, 0)


def test_a_completed_import_is_summarised(server: Server, arguments: list[str]) -> None:
    result = CliRunner().invoke(submit, [*arguments, "--playtype", "SP", "--field", "a=b=c"])
    assert result.exit_code == EXIT_COMPLETED, result.output
    assert "ab" * 20 in result.output
    assert "2 new scores, sessions: 1 created" in result.output
    assert "5 x SongOrChartNotFound" in result.output
    line = "Nobody Wrote This [ADV] - SongOrChartNotFound: Could not find song"
    assert [f"entry {n}: {line} {n} [x]." in result.output for n in range(5)] == [True] * 5
    body = server.requests[0][2]
    assert b'name="playtype"\r\n\r\nSP\r\n' in body
    assert b'name="a"\r\n\r\nb=c\r\n' in body
    assert b'filename="scores.csv"' in body


def test_a_failed_import_gives_its_own_exit_code(server: Server, arguments: list[str]) -> None:
    server.answers[1:] = [(409, "This user already has an ongoing import.")]
    result = CliRunner().invoke(submit, arguments)
    assert result.exit_code == EXIT_FAILED
    assert "This user already has an ongoing import." in result.output


def test_without_watching_only_the_url_is_printed_and_in_one_piece(
    server: Server, arguments: list[str]
) -> None:
    url = server.answers[0][1]["url"]
    result = CliRunner().invoke(submit, [*arguments, "--no-watch"])
    assert result.exit_code == EXIT_COMPLETED
    assert f"Accepted as {'ab' * 20}, to be followed at {url}\n" in result.output
    assert len(server.requests) == 1


def test_too_many_requests_are_waited_for_and_told(server: Server, arguments: list[str]) -> None:
    server.answers.insert(0, (429, "Please wait."))
    server.headers = {"Retry-After": "1"}
    result = CliRunner().invoke(submit, [*arguments, "--patience", "5"])
    assert result.exit_code == EXIT_COMPLETED
    assert "Please wait. (HTTP 429) Again in 1 s" in result.output


def test_a_server_out_of_reach_gives_its_own_exit_code(arguments: list[str]) -> None:
    result = CliRunner().invoke(submit, [*arguments, "--url", "http://127.0.0.1:1"])
    assert result.exit_code == EXIT_UNREACHABLE
    assert "cannot reach" in result.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--field", "nonsense"], "not NAME=VALUE"),
        (["--write", "new.json"], "--write takes --only-failed-from"),
        (["--errors", "errors.csv", "--no-watch"], "once an import was waited for"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    arguments: list[str], options: list[str], told: str
) -> None:
    result = CliRunner().invoke(submit, [*arguments, *options])
    assert result.exit_code == 2
    assert told in result.output
