"""All that processes count, in one list. What else is measured is asked of the servers when
somebody looks: see `common.metrics.exposition`.
"""

from __future__ import annotations

from typing import Final

from common.metrics.counting import Counter, Histogram

_SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)

JOBS: Final = Counter(
    "score_import_jobs_ended",
    "Runs of jobs that came to an end; error: the code, of those that failed.",
    ("kind", "type", "outcome", "error"),
)
JOB_SECONDS: Final = Histogram(
    "score_import_job_seconds", "How long a run of a job took.", ("kind",), _SECONDS
)
STEP_SECONDS: Final = Histogram(
    "score_import_step_seconds", "How long a step of an import took.", ("step",), _SECONDS
)
SCORES: Final = Counter("score_import_scores_stored", "Scores that imports brought.", ("game",))
TROUBLES: Final = Counter(
    "score_import_database_troubles", "Times that the database failed a job, which is tried again."
)
RESENT: Final = Counter(
    "score_import_messages_resent", "Messages that were lost, and sent again by the upkeep."
)
REQUESTS: Final = Counter(
    "score_import_requests", "Requests that were answered, beside polls.", ("status",)
)
POLLS: Final = Counter(
    "score_import_polls",
    "Polls that were answered: ongoing, completed, failed, unknown or refused.",
    ("answer",),
)
LIMITS: Final = Counter(
    "score_import_limits_hit", "Requests refused because of a limit.", ("limit",)
)
DELIVERIES: Final = Counter(
    "score_import_deliveries",
    "Attempts to deliver an event: accepted, failed (and tried again), or given up.",
    ("outcome",),
)

COUNTERS: Final = (JOBS, SCORES, TROUBLES, RESENT, REQUESTS, POLLS, LIMITS, DELIVERIES)
HISTOGRAMS: Final = (JOB_SECONDS, STEP_SECONDS)
