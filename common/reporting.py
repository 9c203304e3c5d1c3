"""Failures that are our fault, reported to Sentry where SENTRY_DSN names one.

"This has been reported!" is said only then. What is sent: the error with its stack, the reference
that its user reads, and whose it is (as in log lines); no local variables, bodies or headers.
"""

from __future__ import annotations

from typing import Final

from common import log_context
from common.settings import SettingsError

REPORTED: Final = "This has been reported!"
# Seconds that what was reported last has to be sent, at the end of a process.
LAST_WORDS: Final = 2.0

_on = False


def check(dsn: str) -> None:
    """Raises SettingsError where nothing could be reported with this dsn; an empty one is well."""
    if not dsn:
        return
    try:
        from sentry_sdk.utils import BadDsn, Dsn
    except ImportError as missing:
        raise SettingsError(
            "SENTRY_DSN is set, and sentry-sdk is not here: pip install 'score-import[sentry]'"
        ) from missing
    try:
        Dsn(dsn)
    except BadDsn as problem:
        raise SettingsError(f"SENTRY_DSN is not usable: {problem}") from problem


def start(dsn: str) -> None:
    """Reports from now on; an empty dsn: nothing is. Raises SettingsError."""
    global _on
    check(dsn)
    if not dsn:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_request_body_size="never",
        shutdown_timeout=LAST_WORDS,
    )
    _on = True


def stop() -> None:
    """Sends what was reported, and reports nothing from now on."""
    global _on
    if _on:
        import sentry_sdk

        sentry_sdk.flush(LAST_WORDS)
        sentry_sdk.init(dsn=None)
    _on = False


def told(message: str) -> str:
    """A message about a fault of ours, which says that it was reported where it was."""
    return f"{message} {REPORTED}" if _on else message


def report(problem: BaseException, reference: str | None = None) -> None:
    """Reports a fault of ours. Never fails, and waits for nothing."""
    if not _on:
        return
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        for name, value in log_context.current().items():
            scope.set_tag(name, str(value))
        if reference is not None:
            scope.set_tag("reference", reference)
        sentry_sdk.capture_exception(problem)
