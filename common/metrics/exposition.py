"""All metrics of the service, as Prometheus reads them, from one place for all its processes."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from common.database.engine import autocommit
from common.database.failures import in_a_line
from common.metrics import depth_rows, signs
from common.metrics.counting import Counter, Histogram, Sample, counted
from common.metrics.measures import COUNTERS, HISTOGRAMS

log = logging.getLogger(__name__)

UP: Final = ("score_import_up", "Whether a server that the service needs answers.", ["server"])


class ServiceCollector(Collector):
    """Asks PostgreSQL and Redis each time that somebody looks; what is away is left out."""

    def __init__(self, engine: Engine, redis: Redis) -> None:
        self._engine = engine
        self._redis = redis

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(UP[0], UP[1], labels=UP[2])
        for server, ask, away in (
            ("postgresql", self._postgresql, SQLAlchemyError),
            ("redis", self._of_redis, RedisError),
        ):
            try:
                found = list(ask())
            except away as problem:
                log.warning("%s does not answer: %s", server, in_a_line(problem))
                up.add_metric([server], 0)
            else:
                up.add_metric([server], 1)
                yield from found
        yield up

    def _postgresql(self) -> Iterator[Metric]:
        with self._engine.connect() as connection, autocommit(connection):
            jobs = GaugeMetricFamily(
                "score_import_jobs",
                "Jobs that wait (queued) or run.",
                labels=["state", "kind", "type"],
            )
            for row in depth_rows.unfinished_jobs(connection):
                jobs.add_metric([row.state, row.kind, row.type], row.how_many)
            yield jobs
            yield GaugeMetricFamily(
                "score_import_queue_age_seconds",
                "Since the acceptance of the oldest job that waits and that somebody waits for.",
                value=depth_rows.queue_age(connection),
            )
            pauses = GaugeMetricFamily(
                "score_import_queue_paused",
                "Whether those who run the service have paused all jobs, or those in background.",
                labels=["lane"],
            )
            for row in depth_rows.lanes(connection):
                pauses.add_metric([row.lane], row.is_paused)
            yield pauses
            versions = GaugeMetricFamily(
                "score_import_catalogue_version", "Rises with each change.", labels=["game"]
            )
            for row in depth_rows.catalogue_versions(connection):
                versions.add_metric([row.game], row.version)
            yield versions
            deliveries = GaugeMetricFamily(
                "score_import_deliveries_kept",
                "Deliveries of events to be made (pending), and given up (dead).",
                labels=["state"],
            )
            for row in depth_rows.kept_deliveries(connection):
                deliveries.add_metric([row.state], row.how_many)
            yield deliveries
            sessions = GaugeMetricFamily(
                "score_import_database_sessions",
                "Sessions of PostgreSQL: the pools of all processes.",
                labels=["application", "state"],
            )
            for row in depth_rows.sessions(connection):
                sessions.add_metric([row.application, row.state], row.how_many)
            yield sessions
            yield GaugeMetricFamily(
                "score_import_database_sessions_most",
                "Sessions that PostgreSQL allows.",
                value=depth_rows.most_sessions(connection),
            )

    def _of_redis(self) -> Iterator[Metric]:
        workers = signs.workers(self._redis)
        yield GaugeMetricFamily(
            "score_import_workers_consuming", "Workers that take jobs.", value=len(workers)
        )
        yield GaugeMetricFamily(
            "score_import_worker_processes", "Their processes.", value=sum(workers.values())
        )
        age = signs.upkeep_age(self._redis)
        if age is not None:
            yield GaugeMetricFamily(
                "score_import_upkeep_age_seconds", "Since the upkeep was done last.", value=age
            )
        samples = counted(self._redis)
        for counter in COUNTERS:
            yield _counter(counter, samples)
        for histogram in HISTOGRAMS:
            yield _histogram(histogram, samples)


def registry(engine: Engine, redis: Redis) -> CollectorRegistry:
    """What the servers of prometheus-client serve."""
    made = CollectorRegistry()
    made.register(ServiceCollector(engine, redis))
    return made


def _counter(of: Counter, samples: dict[Sample, float]) -> Metric:
    family = CounterMetricFamily(of.name, of.meaning, labels=of.labels)
    if not of.labels:
        family.add_metric([], samples.get((of.name,), 0))
        return family
    for (name, *labels), value in samples.items():
        if name == of.name and len(labels) == len(of.labels):
            family.add_metric(labels, value)
    return family


def _histogram(of: Histogram, samples: dict[Sample, float]) -> Metric:
    family = HistogramMetricFamily(of.name, of.meaning, labels=of.labels)
    buckets: dict[Sample, dict[str, float]] = defaultdict(dict)
    for (name, *labels), value in samples.items():
        if name == f"{of.name}_bucket" and len(labels) == len(of.labels) + 1:
            buckets[tuple(labels[:-1])][labels[-1]] = value
    for key, found in buckets.items():
        total, cumulated = 0.0, []
        for bound in (*map(str, of.bounds), "+Inf"):
            total += found.get(bound, 0)
            cumulated.append((bound, total))
        family.add_metric(list(key), cumulated, samples.get((f"{of.name}_sum", *key), 0))
    return family
