"""Messages by RabbitMQ, and by a Redis that fails over: imports are applied all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu.connection import Connection

from cli.local import EmbeddedPostgres
from common.jobs.accepting import Message
from common.settings import load_settings
from tests.support import brokers, certificates
from tests.support.fresh import a_stack
from tests.support.stack import Player, Stack, batch_manual
from worker.messaging import JOBS_QUEUE, dispatch, make_app

pytestmark = pytest.mark.processes


def imports(player: Player, first: int) -> None:
    """Something new, which is stored."""
    before = player.score_count()
    player.wait(player.submit(batch_manual(3, first=first)), timeout=60)
    assert player.score_count() == before + 3


@pytest.mark.long
def test_imports_go_by_rabbitmq_through_its_restart_and_the_loss_of_messages(
    rabbit: brokers.RabbitMQ, rabbit_stack: Stack
) -> None:
    player = rabbit_stack.user("alice")
    rabbit_stack.start_web()
    worker = rabbit_stack.start_worker()
    imports(player, first=0)
    # A worker that dies leaves its message to the next one; one that is lost is sent again.
    worker.kill()
    submitted = player.submit(batch_manual(3, first=10))
    with Connection(rabbit.url) as connection:
        assert connection.default_channel.queue_purge(JOBS_QUEUE) == 1
    rabbit_stack.start_worker("worker2")
    player.wait(submitted, timeout=60)
    rabbit.stop()
    # What is accepted meanwhile gets its message later.
    waiting = player.submit(batch_manual(3, first=20))
    rabbit.start()
    player.wait(waiting, timeout=60)
    imports(player, first=30)


@pytest.mark.skipif(not brokers.RABBITMQ.exists(), reason="NOT CHECKED: THERE IS NO RABBITMQ HERE")
@pytest.mark.skipif(certificates.OPENSSL is None, reason="NOT CHECKED: THERE IS NO OPENSSL HERE")
@pytest.mark.long
def test_imports_go_to_a_rabbitmq_that_proves_who_it_is(
    tmp_path: Path, postgres: EmbeddedPostgres, template: str, server_folder: Path
) -> None:
    with brokers.rabbitmq(tmp_path, certificates.of_localhost(tmp_path)) as rabbit:
        known = {"BROKER_URL": rabbit.url}
        with a_stack(tmp_path, postgres, template, server_folder, known) as stack:
            player = stack.user("alice")
            stack.start_web()
            stack.start_worker()
            imports(player, first=0)
            rabbit.stop()
            rabbit.start()
            imports(player, first=10)
        # Of an authority that is not known, and with a name that is not the certificate's.
        for url in (rabbit.url.partition("?")[0], rabbit.url.replace("localhost", "127.0.0.1")):
            app = make_app(load_settings({**stack.environment, "BROKER_URL": url}))
            assert not dispatch(app, Message(1, "T1", 1))


@pytest.fixture
def watched(server_folder: Path, tmp_path: Path) -> Iterator[brokers.Watched]:
    with brokers.watched_by_sentinel(server_folder / "watched", tmp_path / "sentinel.log") as both:
        yield both


@pytest.mark.skipif(brokers.SENTINEL is None, reason="NOT CHECKED: THERE IS NO REDIS-SENTINEL HERE")
@pytest.mark.parametrize("setting", ["REDIS_URL", "BROKER_URL"])
def test_imports_go_on_where_redis_fails_over(
    setting: str,
    watched: brokers.Watched,
    tmp_path: Path,
    postgres: EmbeddedPostgres,
    template: str,
    server_folder: Path,
) -> None:
    with a_stack(tmp_path, postgres, template, server_folder, {setting: watched.url}) as stack:
        player = stack.user("alice")
        stack.start_web()
        stack.start_worker()
        imports(player, first=0)
        watched.fail_over()
        imports(player, first=10)
