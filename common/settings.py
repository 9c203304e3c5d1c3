"""Settings: read from the environment once, checked at start, passed on as one value.

No other module reads the environment. `docs/configuration.md` is the table for operators; a
test holds it against `VARIABLES`.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from common import logs, service_settings
from common.service_settings import OAuthClient, Services
from common.wire import Wire

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """The environment is unusable; the message names each variable and what is wrong."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of events. The secret is known to it and us only, and never shown."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service was told. Durations are seconds unless a name says otherwise."""

    database_url: str
    redis_url: str
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
    def visibility_timeout(self) -> int:
        """Redis redelivers an unacknowledged message after this: well above any running job."""
        return self.hard_time_limit + 600


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: how it is read, and what the documentation says of it."""

    name: str
    field: str
    read: Callable[[str], Any]
    default: str | None
    meaning: str


def _text(value: str) -> str:
    return value


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if urlsplit(value).scheme not in schemes:
            raise ValueError(f"expected a URL that starts with {' or '.join(schemes)}://")
        return value

    return read


def _our_url(value: str) -> str:
    _url("http", "https")(value)
    if value.endswith("/"):
        raise ValueError("must not end in /")
    return value


def _choice(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return value

    return read


def _wire(value: str) -> Wire:
    return Wire(_choice(*Wire)(value))


def _flag(value: str) -> bool:
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("expected true or false")


def _whole(low: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or int(value) < low:
            raise ValueError(f"expected a whole number, at least {low}")
        return int(value)

    return read


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not seconds > 0:
        raise ValueError("expected a number of seconds above 0")
    return seconds


def _names(value: str) -> tuple[str, ...]:
    """A comma-separated list; empty = everything that is built, in its own order."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(each) for each in _names(value))
    except ValueError as problem:
        raise ValueError(f"expected addresses or networks: {problem}") from None


def _origins(value: str) -> frozenset[str]:
    for place, origin in enumerate(_names(value), start=1):
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"origin {place}: expected scheme, host and port, no path")
        if "*" in origin or "@" in origin or not parts.hostname:
            raise ValueError(f"origin {place}: expected one host")
    return frozenset(origin.lower() for origin in _names(value))


def _webhooks(value: str) -> tuple[Webhook, ...]:
    """`url|secret`, several separated by commas. No problem names a secret."""
    webhooks: dict[str, Webhook] = {}
    for place, entry in enumerate(_names(value), start=1):
        url, bar, secret = entry.rpartition("|")
        parts = urlsplit(url)
        if not bar or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"receiver {place}: expected url|secret with an http or https URL")
        if parts.username is not None or parts.fragment or not _is_visible_ascii(url):
            raise ValueError(f"receiver {place}: the URL may hold neither a user nor a fragment")
        if not secret or not _is_visible_ascii(secret):
            raise ValueError(f"receiver {place}: the secret must be made of ASCII, no spaces")
        if url in webhooks:
            raise ValueError(f"receiver {place}: the same URL is named twice")
        webhooks[url] = Webhook(url, secret)
    return tuple(webhooks.values())


def _is_visible_ascii(text: str) -> bool:
    return all("!" <= character <= "~" for character in text)


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DATABASE_URL",
        "database_url",
        _url("postgresql", "postgresql+psycopg2", "postgres"),
        None,
        "PostgreSQL, e.g. `postgresql://user:password@host:5432/scores`",
    ),
    Variable(
        "REDIS_URL",
        "redis_url",
        _url("redis", "rediss"),
        None,
        "Redis, e.g. `redis://:password@host:6379/0`",
    ),
    Variable(
        "OUR_URL",
        "our_url",
        _our_url,
        None,
        "how clients reach the service; poll URLs start with it; no trailing slash",
    ),
    Variable("NAME", "name", _text, "score-import", "the service's name in messages"),
    Variable("TYPE", "type", _choice("kamai", "boku", "omni"), "omni", "which routes are served"),
    Variable(
        "DIALECT",
        "dialect",
        _wire,
        "both",
        "whose documents are answered where a path names no game: `v2`, `v3` or `both` in one",
    ),
    Variable(
        "GAMES",
        "games",
        _names,
        "",
        "enabled games, comma-separated, in the order messages list them; empty: all",
    ),
    Variable(
        "IMPORT_TYPES",
        "import_types",
        _names,
        "",
        "accepted import types, comma-separated, in the order messages list them; empty: all",
    ),
    Variable(
        "RATE_LIMIT",
        "rate_limit",
        _whole(0),
        "500",
        "requests per minute for each user, or address for guests; 0: unlimited",
    ),
    Variable(
        "IMPORT_RATE_LIMIT",
        "import_rate_limit",
        _whole(0),
        "5",
        "imports submitted per minute for each user; 0: unlimited",
    ),
    Variable(
        "LOGIN_RATE_LIMIT",
        "login_rate_limit",
        _whole(0),
        "15",
        "failed attempts to log in or to register per ten minutes for each address, and four times "
        "as many for each user; 0: unlimited",
    ),
    Variable(
        "TRUSTED_PROXIES",
        "trusted_proxies",
        _networks,
        "",
        "addresses or networks of the reverse proxies, comma-separated: what they say in "
        "X-Forwarded-For is whom guests are counted by; empty: nobody is believed",
    ),
    Variable(
        "CORS_ORIGINS",
        "cors_origins",
        _origins,
        "",
        "origins whose pages may use the session cookie from a browser, comma-separated "
        "(`https://tracker.example.org`); pages of others can use tokens only",
    ),
    Variable(
        "REGISTRATION",
        "registration",
        _choice("off", "invite", "open"),
        "off",
        "who may register: nobody (`off`), who has an invite code (`invite`), anybody (`open`)",
    ),
    Variable(
        "SESSION_DAYS",
        "session_days",
        _whole(1),
        "365",
        "days after which a browser has to log in again",
    ),
    Variable(
        "SESSION_SAME_SITE",
        "session_same_site",
        _choice("Lax", "Strict", "None"),
        "Lax",
        "the session cookie's SameSite; `None` only if pages of `CORS_ORIGINS` are on other sites, "
        "over https",
    ),
    Variable(
        "OAUTH_CLIENT_CAP",
        "oauth_client_cap",
        _whole(0),
        "15",
        "API clients that one user may register; administrators may register any number",
    ),
    Variable(
        "BEATORAJA_QUEUE_SIZE",
        "beatoraja_queue_size",
        _whole(2),
        "3",
        "how many players must have played an unknown BMS or PMS chart before it is added",
    ),
    Variable(
        "USC_QUEUE_SIZE",
        "usc_queue_size",
        _whole(1),
        "3",
        "how many players the USC ranking says an unknown chart needs (nothing else follows of it)",
    ),
    Variable(
        "LENIENT_ENTRIES",
        "lenient_entries",
        _flag,
        "true",
        "true: a score of batch-manual or direct-manual that breaks the format's rules is an "
        "error line, and unknown keys are passed over; false: the whole import is refused",
    ),
    Variable(
        "USE_EXTERNAL_SCORE_IMPORT_WORKER",
        "external_worker",
        _flag,
        "true",
        "true: answer 202 and leave the work to the workers; false: import inside the request "
        "and answer 200 with the ImportDocument",
    ),
    Variable(
        "EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY",
        "worker_concurrency",
        _whole(1),
        "2",
        "imports one worker works on at a time, each in a process of its own",
    ),
    Variable(
        "JOB_MAX_ATTEMPTS",
        "max_attempts",
        _whole(1),
        "5",
        "how often a job is started before it is given up (workers that died count)",
    ),
    Variable(
        "JOB_DATABASE_PATIENCE",
        "database_patience",
        _seconds,
        "600",
        "seconds for which a job that the database fails to take is tried again",
    ),
    Variable(
        "JOB_SOFT_TIME_LIMIT",
        "soft_time_limit",
        _whole(1),
        "540",
        "seconds after which a running import is ended with a message",
    ),
    Variable(
        "JOB_HARD_TIME_LIMIT",
        "hard_time_limit",
        _whole(2),
        "600",
        "seconds after which the process of a running import is killed",
    ),
    Variable(
        "SWEEP_INTERVAL",
        "sweep_interval",
        _seconds,
        "2",
        "seconds between two looks for jobs that lost their message or their worker",
    ),
    Variable(
        "JOB_RETENTION",
        "job_retention",
        _whole(1),
        "30",
        "days for which an ended job keeps its row; what poll-status and `GET /imports/:id` say "
        "does not depend on it",
    ),
    Variable(
        "MAX_QUEUED_JOBS",
        "max_queued_jobs",
        _whole(1),
        "1000",
        "jobs a user may have waiting or running; one more is refused with 429",
    ),
    Variable(
        "MAX_QUEUED_BYTES",
        "max_queued_bytes",
        _whole(1),
        "268435456",
        "bytes that the uploads of a user's waiting jobs may take as they are stored (compressed); "
        "one more is refused with 429",
    ),
    Variable(
        "MAX_ORPHANS",
        "max_orphans",
        _whole(0),
        "100000",
        "orphaned scores that are kept for a user; what is beyond is reported in the import's "
        "errors",
    ),
    Variable(
        "REPLAY_QUOTA",
        "replay_quota",
        _whole(0),
        "67108864",
        "bytes that the replays of a user may take; the oldest ones make room for new ones",
    ),
    Variable(
        "WAIT_SECONDS",
        "wait_seconds",
        _seconds,
        "10",
        "longest time a request waits for its job (orphans, revert, edit, delete, score hooks) "
        "before it answers 202 with a poll URL",
    ),
    Variable(
        "WAITERS",
        "waiters",
        _whole(0),
        "16",
        "requests that may wait so at a time in each web process; others get 202 at once",
    ),
    Variable(
        "WAITERS_PER_USER",
        "waiters_per_user",
        _whole(0),
        "4",
        "requests of one user that may wait so at a time in each web process",
    ),
    Variable(
        "WORKER_HEALTH_DIRECTORY",
        "worker_health_directory",
        _text,
        "",
        "where workers write down how they are, for `score-import worker-health`; empty: a folder "
        "of the account in the system's temporary one",
    ),
    Variable(
        "WEBHOOKS",
        "webhooks",
        _webhooks,
        "",
        "who is told of class changes, goals and quests: comma-separated, for each receiver its "
        "URL, a vertical bar and its secret; empty: nobody",
    ),
    Variable("WEB_WORKERS", "web_workers", _whole(1), "2", "gunicorn worker processes"),
    Variable("WEB_THREADS", "web_threads", _whole(1), "8", "threads in each of them"),
    Variable("BIND", "bind", _text, "127.0.0.1:8000", "where gunicorn listens"),
    Variable(
        "LOG_LEVEL",
        "log_level",
        _choice("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "the least severe messages that are logged",
    ),
    Variable(
        "LOG_FORMAT",
        "log_format",
        _choice(logs.TEXT, logs.JSON),
        logs.TEXT,
        "`text`: lines to be read on a terminal; `json`: an object a line, for what collects logs",
    ),
    *(
        variable
        for name in service_settings.KAI_SERVICES
        for variable in (
            Variable(
                f"{name}_API_URL",
                f"{name.lower()}_api_url",
                service_settings.read_url,
                "",
                f"where {name} is reached; empty: it is not offered",
            ),
            Variable(
                f"{name}_OAUTH2_INFO",
                f"{name.lower()}_oauth2_info",
                service_settings.read_oauth,
                "",
                f"as what we are registered with {name}: a JSON object with `CLIENT_ID`, "
                "`CLIENT_SECRET` and `REDIRECT_URI`",
            ),
        )
    ),
    *(
        Variable(
            f"CG_{name.upper()}_CONFIG",
            f"cg_{name}_config",
            service_settings.read_cg,
            "",
            f"CG's service `{name}`: a JSON object with `URL` and `API_KEY`; "
            "empty: it is not offered",
        )
        for name in service_settings.CG_SERVICES
    ),
    Variable(
        "MYT_API_HOST",
        "myt_api_host",
        service_settings.read_grpc_target,
        "",
        "where MYT is reached: `host`, `host:port` or `grpcs://host:port` for TLS, "
        "`grpc://host:port` without; empty: it is not offered",
    ),
    Variable("MYT_AUTH_TOKEN", "myt_auth_token", _text, "", "the token MYT knows us by"),
    Variable(
        "MYT_CA_FILE",
        "myt_ca_file",
        _text,
        "",
        "a PEM file of who may vouch for MYT's certificate; empty: the usual authorities",
    ),
    Variable(
        "CREDENTIAL_KEYS",
        "credential_keys",
        service_settings.read_keys,
        "",
        "what users' credentials with other services are encrypted with, comma-separated: the "
        "first encrypts, all decrypt; `score-import keys new` makes one",
    ),
    Variable(
        "SERVICE_CONNECT_TIMEOUT",
        "service_connect_timeout",
        _seconds,
        "5",
        "seconds another service has to accept a connection",
    ),
    Variable(
        "SERVICE_TIMEOUT",
        "service_timeout",
        _seconds,
        "60",
        "seconds another service has for one answer, all of it",
    ),
    Variable(
        "SERVICE_IDLE_TIMEOUT",
        "service_idle_timeout",
        _seconds,
        "60",
        "seconds another service has for the next message of a stream",
    ),
)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (the process's own by default); raises SettingsError."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        given = environ.get(variable.name) or variable.default
        if given is None:
            problems.append(f"{variable.name} is not set ({variable.meaning})")
            continue
        try:
            values[variable.field] = variable.read(given)
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
    if values["games"] and ("bms" in values["games"]) != ("pms" in values["games"]):
        problems.append("GAMES must name bms and pms both, or neither")
    if values["session_same_site"] == "None" and not values["our_url"].startswith("https:"):
        problems.append("SESSION_SAME_SITE None needs an OUR_URL with https")
    return problems + service_settings.contradictions(values)
