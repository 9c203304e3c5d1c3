"""import-types/api-*.jsonl: what is fetched from other services, and what becomes of it."""

from __future__ import annotations

import copy
from typing import Any

from common.errors import FatalImportError
from common.settings import load_settings
from tests.golden import upstreams
from tests.golden.database import empty_database
from tests.golden.pipelines.catalogue import create_users
from tests.golden.services_decisions import answers_of, decide
from tests.golden.suites.import_types import ENABLED_GAMES, fatal, outcome_of
from tests.golden.suites.registry import Case, Compared, suite
from worker.import_types.base import Upstream
from worker.import_types.registry import IMPORT_TYPES, ORIGINS
from worker.services.opening import Access, open_feed

USER = 1


@suite("import-types/api-*.jsonl")
def fetching(case: Case) -> Any:
    given = case.given
    import_type = IMPORT_TYPES[given["importType"]]
    transport = upstreams.Recorded(answers_of(given, given["importType"]))
    with empty_database() as database:
        settings = load_settings(
            {
                "DATABASE_URL": database.url,
                "REDIS_URL": "redis://127.0.0.1:1",
                "OUR_URL": "https://example.com",
                **upstreams.ENVIRONMENT,
                **upstreams.myt_settings(),
            }
        )
        with database.engine.begin() as connection:
            create_users(connection, [USER])
            upstreams.store(connection, given.get("collections", {}))
            if "grpc" in given:
                upstreams.play_grpc(given["grpc"], upstreams.access_code(connection))
        access = Access(settings, database.engine, transport)
        origin = ORIGINS[given["importType"]]
        try:
            with open_feed(access, USER, origin, lambda _: None) as feed:
                read = Upstream(USER, given["now"], tuple(ENABLED_GAMES), feed)
                outcome = outcome_of(case, import_type, import_type.parse(read))
        except FatalImportError as error:
            outcome = {"parser": {"error": fatal(error)}}
        if "httpRequests" in case.expected:
            outcome["httpRequests"] = transport.requests_made_once()
        with database.engine.connect() as connection:
            for kind in case.expected.get("collections", {}):
                outcome.setdefault("collections", {})[kind] = upstreams.stored(connection, kind)
    expected = copy.deepcopy(case.expected)
    decide(case, expected, outcome)
    return Compared(outcome, expected)
