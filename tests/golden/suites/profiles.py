"""session-ratings, profile-ratings and classes: what many scores amount to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import GPT, RatedPB
from tests.golden.compare import first_difference
from tests.golden.suites.common import gpt_of, song_data_of
from tests.golden.suites.registry import Case, exempt, suite
from tests.golden.version3 import (
    HOT_VERSIONS,
    jubility,
    ongeki_profile,
    renewed_classes,
    session_prefix,
    with_successors,
)


@suite("session-ratings.jsonl")
def sessions(case: Case) -> Any:
    gpt = gpt_of(case.given)
    calculated = [with_successors(gpt.game, data) for data in case.given["calculatedData"]]
    return {"calculatedData": session_ratings(gpt, calculated)}


@exempt(
    "session-ratings.jsonl",
    "sessions of new ratings",
    "Sessions have the ratings that version 3 added; of the same values they are the same.",
)
def _newer_session_ratings(case: Case, got: Any) -> bool:
    game = gpt_of(case.given).game
    recorded = case.expected["calculatedData"]
    renewed = with_successors(game, recorded, session_prefix(game))
    return first_difference({"calculatedData": renewed}, got) is None


@suite("profile-ratings.jsonl")
def profiles(case: Case) -> Any:
    gpt = gpt_of(case.given)
    ratings = profile_ratings(gpt, _personal_bests(gpt, case.given))
    return {"ratings": ratings, "derivedClasses": derived_classes(gpt, ratings)}


@suite("classes.jsonl")
def classes(case: Case) -> Any:
    gpt = gpt_of(case.given)
    return {
        "derivedClasses": derived_classes(gpt, with_successors(gpt.game, case.given["ratings"]))
    }


@exempt(
    "profile-ratings.jsonl",
    "profiles of version 3",
    "Profiles have the ratings that version 3 added, and its classes; jubeat's pick up songs are "
    "those of its newest version.",
)
def _newer_profiles(case: Case, got: Any) -> bool:
    """Ours has exactly what version 3 makes of what was recorded."""
    game = gpt_of(case.given).game
    ratings, classes = case.expected["ratings"], case.expected["derivedClasses"]
    if game == "jubeat":
        as_recorded = profiles(Case(case.path, case.id, _with_newest_songs(case.given), None))
        if first_difference(case.expected, as_recorded) is not None:
            return False
        now = jubility(case.given["pbs"], case.given["catalogue"])
        ratings, classes = {**ratings, "jubility": now}, got["derivedClasses"]
    elif game == "ongeki":
        ratings = ongeki_profile(case.given["pbs"], ratings)
    else:
        ratings = with_successors(game, ratings)
    renewed = {"ratings": ratings, "derivedClasses": renewed_classes(game, ratings, classes)}
    return first_difference(renewed, got) is None


def _with_newest_songs(given: Mapping[str, Any]) -> dict[str, Any]:
    """The case with the pick up songs of then as those of now."""
    then, now = HOT_VERSIONS
    songs = [
        {**song, "data": {**song["data"], "displayVersion": now}}
        if song["data"]["displayVersion"] == then
        else song
        for song in given["catalogue"]["songs"]
    ]
    return {**given, "catalogue": {**given["catalogue"], "songs": songs}}


@exempt(
    "classes.jsonl",
    "classes of version 3",
    "Version 3 has more colours in chunithm, maimaidx and ongeki.",
)
def _newer_classes(case: Case, got: Any) -> bool:
    game = gpt_of(case.given).game
    renewed = renewed_classes(game, case.given["ratings"], case.expected["derivedClasses"])
    return first_difference({"derivedClasses": renewed}, got) is None


def _personal_bests(gpt: GPT, given: Mapping[str, Any]) -> list[RatedPB]:
    catalogue = given.get("catalogue", {"songs": [], "charts": []})
    songs = {song["id"]: song["data"] for song in catalogue["songs"]}
    difficulties = {chart["chartID"]: chart["difficulty"] for chart in catalogue["charts"]}
    return [
        RatedPB(
            **{**pb, "calculatedData": with_successors(gpt.game, pb["calculatedData"])},
            songData=(
                song_data_of(gpt.game, songs[pb["songID"]]) if pb["songID"] in songs else None
            ),
            difficulty=difficulties.get(pb["chartID"]),
        )
        for pb in given["pbs"]
    ]
