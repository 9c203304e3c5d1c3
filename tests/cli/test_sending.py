"""The commands of whoever sends scores, against a real server."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from cli import login_file
from cli.local import EmbeddedPostgres
from cli.main import main
from common.games.registry import get_game
from tests.support.fresh import a_stack
from tests.support.stack import BIN, ROOT, Player, Stack, batch_manual
from worker.import_types.manual.batch_manual_json_schema import schema_of

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template: str
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("service")
    with a_stack(folder, postgres, template, postgres.folder.parent, {}) as stack:
        stack.start_web()
        stack.start_worker()
        yield stack


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with nothing in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    # Whatever runs in this checkout is not to be found.
    monkeypatch.setattr("cli.remote.default_state_dir", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(player: Player, *arguments: str, code: int = 0) -> Result:
    """What `score-import` puts out with the player's server and token."""
    environment = {"SCORE_IMPORT_URL": player.stack.url, "SCORE_IMPORT_TOKEN": player.token}
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == code, result.output
    return result


def written(name: str, document: Any) -> str:
    Path(name).write_text(json.dumps(document))
    return name


def with_errors(*wrong: int, first: int = 0) -> Any:
    """Four scores, of which these are refused and the one after the last is unknown."""
    document = batch_manual(4, first=first)
    for place in wrong:
        document["scores"][place]["lamp"] = "NOPE"
    return document


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_what_failed_is_written_down_mended_and_sent_again(service: Stack, suffix: str) -> None:
    player = service.user(f"mender-{suffix}")
    kind = ["--type", "file/batch-manual"]
    document = with_errors(1, 3)
    document["scores"][0]["identifier"] = "999999"
    path, errors = written("scores.json", document), f"errors.{suffix}"
    result = command(player, "submit", path, *kind, "--errors", errors)
    assert "entry 0: 999999 [ADV] - SongOrChartNotFound: Cannot find song" in result.output
    assert "entry 3: 1 [ADV] - InvalidDatapoint: " in result.output
    if suffix == "csv":
        with Path(errors).open(newline="") as file:
            lines: list[Any] = list(csv.DictReader(file))
    else:
        lines = json.loads(Path(errors).read_text())
    assert [int(line["index"]) for line in lines] == [0, 1, 3]
    assert {line["file"] for line in lines} == {"scores.json"}

    command(player, "submit", path, *kind, "--only-failed-from", errors, "--write", "part.json")
    assert json.loads(Path("part.json").read_text())["scores"] == [
        document["scores"][place] for place in (0, 1, 3)
    ]
    # Mended but for one, whose place is still that in the whole file.
    for place in (0, 1):
        document["scores"][place] |= {"identifier": "1", "lamp": "CLEAR"}
    again = ["--only-failed-from", errors, "--errors", errors, "--json"]
    result = command(player, "submit", written(path, document), *kind, *again)
    assert len(json.loads(result.stdout)["import"]["scoreIDs"]) == 2
    assert '"index": 3' in Path(errors).read_text() or ",3," in Path(errors).read_text()
    assert player.score_count() == 3


def test_several_files_are_sent_and_each_is_told(service: Stack) -> None:
    player = service.user("many")
    files = [written("a.json", batch_manual(2)), written("b.json", {"meta": 5})]
    files += [written("c.json", batch_manual(2, first=5))]
    kind = ["--type", "file/batch-manual"]
    result = command(player, "submit", *files, *kind, "--json", "--errors", "e.json", code=1)
    a, b, c = map(json.loads, result.stdout.splitlines())
    assert [each["file"] for each in (a, b, c)] == files
    assert len(a["import"]["scoreIDs"]) == len(c["import"]["scoreIDs"]) == 2
    assert "meta.game" in b["error"]
    assert [line["type"] for line in json.loads(Path("e.json").read_text())] == ["ImportFailed"]
    # What failed as a whole is sent as a whole.
    written("b.json", batch_manual(1, first=9))
    command(player, "submit", *files, *kind, "--only-failed-from", "e.json")
    assert player.score_count() == 5


def test_rows_of_a_csv_that_failed_are_sent_again(service: Stack) -> None:
    player = service.user("table")
    text = (ROOT / "examples" / "imports" / "iidx-sp.csv").read_text()
    header, first, second, *_ = text.splitlines()
    lines = [header, second, first.replace("Paper Lanterns", "Nobody Wrote This")]
    # As a spreadsheet saves it.
    Path("scores.csv").write_bytes("\r\n".join([*lines, ""]).encode("cp932"))
    kind = ["--type", "file/eamusement-iidx-csv", "--playtype", "SP"]
    command(player, "submit", "scores.csv", *kind, "--errors", "e.json")
    only = ["--only-failed-from", "e.json", "--write", "part.csv"]
    command(player, "submit", "scores.csv", *kind, *only)
    part = Path("part.csv").read_bytes()
    assert part.decode("cp932").splitlines() == [header, lines[2]]
    # Mended, what is still wrong of it has its place in the whole file.
    errors = ["--only-failed-from", "e.json", "--errors", "f.json"]
    command(player, "submit", "scores.csv", *kind, *errors)
    first_time, again = (json.loads(Path(name).read_text()) for name in ("e.json", "f.json"))
    assert [line["index"] for line in first_time] == [line["index"] for line in again]


def test_what_has_no_parts_is_not_sent_in_part(service: Stack) -> None:
    player = service.user("whole")
    lines = [{"index": 1, "type": "InvalidDatapoint"}]
    written("e.json", lines)
    path = written("scores.json", batch_manual(1))
    only = ["--only-failed-from", "e.json"]
    kind = ["--type", "file/mypagescraper-player-csv"]
    result = command(player, "submit", path, *kind, *only, code=1)
    assert "only sent as a whole" in result.output
    kind = ["--type", "file/batch-manual"]
    result = command(player, "submit", path, *kind, *only, code=1)
    assert "none of the entries that failed" in result.output
    written(path, [])
    result = command(player, "submit", path, *kind, *only, code=1)
    assert "no list of scores" in result.output


