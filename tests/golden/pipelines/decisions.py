"""What was recorded, put as our decisions would have it.

Where a decision changes a value in a known way, the recorded value is changed accordingly (or
what ours has in addition is left out), so that everything else is still compared. Each rule
says why.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB
from common.games.registry import GAMES, get_gpt
from common.games.scoring.hydration import hydrate
from common.text.canonical import TIME_RECEIVED, orphan_id
from tests.golden import version3
from tests.golden.pipelines.catalogue import known_difficulties
from tests.golden.pipelines.import_checks import without_judgement_lists
from tests.golden.pipelines.world import NO_SUCH_USER, WAITS
from tests.golden.suites.common import song_data_of
from tests.golden.suites.import_types import input_of
from tests.golden.suites.registry import Case
from tests.golden.told import bests, failures
from worker.import_types.registry import IMPORT_TYPES


@dataclass
class Memory:
    """What rules remember from step to step of a case.

    failing_orphans: how many the reference keeps, for it fails to see what is wrong with them.
    later_versions: how many ours keeps, for they are of a version that is not known yet.
    highlighted: scores that were marked out by what imported them.
    """

    failing_orphans: int = 0
    later_versions: int = 0
    highlighted: set[str] = field(default_factory=set)
    departures: set[str] = field(default_factory=set)


@dataclass
class Outcome:
    """What came of step `number` of a case: as recorded, and as ours.

    States are collections by name, in no order; ours has the ones that were recorded.
    """

    case: Case
    number: int
    result: Any
    state: dict[str, list[Any]]
    our_result: Any
    our_state: dict[str, list[Any]]
    memory: Memory
    # Ours of a collection, recorded or not.
    read: Callable[[str], list[Any]]

    def set_result(self, result: Any) -> None:
        self.result = result

    @property
    def step(self) -> Any:
        return self.case.given["steps"][self.number]

    def import_documents(self) -> Iterator[dict[str, Any]]:
        """The recorded ImportDocuments."""
        if _is_import(self.result):
            yield self.result
        yield from self.state.get("imports", [])

    def our_import_documents(self) -> Iterator[dict[str, Any]]:
        if _is_import(self.our_result):
            yield self.our_result
        yield from self.our_state.get("imports", [])


def _is_import(result: Any) -> bool:
    return isinstance(result, dict) and "importID" in result


# Changes the outcome; whether it did, where that is to be counted.
Rule = Callable[[Outcome], bool | None]
_RULES: list[Rule] = []


def rule(apply: Rule) -> Rule:
    _RULES.append(apply)
    return apply


def apply_decisions(outcome: Outcome) -> None:
    """Changes the outcome in place."""
    for each in _RULES:
        if each(outcome):
            outcome.memory.departures.add(each.__name__.replace("_", " "))


# --- ImportDocuments ---------------------------------------------------------------------------


@rule
def gpts_are_id_strings(outcome: Outcome) -> None:
    """The list of GPTs is called `idStrings`, as it is published, not `gptStrings`."""
    for document in outcome.import_documents():
        document["idStrings"] = document.pop("gptStrings")


@rule
def skipped_scores_are_counted(outcome: Outcome) -> None:
    """Ours counts entries that left neither a score nor an error in a field of its own; that is
    held against another count (see `import_checks`).
    """
    for document in outcome.our_import_documents():
        del document["skipped"]


@rule
def what_was_passed_over_is_told(outcome: Outcome) -> None:
    """Ours names in a field of its own what it did not take of an import."""
    for document in outcome.our_import_documents():
        del document["warnings"]


@rule
def class_deltas_are_changes(outcome: Outcome) -> None:
    """The reference lists derived classes at every import; ours lists those that changed."""
    for document in outcome.import_documents():
        document["classDeltas"] = [
            delta for delta in document["classDeltas"] if delta["old"] != delta["new"]
        ]


@rule
def score_ids_of_imports_are_those_of_their_scores(outcome: Outcome) -> None:
    """The reference takes deleted scores out of one import only. In ours a score is listed by
    the import that stored it, and by no other; an import whose last score is deleted is gone.
    """
    if not {"imports", "scores"} <= outcome.state.keys():
        return
    stored = {score["scoreID"] for score in outcome.state["scores"]}
    imports = outcome.state["imports"]
    for document in sorted(imports, key=lambda each: each["timeFinished"], reverse=True):
        own = [score_id for score_id in document["scoreIDs"] if score_id in stored]
        stored.difference_update(own)
        if document["scoreIDs"] and not own:
            imports.remove(document)
        document["scoreIDs"] = own


@rule
def bad_metrics_are_explained(outcome: Outcome) -> bool:
    """The reference derives from what was provided before it validates it, and often fails."""
    ours = {document["importID"]: document for document in outcome.our_import_documents()}
    seen = False
    for document in outcome.import_documents():
        errors = ours.get(document["importID"], {}).get("errors", [])
        for theirs, our in zip(document["errors"], errors, strict=False):
            if theirs["type"] == "InternalError" and our["type"] == "InvalidDatapoint":
                _check_explanation(outcome, document["importID"], our)
                theirs.update(our)
                seen = True
    return seen


def _check_explanation(outcome: Outcome, import_id: str, error: dict[str, Any]) -> None:
    """The message of an error has to be what is to be told of that entry."""
    (step,) = (s for s in outcome.case.given["steps"] if s.get("importID") == import_id)
    if step["importType"].startswith("api/"):
        assert error["message"].startswith("Got "), error
        return
    import_type = IMPORT_TYPES[step["importType"]]
    given = {**step, "parserArguments": without_judgement_lists(step["parserArguments"])}
    parsed = import_type.parse(input_of(given))
    game = GAMES[parsed.game]
    catalogue = GameCatalogue.from_documents(
        game,
        _documents(outcome.case, "songs", game.id),
        _documents(outcome.case, "charts", game.id),
    )
    dry = import_type.converter(parsed.context, catalogue)(list(parsed.entries)[error["index"]])
    score_data = {
        **dry.scoreData.metrics,
        "judgements": dry.scoreData.judgements,
        "optional": dry.scoreData.optional,
    }
    chart = msgspec.to_builtins(dry.chart)
    assert failures.explains(game.id, chart, score_data, error["message"]), error


@rule
def errors_say_which_entry(outcome: Outcome) -> None:
    """Ours tells scripts the place of the entry that went wrong (see `import_checks`)."""
    for document in [*outcome.our_import_documents(), *outcome.import_documents()]:
        for error in document["errors"]:
            for ours_alone in ("index", "identifier", "difficulty"):
                error.pop(ours_alone, None)


@rule
def reverting_what_is_gone_is_refused(outcome: Outcome) -> bool:
    """An import whose last score was deleted is gone in ours; the reference takes deleted scores
    out of one import only, and reverts the others' empty shells.
    """
    gone = {"error": {"fatal": True, "statusCode": 404, "message": "This import does not exist."}}
    if outcome.step["op"] != "revert" or outcome.our_result != gone:
        return False
    assert outcome.result in (None, {"error": "no such import"})
    outcome.set_result(gone)
    return True


@rule
def what_orphans_become_belongs_to_an_import(outcome: Outcome) -> None:
    """Orphans that became scores have an ImportDocument, so that it can be reverted."""
    for document in outcome.our_state.get("imports", []):
        _check_import_of_orphans(outcome, document)
    if "imports" in outcome.our_state:
        known = {step.get("importID") for step in outcome.case.given["steps"]}
        outcome.our_state["imports"][:] = [
            document for document in outcome.our_state["imports"] if document["importID"] in known
        ]


def _check_import_of_orphans(outcome: Outcome, document: dict[str, Any]) -> None:
    """An import that no step asked for says what became of orphans, and nothing else."""
    steps = outcome.case.given["steps"]
    if document["importID"] in {step.get("importID") for step in steps}:
        return
    times = {step["now"] for step in steps if step["op"] == "deorphan"}
    assert document["timeFinished"] in times
    assert document["scoreIDs"]
    for score in outcome.our_state.get("scores", []):
        if score["scoreID"] in document["scoreIDs"] and score["userID"] == document["userID"]:
            assert score["importType"] == document["importType"]
            assert score["timeAdded"] == document["timeFinished"]


@rule
def later_versions_of_games_are_no_fault(outcome: Outcome) -> None:
    """The reference refuses scores of nabla, which came after it was written. Ours keeps them
    until its charts are known.
    """
    before = outcome.memory.later_versions
    ours = {document["importID"]: document for document in outcome.our_import_documents()}
    for document in outcome.import_documents():
        errors = ours.get(document["importID"], {}).get("errors", [])
        for theirs, our in zip(document["errors"], errors, strict=False):
            if theirs["message"] == "Unknown Game Version 7.":
                assert our["type"] in ("SongOrChartNotFound", "OrphanExists"), our
                assert our["message"].endswith(" - Version nabla)"), our
                theirs.update(our)
    if "orphan-scores" in outcome.our_state:
        orphans = outcome.our_state["orphan-scores"]
        known = [each for each in orphans if not _is_of_nabla(each)]
        outcome.memory.later_versions = len(orphans) - len(known)
        orphans[:] = known
    if outcome.step["op"] == "deorphan" and before:
        outcome.our_result["processed"] -= before
        outcome.our_result["failed"] -= before


def _is_of_nabla(orphan: dict[str, Any]) -> bool:
    return orphan["importType"].startswith("api/cg-") and orphan["data"].get("version") == 7


# --- refusals -----------------------------------------------------------------------------------

_SCORE_META = re.compile(r"Invalid BATCH-MANUAL: scores\[\d+\]\.scoreMeta \| ")


@rule
def wrong_score_meta_is_explained_in_a_sentence(outcome: Outcome) -> bool:
    """The reference prints its checker's own data structure."""
    theirs, ours = _refusal(outcome.result), _refusal(outcome.our_result)
    if not (theirs and ours and (found := _SCORE_META.match(theirs["message"]))):
        return False
    issues = json.loads(theirs["message"][found.end() :].removesuffix("."))
    assert ours["message"].startswith(found[0].removesuffix(" | "))
    for key in issues[0].get("keys", []) or issues[0]["path"]:
        assert str(key) in ours["message"], (issues, ours)
    theirs["message"] = ours["message"]
    return True


