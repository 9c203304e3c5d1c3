"""Settings: read from the environment once, checked at start, passed on as one value.

No other module reads the environment; `common.variables` says what is read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from common import service_settings
from common.service_settings import OAuthClient, Services
from common.setting_values import Network, Webhook
from common.variables import VARIABLES
from common.wire import Wire


class SettingsError(Exception):
    """The environment is unusable; the message names each variable and what is wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service was told. Durations are seconds unless a name says otherwise."""

    database_url: str
    redis_url: str
    broker_url: str
    database_replica_url: str
    our_url: str
    name: str
    type: Literal["kamai", "boku", "omni"]
    dialect: Wire
    games: tuple[str, ...]
    import_types: tuple[str, ...]
    rate_limit: int
    import_rate_limit: int
    login_rate_limit: int
    trusted_proxies: tuple[Network, ...]
    cors_origins: frozenset[str]
    registration: Literal["off", "invite", "open"]
    session_days: int
    session_same_site: Literal["Lax", "Strict", "None"]
    oauth_client_cap: int
    beatoraja_queue_size: int
    usc_queue_size: int
    lenient_entries: bool
    external_worker: bool
    worker_concurrency: int
    max_attempts: int
    database_patience: float
    soft_time_limit: int
    hard_time_limit: int
    sweep_interval: float
    job_retention: int
    max_queued_jobs: int
    max_queued_bytes: int
    max_orphans: int
    replay_quota: int
    wait_seconds: float
    waiters: int
    waiters_per_user: int
    worker_health_directory: str
    webhooks: tuple[Webhook, ...]
    web_workers: int
    web_threads: int
    bind: str
    sentry_dsn: str = field(repr=False)
    otlp_endpoint: str
    log_level: str
    log_format: str
    flo_api_url: str
    flo_oauth2_info: OAuthClient | None
    eag_api_url: str
    eag_oauth2_info: OAuthClient | None
    min_api_url: str
    min_oauth2_info: OAuthClient | None
    cg_dev_config: tuple[str, str] | None = field(repr=False)
    cg_nag_config: tuple[str, str] | None = field(repr=False)
    cg_gan_config: tuple[str, str] | None = field(repr=False)
    myt_api_host: tuple[str, bool] | None
    myt_auth_token: str = field(repr=False)
    myt_ca_file: str
    credential_keys: tuple[str, ...] = field(repr=False)
    service_connect_timeout: float
    service_timeout: float
    service_idle_timeout: float

    @property
    def services(self) -> Services:
        """The other services that scores are fetched from."""
        return service_settings.assemble({name: getattr(self, name) for name in self.__slots__})

    @property
    def broker(self) -> str:
        """The URL of what carries messages."""
        return self.broker_url or self.redis_url

    @property
    def visibility_timeout(self) -> int:
        """Redis redelivers an unacknowledged message after this: well above any running job."""
        return self.hard_time_limit + 600


def given_value(name: str, environ: Mapping[str, str] | None = None) -> str:
    """What the variable holds, or the file that `<name>_FILE` names; empty where neither is given.

    Raises ValueError where the file cannot be read, or both are given.
    """
    environ = os.environ if environ is None else environ
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if not file:
        return value
    if value:
        raise ValueError(f"{name}_FILE is given as well: give one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"{name}_FILE: {file} cannot be read ({problem})") from None


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (the process's own by default); raises SettingsError."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        try:
            text = given_value(variable.name, environ) or variable.default
            if text is None:
                problems.append(f"{variable.name} is not set ({variable.meaning})")
            else:
                values[variable.field] = variable.read(text)
        except ValueError as problem:
            problems.append(f"{variable.name}: {problem}")
    if not problems:
        problems += _contradictions(values)
    if problems:
        raise SettingsError("The environment is not usable:\n  " + "\n  ".join(problems))
    return Settings(**values)


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    problems = []
    if values["soft_time_limit"] >= values["hard_time_limit"]:
        problems.append("JOB_SOFT_TIME_LIMIT must be below JOB_HARD_TIME_LIMIT")
    if values["games"]:
        # Loading all games takes long for a command that only asks for the database's address.
        from common.games.registry import torn_apart

        if together := torn_apart(values["games"]):
            problems.append(f"GAMES must name all of {' and '.join(together)}, or none of them")
    if values["session_same_site"] == "None" and not values["our_url"].startswith("https:"):
        problems.append("SESSION_SAME_SITE None needs an OUR_URL with https")
    return problems + service_settings.contradictions(values)
