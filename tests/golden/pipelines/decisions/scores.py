"""Scores and personal bests, as our decisions would have them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from common.games.registry import get_gpt
from common.text.canonical import orphan_id
from tests.golden import version3
from tests.golden.pipelines.decisions.outcome import Outcome, Rules, chart_of, is_import
from tests.golden.told import bests

RULES = Rules()


def _documents_of_scores(outcome: Outcome) -> list[dict[str, Any]]:
    scores = [*outcome.state.get("scores", [])]
    return scores + [each["score"] for each in outcome.state.get("score-blacklist", [])]


@RULES.add
def scores_follow_the_rules_of_version_3(outcome: Outcome) -> None:
    """Indexes and ratings are what version 3 makes of those that were recorded."""
    for score in _documents_of_scores(outcome):
        gpt, chart = f"{score['game']}:{score['playtype']}", chart_of(outcome, score)
        if chart is None:
            continue
        data = version3.renewed_score_data(score["game"], score["scoreData"])
        score["scoreData"] = data
        score["calculatedData"] = version3.renewed_ratings(
            gpt, chart, data, score["calculatedData"]
        )


@RULES.add
def personal_bests_follow_the_rules_of_version_3(outcome: Outcome) -> None:
    stored = outcome.state.get("personal-bests", [])
    played = defaultdict(list)
    for score in outcome.state.get("scores") or (outcome.read("scores") if stored else []):
        played[score["userID"], score["chartID"]].append(score)
    boards = defaultdict(dict)
    for best in stored:
        gpt, chart = get_gpt(best["game"], best["playtype"]), chart_of(outcome, best)
        boards[best["game"], best["chartID"]][best["userID"]] = best
        if chart is None:
            continue
        scores = version3.by_seniority(played[best["userID"], best["chartID"]])
        best.update(version3.renewed_best(gpt.id, chart, best, scores))
        if gpt.game == "ddr" and scores:
            # Which scores it is composed of follows from its lamp and its flare.
            composed = bests.compose("ddr", scores)
            for name in ("composedFrom", "timeAchieved", "highlight"):
                best[name] = composed[name]
    for (game, _), board in boards.items():
        ranks = version3.ranks(game, board, _rivals(outcome, next(iter(board.values()))))
        for user, best in board.items():
            rival_rank = ranks[user]["rivalRank"] or best["rankingData"]["rivalRank"]
            best["rankingData"] = {**ranks[user], "rivalRank": rival_rank}


def _rivals(outcome: Outcome, best: dict[str, Any]) -> dict[int, list[int]]:
    return {
        row["userID"]: row["rivals"]
        for row in outcome.state.get("game-settings", [])
        if (row["game"], row["playtype"]) == (best["game"], best["playtype"])
    }


@RULES.add
def gauges_of_usc_are_percentages(outcome: Outcome) -> None:
    """The reference stores a gauge as USC clients send it, from 0 to 1."""
    scores = [*outcome.state.get("scores", [])]
    scores += [each["score"] for each in outcome.state.get("score-blacklist", [])]
    documents = [score for score in scores if score["importType"] == "ir/usc"]
    sent = {score["scoreID"] for score in documents}
    # The gauge of a personal best is that of the score it is based on.
    documents += [
        document
        for document in outcome.state.get("personal-bests", [])
        if document["composedFrom"][0]["scoreID"] in sent
    ]
    for document in documents:
        document["scoreData"]["optional"]["gauge"] *= 100


@RULES.add
def highlights_are_seen_at_once(outcome: Outcome) -> bool:
    """The reference forgets a highlight that comes with a new score, and does not look whether a
    highlighted score is part of a personal best. In ours the score is, and so is the best.
    """
    step = outcome.step
    if step.get("importType") != "ir/fervidex":
        return False
    if step["parserArguments"][0].get("highlight") is True and is_import(outcome.result):
        outcome.memory.highlighted.update(outcome.result["scoreIDs"])
    changed = False
    highlighted = set(outcome.memory.highlighted)
    for score in outcome.state.get("scores", []):
        changed |= score["scoreID"] in highlighted and not score["highlight"]
        score["highlight"] |= score["scoreID"] in highlighted
        if score["highlight"]:
            highlighted.add(score["scoreID"])
    for best in outcome.state.get("personal-bests", []):
        wanted = any(part["scoreID"] in highlighted for part in best["composedFrom"])
        changed |= wanted != best["highlight"]
        best["highlight"] = wanted
    return changed


@RULES.add
def exported_scores_are_of_the_export(outcome: Outcome) -> None:
    """The reference says of those of KsHook's export that they are of its single scores."""
    for score in outcome.state.get("scores", []):
        if score["service"] == "kshook SV6C Static":
            score["importType"] = "ir/kshook-sv6c-static"


