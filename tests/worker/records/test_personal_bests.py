"""Personal bests follow from the scores that are stored, however they came and went."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Connection, event

from common.catalogue.index import GameCatalogue
from common.errors import InternalFailure
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from worker.records.personal_bests import rebuild

DAY = 86_400_000


def play(score: int, lamp: str, day: int, **more: Any) -> dict[str, Any]:
    """A play of the chart that `batch_manual` uses."""
    (entry,) = batch_manual(1)["scores"]
    time = 1_700_000_000_000 + day * DAY
    return {**entry, "score": score, "lamp": lamp, "timeAchieved": time, **more}


def imported(importer: Importer, *plays: dict[str, Any]) -> list[str]:
    document = {**batch_manual(0), "scores": list(plays)}
    score_ids: list[str] = importer.imported(document)["scoreIDs"]
    return score_ids


def personal_bests(importer: Importer) -> list[Any]:
    return importer.query(
        "SELECT * FROM personal_bests WHERE user_id = :user_id ORDER BY chart_id",
        user_id=importer.user_id,
    )


def rebuilt(importer: Importer, *, game: str = "sdvx") -> None:
    """Rebuilds what the user has on all charts of a game, from nothing but stored scores."""
    with importer.runtime.engine.begin() as connection:
        catalogue = importer.runtime.catalogues.get(connection, game)
        charts = [chart.chartID for chart in catalogue.charts]
        rebuild(connection, importer.user_id, catalogue, charts)


def test_a_personal_best_is_made_of_the_best_of_old_and_new_scores(importer: Importer) -> None:
    (best_score,) = imported(importer, play(9_800_000, "CLEAR", 1))
    _, best_lamp = imported(
        importer,
        play(9_500_000, "CLEAR", 2, optional={"exScore": 1}),
        play(9_000_000, "EXCESSIVE CLEAR", 3, optional={"exScore": 2}),
    )
    (best,) = personal_bests(importer)
    assert best.composed_from == [
        {"name": "Best Score", "scoreID": best_score},
        {"name": "Best Lamp", "scoreID": best_lamp},
    ]
    assert (best.score_data["score"], best.score_data["lamp"]) == (9_800_000, "EXCESSIVE CLEAR")
    assert best.score_data["grade"] == "AAA+"
    assert best.score_data["optional"] == {"exScore": 2, "enumIndexes": {}}
    assert best.time_achieved == 1_700_000_000_000 + 3 * DAY
    assert best.ranking_values[0] == 9_800_000
    assert (best.game, best.playtype, best.song_id, best.is_primary) == ("sdvx", "Single", 1, True)
    assert best.highlight is False


def test_scores_without_time_give_one_without_time(importer: Importer) -> None:
    imported(importer, play(9_800_000, "CLEAR", 1, timeAchieved=None))
    (best,) = personal_bests(importer)
    assert best.time_achieved is None


def test_an_import_without_new_scores_changes_nothing(importer: Importer) -> None:
    imported(importer, play(9_800_000, "CLEAR", 1))
    before = importer.query("SELECT *, xmin FROM personal_bests")
    assert imported(importer, play(9_800_000, "CLEAR", 1)) == []
    assert importer.query("SELECT *, xmin FROM personal_bests") == before


def test_personal_bests_of_other_charts_and_users_are_not_touched(importer: Importer) -> None:
    other = Importer(importer.runtime, "bob")
    imported(other, play(9_800_000, "CLEAR", 1))
    imported(importer, play(9_800_000, "CLEAR", 1, difficulty="EXH"))
    before = importer.query("SELECT *, xmin FROM personal_bests ORDER BY user_id")
    imported(importer, play(9_900_000, "CLEAR", 1))
    after = importer.query("SELECT *, xmin FROM personal_bests ORDER BY user_id")
    assert len(after) == 3
    assert all(row in after for row in before)


@pytest.mark.parametrize("seed", range(5))
def test_it_does_not_matter_in_which_imports_the_scores_came(importer: Importer, seed: int) -> None:
    chance = random.Random(seed)
    plays = [
        play(
            chance.choice([8_000_000, 9_000_000, 9_500_000]) + number,
            chance.choice(["FAILED", "CLEAR", "EXCESSIVE CLEAR"]),
            chance.randrange(3),
            difficulty=chance.choice(["NOV", "ADV", "EXH"]),
            optional={"exScore": chance.randrange(5)},
        )
        for number in range(30)
    ]
    while plays:
        count = chance.randrange(1, 12)
        imported(importer, *plays[:count])
        plays = plays[count:]
        as_imported = personal_bests(importer)
        rebuilt(importer)
        assert personal_bests(importer) == as_imported


def test_after_scores_were_deleted_it_is_as_if_they_had_never_been(importer: Importer) -> None:
    imported(importer, play(9_000_000, "CLEAR", 1), play(9_100_000, "CLEAR", 1, difficulty="NOV"))
    before = personal_bests(importer)
    imported(
        importer,
        play(9_900_000, "CLEAR", 2),
        play(8_000_000, "EXCESSIVE CLEAR", 2),
        play(9_900_000, "CLEAR", 2, difficulty="EXH"),
    )
    assert personal_bests(importer) != before
    importer.execute(
        "DELETE FROM scores WHERE import_id ="
        " (SELECT import_id FROM imports ORDER BY time_finished DESC LIMIT 1)"
    )
    rebuilt(importer)
    assert personal_bests(importer) == before


def test_a_highlighted_score_highlights_the_personal_best_it_is_part_of(importer: Importer) -> None:
    imported(importer, play(9_900_000, "CLEAR", 1), play(9_000_000, "EXCESSIVE CLEAR", 1))
    importer.execute("UPDATE scores SET highlight = (score_data->>'lamp') = 'EXCESSIVE CLEAR'")
    rebuilt(importer)
    (best,) = personal_bests(importer)
    assert best.highlight is True


def test_a_chart_that_the_catalogue_lacks_is_named(importer: Importer) -> None:
    imported(importer, play(9_900_000, "CLEAR", 1))
    (best,) = personal_bests(importer)
    with (
        importer.runtime.engine.connect() as connection,
        pytest.raises(InternalFailure, match=f"Couldn't find chart with ID {best.chart_id}"),
    ):
        rebuild(connection, importer.user_id, GameCatalogue("sdvx", 0, [], []), [best.chart_id])


def test_the_number_of_statements_does_not_depend_on_the_number_of_charts(
    importer: Importer,
) -> None:
    plays = [
        play(9_000_000, "CLEAR", day, difficulty=difficulty)
        for difficulty in ("NOV", "ADV", "EXH")
        for day in range(4)
    ]
    imported(importer, *plays)
    with importer.runtime.engine.begin() as connection:
        catalogue = importer.runtime.catalogues.get(connection, "sdvx")
        charts = [best.chart_id for best in personal_bests(importer)]
        assert len(charts) == 3
        counts = [
            _statements(connection, importer.user_id, catalogue, some)
            for some in (charts[:1], charts)
        ]
    assert counts == [2, 2], "and one COPY"


def _statements(
    connection: Connection, user_id: int, catalogue: GameCatalogue, charts: list[str]
) -> int:
    seen = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(connection, "before_cursor_execute", note)
    try:
        rebuild(connection, user_id, catalogue, charts)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)