@rule
def byte_order_marks_are_skipped(outcome: Outcome) -> None:
    """To the reference, a file that begins with one is no JSON."""
    theirs, ours = _refusal(outcome.result), _refusal(outcome.our_result)
    if theirs and ours and theirs["message"].startswith("Invalid JSON."):
        file = outcome.step["parserArguments"][0]["$file"]
        if file.get("text", "").startswith("\ufeff"):
            assert ours["message"] == "Could not retrieve meta.game - is this valid BATCH-MANUAL?"
            theirs["message"] = ours["message"]


@rule
def nobody_unknown_gets_as_far_as_an_import(outcome: Outcome) -> None:
    """In ours there is nobody to accept it from."""
    error = outcome.result.get("error") if isinstance(outcome.result, dict) else None
    if isinstance(error, dict) and error.get("failureType") == "Internal":
        assert error["message"].startswith("User with ID"), error
        outcome.result["error"] = NO_SUCH_USER["error"]


def _refusal(result: Any) -> Any:
    """Why all of an import was refused, if it was."""
    error = result.get("error") if isinstance(result, dict) else None
    return error if isinstance(error, dict) and error.get("fatal") else None


@rule
def games_with_one_playtype_need_no_playtype(outcome: Outcome) -> None:
    """As in version 3; what is missing besides is told instead."""
    theirs, ours = _refusal(outcome.result), _refusal(outcome.our_result)
    wanted = "Could not retrieve meta.playtype - is this valid BATCH-MANUAL?"
    if theirs and ours and theirs["message"] == wanted:
        meta = outcome.step["parserArguments"][0]["$file"]["json"]["meta"]
        if len(GAMES[meta["game"]].playtypes) == 1 and "service" not in meta:
            theirs["message"] = (
                "Invalid BATCH-MANUAL: meta.service | Expected a string with length between 3 and"
                " 60. | Received undefined [type: undefined]."
            )


