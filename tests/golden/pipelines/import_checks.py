"""What becomes of each entry of an import, counted anew: see `concessions`.

The reference says nothing of entries that left neither a score nor an error, nor which entry an
error is about. Ours is held against a second count, made of what has recorded cases of its own:
parsers, converters, score IDs and validation.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from common.errors import NotTracked, SkipScore
from common.games.registry import GAMES
from common.games.scoring.hydration import hydrate, score_id
from tests.golden.pipelines.snapshots import Step, after
from tests.golden.suites.import_types import input_of
from worker.catalogue.memory import CatalogueStore
from worker.import_types.base import Upstream
from worker.import_types.registry import IMPORT_TYPES


def without_judgement_lists(value: Any) -> Any:
    """The value with `{}` for every empty list of judgements, which only the reference takes."""
    if isinstance(value, dict):
        return {
            key: {} if key == "judgements" and item == [] else without_judgement_lists(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [without_judgement_lists(item) for item in value]
    return value


@after("import")
def entries_are_accounted_for(step: Step) -> None:
    if not isinstance(step.result, dict) or "importID" not in step.result:
        return
    import_type = IMPORT_TYPES[step.given["importType"]]
    if import_type.input is Upstream:
        return  # what was fetched cannot be read again
    user_id = step.given["userID"]
    given = {
        **step.given,
        "parserArguments": without_judgement_lists(step.given["parserArguments"]),
    }
    parsed = import_type.parse(input_of(given))
    catalogue = CatalogueStore().get(step.connection, parsed.game)
    convert = import_type.converter(parsed.context, catalogue)
    blacklist = set(
        step.connection.scalars(
            text("SELECT score_id FROM score_blacklist WHERE user_id = :user_id"),
            {"user_id": user_id},
        )
    )
    stored = {score_id for owner, score_id in step.before["scores"] if owner == user_id}
    skipped = {"notPlayed": 0, "notTracked": 0, "duplicates": 0, "blacklisted": 0}
    failed: list[int] = []
    new: list[str] = []
    for place, entry in enumerate(parsed.entries):
        try:
            dry = convert(entry)
            gpt = GAMES[parsed.game].playtypes[dry.chart.playtype]
            identity = score_id(user_id, gpt, dry.chart.chartID, dry.scoreData)
            if identity in blacklist:
                skipped["blacklisted"] += 1
            elif identity in stored or identity in new:
                skipped["duplicates"] += 1
            else:
                hydrate(gpt, dry.chart, dry.scoreData, dry.timeAchieved, step.now)
                new.append(identity)
        except NotTracked:
            skipped["notTracked"] += 1
        except SkipScore:
            skipped["notPlayed"] += 1
        except Exception:
            failed.append(place)
    errors = step.result["errors"]
    assert step.result["skipped"] == skipped, (step.result["skipped"], skipped)
    # A note says which of two values was taken of a score that is stored nevertheless.
    about = [error["index"] for error in errors if not error["message"].endswith(" was taken.")]
    assert about == failed, (errors, failed)
    assert step.result["scoreIDs"] == new
    assert all(isinstance(error["identifier"], str) for error in errors)
