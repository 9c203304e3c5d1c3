"""The JSON Schema of batch-manual takes what imports take, and refuses what they refuse."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from common.games.model import GPT
from common.games.registry import GAMES, all_gpts, get_game
from common.validation import first_violation
from tests.support.examples import examples
from tests.worker.import_types.manual.batch_manual_documents import (
    documents,
    full_document,
    sdvx_document,
    sdvx_score,
)
from worker.import_types.manual.batch_manual_json_schema import schema_of
from worker.import_types.manual.batch_manual_schema import rules

VALIDATORS = {name: jsonschema_rs.validator_for(schema_of(game)) for name, game in GAMES.items()}


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
def test_a_document_with_every_member_there_is_fits(gpt: GPT) -> None:
    document = full_document(gpt)
    document["scores"][0]["matchType"] = gpt.match_types[0]
    assert list(VALIDATORS[gpt.game].iter_errors(document)) == []
    # By its one id, and without a playtype beside it.
    document["meta"]["game"] = gpt.v3_id
    del document["meta"]["playtype"]
    if gpt.v3_id != gpt.game:
        VALIDATORS[gpt.game].validate(document)


@hypothesis_settings(max_examples=examples(100))
@given(st.data())
def test_what_keeps_all_rules_fits(data: st.DataObject) -> None:
    gpt = data.draw(st.sampled_from(list(all_gpts())))
    document = data.draw(documents(gpt))
    for score in document["scores"]:
        score["matchType"] = gpt.match_types[0]
    assert first_violation(rules(gpt), document) is None
    assert list(VALIDATORS[gpt.game].iter_errors(document)) == []


WRONG: dict[str, Any] = {
    "no meta": {"scores": []},
    "no scores": {"meta": {"game": "sdvx", "playtype": "Single", "service": "tests"}},
    "another game": {**sdvx_document(), "meta": {"game": "iidx", "playtype": "SP", "service": "x"}},
    "an unknown key": sdvx_document(more=1),
    "a playtype that there is not": {
        **sdvx_document(),
        "meta": {"game": "sdvx", "playtype": "Double", "service": "tests"},
    },
    "a short service": {
        **sdvx_document(),
        "meta": {"game": "sdvx", "playtype": "Single", "service": "x"},
    },
    "an unknown class": sdvx_document(classes={"dan": "NOPE"}),
    **{
        f"a score with {name} {value!r}": sdvx_document(sdvx_score(**{name: value}))
        for name, value in {
            "score": "many",
            "lamp": "NOPE",
            "matchType": "bmsChartHash",
            "identifier": 5,
            "comment": "x",
            "timeAchieved": 1_700_000_000,
            "judgements": {"pgreat": 1},
            "optional": {"bp": 1},
            "scoreMeta": {"more": 1},
            "lmap": "CLEAR",
        }.items()
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_what_breaks_a_rule_does_not_fit(name: str) -> None:
    assert not VALIDATORS["sdvx"].is_valid(WRONG[name])


def test_editors_are_told_which_values_there_are() -> None:
    definitions = schema_of(get_game("iidx"))["$defs"]
    score = definitions["SP.ManualScore"]["properties"]
    assert "EX HARD CLEAR" in score["lamp"]["enum"]
    assert {"enum": ["BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA"]}.keys() <= (
        score["difficulty"]["anyOf"][0].keys()
    )
    assert "DAN_7" in definitions["SP.Classes"]["properties"]["dan"]["anyOf"][0]["enum"]
    assert definitions["DP.ManualMeta"]["properties"]["playtype"]["enum"] == ["DP", None]