# --- busy users ----------------------------------------------------------------------------------


@rule
def imports_of_busy_users_wait(outcome: Outcome) -> None:
    """An import of a busy user is never refused; it waits its turn."""
    error = outcome.result.get("error") if isinstance(outcome.result, dict) else None
    refused = isinstance(error, dict) and error.get("statusCode") == 409
    if refused and outcome.our_result == WAITS:
        outcome.result.clear()
        outcome.result.update(WAITS)


# --- scores and personal bests -------------------------------------------------------------------


def _documents_of_scores(outcome: Outcome) -> list[dict[str, Any]]:
    scores = [*outcome.state.get("scores", [])]
    return scores + [each["score"] for each in outcome.state.get("score-blacklist", [])]


@rule
def scores_follow_the_rules_of_version_3(outcome: Outcome) -> None:
    """Indexes and ratings are what version 3 makes of those that were recorded."""
    for score in _documents_of_scores(outcome):
        gpt, chart = f"{score['game']}:{score['playtype']}", _chart(outcome, score)
        if chart is None:
            continue
        data = version3.renewed_score_data(score["game"], score["scoreData"])
        score["scoreData"] = data
        score["calculatedData"] = version3.renewed_ratings(
            gpt, chart, data, score["calculatedData"]
        )


@rule
def personal_bests_follow_the_rules_of_version_3(outcome: Outcome) -> None:
    stored = outcome.state.get("personal-bests", [])
    played = defaultdict(list)
    for score in outcome.state.get("scores") or (outcome.read("scores") if stored else []):
        played[score["userID"], score["chartID"]].append(score)
    boards = defaultdict(dict)
    for best in stored:
        gpt, chart = get_gpt(best["game"], best["playtype"]), _chart(outcome, best)
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


