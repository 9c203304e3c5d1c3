"""The running service keeps to its OpenAPI document, whoever asks it whatever.

Schemathesis makes requests out of the document: such as it says there may be, and such as it does
not. None may be answered with a status that is not written down, with a body that is not of its
schema, or with a failure of the service's own.

What paths name is mostly there: otherwise all there would be to see is what is missing.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import hypothesis
import pytest
import schemathesis
from hypothesis import Phase
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text

from api.http.identity import cookie_name
from api.openapi import PARTS
from common.accounts import client_rows, login_rows, token_rows
from common.accounts.client_rows import Client
from common.accounts.permissions import ORDINARY, PERMISSIONS
from common.accounts.token_rows import NewToken
from common.accounts.user_rows import ADMINISTRATOR, USER
from tests.services.kai import Kai
from tests.support.http import Http
from tests.support.linked import KEY
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes

Operation = APIOperation[Any, Any, Any, Any]

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# Requests to each operation: in the test that gives a first answer, and in the thorough one.
FEW: Final = 3
MANY: Final = int(os.environ.get("CONTRACT_EXAMPLES") or "40")
SEED: Final = int(os.environ.get("CONTRACT_SEED") or "0")
PATIENCE: Final = 30.0  # seconds for an answer

# What there is that paths name, by the names of their parts.
KNOWN: Final = {
    "user": "SELECT unnest(ARRAY['me', 'alice', 'bob', '1'])",
    "game": "SELECT 'sdvx'",
    "playtype": "SELECT 'Single'",
    "chart_id": "SELECT chart_id FROM personal_bests",
    "song_id": "SELECT id::text FROM songs WHERE game = 'sdvx'",
    "folder_id": "SELECT folder_id FROM folders WHERE game = 'sdvx'",
    "table_id": "SELECT table_id FROM tables WHERE game = 'sdvx'",
    "goal_id": "SELECT goal_id FROM goals WHERE game = 'sdvx'",
    "quest_id": "SELECT quest_id FROM quests WHERE game = 'sdvx'",
    "questline_id": "SELECT questline_id FROM questlines",
    "score_id": "SELECT score_id FROM scores",
    "session_id": "SELECT session_id FROM sessions",
    "import_id": "SELECT import_id FROM imports UNION SELECT job_id FROM jobs",
    "job": "SELECT job_id FROM jobs",
    "orphan_id": "SELECT orphan_id FROM orphan_scores",
    "client_id": "SELECT client_id FROM api_clients",
    "kai_type": "SELECT unnest(ARRAY['flo', 'eag', 'min'])",
    "cg_type": "SELECT unnest(ARRAY['dev', 'gan', 'nag'])",
}

# What queries ask for, where they have to ask for something.
ASKED: Final = {
    "search": "a",
    "identifier": "1",
    "matchType": "tachiSongID",
    "difficulty": "ADV",
}

# Pages of games, or of things, that there are none of here.
OF_OTHER_GAMES: Final = {
    "GET /api/v1/games/{game}/targets/questlines/{questline_id}",
    "GET /api/v1/users/{user}/games/{game}/best-score/{checksum}",
    "GET /api/v1/users/{user}/games/{game}/eamusement-csv",
}


@pytest.fixture(scope="module")
def module_settings() -> Iterator[dict[str, str]]:
    """Everything is set up: what a server is not set up for, it answers with 501."""
    with contextlib.ExitStack() as stack:
        settings = {"REGISTRATION": "open", "CREDENTIAL_KEYS": KEY}
        for name in ("FLO", "EAG", "MIN"):
            settings |= stack.enter_context(Kai(expires_in=3600)).environment(name)
        yield settings


@dataclass(frozen=True, slots=True)
class Caller:
    """How somebody's requests say whose they are."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)


