"""Faults are reported and jobs are traced, to real servers, where those are named."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from cli.local import services
from common import reporting, tracing
from tests.support.importer import Importer
from tests.support.receiver import Received, Receiver, receiving, status
from tests.support.stack import ROOT, Stack, batch_manual
from worker import runner
from worker.imports import pipeline


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        made.behaviour = status(200)
        yield made
        reporting.stop()
        tracing.stop()


def content(received: Received) -> bytes:
    packed = received.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(received.body) if packed else received.body


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("the cause")


def test_a_fault_of_ours_is_reported_and_its_user_told(
    importer: Importer, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporting.start(receiver.url.replace("http://", "http://key@").partition("/hook")[0] + "/1")
    monkeypatch.setattr(pipeline, "convert", broken)
    job_id = importer.accept(batch_manual(1, service="a secret of theirs"))
    outcome = importer.run(job_id)
    assert outcome.error_message == f"{runner.INTERNAL_ERROR} {reporting.REPORTED}"
    reporting.stop()
    (received,) = receiver.received
    event = next(
        json.loads(line) for line in content(received).splitlines() if b'"exception"' in line
    )
    assert event["exception"]["values"][-1]["value"] == "the cause"
    assert event["tags"]["reference"] == outcome.error_reference
    assert event["tags"]["job"] == job_id
    assert b"a secret of theirs" not in content(received)


def test_without_a_reporter_nobody_is_told_that_it_was_reported(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "convert", broken)
    outcome = importer.run(importer.accept(batch_manual(1)))
    assert outcome.error_message == runner.INTERNAL_ERROR
    assert "reported" not in runner.INTERNAL_ERROR


def test_a_job_is_a_trace_with_its_steps(importer: Importer, receiver: Receiver) -> None:
    tracing.start(receiver.url.partition("/hook")[0], "worker")
    job_id = importer.accept(batch_manual(1))
    importer.run(job_id)
    tracing.stop()
    spans = {}
    for received in receiver.received:
        assert received.path == "/v1/traces"
        request = ExportTraceServiceRequest.FromString(content(received))
        for resource in request.resource_spans:
            spans |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
    job = spans["import"]
    attributes = {each.key: each.value.string_value for each in job.attributes}
    assert attributes["job.id"] == job_id
    assert spans["store"].parent_span_id == job.span_id
    assert {"collect", "convert", "store", "goals", "document"} <= set(spans)


@pytest.mark.parametrize(
    ("starts", "missing", "extra"),
    [
        ("reporting.start('http://key@127.0.0.1/1')", "sentry_sdk", "sentry"),
        ("tracing.start('http://127.0.0.1', 'web')", "opentelemetry", "telemetry"),
    ],
)
def test_what_is_not_installed_is_named(starts: str, missing: str, extra: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"from common import reporting, tracing\n{starts}"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert f"pip install 'score-import[{extra}]'" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "missing", "told"),
    [
        ("SENTRY_DSN", "http://key@127.0.0.1/1", "sentry_sdk", "score-import[sentry]"),
        ("SENTRY_DSN", "http://127.0.0.1/nothing", None, "SENTRY_DSN is not usable: Missing"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:1",
            "opentelemetry",
            "score-import[telemetry]",
        ),
    ],
)
def test_a_worker_that_could_not_report_or_trace_does_not_start(
    variable: str, value: str, missing: str | None, told: str, stack: Stack, tmp_path: Path
) -> None:
    (hidden := tmp_path / "hidden").mkdir()
    if missing is not None:
        (hidden / f"{missing}.py").write_text("raise ImportError")
    done = subprocess.run(
        [sys.executable, "-m", *services.WORKER],
        cwd=ROOT,
        env={**stack.environment, variable: value, "PYTHONPATH": f"{hidden}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 78
    assert told in done.stderr
    assert "Traceback" not in done.stderr