def _chart(outcome: Outcome, document: dict[str, Any]) -> dict[str, Any] | None:
    """The chart of a score or a personal best; None for one that came from players."""
    found = [
        chart
        for chart in reversed(_documents(outcome.case, "charts", document["game"]))
        if chart["chartID"] == document["chartID"]
    ]
    return found[0] if found else None


def _rivals(outcome: Outcome, best: dict[str, Any]) -> dict[int, list[int]]:
    return {
        row["userID"]: row["rivals"]
        for row in outcome.state.get("game-settings", [])
        if (row["game"], row["playtype"]) == (best["game"], best["playtype"])
    }


@rule
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


@rule
def highlights_are_seen_at_once(outcome: Outcome) -> bool:
    """The reference forgets a highlight that comes with a new score, and does not look whether a
    highlighted score is part of a personal best. In ours the score is, and so is the best.
    """
    step = outcome.step
    if step.get("importType") != "ir/fervidex":
        return False
    if step["parserArguments"][0].get("highlight") is True and _is_import(outcome.result):
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


@rule
def exported_scores_are_of_the_export(outcome: Outcome) -> None:
    """The reference says of those of KsHook's export that they are of its single scores."""
    for score in outcome.state.get("scores", []):
        if score["service"] == "kshook SV6C Static":
            score["importType"] = "ir/kshook-sv6c-static"


@rule
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


@rule
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


@rule
def empty_lists_of_judgements_are_refused(outcome: Outcome) -> None:
    """See `World`: there it was seen that ours refuses them, and none were given."""
    documents = [*outcome.state.get("scores", []), *outcome.state.get("personal-bests", [])]
    for document in documents:
        if document["scoreData"]["judgements"] == []:
            document["scoreData"]["judgements"] = {}


@rule
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


@rule
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


def _documents(case: Case, kind: str, game: str) -> list[Any]:
    """All songs or charts of a game that the catalogue of a case ever has."""
    catalogues = [case.given["catalogue"]]
    catalogues += [step["catalogue"] for step in case.given["steps"] if "catalogue" in step]
    return [
        document
        for catalogue in catalogues
        for document in (catalogue.get(kind) or {}).get(game, [])
    ]


