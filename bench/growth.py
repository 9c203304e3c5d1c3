"""What an import costs beside its own size: `python -m bench.growth`.

The same imports for users with nothing and with much: a history of scores, a long session, one
chart played over and over, a table full of other people's scores, and a user who is new to a
PostgreSQL that has only seen small ones. The worker's code runs in this process, so that what is
measured is the work and not its way: seconds from claim to commit, and the CPU time of Python and
of its PostgreSQL process, which other programs on the machine disturb least.

Histories are copies of one real import, moved back in time, written by SQL as whole as imports
write them: `score-import verify` finds nothing to complain of.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console
from sqlalchemy import Connection, text

from bench.client import WrongResult
from bench.growth_results import Measured, ratios, statements, tables
from bench.report import open_console
from bench.service import shared_folder, terminated_like_interrupted
from bench.workload import IMPORT_TYPE, payload
from cli.accounts import create_user
from cli.installation import unprivileged
from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import migrate
from common.jobs.accepting import NewJob, accept
from common.jobs.arguments import Import
from common.jobs.outcomes import job_outcome
from common.seeds.loader import load_directory
from common.settings import load_settings
from common.text.canonical import new_job_id
from worker import runner
from worker.changes.verification import differences
from worker.runtime import Runtime, make_runtime

TEMPLATE: Final = 10_000  # scores in an import that histories are copies of
DAY: Final = 86_400_000  # milliseconds
DAYS: Final = TEMPLATE // 25  # that the template's scores are played on
HISTORIES: Final = (0, 10_000, 100_000, 1_000_000)
# Scores of an import, and how often it is made for each history.
SIZES: Final = {1: 15, 1000: 5, 8000: 3}
QUICK_HISTORIES: Final = (0, 10_000)
LONG_SESSION: Final = 5_000
ONE_CHART: Final = 50_000
AGAIN: Final = 20_000
STATEMENTS: Final = 12  # shown

# What differs from a server of our own: statements are counted.
POSTGRES: Final = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
    "max_wal_size": "8GB",
}


class Ground:
    """A database with the full catalogue, and the worker's code on it."""

    def __init__(self, stack: ExitStack, console: Console, seeds: Path) -> None:
        folder = stack.enter_context(unprivileged.temporary_folder())
        self.postgres = stack.enter_context(
            EmbeddedPostgres(folder / "postgres", settings=POSTGRES)
        )
        self.redis = stack.enter_context(EmbeddedRedis(folder / "redis"))
        self.console = console
        migrate(self.postgres.url)
        settings = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "OUR_URL": "http://127.0.0.1",
        }
        self.runtime: Runtime = make_runtime(load_settings(settings))
        stack.callback(self.runtime.engine.dispose)
        self._scores = orjson.loads(payload(TEMPLATE + 2 * AGAIN))
        self._taken = TEMPLATE
        load_directory(self.runtime.engine, seeds)
        self.execute("CREATE EXTENSION pg_stat_statements")
        self.analyze()
        self.template = self.user("template")
        self.make_import(self.template, self.file(0, TEMPLATE))

    # --- users -------------------------------------------------------------------------------

    def user(self, name: str) -> int:
        return create_user(self.runtime.engine, name)

    def with_history(self, name: str, scores: int) -> int:
        """A user with so many scores, in copies of the template."""
        user_id = self.user(name)
        copies = -(-scores // TEMPLATE)
        with self.runtime.engine.begin() as connection:
            for copy in range(copies):
                self._copy(connection, user_id, copy, last=copy == copies - 1)
        return user_id

    def _copy(self, connection: Connection, user_id: int, copy: int, *, last: bool) -> None:
        parameters = {
            "template": self.template,
            "user_id": user_id,
            "copy": copy,
            "back": copy * DAYS * DAY,
        }
        connection.execute(_COPY_SCORES, parameters)
        connection.execute(_COPY_SESSIONS, parameters)
        connection.execute(_COPY_IMPORT, parameters)
        if last:
            # Of equal scores the earliest is the best: what all of them make is of the last copy.
            connection.execute(_COPY_BESTS, parameters)
            connection.execute(_COPY_PROFILE, parameters)

    def with_one_session(self, name: str, scores: int) -> int:
        """A user who played so many scores without a pause."""
        user_id = self.user(name)
        document = orjson.loads(self.file(0, scores))
        for number, score in enumerate(document["scores"]):
            score["timeAchieved"] = 1_400_000_000_000 + number * 60_000
        self.make_import(user_id, orjson.dumps(document))
        return user_id

    def with_one_chart(self, name: str, scores: int) -> tuple[int, bytes]:
        """A user with so many scores on one chart, and an import of one score more on it."""
        user_id = self.user(name)
        document = orjson.loads(self.file(0, 1))
        (score,) = document["scores"]
        for first in range(0, scores, TEMPLATE):
            some = range(first, min(first + TEMPLATE, scores))
            played = [
                {**score, "score": 8_000_000 + n, "timeAchieved": 1_400_000_000_000 + n * DAY}
                for n in some
            ]
            self.make_import(user_id, orjson.dumps({**document, "scores": played}))
        return user_id, orjson.dumps({**document, "scores": [{**score, "score": 9_999_990}]})

    def check(self, user_id: int) -> None:
        """Raises where what is stored of the user is not what their scores make."""
        with self.runtime.engine.connect() as connection:
            found = next(differences(connection, user_id, self.runtime.catalogues), None)
        if found is not None:
            raise WrongResult(f"{found}")

    # --- imports -----------------------------------------------------------------------------

    def fresh(self, count: int) -> bytes:
        """A file of scores that nobody has, on days when nobody played."""
        self._taken += count
        return self.file(self._taken - count, count)

    def file(self, first: int, count: int) -> bytes:
        return orjson.dumps(
            {**self._scores, "scores": self._scores["scores"][first : first + count]}
        )

    def measure(self, name: str, user_id: int, contents: Sequence[bytes], scores: int) -> Measured:
        """Makes the imports. The first is not counted where there are several."""
        measured = Measured(name, scores)
        if len(contents) > 1:
            self.make_import(user_id, contents[0])
            contents = contents[1:]
        self.execute("SELECT pg_stat_statements_reset()")
        for content in contents:
            self.make_import(user_id, content, measured)
        measured.statements = self._statements(len(contents))
        return measured

    def make_import(self, user_id: int, content: bytes, measured: Measured | None = None) -> None:
        job = NewJob(user_id, new_job_id(), Import("scores.json"), IMPORT_TYPE, payload=content)
        engine = self.runtime.engine
        with engine.begin() as connection:
            accept(connection, job)
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
        before = _cpu_of(backend)
        python, started = time.process_time(), time.perf_counter()
        runner.run(self.runtime, user_id, job.job_id)
        seconds, python = time.perf_counter() - started, time.process_time() - python
        with engine.connect() as connection:
            outcome = job_outcome(connection, job.job_id)
            steps = connection.scalar(
                text("SELECT timings FROM imports WHERE import_id = :id"), {"id": job.job_id}
            )
        if outcome is None or outcome.error_message is not None:
            raise WrongResult(f"{outcome}")
        if measured is not None:
            measured.seconds.append(seconds)
            measured.python.append(python)
            measured.postgres.append(_cpu_of(backend) - before)
            measured.steps.append(steps)

    def _statements(self, imports: int) -> list[tuple[str, int, float]]:
        with self.runtime.engine.connect() as connection:
            rows = connection.execute(_STATEMENTS, {"most": STATEMENTS})
            return [
                (" ".join(row.query.split()), row.calls // imports, row.took / 1000 / imports)
                for row in rows
            ]

    # --- the server --------------------------------------------------------------------------

    def execute(self, sql: str) -> None:
        with self.runtime.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(sql))

    def analyze(self) -> None:
        """As the server would by itself within minutes; dead rows are gone, too."""
        self.execute("VACUUM ANALYZE")


def _cpu_of(pid: int) -> float:
    """Seconds that the kernel has given a process."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


# --- copies --------------------------------------------------------------------------------

_SCORE_ID: Final = (
    "'T' || encode(sha256(convert_to(:user_id || ' ' || :copy || {}, 'UTF8')), 'hex')"
)
_IMPORT_ID: Final = "md5(:user_id || ' ' || :copy)"


def _copied(table: str, **changed: str) -> str:
    """A statement that copies the template's rows with some columns changed."""
    pairs = ", ".join(f"'{name}', {value}" for name, value in changed.items())
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(mine, jsonb_build_object({pairs}))).*"
        f" FROM {table} AS mine WHERE user_id = :template"
    )


