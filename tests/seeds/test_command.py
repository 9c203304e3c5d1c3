"""`score-import seeds load`: what it prints, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.seeds import VIOLATIONS_SHOWN, WARNINGS_SHOWN, seeds
from tests.seeds.catalogue import Catalogue, add_score


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def load(catalogue: Catalogue, *options: str, folder: Path | None = None) -> Result:
    url = catalogue.engine.url.render_as_string(hide_password=False)
    arguments = ["load", str(folder or catalogue.write()), *options]
    return CliRunner().invoke(seeds, arguments, env={"DATABASE_URL": url})


def words(result: Result) -> list[list[str]]:
    return [line.split() for line in result.output.splitlines()]


def test_a_load_tells_what_it_did_to_each_collection(unloaded: Catalogue) -> None:
    (unloaded.write() / "package.json").write_text("{}")

    result = load(unloaded, folder=unloaded.folder)

    assert result.exit_code == 0, result.output
    assert ["songs-iidx", "7", "0", "0", "0", "0"] in words(result)
    assert ["charts-sdvx", "25", "0", "0", "0", "0", "44", "(+44", "-0)"] in words(result)
    assert "songs-iidx.json, 6: ambiguous title: songs 6, 7 share the title echo" in result.output
    assert "not in the folder, left as they are: bms-course-lookup" in result.output
    assert "ignored, no collections: package.json" in result.output
    documents = sum(map(len, unloaded.documents.values()))
    assert f"{documents} documents changed" in result.output


def test_loading_the_same_again_says_so(catalogue: Catalogue) -> None:
    result = load(catalogue)

    assert result.exit_code == 0
    assert "No file differs from what was loaded last." in result.output


def test_changed_folders_alone_are_listed_with_their_rows(catalogue: Catalogue) -> None:
    catalogue.documents["folders"][0]["title"] = "Third level"

    result = load(catalogue)

    others = str(len(catalogue.documents["folders"]) - 1)
    assert ["folders", "0", "1", "0", "0", others] in words(result)
    assert ["folders", "of", "sdvx", "44", "(+0", "-0)"] in words(result)


def test_games_without_rules_are_named(unloaded: Catalogue) -> None:
    unloaded.documents = {"songs-pong": []}

    assert "not checked against game rules: pong" in load(unloaded).output


def test_violations_are_listed_and_the_exit_code_is_1(catalogue: Catalogue) -> None:
    catalogue.documents["songs-sdvx"][0]["title"] = None

    result = load(catalogue)

    assert result.exit_code == 1
    assert "songs-sdvx.json, 1: shape: title: Expected `str`, got `null`" in result.output
    assert "1 violation\n" in result.output
    assert "the seeds were refused; nothing was written" in result.output


def test_of_many_violations_the_first_are_shown_and_all_are_counted(catalogue: Catalogue) -> None:
    many = VIOLATIONS_SHOWN + 7
    catalogue.documents["songs-sdvx"] += [{"id": number} for number in range(100, 100 + many)]

    result = load(catalogue)

    shown = [line for line in result.output.splitlines() if line.startswith("songs-sdvx.json")]
    fields_missing = 5
    assert len(shown) == VIOLATIONS_SHOWN
    assert f"... and {many * fields_missing - VIOLATIONS_SHOWN} more" in result.output
    assert f"{many * fields_missing} violations" in result.output


def test_of_many_warnings_the_first_are_shown(unloaded: Catalogue) -> None:
    song = unloaded.documents["songs-sdvx"][-1]
    unloaded.documents["songs-sdvx"] += [
        song | {"id": song["id"] + number, "title": f"Twin {number // 2}"}
        for number in range(1, 2 * WARNINGS_SHOWN + 4)
    ]

    result = load(unloaded)

    assert result.exit_code == 0, result.output
    assert "... and 2 more warnings" in result.output


def test_retiring_is_an_option(catalogue: Catalogue) -> None:
    [chart] = catalogue.drop("charts-sdvx", songID=1, difficulty="NOV")
    for folder in catalogue.documents["folders"]:
        folder["searchTerms"] = []
    add_score(catalogue.engine, 1, "sdvx", chart)

    refused, retired = load(catalogue), load(catalogue, "--retire")

    assert refused.exit_code == 1
    assert f"charts-sdvx.json, {chart['chartID']}: vanished: " in refused.output
    assert retired.exit_code == 0
    assert next(line for line in words(retired) if line[:1] == ["charts-sdvx"])[:6] == [
        "charts-sdvx",
        "0",
        "0",
        "0",
        "1",
        "24",
    ]