class World:
    """A service with something of everything, and whoever asks it."""

    def __init__(self, service: Stack) -> None:
        self.service = service
        self.operator = service.user("operator")
        self.user = service.user("alice", *ORDINARY)
        self._fill(service.user("bob", *ORDINARY))
        # It is made when it is asked for first.
        described = Http(service.port, timeout=120).get("/api/v1/openapi.json").json
        # Who asks is for the callers to say.
        for operations in described["paths"].values():
            for operation in operations.values():
                del operation["security"]
        schema = schemathesis.openapi.from_dict(described)
        found = [result.ok() for result in schema.get_all_operations()]
        assert len(found) == sum(map(len, described["paths"].values()))
        # Those first that change nothing.
        self.operations = sorted(found, key=lambda each: (each.method.upper() != "GET", each.label))

    def _fill(self, other: Player) -> None:
        played = batch_manual(30)
        played["scores"].append({**played["scores"][0], "identifier": "99999"})
        self.user.wait(self.user.submit(played))
        other.wait(other.submit(batch_manual(3)))
        known = Client(client_id="CIknown", name="A", author=self.user.user_id, permissions=[])
        with self.service.engine.begin() as connection:
            client_rows.save(connection, known)
        quest = self.service.scalar("SELECT min(quest_id) FROM quests WHERE game = 'sdvx'")
        followed = Http(self.service.port).request(
            "PUT",
            f"/api/v1/users/me/games/sdvx/targets/quests/{quest}",
            headers={"Authorization": f"Bearer {self.user.token}"},
        )
        assert followed.status in (200, 202), followed.raw

    def callers(self) -> list[Caller]:
        """A guest, a user by token, the same in person, and an administrator in person.

        What earlier requests may have ended is begun anew.
        """
        with self.service.engine.begin() as connection:
            # Who waits for a job would wait for long.
            connection.execute(text("DELETE FROM queue_pauses"))
            for player, level in ((self.user, USER), (self.operator, ADMINISTRATOR)):
                connection.execute(
                    text("UPDATE users SET auth_level = :level WHERE id = :id"),
                    {"level": level, "id": player.user_id},
                )
            tokens = [
                token_rows.create(connection, NewToken(player.user_id, "contract", permissions))[0]
                for player, permissions in ((self.user, ORDINARY), (self.operator, PERMISSIONS))
            ]
            session = login_rows.begin_session(connection, self.user.user_id, "", 1)
        by_token, in_office = ({"Authorization": f"Bearer {token}"} for token in tokens)
        return [
            Caller("guest"),
            Caller("token", headers=by_token),
            Caller("session", cookies={cookie_name(self.service_name): session}),
            Caller("administrator", headers=in_office),
        ]

    @property
    def service_name(self) -> str:
        config = Http(self.service.port).get("/api/v1/config").json
        return str(config["body"]["NAME"])

    def known(self, name: str) -> list[str]:
        """What there is that a part of a path may name."""
        return [str(row[0]) for row in self.service.query(KNOWN[name])]

    def parts(self, operation: Operation) -> st.SearchStrategy[dict[str, str]]:
        """Names for a path: mostly of what there is."""
        found = {}
        for parameter in operation.path_parameters:
            name = parameter.name
            values = self.known(name) if name in KNOWN else []
            found[name] = st.sampled_from([*values, *values, *values, PARTS[name][1], "nothing"])
        return st.fixed_dictionaries(found)


@pytest.fixture(scope="module")
def world(service: Stack) -> World:
    made = World(service)
    known = []
    for caller in made.callers():
        cookie = "; ".join(f"{name}={value}" for name, value in caller.cookies.items())
        headers = {**caller.headers, **({"Cookie": cookie} if cookie else {})}
        known.append(Http(service.port).get("/api/v1/status", headers).json["body"]["whoami"])
    user, operator = made.user.user_id, made.operator.user_id
    assert known == [None, user, user, operator]
    return made


@dataclass(slots=True)
class Visit:
    """What came of requests: the first complaint of each operation, and how often each status.

    answered: the operations that did what they are there for.
    """

    complaints: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)

    def ask(self, world: World, case: Case, caller: Caller) -> None:
        answer = case.call(
            base_url=world.service.url,
            headers=dict(caller.headers),
            cookies=dict(caller.cookies),
            timeout=PATIENCE,
            allow_redirects=False,
        )
        self.statuses[answer.status_code] += 1
        if answer.status_code < 300:
            self.answered.add(case.operation.label)
        try:
            case.validate_response(answer, checks=CHECKS)
        except (FailureGroup, Failure) as problem:
            self.complaints.setdefault(case.operation.label, told(problem, case, caller, answer))


