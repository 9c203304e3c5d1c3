"""Requests and jobs as traces of OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says where to.

A job's span has its steps below it. Request and job are told apart and found together by the
request's id, which both have. The other OTEL_ variables are OpenTelemetry's own, and hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from common.settings import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE: Final = "score-import"
_SDK: Final = "opentelemetry.sdk.trace"

# Those that are None are left out.
Attributes = Mapping[str, str | int | None]

_provider: TracerProvider | None = None


def check(endpoint: str) -> None:
    """Raises SettingsError where nothing could be traced; an empty endpoint is well."""
    if endpoint and not (_is_here("opentelemetry.exporter.otlp.proto.http") and _is_here(_SDK)):
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the SDK of OpenTelemetry is not here: "
            "pip install 'score-import[telemetry]'"
        )


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:
        return False


def start(endpoint: str, process: str) -> None:
    """Traces from now on; an empty endpoint: nothing is. process: web, or worker.

    Raises SettingsError.
    """
    global _provider
    check(endpoint)
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    made = TracerProvider(
        resource=Resource.create({"service.name": SERVICE, "service.instance.kind": process})
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    made.add_span_processor(BatchSpanProcessor(exporter))
    _provider = made


def stop() -> None:
    """Sends what was traced, and traces nothing from now on."""
    global _provider
    if _provider is not None:
        _provider.shutdown()
    _provider = None


@contextmanager
def span(name: str, attributes: Attributes = MappingProxyType({})) -> Iterator[None]:
    """What is done within is a span, below the one it is within. Does nothing unless started."""
    if _provider is None:
        yield
        return
    tracer = _provider.get_tracer(SERVICE)
    with tracer.start_as_current_span(name, attributes=_known(attributes)):
        yield


def note(attributes: Attributes) -> None:
    """Adds to the span that is on."""
    if _provider is not None:
        from opentelemetry import trace

        trace.get_current_span().set_attributes(_known(attributes))


def _known(attributes: Attributes) -> dict[str, str | int]:
    return {key: value for key, value in attributes.items() if value is not None}
