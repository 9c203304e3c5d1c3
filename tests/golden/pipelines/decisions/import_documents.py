"""What imports answer and leave: ImportDocuments, as our decisions would have them."""

from __future__ import annotations

from typing import Any

import msgspec

from common.catalogue.index import GameCatalogue
from common.games.registry import GAMES
from tests.golden.pipelines.decisions.outcome import Outcome, Rules, documents
from tests.golden.pipelines.import_checks import without_judgement_lists
from tests.golden.suites.import_types import input_of
from tests.golden.told import failures
from tests.golden.upstreams import is_of_cg
from worker.import_types.base import Upstream
from worker.import_types.registry import IMPORT_TYPES

RULES = Rules()


@RULES.add
def gpts_are_id_strings(outcome: Outcome) -> None:
    """The list of GPTs is there by its published name, `idStrings`, as well."""
    for document in outcome.import_documents():
        document["idStrings"] = document["gptStrings"]


@RULES.add
def version3_is_told(outcome: Outcome) -> None:
    """Ours says as well what version 3 calls the games."""
    for document in outcome.our_import_documents():
        del document["gameGroup"], document["games"]
        for delta in document["classDeltas"]:
            del delta["gameID"]


@RULES.add
def skipped_scores_are_counted(outcome: Outcome) -> None:
    """Ours counts entries that left neither a score nor an error in a field of its own; that is
    held against another count (see `import_checks`).
    """
    for document in outcome.our_import_documents():
        del document["skipped"]


@RULES.add
def what_was_passed_over_is_told(outcome: Outcome) -> None:
    """Ours names in a field of its own what it did not take of an import."""
    for document in outcome.our_import_documents():
        del document["warnings"]


@RULES.add
def class_deltas_are_changes(outcome: Outcome) -> None:
    """The reference lists derived classes at every import; ours lists those that changed."""
    for document in outcome.import_documents():
        document["classDeltas"] = [
            delta for delta in document["classDeltas"] if delta["old"] != delta["new"]
        ]


@RULES.add
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


@RULES.add
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
    import_type = IMPORT_TYPES[step["importType"]]
    if import_type.input is Upstream:
        assert error["message"].startswith("Got "), error
        return
    given = {**step, "parserArguments": without_judgement_lists(step["parserArguments"])}
    parsed = import_type.parse(input_of(given))
    game = GAMES[parsed.game]
    catalogue = GameCatalogue.from_documents(
        game,
        documents(outcome.case, "songs", game.id),
        documents(outcome.case, "charts", game.id),
    )
    dry = import_type.converter(parsed.context, catalogue)(list(parsed.entries)[error["index"]])
    score_data = {
        **dry.scoreData.metrics,
        "judgements": dry.scoreData.judgements,
        "optional": dry.scoreData.optional,
    }
    chart = msgspec.to_builtins(dry.chart)
    assert failures.explains(game.id, chart, score_data, error["message"]), error


@RULES.add
def errors_say_which_entry(outcome: Outcome) -> None:
    """Ours tells scripts the place of the entry that went wrong (see `import_checks`)."""
    for document in [*outcome.our_import_documents(), *outcome.import_documents()]:
        for error in document["errors"]:
            for ours_alone in ("index", "identifier", "difficulty"):
                error.pop(ours_alone, None)


@RULES.add
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


@RULES.add
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


@RULES.add
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
    return is_of_cg(orphan["importType"]) and orphan["data"].get("version") == 7
