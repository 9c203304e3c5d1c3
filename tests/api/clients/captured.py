"""Requests of real clients as they were recorded, and what is made of answers to them.

They lie in the folder `clients` of the shared data, with a README that says what each client
reads; without the folder the tests are skipped.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests.support.http import Answer, Http
from tests.support.shared_data import shared_folder
from tests.support.stack import wait_for

FOLDER: Final = shared_folder() / "clients"
CLIENT_ID: Final = "CI2a215ade610e60ee433a1f1faf0f2615f250e80d"

# What poll-status says in the end of those that submit: how many scores were stored.
ENDS: Final[dict[str, int]] = {
    "itg-simply-love": 1,
    # Two of three contradict the rules of version 3: a full combo must have all notes in it.
    "maimaidx-userscript-recent": 1,
    "ongeki-userscript-recent": 2,
    "sdvx-eamuse-python": 3,
    "chunithm-userscript-classes": 0,
    "saekawa-classes": 0,
}
# The same of further bodies; `mikado-0.3.0-score` is one of version 3, without a playtype.
FURTHER: Final[dict[str, int]] = {
    "flower-tachi-iidx": 1,
    "mikado-v2-form": 1,
    "mikado-0.3.0-score": 1,
    "mikado-playtype-nabla": 1,
    # The EX score in `hitMeta` is not the sum of its judgements, and left out.
    "takure-0.2.1-score": 1,
    "rhythmgame-bms": 1,
    "tachi-import-scripts-bms": 1,
    "web-batch-manual": 1,
}


def cases() -> dict[str, Any]:
    file = FOLDER / "captured-cases.json"
    return {each["name"]: each for each in json.loads(file.read_text())} if file.is_file() else {}


CASES: Final = cases()


def ended(http: Http, accepted: Answer) -> Answer:
    """What poll-status says in the end."""
    assert accepted.status == 202, accepted.raw
    path = f"/api/v1/imports/{accepted.json['body']['importID']}/poll-status"

    def answer() -> Answer | None:
        said = http.get(path)
        ongoing = said.status == 200 and said.json["body"]["importStatus"] == "ongoing"
        return None if ongoing else said

    found: Answer = wait_for(answer, "the import's end", timeout=60)
    return found


def check(given: Any, shape: Any, where: str = "body") -> None:
    """Fails where `given` is not of the shape, and says where."""
    if isinstance(shape, dict):
        assert isinstance(given, dict), where
        for key, inner in shape.items():
            assert key in given, f"{where} has no {key}"
            check(given[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(given, list), where
        assert given, f"{where} is empty: nothing was looked at"
        for place, each in enumerate(given):
            check(each, shape[0], f"{where}[{place}]")
    else:
        assert isinstance(given, shape), f"{where} is {given!r}"
        assert shape is not int or not isinstance(given, bool), where
