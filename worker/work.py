"""One run of a job: what the code of its kind is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from common.jobs.outcomes import completed_answer, job_answer
from common.jobs.progress import FinalAnswer, ProgressReporter
from worker.jobs import ClaimedJob, JobLost
from worker.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed job in the hands of the worker that holds its user's lock.

    connection: holds the lock. The runner commits what was written by it together with the
    job's end; until then nobody sees it.
    """

    runtime: Runtime
    connection: Connection
    job: ClaimedJob
    progress: ProgressReporter

    @property
    def user_id(self) -> int:
        return self.job.user_id

    def tell(self, text: str) -> None:
        """Tells whoever polls what is being done; at most some ten times a second.

        Raises JobLost where the job was cancelled meanwhile.
        """
        self.progress.tell(text)
        self._check()

    def tell_now(self, text: str) -> None:
        self.progress.tell_now(text)
        self._check()

    def _check(self) -> None:
        if self.progress.is_cancelled:
            raise JobLost(f"job {self.job.job_id}")

    def now(self) -> int:
        """Milliseconds since the epoch; what documents are stamped with."""
        return self.runtime.clock()


@dataclass(frozen=True, slots=True)
class Imported:
    """An import was applied: its ImportDocument, which is stored."""

    document: dict[str, Any]

    # What the job's row keeps beside its end: nothing, for the document is found by its id.
    result: None = None
    # Imports of which what poll-status says has changed.
    changed_imports: Sequence[str] = ()

    def answer(self) -> FinalAnswer:
        return completed_answer(self.document)


@dataclass(frozen=True, slots=True)
class Done:
    """A job that is no import ran well: what whoever waits for it is answered."""

    description: str
    body: Any
    changed_imports: Sequence[str] = ()

    @property
    def result(self) -> dict[str, Any]:
        return {"description": self.description, "body": self.body}

    def answer(self) -> FinalAnswer:
        return job_answer(self.result)


Result = Imported | Done
