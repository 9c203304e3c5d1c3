"""The worker's code on a real database and Redis, without processes in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from sqlalchemy import make_url, text

from cli.accounts import create_user
from cli.local import EmbeddedRedis
from common.imports.import_documents import find_import
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobKind
from common.jobs.outcomes import JobOutcome, job_outcome
from common.settings import load_settings
from common.text.canonical import new_job_id
from common.wire import Wire
from worker import runner
from worker.import_types.registry import ORIGINS
from worker.runtime import Runtime, make_runtime


@pytest.fixture(scope="session")
def redis_for_workers(server_folder: Any) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(server_folder / "redis-of-workers") as server:
        yield server


@pytest.fixture
def runtime(database: str, redis_for_workers: EmbeddedRedis) -> Iterator[Runtime]:
    with a_runtime(database, redis_for_workers) as made:
        made.redis.flushall()
        yield made


@contextmanager
def a_runtime(database_url: str, redis: EmbeddedRedis) -> Iterator[Runtime]:
    settings = load_settings(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "OUR_URL": "http://127.0.0.1",
            "SWEEP_INTERVAL": "1",
        }
    )
    made = make_runtime(settings)
    yield made
    made.engine.dispose()
    made.redis.close()


@contextmanager
def impatient_runtime(database_url: str, redis: EmbeddedRedis) -> Iterator[Runtime]:
    """PostgreSQL fails its statements rather than let them wait for a lock."""
    url = make_url(database_url).update_query_dict({"options": "-c lock_timeout=250ms"})
    with a_runtime(url.render_as_string(hide_password=False), redis) as made:
        yield made


class Importer:
    """A user whose imports run at once, in this process."""

    def __init__(self, runtime: Runtime, name: str = "alice") -> None:
        self.runtime = runtime
        self.user_id = create_user(runtime.engine, name)

    def accept(
        self,
        content: bytes | dict[str, Any] | None = None,
        import_type: str = "file/batch-manual",
        kind: JobKind = JobKind.IMPORT,
        **fields: str,
    ) -> str:
        payload = orjson.dumps(content) if isinstance(content, dict) else content
        with_a_file = kind in (JobKind.IMPORT, JobKind.CHECK)
        job = NewJob(
            user_id=self.user_id,
            job_id=new_job_id(),
            import_type=import_type if with_a_file else None,
            arguments=job_arguments.read(
                kind, {"filename": "scores", "fields": fields} if with_a_file else {}
            ),
            payload=payload,
            fetches=import_type in ORIGINS,
        )
        with self.runtime.engine.begin() as connection:
            accept(connection, job)
        return job.job_id

    def run(self, job_id: str) -> JobOutcome:
        runner.run(self.runtime, self.user_id, job_id)
        with self.runtime.engine.connect() as connection:
            outcome = job_outcome(connection, job_id)
        assert outcome is not None
        return outcome

    def imported(self, content: bytes | dict[str, Any], *args: str, **fields: str) -> Any:
        """The ImportDocument of an import that must succeed."""
        job_id = self.accept(content, *args, **fields)
        outcome = self.run(job_id)
        assert outcome.error_message is None, outcome
        return self.document(job_id)

    def document(self, import_id: str) -> Any:
        """The ImportDocument; None where there is none."""
        with self.runtime.engine.connect() as connection:
            return find_import(connection, import_id, Wire.BOTH)

    def query(self, sql: str, **parameters: Any) -> list[Any]:
        with self.runtime.engine.connect() as connection:
            return list(connection.execute(text(sql), parameters))

    def execute(self, sql: str, **parameters: Any) -> None:
        with self.runtime.engine.begin() as connection:
            connection.execute(text(sql), parameters)


@pytest.fixture
def importer(runtime: Runtime) -> Importer:
    return Importer(runtime)
