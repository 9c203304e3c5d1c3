"""A worker's lines say which request brought the job they are about."""

from __future__ import annotations

import pytest

from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes


def test_the_id_of_a_request_stands_on_the_lines_of_its_job(
    service: Stack, http: Http, player: Player
) -> None:
    import orjson

    answer = http.upload(player.token, orjson.dumps(batch_manual(1)))
    request, job = answer.headers["X-Request-Id"], answer.json["body"]["importID"]
    whose = f"[request={request} job={job} user={player.user_id} attempt=1"
    wait_for(lambda: whose in service.worker_log().read_text(), "a line of the job's")
