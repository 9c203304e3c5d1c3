"""What follows from scores: sessions, profiles, classes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB
from common.games.registry import get_gpt
from tests.golden.pipelines.decisions.outcome import Outcome, Rules, chart_of, documents
from tests.golden.suites.common import song_data_of

RULES = Rules()


# --- sessions and profiles -----------------------------------------------------------------------


@RULES.add
def sessions_follow_from_their_scores(outcome: Outcome) -> None:
    """What makes a session of ratings is held against recorded cases of its own."""
    recorded = outcome.state.get("scores") or outcome.read("scores")
    rated = {each["scoreID"]: each["calculatedData"] for each in recorded}
    for session in outcome.state.get("sessions", []):
        if all(score_id in rated for score_id in session["scoreIDs"]):
            gpt = get_gpt(session["game"], session["playtype"])
            values = [rated[score_id] for score_id in session["scoreIDs"]]
            session["calculatedData"] = session_ratings(gpt, values)


@RULES.add
def profiles_follow_from_their_personal_bests(outcome: Outcome) -> None:
    """What makes a profile of ratings is held against recorded cases of its own."""
    if not outcome.state.get("game-stats"):
        return
    rated = defaultdict(list)
    bests_of_all = outcome.state.get("personal-bests") or outcome.read("personal-bests")
    for best in bests_of_all:
        rated[best["userID"], best["game"], best["playtype"]].append(_rated(outcome, best))
    for stats in outcome.state["game-stats"]:
        gpt = get_gpt(stats["game"], stats["playtype"])
        bests = rated[stats["userID"], stats["game"], stats["playtype"]]
        stats["ratings"] = profile_ratings(gpt, bests)
        if bests:
            stats["classes"] |= derived_classes(gpt, stats["ratings"])


def _rated(outcome: Outcome, best: dict[str, Any]) -> RatedPB:
    game = best["game"]
    songs = documents(outcome.case, "songs", game)
    song = next((each for each in songs if each["id"] == best["songID"]), None)
    return RatedPB(
        best["chartID"],
        best["songID"],
        best["isPrimary"],
        best["calculatedData"],
        None if song is None else song_data_of(game, song["data"]),
        (chart_of(outcome, best) or {}).get("difficulty"),
    )


# --- classes -------------------------------------------------------------------------------------


@RULES.add
def a_class_rises_once_for_all_orphans_together(outcome: Outcome) -> None:
    """The reference takes orphans one by one, and a class may rise with each of them."""
    times = {s["now"] for s in outcome.case.given["steps"] if s["op"] == "deorphan"}
    found = outcome.state.get("class-achievements", [])
    chains = defaultdict(list)
    for each in found:
        if each["timeAchieved"] in times:
            key = (each["userID"], each["game"], each["playtype"], each["classSet"])
            chains[*key, each["timeAchieved"]].append(each)
    for (_, game, playtype, class_set, _), chain in chains.items():
        ranks = get_gpt(game, playtype).classes[class_set].ids
        chain.sort(key=lambda each: ranks.index(each["classValue"]))
        for step in chain[:-1]:
            found.remove(step)
        chain[-1]["classOldValue"] = chain[0]["classOldValue"]
