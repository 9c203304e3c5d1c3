"""`submit` says what came of an import."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.submit import EXIT_COMPLETED, EXIT_FAILED, EXIT_UNREACHABLE, Summary, submit

DOCUMENT = {
    "importID": "ab" * 20,
    "scoreIDs": ["T1", "T2"],
    "errors": [
        {"type": "SongOrChartNotFound", "message": f"Could not find song {n} [x]."}
        for n in range(5)
    ]
    + [{"type": "InvalidDatapoint", "message": "No such lamp."}],
    "createdSessions": [{"sessionID": "Q1", "type": "Created"}],
    "classDeltas": [{"game": "iidx", "playtype": "SP", "set": "dan", "old": None, "new": "DAN_9"}],
    "goalInfo": [{"goalID": "G1", "old": {"achieved": False}, "new": {"achieved": True}}],
    "questInfo": [{"questID": "Q1", "old": {"achieved": True}, "new": {"achieved": True}}],
    "skipped": {"notPlayed": 0, "notTracked": 0, "duplicates": 3, "blacklisted": 0},
    "timeStarted": 1_700_000_000_000,
    "timeFinished": 1_700_000_000_412,
}
ONGOING = {"importStatus": "ongoing", "progress": {"description": "Imported 100 Scores..."}}
COMPLETED = {"importStatus": "completed", "import": DOCUMENT}


@dataclass
class Server:
    """An HTTP server that gives prepared answers, in order; the last one again and again."""

    url: str
    submit_answer: tuple[int, Any]
    poll_answers: list[tuple[int, Any]]
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append((self.path, dict(self.headers), body))
            self.answer(*state.submit_answer)

        def do_GET(self) -> None:
            state.requests.append((self.path, dict(self.headers), b""))
            answers = state.poll_answers
            self.answer(*(answers.pop(0) if len(answers) > 1 else answers[0]))

        def answer(self, status: int, body: Any) -> None:
            key = "body" if status < 400 else "description"
            text = json.dumps({"success": status < 400, "description": "", key: body})
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{httpd.server_port}"
    accepted = {"url": f"{url}/api/v1/imports/abab/poll-status", "importID": "abab"}
    state = Server(url, (202, accepted), [(200, ONGOING), (200, COMPLETED)])
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_a_summary_counts_and_groups() -> None:
    summary = Summary.of(DOCUMENT)
    assert summary.scores == 2
    assert summary.duplicates == 3
    assert summary.sessions == {"Created": 1}
    assert summary.classes == ["dan DAN_9"]
    assert (summary.goals_achieved, summary.quests_achieved) == (1, 0)
    assert {kind: len(messages) for kind, messages in summary.errors.items()} == {
        "SongOrChartNotFound": 5,
        "InvalidDatapoint": 1,
    }


class TestCommand:
    @pytest.fixture
    def arguments(self, server: Server, tmp_path: Path) -> list[str]:
        path = tmp_path / "scores.csv"
        path.write_bytes(b"a,b\n")
        url_and_token = ["--url", server.url, "--token", "t"]
        return [str(path), "--type", "file/eamusement-iidx-csv", *url_and_token]

    def test_a_completed_import_is_summarised(self, server: Server, arguments: list[str]) -> None:
        result = CliRunner().invoke(submit, [*arguments, "--playtype", "SP", "--field", "a=b=c"])
        assert result.exit_code == EXIT_COMPLETED
        assert "2 new scores, sessions: 1 created" in result.output
        assert "5 x SongOrChartNotFound" in result.output
        assert "Could not find song 2 [x]." in result.output
        assert "... and 2 more" in result.output
        body = server.requests[0][2]
        assert b'name="playtype"\r\n\r\nSP\r\n' in body
        assert b'name="a"\r\n\r\nb=c\r\n' in body

    def test_a_failed_import_gives_its_own_exit_code(
        self, server: Server, arguments: list[str]
    ) -> None:
        server.poll_answers = [(409, "This user already has an ongoing import.")]
        result = CliRunner().invoke(submit, arguments)
        assert result.exit_code == EXIT_FAILED
        assert "This user already has an ongoing import." in result.output

    def test_without_watching_only_the_url_is_printed(
        self, server: Server, arguments: list[str]
    ) -> None:
        result = CliRunner().invoke(submit, [*arguments, "--no-watch"])
        assert result.exit_code == EXIT_COMPLETED
        assert "/poll-status" in result.output
        assert len(server.requests) == 1

    def test_a_server_out_of_reach_gives_its_own_exit_code(self, arguments: list[str]) -> None:
        nowhere = ["--url", "http://127.0.0.1:1", "--patience", "0"]
        result = CliRunner().invoke(submit, [*arguments, *nowhere])
        assert result.exit_code == EXIT_UNREACHABLE
        assert "cannot reach" in result.output

    def test_a_malformed_field_is_a_usage_error(self, arguments: list[str]) -> None:
        result = CliRunner().invoke(submit, [*arguments, "--field", "nonsense"])
        assert result.exit_code == EXIT_UNREACHABLE
        assert "not NAME=VALUE" in result.output
