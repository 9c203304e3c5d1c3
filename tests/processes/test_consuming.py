"""No worker stops consuming unnoticed, whatever happened to Redis or to the worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import psutil
import pytest
from redis import Redis

from cli.local import EmbeddedRedis
from cli.local.processes import ChildProcess
from score_import_client import Submitted
from tests.support import redis_faults
from tests.support.health import health
from tests.support.mid_import import Reached
from tests.support.proxy import Proxy
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]

# Seconds; of a hang as it was seen to stop workers for good.
HANG = 25.0
# Seconds that are promised, and as many again for a machine that is busy with other tests.
SOON = 60.0


def submit(player: Player, first: int, count: int = 4) -> list[Submitted]:
    return [player.submit(batch_manual(2, first=10 * (first + n))) for n in range(count)]


def all_arrive(player: Player, submitted: list[Submitted]) -> None:
    for one in submitted:
        assert len(player.wait(one, timeout=SOON)["scoreIDs"]) == 2


def port(redis: EmbeddedRedis) -> int:
    found = urlsplit(redis.url).port
    assert found is not None
    return found


def replica(redis: EmbeddedRedis, of: EmbeddedRedis) -> Redis:
    """A client of the one server, which follows the other from now on and has its password."""
    password = urlsplit(of.url).password
    with redis_faults.client(redis) as admin:
        # Neither may write into the folder it runs in.
        admin.config_set("repl-diskless-load", "on-empty-db")
        admin.config_set("masterauth", password)
        admin.config_set("requirepass", password)
    with redis_faults.client(of) as admin:
        admin.config_set("repl-diskless-sync", "yes")
        admin.config_set("repl-diskless-sync-delay", 0)
        admin.config_set("masterauth", password)
    admin = Redis(host="127.0.0.1", port=port(redis), password=password, socket_timeout=30)
    admin.execute_command("REPLICAOF", "127.0.0.1", str(port(of)))
    return admin


def passes(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


@pytest.mark.long
def test_two_hangs_of_redis_leave_a_worker_that_consumes(stack: Stack, held_up: HeldUp) -> None:
    """Each hang begins with an import at work, whose end falls into it."""
    stack.environment["EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY"] = "2"
    stack.start_web()
    worker = stack.start_worker()
    players = [stack.user(name) for name in ("alice", "bob")]
    for number in range(2):
        with held_up() as reached:
            submitted = [(player, submit(player, 10 * number)) for player in players]
            reached()
            pid = redis_faults.process_id(stack.redis)
            os.kill(pid, signal.SIGSTOP)
        try:
            wait_for(passes(HANG), "the end of the hang", timeout=2 * HANG)
        finally:
            os.kill(pid, signal.SIGCONT)
        for player, theirs in submitted:
            all_arrive(player, theirs)
    for player in players:
        all_arrive(player, submit(player, 100))
    assert worker.exit_code() is None, "nobody had to help"
    wait_for(lambda: health(stack)[0] == 0, "the worker's health", timeout=SOON)


@pytest.mark.long
def test_a_free_process_that_hangs_is_replaced(stack: Stack) -> None:
    stack.start_web()
    worker = stack.start_worker()
    players = [stack.user(name) for name in ("alice", "bob")]
    (process,) = psutil.Process(worker.pid).children()
    process.suspend()
    waiting = [(player, player.submit(batch_manual(2))) for player in players]
    for player, one in waiting:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
    assert not process.is_running()
    assert stack.scalar("SELECT max(attempts) FROM jobs") == 1
    assert health(stack)[0] == 0


@pytest.mark.parametrize("fault", ["full", "refusing_writes"])
def test_a_redis_that_refuses_is_served_again_once_it_does_not(stack: Stack, fault: str) -> None:
    stack.start_web()
    worker = stack.start_worker()
    alice, bob = stack.user("alice"), stack.user("bob")
    waiting = submit(alice, 0)
    with getattr(redis_faults, fault)(stack.redis):
        during = submit(bob, 0)
        if fault == "refusing_writes":
            wait_for(
                lambda: "hands out no messages" in worker.program.log.read_text(), "the refusal"
            )
    all_arrive(alice, waiting)
    all_arrive(bob, during)
    all_arrive(alice, submit(alice, 10))
    assert worker.exit_code() is None
    assert health(stack)[0] == 0


def test_a_redis_that_was_made_a_replica_and_is_the_master_again(
    stack: Stack, another_redis: EmbeddedRedis
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    alice = stack.user("alice")
    all_arrive(alice, submit(alice, 0))
    with redis_faults.client(stack.redis) as admin:
        admin.execute_command("REPLICAOF", "127.0.0.1", str(port(another_redis)))
        wait_for(lambda: "hands out no messages" in worker.program.log.read_text(), "the refusal")
        during = submit(alice, 10)
        admin.execute_command("REPLICAOF", "NO", "ONE")
    all_arrive(alice, during)
    assert worker.exit_code() is None


@pytest.mark.parametrize("cut", [True, False], ids=["cut", "demoted"])
def test_a_fail_over_to_a_replica_behind_the_same_address(
    stack: Stack, another_redis: EmbeddedRedis, cut: bool
) -> None:
    """cut: the old master dies. Else it lives on as a replica, connections and all."""
    with Proxy(port(stack.redis)) as proxy:
        stack.environment["REDIS_URL"] = stack.redis.url.replace(
            f":{port(stack.redis)}/", f":{proxy.port}/"
        )
        stack.start_web()
        worker = stack.start_worker()
        alice = stack.user("alice")
        all_arrive(alice, submit(alice, 0))
        with redis_faults.client(stack.redis) as old, replica(another_redis, stack.redis) as new:
            wait_for(lambda: new.info("replication")["master_link_status"] == "up", "the replica")
            during = submit(alice, 10)
            new.execute_command("REPLICAOF", "NO", "ONE")
            proxy.target = port(another_redis)
            if cut:
                stack.redis.kill()
            else:
                old.execute_command("REPLICAOF", "127.0.0.1", str(port(another_redis)))
        all_arrive(alice, during)
        all_arrive(alice, submit(alice, 20))
        assert worker.exit_code() is None
        stack.stop()


def test_health_fails_for_a_worker_that_stands_still_and_for_none(stack: Stack) -> None:
    code, said = health(stack)
    assert (code, "no worker" in said) == (1, True)
    worker = stack.start_worker()
    wait_for(lambda: health(stack)[0] == 0, "the worker's health", timeout=SOON)
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: health(stack)[0] == 1, "its failing", timeout=SOON)
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    wait_for(lambda: health(stack)[0] == 0, "its health again", timeout=SOON)


def test_health_fails_while_redis_hangs_and_recovers(stack: Stack) -> None:
    worker = stack.start_worker()
    wait_for(lambda: health(stack)[0] == 0, "the worker's health", timeout=SOON)
    with redis_faults.hung(stack.redis):
        wait_for(lambda: health(stack)[0] == 1, "its failing", timeout=SOON)
    wait_for(lambda: health(stack)[0] == 0, "its health again", timeout=SOON)
    assert worker.exit_code() is None


def ended(worker: ChildProcess) -> int:
    wait_for(lambda: worker.exit_code() is not None, "the worker ending itself", timeout=90)
    code = worker.exit_code()
    assert code is not None
    return code


def test_a_worker_that_is_handed_nothing_though_redis_answers_says_why_and_ends(
    stack: Stack,
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    alice = stack.user("alice")
    with redis_faults.client(stack.redis) as admin:
        admin.execute_command("ACL", "SETUSER", "default", "-brpop")
        waiting = submit(alice, 0, 1)
        ended(worker)
        assert "takes no jobs any more" in worker.program.log.read_text()
        admin.execute_command("ACL", "SETUSER", "default", "+brpop")
    stack.start_worker("again")
    all_arrive(alice, waiting)


def test_a_worker_whose_connection_leads_nowhere_is_found(stack: Stack) -> None:
    """What goes through the worker's own connections is swallowed; others reach Redis."""
    with Proxy(port(stack.redis)) as proxy:
        url = stack.redis.url
        stack.environment["REDIS_URL"] = url.replace(f":{port(stack.redis)}/", f":{proxy.port}/")
        worker = stack.start_worker()
        stack.environment["REDIS_URL"] = url
        stack.start_web()
        alice = stack.user("alice")
        all_arrive(alice, submit(alice, 0))
        proxy.swallow_open_connections()
        later = submit(alice, 10)
        all_arrive(alice, later)
        assert worker.exit_code() is None, "it connected again"
        stack.stop()


@pytest.mark.long
def test_an_orderly_end_is_no_trouble(stack: Stack, held_up: HeldUp) -> None:
    """While the last import takes long, the worker takes nothing, and that is right."""
    stack.environment["EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY"] = "2"
    stack.start_web()
    worker = stack.start_worker()
    alice = stack.user("alice")
    with held_up() as reached:
        (submitted,) = submit(alice, 0, 1)
        reached()
        os.kill(worker.pid, signal.SIGTERM)
        wait_for(lambda: "this worker ends" in worker.program.log.read_text(), "its word")
        wait_for(passes(20), "longer than the watchdog's patience", timeout=40)
        assert worker.exit_code() is None
    assert ended(worker) == 0
    assert "takes no jobs any more" not in worker.program.log.read_text()
    assert stack.scalar("SELECT attempts FROM jobs WHERE state = 'completed'") == 1
    assert len(alice.wait(submitted)["scoreIDs"]) == 2