def told(problem: Exception, case: Case, caller: Caller, answer: Response) -> str:
    found = problem.exceptions if isinstance(problem, FailureGroup) else [problem]
    return "\n".join(
        [
            f"{case.operation.label} of {caller.name}: {answer.request.url} {case.body!r:.300}",
            *(f"    {type(each).__name__}: {str(each)[:500]}" for each in found),
            f"    {answer.status_code} {answer.content[:300]!r}",
        ]
    )


def visit(world: World, came: Visit, operation: Operation, examples: int, seed: int) -> None:
    """Requests to an operation, of each caller in turn."""
    callers = itertools.cycle(world.callers())
    for _ in range(seed % 4):
        next(callers)

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=examples, database=None, phases=[Phase.generate])
    @hypothesis.given(case=requests_to(operation), parts=world.parts(operation))
    def ask(case: Case, parts: dict[str, str]) -> None:
        case.path_parameters = {**parts}
        came.ask(world, case, next(callers))

    ask()


def requests_to(operation: Operation) -> st.SearchStrategy[Case]:
    """Such as fit the document; and such as do not, where there is anything to do otherwise."""
    if not (operation.query or operation.body):
        return st.builds(operation.Case)
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return fitting | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def visit_all(world: World, examples: int, seed: int) -> Visit:
    came = Visit()
    for number, operation in enumerate(world.operations):
        visit(world, came, operation, examples, seed + number)
    return came


def test_what_there_is_is_shown_in_both_forms_of_paths(world: World) -> None:
    """Each page once, of what is there: requests at large mostly miss something."""
    came, (_, _, in_person, _) = Visit(), world.callers()
    pages = [each for each in world.operations if each.method.upper() == "GET"]
    for page in pages:
        names = [each.name for each in page.path_parameters]
        parts = {name: world.known(name)[0] for name in names if name in KNOWN}
        query = {each.name: ASKED[each.name] for each in page.query if each.name in ASKED}
        if len(parts) == len(names):
            came.ask(world, page.Case(path_parameters=parts, query=query), in_person)
    assert not came.complaints, "\n".join(came.complaints.values())
    of_games = {each.label for each in pages if "{game}" in each.label}
    unseen = {label.replace("/{playtype}", "") for label in of_games - came.answered}
    assert unseen == OF_OTHER_GAMES
    assert len(of_games) > 100
    assert len(came.answered) > 170


def test_whoever_takes_a_cursor_refuses_one_that_is_none(world: World) -> None:
    """A page that says it takes one and does not look would be read from its beginning again."""
    http, (*_, administrator) = Http(world.service.port), world.callers()
    answers = {}
    for operation in world.operations:
        if "after" not in (each.name for each in operation.query):
            continue
        names = [each.name for each in operation.path_parameters if each.name != "user"]
        parts = {"user": "alice", **{name: world.known(name)[0] for name in names}}
        path = operation.path.format(**parts)
        answer = http.get(f"{path}?after=nothing", administrator.headers)
        code = answer.json.get("error", {}).get("code")
        answers[operation.label] = (answer.status, code)
    assert len(answers) > 15
    assert set(answers.values()) == {(400, "INVALID_CURSOR")}, answers


@pytest.mark.long
def test_the_service_keeps_to_its_document(world: World) -> None:
    came = visit_all(world, FEW, SEED)
    assert not came.complaints, "\n".join(came.complaints.values())
    # It was about something: answers of most kinds were seen.
    assert came.statuses.keys() >= {200, 400, 401, 403, 404}
    assert came.statuses[200] > 100


@pytest.mark.long
def test_the_service_keeps_to_its_document_over_many_requests(world: World) -> None:
    came = visit_all(world, MANY, SEED + 1)
    print(dict(came.statuses))
    assert not came.complaints, "\n".join(came.complaints.values())
