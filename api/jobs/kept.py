"""Long final answers, kept in this process for as long as Redis says that they are the ones.

The answer of an import of 5 000 scores is a third of a megabyte, which takes longer to come from
Redis than to go to the client. Of one that was read before, its seal is all that has to be read.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

from common.jobs.progress import FinalAnswer

LONG: Final = 16 * 1024  # bytes; shorter ones come as quickly as their seals
MOST: Final = 32 * 1024 * 1024  # bytes of all that are kept


class KeptAnswers:
    """By job; those that were not asked for the longest give way. Used by many threads.

    most: bytes of all.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._answers: dict[str, FinalAnswer] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, job_id: str) -> FinalAnswer | None:
        if not self._answers:
            return None
        with self._lock:
            answer = self._answers.pop(job_id, None)
            if answer is not None:
                self._answers[job_id] = answer  # now the last to give way
            return answer

    def keep(self, job_id: str, answer: FinalAnswer) -> FinalAnswer:
        """The answer, unless the same was kept before: then that.

        So clients that are slow to take it have one in memory between them. A short one is not
        kept, nor is one that there is no room for.
        """
        if not LONG <= len(answer.body) <= self._most:
            return answer
        with self._lock:
            # Worked out once: it is looked at with each poll.
            answer = replace(answer, known=answer.seal)
            before = self._answers.get(job_id)
            if before is not None and before.seal == answer.seal:
                return before
            self._forget(job_id)
            self._answers[job_id] = answer
            self._bytes += len(answer.body)
            while self._bytes > self._most:
                self._forget(next(iter(self._answers)))
            return answer

    def forget(self, job_id: str) -> None:
        with self._lock:
            self._forget(job_id)

    def _forget(self, job_id: str) -> None:
        answer = self._answers.pop(job_id, None)
        if answer is not None:
            self._bytes -= len(answer.body)
