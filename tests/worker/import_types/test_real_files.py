"""Real files against the full catalogue: every score of them is accounted for."""

from __future__ import annotations

from collections import Counter

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import ConversionFailure, SkipScore
from common.games.registry import GAMES, get_game
from tests.shared_data import seeds, shared_file
from worker.import_types import registry
from worker.import_types.base import DryScore, ImportInput, UploadedFile


def catalogue_of(game: str) -> GameCatalogue:
    return GameCatalogue.from_documents(
        get_game(game), seeds(f"songs-{game}"), seeds(f"charts-{game}")
    )


def import_file(
    import_type: str, path: str, **fields: str
) -> tuple[list[DryScore], Counter[type[ConversionFailure]]]:
    """What the entries of a file became: scores, and failures by type."""
    content = shared_file(f"fixtures/{path}").read_bytes()
    file = UploadedFile(path, content)
    kind = registry.get(import_type)
    parsed = kind.parse(ImportInput(1, 0, tuple(GAMES), file=file, fields=fields))
    convert = kind.converter(parsed.context, catalogue_of(parsed.game))
    scores, failures = [], Counter[type[ConversionFailure]]()
    for entry in parsed.entries:
        try:
            scores.append(convert(entry))
        except ConversionFailure as failure:
            failures[type(failure)] += 1
    return scores, failures


@pytest.mark.parametrize(
    ("name", "entries", "difficulties", "without_bp"),
    [
        (
            "post-leggendaria.csv",
            6285,
            {"ANOTHER": 251, "HYPER": 24, "LEGGENDARIA": 18},
            5,
        ),
        (
            "pre-leggendaria.csv",
            456,
            {"ANOTHER": 113, "HYPER": 58, "NORMAL": 6, "LEGGENDARIA": 3},
            21,
        ),
        ("small-hv-file.csv", 10, {"ANOTHER": 2}, 0),
    ],
)
def test_every_score_of_an_iidx_csv_is_found(
    name: str, entries: int, difficulties: dict[str, int], without_bp: int
) -> None:
    scores, failures = import_file(
        "file/eamusement-iidx-csv", f"eamusement-iidx-csv/{name}", playtype="SP"
    )

    assert Counter(score.chart.difficulty for score in scores) == difficulties
    assert sum("bp" not in score.scoreData.optional for score in scores) == without_bp
    assert failures == {SkipScore: entries - len(scores)}


@pytest.mark.parametrize(
    ("name", "scores"),
    [
        ("small-file.json", [("5.1.1.", "ANOTHER", 500)]),
        ("empty-file.json", []),
        ("sdvx-in-game-id.json", [("ALBIDA Powerless Mix", "ADV", 9_000_000)]),
        ("chunitachi.json", [("B.B.K.K.B.K.K.", "BASIC", 900_000)]),
    ],
)
def test_every_score_of_a_batch_manual_file_is_found(
    name: str, scores: list[tuple[str, str, int]]
) -> None:
    found, failures = import_file("file/batch-manual", f"batch-manual/{name}")

    assert not failures
    assert [
        (it.song.title, it.chart.difficulty, it.scoreData.metrics["score"]) for it in found
    ] == scores