# --- sessions and profiles -----------------------------------------------------------------------


@rule
def sessions_follow_from_their_scores(outcome: Outcome) -> None:
    """What makes a session of ratings is held against recorded cases of its own."""
    recorded = outcome.state.get("scores") or outcome.read("scores")
    rated = {each["scoreID"]: each["calculatedData"] for each in recorded}
    for session in outcome.state.get("sessions", []):
        if all(score_id in rated for score_id in session["scoreIDs"]):
            gpt = get_gpt(session["game"], session["playtype"])
            values = [rated[score_id] for score_id in session["scoreIDs"]]
            session["calculatedData"] = session_ratings(gpt, values)


@rule
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
    songs = _documents(outcome.case, "songs", game)
    song = next((each for each in songs if each["id"] == best["songID"]), None)
    return RatedPB(
        best["chartID"],
        best["songID"],
        best["isPrimary"],
        best["calculatedData"],
        None if song is None else song_data_of(game, song["data"]),
        (_chart(outcome, best) or {}).get("difficulty"),
    )


# --- classes -------------------------------------------------------------------------------------


@rule
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


# --- orphans -------------------------------------------------------------------------------------


@rule
def orphans_are_kept_as_they_came(outcome: Outcome) -> None:
    """The reference takes the mark of LEGGENDARIA off a title before it keeps the orphan."""
    shortened = {
        orphan["orphanID"]
        for orphan in outcome.state.get("orphan-scores", [])
        if orphan["importType"] == "file/eamusement-iidx-csv"
        and not orphan["context"]["hasBeginnerAndLegg"]
        and orphan["data"]["score"]["difficulty"] == "LEGGENDARIA"
    }
    for orphan in outcome.our_state.get("orphan-scores", []):
        data, context = orphan["data"], orphan["context"]
        if orphan["importType"] == "file/eamusement-iidx-csv" and not context["hasBeginnerAndLegg"]:
            title = data["title"].removesuffix("†LEGGENDARIA").removesuffix("†")
            if title != data["title"]:
                data["title"] = title.rstrip()
                data["score"]["difficulty"] = "LEGGENDARIA"
                orphan["orphanID"] = orphan_id(
                    orphan["importType"], data, context, orphan["userID"]
                )
                shortened.discard(orphan["orphanID"])
    assert not shortened, "ours took the mark off, too"


@rule
def a_play_that_is_sent_again_is_the_same_orphan(outcome: Outcome) -> None:
    """The reference's orphan IDs depend on when the play arrived."""
    for orphan in outcome.state.get("orphan-scores", []):
        if TIME_RECEIVED in orphan["context"]:
            orphan["orphanID"] = orphan_id(
                orphan["importType"], orphan["data"], orphan["context"], orphan["userID"]
            )


@rule
def charts_of_players_have_songs_of_their_own(outcome: Outcome) -> bool:
    """The reference's counter of songs goes on behind those of the catalogue, at 9000 in these
    cases; ours numbers songs that players brought where no catalogue comes to.
    """
    documents = [*outcome.state.get("scores", []), *outcome.state.get("personal-bests", [])]
    documents += [each["score"] for each in outcome.state.get("score-blacklist", [])]
    seen = False
    for document in documents:
        if document["game"] in ("bms", "pms") and 9_000 <= document["songID"] < 10_000:
            document["songID"] += 1_000_000_000 - 9_000
            seen = True
    return seen


@rule
def charts_of_pms_are_queued_once(outcome: Outcome) -> None:
    """The reference does not find them in its queue, and queues them with every play; and it
    gives them a field that only charts of bms have.
    """
    if "orphan-chart-queue" not in outcome.state:
        return
    queued: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(outcome.state["orphan-chart-queue"], key=_number_of_chart):
        data = entry["chartDoc"]["data"]
        if entry["gptString"].startswith("pms:"):
            del data["aiLevel"]
        first = queued.setdefault((entry["gptString"], data["hashSHA256"]), entry)
        first["userIDs"] = sorted({*first["userIDs"], *entry["userIDs"]})
    outcome.state["orphan-chart-queue"][:] = queued.values()


