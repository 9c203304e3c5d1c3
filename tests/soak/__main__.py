"""A soak: many users, many faults, and an audit. `make soak ARGS="--minutes 10 --seed 7"`.

Ends with 1 where anything that was promised does not hold.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from cli.installation import unprivileged
from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import migrate, open_engine
from common.seeds.loader import load_directory
from tests.soak.audit import NOTE_WHAT_IS_ACCEPTED, Findings, audit
from tests.soak.faults import FAULTS, Fault
from tests.soak.house import House, logs
from tests.soak.users import PERMISSIONS, User
from tests.support.fresh import EXAMPLE_CATALOGUE, a_stack, fresh_database
from tests.support.importer import a_runtime
from tests.support.small_disk import MayNotMountError, SmallDisk, small_disk
from tests.support.stack import Player, Stack, batch_manual, wait_for

USERS = 12
# Seconds a fault is left alone after it was done, and the longest recovery that is waited for.
PAUSE = 4.0
LONGEST = 120.0


@dataclass
class Line:
    """What one kind of fault came to. begun: when each was done; recoveries: in seconds."""

    fault: Fault
    begun: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", action="append", help="faults whose name holds this or another")
    given = parser.parse_args()
    only = given.only or [""]
    chosen = [fault for fault in FAULTS if any(part in fault.name for part in only)]
    with (
        unprivileged.temporary_folder() as folder,
        EmbeddedPostgres(folder / "postgres") as postgres,
        tempfile.TemporaryDirectory() as scratch,
    ):
        postgres.create_database("template_of_soak")
        url = postgres.url_of("template_of_soak")
        migrate(url)
        engine = open_engine(url)
        load_directory(engine, EXAMPLE_CATALOGUE)
        engine.dispose()
        with (
            _a_small_disk() as disk,
            a_stack(Path(scratch), postgres, "template_of_soak", folder, {}) as stack,
        ):
            if disk is None:
                chosen = [fault for fault in chosen if not fault.needs_disk]
            return _soak(stack, postgres, disk, folder, chosen, given.minutes, given.seed)


@contextmanager
def _a_small_disk() -> Iterator[SmallDisk | None]:
    """None where none may be mounted."""
    with ExitStack() as mounted:
        try:
            disk = mounted.enter_context(small_disk("1g"))
        except MayNotMountError as problem:
            print(problem, flush=True)
            disk = None
        yield disk


def _soak(
    stack: Stack,
    postgres: EmbeddedPostgres,
    disk: SmallDisk | None,
    folder: Path,
    faults: list[Fault],
    minutes: float,
    seed: int,
) -> int:
    if disk is not None:
        stack.administer(
            f"CREATE TABLESPACE small LOCATION '{disk.tablespace_for(postgres)}'",
            "ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE small",
            "ALTER INDEX ALL IN TABLESPACE pg_default SET TABLESPACE small",
        )
    stack.administer(NOTE_WHAT_IS_ACCEPTED)
    house = House(stack, postgres, disk)
    house.start()
    over = threading.Event()
    users = [
        User(stack.user(f"user{n}", *PERMISSIONS), random.Random(f"{seed} {n}"), over)
        for n in range(USERS)
    ]
    probe = stack.user("probe", "submit_score")
    threads = [threading.Thread(target=user.run, daemon=True) for user in users]
    for thread in threads:
        thread.start()
    lines = {fault.name: Line(fault) for fault in faults}
    dice = random.Random(seed)
    until = time.monotonic() + minutes * 60
    order: list[Fault] = []
    number = 0
    while time.monotonic() < until:
        if not order:
            order = dice.sample(faults, len(faults))
        fault = order.pop()
        line = lines[fault.name]
        line.begun.append(time.time())
        print(f"{time.strftime('%H:%M:%S')} {fault.name}", flush=True)
        fault.do(house, dice)
        ended = time.monotonic()
        number += 1
        _probe(probe, number)
        line.recoveries.append(time.monotonic() - ended)
        time.sleep(PAUSE)
    over.set()
    for thread in threads:
        thread.join()
    quiet = house.wait_until_quiet(180)
    with (
        fresh_database(postgres, "template_of_soak") as control_url,
        EmbeddedRedis(folder / "redis-of-control") as redis,
        a_runtime(control_url, redis) as control,
    ):
        found = audit(stack.url, stack.engine, users, control)
    house.stop()
    _report(lines.values(), users, found, stack, house)
    if not found.is_clean or not quiet:
        print(f"logs: {logs(stack.folder)}")
        print(stack.logs())
        return 1
    return 0


def _probe(probe: Player, number: int) -> None:
    """An import of somebody else is accepted and applied: the fault is over."""

    def applied() -> bool:
        try:
            submitted = probe.submit(batch_manual(1, first=number))
            probe.wait(submitted, timeout=LONGEST)
        except AssertionError:
            raise
        except Exception:  # refused, or no answer: as a client would, it tries again
            return False
        return True

    wait_for(applied, "an import's end after a fault", timeout=LONGEST)


def _report(
    lines: Collection[Line], users: list[User], found: Findings, stack: Stack, house: House
) -> None:
    begun = sorted((at, line.fault.name) for line in lines for at in line.begun)
    accepted = stack.query("SELECT job_id, accepted_at FROM soak_jobs")
    windows: dict[str, list[str]] = {line.fault.name: [] for line in lines}
    for job in accepted:
        earlier = [name for at, name in begun if at * 1000 <= job.accepted_at]
        if earlier:
            windows[earlier[-1]].append(job.job_id)
    print("\n| fault | repetitions | jobs | lost | doubled | stuck | slowest recovery |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for line in lines:
        jobs = set(windows[line.fault.name])
        counts = [len(jobs & set(which)) for which in (found.lost, found.doubled, found.stuck)]
        slowest = f"{max(line.recoveries):.1f} s" if line.recoveries else "-"
        print(
            f"| {line.fault.name} | {len(line.begun)} | {len(jobs)} |"
            f" {' | '.join(map(str, counts))} | {slowest} |"
        )
    promised = sum(len(user.promises) for user in users)
    refused = sum(len(user.refusals) for user in users)
    ended = ", ".join(
        f"{row.count} {row.kind} {row.state}"
        for row in stack.query(
            "SELECT kind, state, count(*) FROM jobs GROUP BY kind, state ORDER BY kind, state"
        )
    )
    print(f"\n{promised} answers of 202 to users, {len(accepted)} jobs accepted: {ended}.")
    print(f"{refused} requests of users refused or not answered.")
    print(f"Started again by the supervisor: {len(house.restarts)} processes.")
    for name, which in vars(found).items():
        print(f"{name}: {len(which)}" + "".join(f"\n  {each}" for each in which[:20]))
    print(f"{psutil.cpu_count()} cores.")


if __name__ == "__main__":
    sys.exit(main())
