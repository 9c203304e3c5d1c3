"""The faults of a soak: each is done to the running house, lasts a while, and is over."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import text

from cli.local.processes import ChildProcess, ProcessError
from tests.soak.house import House
from tests.support import redis_faults
from tests.support.stack import kill
from worker.messaging import JOBS_QUEUE

LIBRARIES = sorted(map(str, Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")))

# Messages that are put into the queue again at a time.
MOST_DOUBLED = 50

SHORT_TIME_OUTS = [
    "statement_timeout = '3ms'",
    "lock_timeout = '1ms'",
    "idle_session_timeout = '50ms'",
    "idle_in_transaction_session_timeout = '5ms'",
    "transaction_timeout = '20ms'",
]

Do = Callable[[House, random.Random], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """needs_disk: it can be done only where the house has a disk to fill."""

    name: str
    do: Do
    needs_disk: bool = False


def _worker_killed(house: House, dice: random.Random) -> None:
    kill(house.processes[dice.choice(house.workers)])


def _child_killed(house: House, dice: random.Random) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):  # it may have ended by itself just now
        for child in psutil.Process(house.pid(dice.choice(house.workers))).children():
            child.kill()


def _worker_stopped(house: House, dice: random.Random) -> None:
    """It hangs for longer than a progress text lives."""
    pid = house.pid(dice.choice(house.workers))
    os.killpg(pid, signal.SIGSTOP)
    time.sleep(dice.uniform(3, 12))
    os.killpg(pid, signal.SIGCONT)


def _deploy(house: House, dice: random.Random) -> None:
    for name in (*house.workers, "web", "beat"):
        house.replace(name)


def _web_killed(house: House, dice: random.Random) -> None:
    kill(house.processes["web"])


def _web_reloaded(house: House, dice: random.Random) -> None:
    os.kill(house.pid("web"), signal.SIGHUP)
    time.sleep(2)


def _redis_hung(house: House, dice: random.Random) -> None:
    with redis_faults.hung(house.stack.redis):
        time.sleep(dice.choice([2, 8, 25]))


def _redis_full(house: House, dice: random.Random) -> None:
    with redis_faults.full(house.stack.redis):
        time.sleep(dice.uniform(2, 8))


def _redis_refusing(house: House, dice: random.Random) -> None:
    with redis_faults.refusing_writes(house.stack.redis):
        time.sleep(dice.uniform(2, 8))


def _redis_flushed(house: House, dice: random.Random) -> None:
    redis_faults.client(house.stack.redis).flushall()


def _redis_restarted(house: House, dice: random.Random) -> None:
    house.stack.redis.kill()
    time.sleep(dice.uniform(0, 6))
    house.stack.redis.start()


def _redis_restored(house: House, dice: random.Random) -> None:
    copy = redis_faults.Copy(house.stack.redis)
    time.sleep(3)
    copy.restore()


def _connections_cut(house: House, dice: random.Random) -> None:
    for _ in range(10):
        house.stack.administer(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        time.sleep(0.3)


def _statements_cancelled(house: House, dice: random.Random) -> None:
    for _ in range(20):
        house.stack.administer(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        time.sleep(0.1)


def _database_restarted(house: House, dice: random.Random) -> None:
    """As after a power cut."""
    house.postgres.kill()
    # Until the last of its processes is gone, the server refuses to start.
    until = time.monotonic() + 60
    while True:
        try:
            return house.postgres.start()
        except ProcessError:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def _database_hung(house: House, dice: random.Random) -> None:
    import psutil

    server = [
        process
        for process in psutil.process_iter()
        if process.name().startswith("postgres")
        and str(house.postgres.data) in " ".join(process.cmdline())
    ]
    hung = [child for parent in server for child in (parent, *parent.children(recursive=True))]
    for process in hung:
        process.suspend()
    try:
        time.sleep(dice.uniform(3, 10))
    finally:
        for process in hung:
            if process.is_running():
                process.resume()


def _read_only(house: House, dice: random.Random) -> None:
    """As where a standby has not been promoted yet."""
    name = house.stack.database_url.rpartition("/")[2].partition("?")[0]
    house.stack.administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    _connections_cut(house, dice)
    time.sleep(3)
    house.stack.administer(
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} RESET default_transaction_read_only",
    )
    _connections_cut(house, dice)


def _disk_full(house: House, dice: random.Random) -> None:
    assert house.disk is not None
    house.disk.fill()
    try:
        time.sleep(dice.uniform(2, 8))
    finally:
        house.disk.clear()


def _duplicates(house: House, dice: random.Random) -> None:
    """What waits in the queue waits there several times."""
    redis = redis_faults.client(house.stack.redis)
    for _ in range(30):
        # Of a queue that grows faster than it is worked off, doubling would make millions.
        for message in redis.lrange(JOBS_QUEUE, 0, MOST_DOUBLED):
            redis.rpush(JOBS_QUEUE, message)
        time.sleep(0.1)


def _unreadable(house: House, dice: random.Random) -> None:
    redis = redis_faults.client(house.stack.redis)
    for garbage in (b"", b"\xff\xfe", b"{", b"null", b'{"body": 1}', b'{"properties": null}'):
        redis.lpush(JOBS_QUEUE, garbage)


def _clocks_apart(house: House, dice: random.Random) -> None:
    """A worker is replaced by one whose host is an hour off."""
    name = dice.choice(house.workers)
    house.replace(name, lambda: _skewed(house, name, dice.choice([-3600, 3600])))


def _skewed(house: House, name: str, seconds: int) -> ChildProcess:
    plain = dict(house.stack.environment)
    house.stack.environment |= {
        "LD_PRELOAD": LIBRARIES[0],
        "FAKETIME": f"{seconds:+d}s",
        "NO_FAKE_STAT": "1",
    }
    try:
        return house.stack.start_worker(name)
    finally:
        house.stack.environment = plain


def _main_process_killed(house: House, dice: random.Random) -> None:
    """As the kernel does where memory is short; the children go on for a moment."""
    os.kill(house.pid(dice.choice(house.workers)), signal.SIGKILL)


def _deploy_in_haste(house: House, dice: random.Random) -> None:
    """Processes are told to end, and killed a second later whatever they do."""
    for name in (*house.workers, "web"):
        house.replace(name, grace=1)


def _part_hung(house: House, dice: random.Random) -> None:
    """One of the processes of a worker or of web is stopped, the others go on."""
    import psutil

    children = psutil.Process(house.pid(dice.choice([*house.workers, "web"]))).children()
    with contextlib.suppress(psutil.NoSuchProcess):
        child = dice.choice(children)
        child.suspend()
        try:
            time.sleep(dice.uniform(3, 12))
        finally:
            child.resume()


def _sessions_hung(house: House, dice: random.Random) -> None:
    """Some of the server's processes are stopped, each with what it has locked."""
    import psutil

    found = house.stack.query(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    hung = []
    for row in dice.sample(found, min(3, len(found))):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(row.pid)
            process.suspend()
            hung.append(process)
    time.sleep(dice.uniform(3, 20))
    for process in hung:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()


def _tables_locked(house: House, dice: random.Random) -> None:
    """As by somebody's ALTER TABLE that waits for something else."""
    table = dice.choice(["scores", "jobs", "imports", "users", "charts", "personal_bests"])
    with house.stack.engine.begin() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        time.sleep(dice.uniform(3, 15))


def _connections_taken(house: House, dice: random.Random) -> None:
    """Somebody else has all connections that the server gives."""
    held = []
    until = time.monotonic() + dice.uniform(4, 10)
    with house.unsupervised():
        while time.monotonic() < until:
            try:
                held.append(psycopg2.connect(house.stack.database_url.replace("+psycopg2", "")))
            except psycopg2.OperationalError:
                _cut_half(held, house)
                time.sleep(0.3)
        for connection in held:
            connection.close()


def _cut_half(held: list[Any], house: House) -> None:
    """Ends sessions of the service, so that it has to ask for new ones."""
    if held:
        ours = {connection.info.backend_pid for connection in held}
        with held[0].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> ALL(%s) AND random() < 0.5",
                (list(ours),),
            )
        held[0].commit()