def _number_of_chart(entry: dict[str, Any]) -> int:
    """Charts that the server made up are numbered in the order in which they were met."""
    return int(re.sub(r"\D", "", entry["chartDoc"]["chartID"]))


@rule
def invalid_orphans_are_removed(outcome: Outcome) -> None:
    """An orphan whose metrics turn out to be wrong is removed. Where the reference fails to
    derive from them (see above), it keeps the orphan, and fails again the next time.
    """
    memory = outcome.memory
    if outcome.step["op"] == "deorphan":
        theirs, ours = outcome.result, outcome.our_result
        theirs["processed"] -= memory.failing_orphans
        theirs["failed"] -= memory.failing_orphans
        more = theirs["failed"] - ours["failed"]
        if more > 0:
            memory.failing_orphans += more
            theirs["failed"] -= more
            theirs["removed"] += more
    if memory.failing_orphans and "orphan-scores" in outcome.state:
        ours_have = {orphan["orphanID"] for orphan in outcome.our_state["orphan-scores"]}
        kept, failing = [], []
        for orphan in outcome.state["orphan-scores"]:
            (kept if orphan["orphanID"] in ours_have else failing).append(orphan)
        assert len(failing) == memory.failing_orphans
        assert all(_is_invalid(outcome, orphan) for orphan in failing)
        outcome.state["orphan-scores"][:] = kept


def _is_invalid(outcome: Outcome, orphan: dict[str, Any]) -> bool:
    """Whether an orphan finds its chart by now, but its metrics are wrong."""
    game = GAMES[orphan["game"]]
    charts = _documents(outcome.case, "charts", game.id)
    songs = _documents(outcome.case, "songs", game.id)
    catalogue = GameCatalogue.from_documents(game, songs, charts)
    import_type = IMPORT_TYPES[orphan["importType"]]
    convert = import_type.converter(orphan["context"], catalogue)
    dry = convert(import_type.entry_from_orphan(orphan["data"]))
    gpt = game.playtypes[dry.chart.playtype]
    try:
        hydrate(gpt, dry.chart, dry.scoreData, dry.timeAchieved, outcome.step["now"])
    except InvalidScore:
        return True
    return False


# --- goals ---------------------------------------------------------------------------------------


@rule
def texts_of_goals_are_up_to_date(outcome: Outcome) -> bool:
    """The reference's texts are as old as the progress itself; ours are always those of the
    scores, which was seen after the step (see `target_concessions`).
    """
    seen = False
    ours = {
        (each["userID"], each["goalID"]): each for each in outcome.our_state.get("goal-subs", [])
    }
    for theirs in outcome.state.get("goal-subs", []):
        our = ours.get((theirs["userID"], theirs["goalID"]))
        if our is not None and _progress(our) == _progress(theirs):
            seen = _take_texts(theirs, our) or seen
    changes = {each["importID"]: each for each in outcome.our_import_documents()}
    for document in outcome.import_documents():
        infos = {i["goalID"]: i for i in changes.get(document["importID"], {}).get("goalInfo", [])}
        for info in document["goalInfo"]:
            our = infos.get(info["goalID"])
            if our is not None and _progress(our["old"]) == _progress(info["old"]):
                seen = _take_texts(info["old"], our["old"]) or seen
    return seen


def _progress(standing: dict[str, Any]) -> tuple[Any, Any]:
    return standing["progress"], standing["outOf"]


def _take_texts(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    texts = {name: ours[name] for name in ("progressHuman", "outOfHuman")}
    changed = any(theirs[name] != text for name, text in texts.items())
    theirs.update(texts)
    return changed


@rule
def charts_of_itg_have_known_difficulties(outcome: Outcome) -> None:
    """See `catalogue`: a difficulty that the catalogue does not have stands for another there."""
    if isinstance(outcome.result, dict):
        for goal in [outcome.result.get("goal"), *outcome.result.get("goals", [])]:
            if goal is not None:
                goal["name"] = known_difficulties(goal)