def test_a_file_is_checked_and_nothing_stored(service: Stack) -> None:
    player = service.user("careful")
    path = written("scores.json", with_errors(1))
    kind = ["--type", "file/batch-manual", "--check"]
    result = command(player, "submit", path, *kind)
    assert "3 new scores, 1 refused" in result.output
    assert "scores[1].lamp: Expected any of " in result.output
    assert "entry 1: 1 [ADV] - InvalidDatapoint" in result.output
    report = json.loads(command(player, "submit", path, *kind, "--json").stdout)["check"]
    assert report["counts"]["stored"] == 3
    result = command(player, "submit", written("bad.json", {"meta": {}}), *kind, code=1)
    assert "bad.json would be refused" in result.output
    assert player.score_count() == 0


def test_imports_are_listed_shown_watched_and_taken_back(service: Stack) -> None:
    player = service.user("looker", "submit_score", "delete_score")
    path = written("scores.json", with_errors(1))
    result = command(player, "submit", path, "--type", "file/batch-manual", "--json")
    import_id = json.loads(result.stdout)["importID"]
    listed = command(player, "imports", "list").output
    assert import_id in listed
    assert "sdvx" in listed
    assert json.loads(command(player, "imports", "list", "--json").stdout)[0]["importID"] == (
        import_id
    )
    shown = command(player, "imports", "show", import_id).output
    assert "3 new scores" in shown
    assert "Single ADV" in shown
    whole = json.loads(command(player, "imports", "show", import_id, "--json").stdout)
    assert len(whole["scores"]) == 3
    assert "3 new scores" in command(player, "imports", "watch", import_id).output
    assert "Reverted" in command(player, "imports", "revert", import_id).output
    assert player.score_count() == 0
    again = command(player, "imports", "revert", import_id, code=1)
    assert "Refused: This import does not exist." in again.output

    bad = written("b.json", {**batch_manual(1), "classes": 5})
    command(player, "submit", bad, "--type", "file/batch-manual", code=1)
    assert "classes" in command(player, "imports", "list", "--failed").output


def test_orphans_are_listed_and_tried_again(service: Stack) -> None:
    player = service.user("orphaned")
    document = batch_manual(1)
    document["scores"][0]["identifier"] = "999999"
    player.wait(player.submit(document))
    assert "999999 (ADV)" in command(player, "orphans", "list").output
    (orphan,) = json.loads(command(player, "orphans", "list", "--json").stdout)
    assert orphan["gameGroup"] == "sdvx"
    assert "1 orphan tried: 0 became scores, 1 still wait" in (
        command(player, "orphans", "retry").output
    )


def test_a_login_is_kept_privately_and_used_for_its_server_only(service: Stack) -> None:
    player = service.user("keeper")
    runner = CliRunner()
    result = runner.invoke(main, ["whoami", "--url", service.url])
    assert result.exit_code == 1
    assert "no token for" in result.output

    wrong = runner.invoke(main, ["login", "--url", service.url], input="nonsense\n")
    assert wrong.exit_code == 1
    result = runner.invoke(main, ["login", "--url", service.url], input=f"{player.token}\n")
    assert result.exit_code == 0, result.output
    path = login_file.login_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert player.token not in result.output

    who = runner.invoke(main, ["whoami"]).output
    assert f"user {player.user_id} at {service.url}" in who
    assert "the token allows: submit_score" in who
    other = runner.invoke(main, ["whoami", "--url", "http://127.0.0.1:1"])
    assert "no token for http://127.0.0.1:1" in other.output
    assert "Forgotten." in runner.invoke(main, ["logout"]).output
    assert not path.exists()


def test_the_walk_of_the_readme_works_when_pasted(service: Stack) -> None:
    player = service.user("reader")
    page = (ROOT / "README.md").read_text()
    walk = page.partition("## Five minutes with curl")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```$", walk, re.DOTALL | re.MULTILINE)
    pasted = "".join(block for block in blocks if "$URL" in block)
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", pasted.replace(".venv/bin/", f"{BIN}/")],
        cwd=ROOT,
        env={**os.environ, "URL": service.url, "TOKEN": player.token, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert re.search(r"[0-9a-f]{40}$", told, re.MULTILINE)
    assert '"importStatus":"completed"' in told
    assert "event: done" in told
    assert "new scores" in told


def test_the_schema_of_a_game_is_at_its_url(service: Stack) -> None:
    answer = httpx.get(f"{service.url}/api/v1/schemas/batch-manual/iidx", trust_env=False)
    assert answer.headers["Content-Type"] == "application/schema+json"
    schema = answer.json()
    assert schema.pop("$id") == str(answer.url)
    assert schema == schema_of(get_game("iidx"))
    unknown = httpx.get(f"{service.url}/api/v1/schemas/batch-manual/chess", trust_env=False)
    assert unknown.status_code == 404


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion(shell: str) -> None:
    script = CliRunner().invoke(main, ["completion", shell]).output
    assert "_SCORE_IMPORT_COMPLETE" in script


def test_import_types_are_completed() -> None:
    (option,) = (
        each
        for each in main.get_command(click.Context(main), "submit").params  # type: ignore[union-attr]
        if each.name == "import_type"
    )
    found = option.shell_complete(click.Context(main), "file/ea")
    assert [item.value for item in found] == [
        "file/eamusement-iidx-csv",
        "file/eamusement-sdvx-csv",
    ]