def _impatient_server(house: House, dice: random.Random) -> None:
    """Somebody has set short time-outs for the whole database."""
    name = house.stack.database_url.rpartition("/")[2].partition("?")[0]
    setting = dice.choice(SHORT_TIME_OUTS)
    house.stack.administer(f"ALTER DATABASE {name} SET {setting}")
    _connections_cut(house, dice)
    time.sleep(3)
    house.stack.administer(
        f"ALTER DATABASE {name} RESET {setting.partition(' ')[0]}",
    )
    _connections_cut(house, dice)


def _redis_evicting(house: House, dice: random.Random) -> None:
    """It throws away whatever it likes, messages too."""
    with redis_faults.evicting(house.stack.redis):
        time.sleep(dice.uniform(2, 8))


def _redis_locked(house: House, dice: random.Random) -> None:
    """It wants a password that nobody has."""
    with redis_faults.locked(house.stack.redis):
        time.sleep(dice.uniform(2, 8))


def _redis_cutting(house: House, dice: random.Random) -> None:
    redis = redis_faults.client(house.stack.redis)
    for _ in range(20):
        redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")
        time.sleep(0.2)


def _redis_slow(house: House, dice: random.Random) -> None:
    for _ in range(15):
        with redis_faults.hung(house.stack.redis):
            time.sleep(dice.uniform(0.1, 0.7))
        time.sleep(0.05)


FAULTS = [
    Fault("worker killed", _worker_killed),
    Fault("worker's child killed", _child_killed),
    Fault("worker hangs", _worker_stopped),
    Fault("deploy of everything", _deploy),
    Fault("web killed", _web_killed),
    Fault("web reloaded (HUP)", _web_reloaded),
    Fault("Redis hangs (2 to 25 s)", _redis_hung),
    Fault("Redis full", _redis_full),
    Fault("Redis refuses writes", _redis_refusing),
    Fault("Redis flushed", _redis_flushed),
    Fault("Redis killed, comes back empty", _redis_restarted),
    Fault("Redis restored from a copy", _redis_restored),
    Fault("connections cut", _connections_cut),
    Fault("statements cancelled", _statements_cancelled),
    Fault("PostgreSQL killed and recovered", _database_restarted),
    Fault("PostgreSQL hangs", _database_hung),
    Fault("database read-only", _read_only),
    Fault("disk full", _disk_full, needs_disk=True),
    Fault("messages doubled", _duplicates),
    Fault("messages nobody can read", _unreadable),
    Fault("worker's main process killed", _main_process_killed),
    Fault("deploy in haste", _deploy_in_haste),
    Fault("one process of several hangs", _part_hung),
    Fault("sessions of PostgreSQL hang", _sessions_hung),
    Fault("a table is locked", _tables_locked),
    Fault("all connections taken", _connections_taken),
    Fault("database with short time-outs", _impatient_server),
    Fault("Redis evicts", _redis_evicting),
    Fault("Redis wants a password", _redis_locked),
    Fault("Redis cuts connections", _redis_cutting),
    Fault("Redis is slow", _redis_slow),
    *([Fault("clocks an hour apart", _clocks_apart)] if LIBRARIES else []),
]