@RULES.add
def what_a_client_leaves_out_is_not_there(outcome: Outcome) -> None:
    """Of what LR2 does not count the reference stores that it is null."""
    if outcome.step.get("importType") != "ir/lr2hook":
        return
    for document in [*outcome.state.get("scores", []), *outcome.state.get("personal-bests", [])]:
        optional = document["scoreData"]["optional"]
        for name in [*_EXTENDED, *(f"gaugeHistory{gauge}" for gauge in ("Easy", "Groove", "Hard"))]:
            if name in optional and optional[name] is None:
                del optional[name]


_EXTENDED = ["ebd", "lbd", "egd", "lgd", "egr", "lgr", "epg", "lpg", "epr", "lpr", "fast", "slow"]


@RULES.add
def comments_are_texts(outcome: Outcome) -> None:
    """In Solid State Squad's files the reference takes a comment of digits for a number."""
    for score in outcome.state.get("scores", []):
        if isinstance(score["comment"], int):
            assert score["importType"] == "file/solid-state-squad"
            score["comment"] = str(score["comment"])
    for orphan in outcome.state.get("orphan-scores", []):
        if orphan["importType"] == "file/solid-state-squad":
            data = orphan["data"]
            if isinstance(data.get("comment"), int):
                data["comment"] = str(data["comment"])
                orphan["orphanID"] = orphan_id(
                    orphan["importType"], data, orphan["context"], orphan["userID"]
                )


@RULES.add
def empty_lists_of_judgements_are_refused(outcome: Outcome) -> None:
    """See `World`: there it was seen that ours refuses them, and none were given."""
    documents = [*outcome.state.get("scores", []), *outcome.state.get("personal-bests", [])]
    for document in documents:
        if document["scoreData"]["judgements"] == []:
            document["scoreData"]["judgements"] = {}


@RULES.add
def ties_go_to_the_earliest_score(outcome: Outcome) -> bool:
    """Of scores with equal values the reference takes the one stored first as base, and in
    merges one of unknown time before all others. Ours takes the one achieved first. Ratings stay
    those that were recorded: scores that tie are rated alike.
    """
    scores = defaultdict(list)
    for score in outcome.state.get("scores", []):
        scores[score["userID"], score["chartID"]].append(score)
    seen = False
    for document in outcome.state.get("personal-bests", []):
        best = bests.compose(document["game"], scores[document["userID"], document["chartID"]])
        if best is not None and best.pop("tied"):
            seen = seen or document["composedFrom"] != best["composedFrom"]
            document.update(best)
    return seen


@RULES.add
def plays_of_pli_stay_those_of_pli(outcome: Outcome) -> bool:
    """What an orphan of PLI becomes is, to the reference, from the e-amusement site."""
    documents = [*outcome.state.get("scores", []), *outcome.state.get("orphan-scores", [])]
    documents += [each["score"] for each in outcome.state.get("score-blacklist", [])]
    seen = False
    for document in documents:
        service = document.get("service") or document.get("context", {}).get("service")
        if document["importType"] == "file/eamusement-iidx-csv" and service == "PLI":
            document["importType"] = "file/pli-iidx-csv"
            seen = True
            if "orphanID" in document:
                document["orphanID"] = orphan_id(
                    document["importType"],
                    document["data"],
                    document["context"],
                    document["userID"],
                )
    return seen
