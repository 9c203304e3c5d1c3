"""Orphans and the queue of charts, as our decisions would have them."""

from __future__ import annotations

import re
from typing import Any

from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from common.games.registry import GAMES
from common.games.scoring.hydration import hydrate
from common.text.canonical import TIME_RECEIVED, orphan_id
from tests.golden.pipelines.decisions.outcome import Outcome, Rules, documents
from worker.import_types.registry import IMPORT_TYPES

RULES = Rules()


@RULES.add
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


@RULES.add
def a_play_that_is_sent_again_is_the_same_orphan(outcome: Outcome) -> None:
    """The reference's orphan IDs depend on when the play arrived."""
    for orphan in outcome.state.get("orphan-scores", []):
        if TIME_RECEIVED in orphan["context"]:
            orphan["orphanID"] = orphan_id(
                orphan["importType"], orphan["data"], orphan["context"], orphan["userID"]
            )


@RULES.add
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


@RULES.add
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


@RULES.add
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
    charts = documents(outcome.case, "charts", game.id)
    songs = documents(outcome.case, "songs", game.id)
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
