"""Without external workers the API does the work itself and answers with the result."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from cli.local import EmbeddedPostgres
from tests.support.fresh import a_stack
from tests.support.http import Http
from tests.support.stack import Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template: str
) -> Iterator[Stack]:
    settings = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false"}
    folder = tmp_path_factory.mktemp("service")
    with a_stack(folder, postgres, template, postgres.folder.parent, settings) as stack:
        stack.start_web()
        yield stack


def test_an_import_is_answered_with_its_document(service: Stack, http: Http) -> None:
    player = service.user("alice")
    answer = http.upload(player.token, orjson.dumps(batch_manual(5)))
    assert (answer.status, answer.description) == (200, "Import successful.")
    document = answer.json["body"]
    assert len(document["scoreIDs"]) == 5
    found = http.get(f"/api/v1/imports/{document['importID']}").json["body"]
    assert found["import"] == document


def test_a_refused_import_is_answered_with_its_reason(service: Stack, http: Http) -> None:
    player = service.user("bob")
    answer = http.upload(player.token, b"null")
    assert answer.status == 400
    assert answer.description == "Invalid BATCH-MANUAL (Not an object, received null.)"
    assert service.scalar("SELECT count(*) FROM job_payloads") == 0


def test_polling_is_not_implemented(http: Http) -> None:
    answer = http.get(f"/api/v1/imports/{'0' * 40}/poll-status")
    assert answer.status == 501
    assert "does not use an external score import worker" in answer.description


def test_imports_of_one_user_at_the_same_time_all_succeed(service: Stack, http: Http) -> None:
    player = service.user("carol")
    files = [orjson.dumps(batch_manual(10, first=10 * number)) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda file: http.upload(player.token, file), files))
    assert [answer.status for answer in answers] == [200] * 8
    assert player.score_count() == 80
