"""Fervidex, the hook of beatmania IIDX: scores, profiles at log-in, dans.

Source: specification, http-api-ir.md section 2.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
from flask import Response, request

from api.hooks import error_key, score_hooks
from api.http import context, gates
from api.http.answers import success, without_body
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import ACCOUNT_ID, IDEMPOTENCY_KEY, SOFTWARE_MODEL
from api.http.service import service
from api.jobs import job_answers, keys
from api.jobs.door import Accepted, body_schema
from common.errors import UserError
from common.games.registry import get_gpt
from common.hooks import hook_rows, software_ids
from common.hooks.hook_rows import FERVIDEX
from common.jobs.arguments import ClassRise
from common.validation import first_violation, text_of
from common.validation.json_schema import json_schema
from common.validation.rules import BOOLEAN, Record, integer_between, one_of
from common.validation.violation import path_text

# The oldest client whose scores can be trusted.
_OLDEST: Final = (1, 3, 0)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)

_GAME: Final = "iidx"
_PLAYTYPES: Final = ("SP", "DP")

_COURSE: Final = Record(
    {
        "cleared": BOOLEAN,
        "course_id": integer_between(0, 18),
        "play_style": one_of(*range(len(_PLAYTYPES))),
    },
    others=True,
)

LOADED: Final = "Your import has been loaded for further processing."


# --- gates -------------------------------------------------------------------------------


def admit() -> None:
    """Who may use the hook at all."""
    score_hooks.requester()
    score_hooks.check_kamaitachi("/ir/fervidex")
    gates.require("submit_score")


def check_agent() -> None:
    """Raises UserError for other clients, and for those that are too old."""
    agent = request.headers.get("User-Agent", "")
    if not agent:
        raise UserError(400, "Invalid User-Agent.")
    if not agent.startswith("fervidex/"):
        raise UserError(400, f"Invalid User-Agent {agent} - expected fervidex client.")
    parts = [_number(part) for part in agent.removeprefix("fervidex/").split(".")]
    numbers = [part for part in parts if part is not None]
    if len(numbers) < len(parts) or len(parts) < len(_OLDEST):
        shown = ".".join("NaN" if part is None else str(part) for part in parts)
        raise UserError(400, f"Invalid version {shown}.")
    if tuple(numbers[: len(_OLDEST)]) < _OLDEST:
        raise UserError(400, "Versions of fervidex < 1.3.0 are not supported.")


def _number(part: str) -> int | None:
    text = part.strip()
    if not text:
        return 0
    return int(text) if _NUMBER.fullmatch(text) else None


def check_software() -> None:
    """Raises UserError for software of which no score can be placed."""
    model = request.headers.get("X-Software-Model", "")
    software = software_ids.parse(model)
    if software is None:
        raise UserError(400, "Invalid X-Software-Model.")
    if software.revision == software_ids.BMS_REVISION:
        raise UserError(400, "2DX_BMS is not supported.")
    if software_ids.iidx_version(software) is None:
        # Parenthesis and all: clients know the text.
        raise UserError(400, f"Invalid software model {model})")


def check_card() -> None:
    """Raises UserError for plays with a card that the user does not want to be taken."""
    with service().engine.connect() as connection:
        settings = hook_rows.find(connection, score_hooks.requester(), FERVIDEX)
    if settings is None or settings.cards is None:
        return
    card = request.headers.get("X-Account-Id")
    if not card:
        raise UserError(400, "Fervidex did not provide a card ID.")
    if card not in settings.cards:
        raise UserError(400, f"The card ID {card} is not in your list of filters. Ignoring.")


blueprint = ApiBlueprint(
    "fervidex",
    __name__,
    dialect=error_key.dialect((400, 401)),
    gates=(admit, check_agent, check_software, check_card),
    errors=score_hooks.ELSEWHERE,
)
blueprint.takes = (SOFTWARE_MODEL, ACCOUNT_ID)


# --- endpoints ---------------------------------------------------------------------------


@blueprint.post("/score/submit")
@endpoint(
    "Imports one score of fervidex, and waits for it.",
    own_body=body_schema("ir/fervidex"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, Any],
    other_answers={202: ("It takes longer.", dict[str, str])},
)
def submit_score() -> Response:
    options = {"model": request.headers["X-Software-Model"]}
    result = score_hooks.run(score_hooks.requester(), "ir/fervidex", options)
    return score_hooks.imported(result, error_key.error)


@blueprint.post("/profile/submit")
@endpoint(
    "Imports a profile as fervidex finds it at log-in.",
    own_body=body_schema("ir/fervidex-static"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, str],
    status=202,
)
def submit_profile() -> Response:
    """Scores are taken from INFINITAS, and where the user asked for it; else only dans."""
    user_id, model = score_hooks.requester(), request.headers["X-Software-Model"]
    with service().engine.connect() as connection:
        settings = hook_rows.find(connection, user_id, FERVIDEX)
    forced = settings is not None and settings.forced
    scores = forced or model.startswith(f"{software_ids.INFINITAS}:")
    job = score_hooks.new_import(
        user_id,
        "ir/fervidex-static",
        {"model": model, "shouldImportScores": scores},
        spends=FERVIDEX if forced else "",
    )
    result = service().processor.run(keys.named(job), None)
    job_id = result.job_id if isinstance(result, Accepted) else job.job_id
    return job_answers.to_be_polled(LOADED, job_id)


@blueprint.post("/class/submit")
@endpoint(
    "Raises a dan that was passed.",
    own_body=json_schema(_COURSE),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    other_answers={202: ("It takes longer.", dict[str, str])},
)
def submit_class() -> Response:
    course = context.current().json_object()
    if found := first_violation(_COURSE, course):
        place, value = path_text(found.path), text_of(found.value)
        raise UserError(400, f"[{place}] {found.message} (Received {value})")
    if not course["cleared"]:
        return success("No Update Made.", {})
    playtype = _PLAYTYPES[int(course["play_style"])]
    dan = get_gpt(_GAME, playtype).classes["dan"].ids[int(course["course_id"])]
    result = score_hooks.raise_class(
        score_hooks.requester(), ClassRise(_GAME, playtype, "dan", dan)
    )
    if isinstance(result, Accepted):
        return score_hooks.later(result)
    ended = orjson.loads(result.body)
    if result.status != 200:
        return error_key.error(result.status, ended["description"])
    text = "Dan unchanged, was worse than your current dan."
    if ended["body"]["raised"]:
        text = "Dan changed!"
    return without_body(text)
