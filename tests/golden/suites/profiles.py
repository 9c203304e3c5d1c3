"""session-ratings, profile-ratings and classes: what many scores amount to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import GPT, RatedPB
from tests.golden.suites.common import gpt_of, song_data_of
from tests.golden.suites.registry import Case, suite


@suite("session-ratings.jsonl")
def sessions(case: Case) -> Any:
    gpt = gpt_of(case.given)
    return {"calculatedData": session_ratings(gpt, case.given["calculatedData"])}


@suite("profile-ratings.jsonl")
def profiles(case: Case) -> Any:
    gpt = gpt_of(case.given)
    ratings = profile_ratings(gpt, _personal_bests(gpt, case.given))
    return {"ratings": ratings, "derivedClasses": derived_classes(gpt, ratings)}


@suite("classes.jsonl")
def classes(case: Case) -> Any:
    return {"derivedClasses": derived_classes(gpt_of(case.given), case.given["ratings"])}


def _personal_bests(gpt: GPT, given: Mapping[str, Any]) -> list[RatedPB]:
    catalogue = given.get("catalogue", {"songs": [], "charts": []})
    songs = {song["id"]: song["data"] for song in catalogue["songs"]}
    difficulties = {chart["chartID"]: chart["difficulty"] for chart in catalogue["charts"]}
    return [
        RatedPB(
            **pb,
            songData=(
                song_data_of(gpt.game, songs[pb["songID"]]) if pb["songID"] in songs else None
            ),
            difficulty=difficulties.get(pb["chartID"]),
        )
        for pb in given["pbs"]
    ]