def _sql(statement: str) -> object:
    return text(
        statement.replace(":user_id", "CAST(:user_id AS integer)")
        .replace(":copy", "CAST(:copy AS integer)")
        .replace(":back", "CAST(:back AS bigint)")
    )


_COPY_SCORES = _sql(
    _copied(
        "scores",
        user_id=":user_id",
        score_id=_SCORE_ID.format("score_id"),
        import_id=_IMPORT_ID,
        time_achieved="time_achieved - :back",
    )
)
_COPY_SESSIONS = _sql(
    _copied(
        "sessions",
        user_id=":user_id",
        session_id="md5(:user_id || ' ' || :copy || session_id)",
        score_ids=f"ARRAY(SELECT {_SCORE_ID.format('listed')} FROM unnest(score_ids) AS listed)",
        time_started="time_started - :back",
        time_ended="time_ended - :back",
    )
)
_COPY_IMPORT = _sql(_copied("imports", user_id=":user_id", import_id=_IMPORT_ID))
_COPY_BESTS = _sql(
    _copied(
        "personal_bests",
        user_id=":user_id",
        time_achieved="time_achieved - :back",
        composed_from=(
            "(SELECT jsonb_agg(jsonb_set(part, '{scoreID}', to_jsonb("
            + _SCORE_ID.format("(part->>'scoreID')")
            + ")) ORDER BY place)"
            " FROM jsonb_array_elements(composed_from) WITH ORDINALITY AS parts (part, place))"
        ),
    )
)
_COPY_PROFILE = _sql(_copied("user_game_stats", user_id=":user_id"))

