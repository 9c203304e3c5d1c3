"""What follows from scores being gone. Source: specification, pipeline-mutation.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from common.targets.changes import NOTHING_CHANGED, Changes
from worker.records import personal_bests, profiles, sessions
from worker.targets import evaluation
from worker.work import Work


def recompute(work: Work, deleted: Sequence[Row[Any]], noted: Changes = NOTHING_CHANGED) -> None:
    """Everything that the deleted scores had a part in; `noted`: see `evaluation.re_evaluate`."""
    if not deleted:
        return
    connection, user_id = work.connection, work.user_id
    sessions.remove_scores(connection, user_id, [score.score_id for score in deleted])
    by_game: dict[str, list[Row[Any]]] = defaultdict(list)
    for score in deleted:
        by_game[score.game].append(score)
    for game, scores in by_game.items():
        catalogue = work.runtime.catalogues.get(connection, game)
        charts = list({score.chart_id for score in scores})
        playtypes = list(dict.fromkeys(score.playtype for score in scores))
        personal_bests.rebuild(connection, user_id, catalogue, charts)
        profiles.recompute(connection, user_id, catalogue, playtypes)
        evaluation.re_evaluate(connection, user_id, game, charts, work.now(), noted)
