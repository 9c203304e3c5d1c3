"""Every gate before every endpoint of every hook, with every failure, in the order they stand.

The table below is that of the specification (http-api-ir.md, section 0 and those of the hooks). A
request that fails at one gate fails at all later ones as well: the answer must be the first one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from common.settings import load_settings
from tests.support.hook_requests import post
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks.arcade_documents import KONASTE, MD5, MODEL
from tests.worker.import_types.hooks.usc_documents import CHART_HASH

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]


@dataclass(frozen=True)
class Request:
    """whose: token, by what is the matter with it. kind: of the server, None = all games."""

    whose: str = "player"
    kind: str | None = None
    path: str = ""
    headers: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """One way to fail at a gate: what is answered, and what of a request makes it fail.

    text: with `{route}` for the endpoint's. key: where it stands; None = in USC's envelope, with
    the status as `statusCode`.
    """

    name: str
    status: int
    text: str
    key: str | None = "description"
    whose: str | None = None
    kind: str | None = None
    path: str | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def spoil(self, given: Request) -> Request:
        return replace(
            given,
            whose=self.whose or given.whose,
            kind=self.kind or given.kind,
            path=self.path or given.path,
            headers={**given.headers, **self.headers},
        )


# A gate is the ways to fail at it.
Gate = tuple[Failure, ...]

UNKNOWN: Final = "The provided API token does not correspond with any key in the database."
GUEST: Final = "This endpoint requires authentication."
BANNED: Final = "You are banned from score-import"
MISSING: Final = (
    "You are missing the following permissions necessary for this request: submit_score"
)


def identity(key: str) -> Gate:
    """key: of what is wrong with the token; a ban is always described."""
    malformed = {"Authorization": "Basic abc"}
    scheme = "Invalid Authorization Type - Expected Bearer."
    return (
        Failure("malformed token", 400, scheme, key, headers=malformed),
        Failure("unknown token", 401, UNKNOWN, key, whose="unknown"),
        Failure("banned", 403, BANNED, whose="banned"),
    )


def not_guest(key: str) -> Gate:
    return (Failure("guest", 401, GUEST, key, whose="nobody"),)


def permission(key: str) -> Gate:
    return (Failure("permission", 403, MISSING, key, whose="watcher"),)


def header(name: str, key: str, *failures: tuple[str | None, str]) -> Gate:
    return tuple(
        Failure(f"{name} {value!r}", 400, text, key, headers={name: value})
        for value, text in failures
    )


BOKU: Final[Gate] = (
    Failure("server", 404, "The route {route} is only available on Bokutachi.", kind="kamai"),
)
KAMAI: Final[Gate] = (
    Failure("server", 404, "The route {route} is only available on Kamaitachi.", kind="boku"),
)
NO_MODEL: Final = "Invalid X-Software-Model."
FERVIDEX: Final = (
    header(
        "User-Agent",
        "error",
        ("", "Invalid User-Agent."),
        ("curl/8", "Invalid User-Agent curl/8 - expected fervidex client."),
        ("fervidex/1.3", "Invalid version 1.3."),
        ("fervidex/1.x.0", "Invalid version 1.NaN.0."),
        ("fervidex/1.2.9", "Versions of fervidex < 1.3.0 are not supported."),
        ("fervidex/0.9.0", "Versions of fervidex < 1.3.0 are not supported."),
    ),
    header(
        "X-Software-Model",
        "error",
        (None, NO_MODEL),
        ("", NO_MODEL),
        ("LDJ:J:B:A", NO_MODEL),
        ("ldj:J:B:A:2021091500", NO_MODEL),
        ("LDJ:J:B:A:20210915xx", NO_MODEL),
        ("LDJ:J:B:Z:2021091500", "2DX_BMS is not supported."),
        *(
            (model, f"Invalid software model {model})")
            for model in (
                "LDJ:J:B:E:2019090200",  # no 2dxtra of this one
                "LDJ:J:B:B:2021091500",
                "LDJ:J:B:A:2017010100",  # older than all that are known
                "LDJ:J:B:A:9999999999",  # no date
                "ABC:J:B:A:2021091500",
            )
        ),
    ),
    (
        Failure("no card", 400, "Fervidex did not provide a card ID.", "error", whose="carded"),
        Failure(
            "other card",
            400,
            "The card ID E002 is not in your list of filters. Ignoring.",
            "error",
            whose="carded",
            headers={"X-Account-Id": "E002"},
        ),
    ),
)
KSHOOK: Final = (
    header(
        "User-Agent",
        "error",
        ("", "Invalid User-Agent."),
        ("curl/8", "Invalid User-Agent curl/8 - expected KsHook client."),
    ),
    header(
        "X-Software-Model",
        "error",
        (None, NO_MODEL),
        ("QCV:J:B", NO_MODEL),
        (MODEL, f"Invalid softID {MODEL}."),
    ),
)
BEATORAJA: Final = (
    header(
        "X-TachiIR-Version",
        "description",
        *((version, "Invalid X-TachiIR-Version.") for version in (None, "", "1.0", "v1.9.9")),
    ),
)
MALFORMED: Final = "Invalid Authorization Header. Expected Bearer <token>"
USC_TOKEN: Final = (
    (
        Failure("no token", 40, "No auth token provided.", None, whose="nobody"),
        *(
            Failure(f"header {text!r}", 40, MALFORMED, None, headers={"Authorization": text})
            for text in ("Bearer", "bearer x", "Token x", "Bearer x y")
        ),
        Failure("unknown token", 41, "Unauthorized.", None, whose="unknown"),
        Failure("banned", 43, BANNED, None, whose="banned"),
    ),
)


@dataclass(frozen=True)
class Endpoint:
    """mounted: where the routes of its hook begin. gates: in order."""

    mounted: str
    route: str
    gates: tuple[Gate, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


def usc(route: str, method: str = "GET", more: tuple[Gate, ...] = ()) -> Endpoint:
    playtype = Failure(
        "playtype",
        400,
        "Invalid playtype. Expected Keyboard or Controller.",
        path=f"/ir/usc/Single{route}",
    )
    gates = (BOKU, (playtype,), *USC_TOKEN, *more)
    return Endpoint("/ir/usc/Controller", route, gates, method=method)


AS_FERVIDEX: Final = {"User-Agent": "fervidex/1.4.2", "X-Software-Model": MODEL}
AS_KSHOOK: Final = {"User-Agent": "kshook/0.1.0", "X-Software-Model": KONASTE}
AS_BEATORAJA: Final = {"X-TachiIR-Version": "v3.0.0"}
PLAIN: Final = (identity("description"), not_guest("description"))
SUBMIT: Final = (permission("description"),)

ENDPOINTS: Final = (
    Endpoint("/ir/direct-manual", "/import", (*PLAIN, *SUBMIT)),
    *(
        Endpoint(
            "/ir/fervidex",
            route,
            (identity("error"), not_guest("error"), KAMAI, *SUBMIT, *FERVIDEX),
            AS_FERVIDEX,
        )
        for route in ("/score/submit", "/profile/submit", "/class/submit")
    ),
    *(
        Endpoint(
            "/ir/kshook",
            route,
            (KAMAI, identity("error"), not_guest("error"), permission("error"), *KSHOOK),
            AS_KSHOOK,
        )
        for route in ("/sv6c/score/save", "/sv6c/score/export")
    ),
    Endpoint("/ir/barbatos", "/score/submit", (*PLAIN, KAMAI, *SUBMIT)),
    Endpoint("/ir/lr2hook", "/import", (*PLAIN, BOKU, *SUBMIT)),
    Endpoint("/ir/lr2hook", "/import/course", (*PLAIN, BOKU, *SUBMIT)),
    *(
        Endpoint("/ir/beatoraja", route, (*PLAIN, BOKU, *BEATORAJA, *SUBMIT), AS_BEATORAJA)
        for route in ("/submit-score", "/submit-course")
    ),
    Endpoint(
        "/ir/beatoraja",
        f"/charts/{MD5 * 2}/scores",
        (*PLAIN, BOKU, *BEATORAJA),
        AS_BEATORAJA,
        "GET",
    ),
    usc(""),
    usc(f"/charts/{CHART_HASH}"),
    usc(f"/charts/{CHART_HASH}/record"),
    usc(f"/charts/{CHART_HASH}/leaderboard"),
    usc("/scores", "POST", SUBMIT),
    usc("/replays", "POST", SUBMIT),
)


def cells() -> Iterator[Any]:
    for endpoint in ENDPOINTS:
        for place, gate in enumerate(endpoint.gates):
            for failure in gate:
                name = f"{endpoint.mounted}{endpoint.route} {failure.name}"
                yield pytest.param(endpoint, place, failure, id=name.replace(MD5, ""))


@pytest.fixture(scope="module")
def tokens(service: Stack) -> Mapping[str, str | None]:
    """By what is the matter with whose they are."""
    people = {name: service.user(f"gates{name}") for name in ("player", "banned", "carded")}
    people["watcher"] = service.user("gateswatcher", "customise_score")
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE users SET auth_level = 0 WHERE id = %s", (people["banned"].user_id,)
        )
    _keep_cards(service, people["carded"])
    return {name: each.token for name, each in people.items()} | {
        "nobody": None,
        "unknown": "0" * 40,
    }


def _keep_cards(service: Stack, player: Player) -> None:
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO hook_settings (user_id, hook, cards, force_static_import)"
            " VALUES (%s, 'fervidex', ARRAY['E001'], false)",
            (player.user_id,),
        )


@pytest.fixture(scope="module")
def servers(service: Stack) -> Mapping[str, FlaskClient]:
    """Those of some games only, in this process."""
    return {
        kind: create_app(load_settings({**service.environment, "TYPE": kind})).test_client()
        for kind in ("boku", "kamai")
    }


@pytest.mark.parametrize(("endpoint", "place", "failure"), list(cells()))
def test_the_first_gate_that_a_request_fails_at_answers(
    http: Http,
    servers: Mapping[str, FlaskClient],
    tokens: Mapping[str, str | None],
    endpoint: Endpoint,
    place: int,
    failure: Failure,
) -> None:
    given = Request(path=endpoint.mounted + endpoint.route, headers=endpoint.headers)
    alone = failure.spoil(given)
    for later in reversed(endpoint.gates[place + 1 :]):
        # The first of a gate's failures stands for them, and what fails first stays as it is.
        given = later[0].spoil(given)
    with_later = failure.spoil(given)
    if failure.whose is not None:
        authorization = {name for name in with_later.headers if name == "Authorization"}
        with_later = replace(
            with_later,
            headers={k: v for k, v in with_later.headers.items() if k not in authorization},
        )
    for spoiled in (alone, with_later):
        status, body = _answer(http, servers, tokens, endpoint, spoiled)
        text = failure.text.replace("{route}", endpoint.route)
        if failure.key is None:
            assert (status, body["statusCode"], body["description"]) == (200, failure.status, text)
        else:
            assert (status, body.get(failure.key)) == (failure.status, text), body
            assert body["success"] is False


def _answer(
    http: Http,
    servers: Mapping[str, FlaskClient],
    tokens: Mapping[str, str | None],
    endpoint: Endpoint,
    given: Request,
) -> tuple[int, Any]:
    token = tokens[given.whose]
    if given.kind is None:
        answer: Answer = post(http, given.path, token, {}, given.headers, endpoint.method)
        return answer.status, answer.json
    sent = {name: value for name, value in given.headers.items() if value is not None}
    if token is not None:
        sent.setdefault("Authorization", f"Bearer {token}")
    found = servers[given.kind].open(given.path, method=endpoint.method, json={}, headers=sent)
    return found.status_code, found.json


@pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=lambda each: (each.mounted + each.route).replace(MD5, "")
)
def test_who_passes_all_gates_is_heard(
    http: Http, tokens: Mapping[str, str | None], endpoint: Endpoint
) -> None:
    """An empty body is none of what any of them takes; what is said of it comes after the gates."""
    path = endpoint.mounted + endpoint.route
    answer = post(http, path, tokens["player"], {}, endpoint.headers, endpoint.method)
    texts = {failure.text for gate in endpoint.gates for failure in gate}
    assert answer.status not in (401, 403)
    # In the usual envelope `error` says more than a text.
    said = (answer.json.get("description"), answer.json.get("error"))
    assert not texts.intersection(text for text in said if isinstance(text, str))


def test_every_endpoint_of_every_hook_is_in_the_table(service: Stack) -> None:
    app = create_app(load_settings(service.environment))
    known = {
        (endpoint.method, _general(endpoint.mounted + endpoint.route)) for endpoint in ENDPOINTS
    }
    # What clients of beatoraja ask besides; not of the specification's table.
    others = {
        ("GET", "/ir/beatoraja/rivals"),
        ("GET", "/ir/beatoraja/players/<>/scores"),
    }
    there = {
        (method, _general(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/ir/")
    }
    assert there - others == known


def _general(path: str) -> str:
    """A path without the values in it."""
    parts = path.replace(CHART_HASH, "<>").replace(MD5 * 2, "<>").split("/")
    return "/".join(
        "<>" if part.startswith("<") or part == "Controller" else part for part in parts
    )