_STATEMENTS = text(
    """
    SELECT query, calls, total_exec_time + total_plan_time AS took FROM pg_stat_statements
    WHERE query NOT LIKE '%pg_stat_statements%'
    ORDER BY took DESC LIMIT :most
    """
)


# --- the cases -----------------------------------------------------------------------------


def histories(ground: Ground, wanted: Sequence[int]) -> Iterator[Measured]:
    """The same imports for users with more and more scores."""
    users = {}
    for count in wanted:
        with ground.console.status(f"A history of {count:,} scores ..."):
            users[count] = ground.with_history(f"history{count}", count)
    ground.analyze()
    for size, times in SIZES.items():
        contents = [ground.fresh(size) for _ in range(times + 1 if times > 1 else 1)]
        for count, user_id in users.items():
            with ground.console.status(f"{size:,} scores to {count:,} ..."):
                yield ground.measure(f"{count:,} scores", user_id, contents, size)
    for count, user_id in users.items():
        if count <= 100_000:
            ground.check(user_id)


def long_session(ground: Ground) -> Measured:
    user_id = ground.with_one_session("endless", LONG_SESSION)
    ground.analyze()
    document = orjson.loads(ground.fresh(SIZES[1] + 1))
    contents = []
    for number, score in enumerate(document["scores"]):
        score["timeAchieved"] = 1_400_000_000_000 + (LONG_SESSION + number) * 60_000
        contents.append(orjson.dumps({**document, "scores": [score]}))
    measured = ground.measure(f"a session of {LONG_SESSION:,}", user_id, contents, 1)
    ground.check(user_id)
    return measured


def one_chart(ground: Ground) -> Measured:
    user_id, content = ground.with_one_chart("again", ONE_CHART)
    ground.analyze()
    document = orjson.loads(content)
    contents = [
        orjson.dumps({**document, "scores": [{**document["scores"][0], "score": 9_000_000 + n}]})
        for n in range(SIZES[1] + 1)
    ]
    measured = ground.measure(f"{ONE_CHART:,} on one chart", user_id, contents, 1)
    ground.check(user_id)
    return measured


def newcomer(ground: Ground) -> Iterator[Measured]:
    """The server last looked when there were none but small users."""
    small = [(10, 200), (1000, 3)]
    for count, users in small:
        for number in range(users):
            ground.make_import(ground.user(f"small{count}_{number}"), ground.file(0, count))
    ground.execute("ANALYZE")
    user_id = ground.user("newcomer")
    content = ground.file(TEMPLATE, AGAIN)
    yield ground.measure("new since ANALYZE", user_id, [content], AGAIN)
    yield ground.measure("new since ANALYZE, again", user_id, [content], AGAIN)


def fill(ground: Ground, rows: int) -> None:
    """Other people's scores, until the table holds so many."""
    have = (TEMPLATE * 10) * 10
    for number in range(-(-rows // have)):
        with ground.console.status(f"Other people's scores, {number * have:,} of {rows:,} ..."):
            ground.with_history(f"other{number}", have)
    ground.analyze()


# --- the command ---------------------------------------------------------------------------


@click.command()
@click.option("--history", "wanted", type=int, multiple=True, help="scores of users [repeatable]")
@click.option("--rows", type=int, default=0, help="scores of other people, before all else")
@click.option(
    "--only", type=click.Choice(["history", "session", "chart", "newcomer"]), multiple=True
)
@click.option("--statements", "by_statement", is_flag=True, help="show where SQL takes its time")
@click.option("--check", is_flag=True, help="exit with 1 where a limit is exceeded")
@click.option("--json", "file", type=click.Path(path_type=Path), help="write what was measured")
def main(
    wanted: tuple[int, ...],
    rows: int,
    only: tuple[str, ...],
    by_statement: bool,
    check: bool,
    file: Path | None,
) -> None:
    """Measure what imports cost users with much."""
    console = open_console()
    measured = measure(wanted or HISTORIES, rows, only, console=console)
    for table in tables(measured):
        table.show(console)
    if by_statement:
        for each in measured:
            statements(each).show(console)
    if file is not None:
        file.write_bytes(orjson.dumps(measured, option=orjson.OPT_INDENT_2))
    if check and not all(each.kept for each in ratios(measured)):
        raise SystemExit(1)


def measure(
    wanted: Sequence[int], rows: int, only: Sequence[str], *, console: Console
) -> list[Measured]:
    measured: list[Measured] = []
    with ExitStack() as stack:
        stack.enter_context(terminated_like_interrupted())
        with console.status("Loading the catalogue ..."):
            ground = Ground(stack, console, shared_folder() / "seeds" / "collections")
        if rows:
            fill(ground, rows)
        if not only or "newcomer" in only:
            measured += newcomer(ground)
        if not only or "history" in only:
            measured += histories(ground, wanted)
        if not only or "session" in only:
            measured.append(long_session(ground))
        if not only or "chart" in only:
            measured.append(one_chart(ground))
    return measured


if __name__ == "__main__":
    main()
