"""The environment variables of the service, and what the documentation says of each.

`docs/configuration.md` is the table for operators; a test holds it against `VARIABLES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common import logs, service_settings
from common.setting_values import (
    choice,
    read_broker,
    read_flag,
    read_names,
    read_networks,
    read_origins,
    read_our_url,
    read_postgresql,
    read_redis,
    read_replica,
    read_seconds,
    read_text,
    read_webhooks,
    read_wire,
    whole,
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: how it is read, and what the documentation says of it."""

    name: str
    field: str
    read: Callable[[str], Any]
    default: str | None
    meaning: str


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DATABASE_URL",
        "database_url",
        read_postgresql,
        None,
        "PostgreSQL, e.g. `postgresql://user:password@host:5432/scores`",
    ),
    Variable(
        "REDIS_URL",
        "redis_url",
        read_redis,
        None,
        "Redis, e.g. `redis://:password@host:6379/0`, or by its Sentinels: "
        "`redis+sentinel://:password@host:26379,host:26379/0?master=scores`",
    ),
    Variable(
        "BROKER_URL",
        "broker_url",
        read_broker,
        "",
        "what carries messages to the workers: a Redis as in `REDIS_URL`, or RabbitMQ, "
        "`amqp://user:password@host:5672/vhost`; empty: the Redis of `REDIS_URL`",
    ),
    Variable(
        "DATABASE_REPLICA_URL",
        "database_replica_url",
        read_replica,
        "",
        "a standby that answers leaderboards, searches and other lists that may be a moment old; "
        "empty: PostgreSQL itself does",
    ),
    Variable(
        "OUR_URL",
        "our_url",
        read_our_url,
        None,
        "how clients reach the service; poll URLs start with it; no trailing slash",
    ),
    Variable("NAME", "name", read_text, "score-import", "the service's name in messages"),
    Variable("TYPE", "type", choice("kamai", "boku", "omni"), "omni", "which routes are served"),
    Variable(
        "DIALECT",
        "dialect",
        read_wire,
        "both",
        "whose documents are answered where a path names no game, and sent to webhooks: `v2`, `v3`"
        " or `both` in one",
    ),
    Variable(
        "GAMES",
        "games",
        read_names,
        "",
        "enabled games, comma-separated, in the order messages list them; empty: all",
    ),
    Variable(
        "IMPORT_TYPES",
        "import_types",
        read_names,
        "",
        "accepted import types, comma-separated, in the order messages list them; empty: all",
    ),
    Variable(
        "RATE_LIMIT",
        "rate_limit",
        whole(0),
        "500",
        "requests per minute for each user, or address for guests; 0: unlimited",
    ),
    Variable(
        "IMPORT_RATE_LIMIT",
        "import_rate_limit",
        whole(0),
        "5",
        "imports submitted per minute for each user; 0: unlimited",
    ),
    Variable(
        "LOGIN_RATE_LIMIT",
        "login_rate_limit",
        whole(0),
        "15",
        "failed attempts to log in or to register per ten minutes for each address, and four times "
        "as many for each user; 0: unlimited",
    ),
    Variable(
        "TRUSTED_PROXIES",
        "trusted_proxies",
        read_networks,
        "",
        "addresses or networks of the reverse proxies, comma-separated: what they say in "
        "X-Forwarded-For is whom guests are counted by; empty: nobody is believed",
    ),
    Variable(
        "CORS_ORIGINS",
        "cors_origins",
        read_origins,
        "",
        "origins whose pages may use the session cookie from a browser, comma-separated "
        "(`https://tracker.example.org`); pages of others can use tokens only",
    ),
    Variable(
        "REGISTRATION",
        "registration",
        choice("off", "invite", "open"),
        "off",
        "who may register: nobody (`off`), who has an invite code (`invite`), anybody (`open`)",
    ),
    Variable(
        "SESSION_DAYS",
        "session_days",
        whole(1),
        "365",
        "days after which a browser has to log in again",
    ),
    Variable(
        "SESSION_SAME_SITE",
        "session_same_site",
        choice("Lax", "Strict", "None"),
        "Lax",
        "the session cookie's SameSite; `None` only if pages of `CORS_ORIGINS` are on other sites, "
        "over https",
    ),
    Variable(
        "OAUTH_CLIENT_CAP",
        "oauth_client_cap",
        whole(0),
        "15",
        "API clients that one user may register; administrators may register any number",
    ),
    Variable(
        "BEATORAJA_QUEUE_SIZE",
        "beatoraja_queue_size",
        whole(2),
        "3",
        "how many players must have played an unknown BMS or PMS chart before it is added",
    ),
    Variable(
        "USC_QUEUE_SIZE",
        "usc_queue_size",
        whole(1),
        "3",
        "how many players the USC ranking says an unknown chart needs (nothing else follows of it)",
    ),
    Variable(
        "LENIENT_ENTRIES",
        "lenient_entries",
        read_flag,
        "true",
        "true: a score of batch-manual or direct-manual that breaks the format's rules is an "
        "error line, and unknown keys are passed over; false: the whole import is refused",
    ),
    Variable(
        "USE_EXTERNAL_SCORE_IMPORT_WORKER",
        "external_worker",
        read_flag,
        "true",
        "true: answer 202 and leave the work to the workers; false: import inside the request "
        "and answer 200 with the ImportDocument",
    ),
    Variable(
        "EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY",
        "worker_concurrency",
        whole(1),
        "2",
        "imports one worker works on at a time, each in a process of its own",
    ),
    Variable(
        "JOB_MAX_ATTEMPTS",
        "max_attempts",
        whole(1),
        "5",
        "how often a job is started before it is given up (workers that died count)",
    ),
    Variable(
        "JOB_DATABASE_PATIENCE",
        "database_patience",
        read_seconds,
        "600",
        "seconds for which a job that the database fails to take is tried again",
    ),
    Variable(
        "JOB_SOFT_TIME_LIMIT",
        "soft_time_limit",
        whole(1),
        "540",
        "seconds after which a running import is ended with a message",
    ),
    Variable(
        "JOB_HARD_TIME_LIMIT",
        "hard_time_limit",
        whole(2),
        "600",
        "seconds after which the process of a running import is killed",
    ),
    Variable(
        "SWEEP_INTERVAL",
        "sweep_interval",
        read_seconds,
        "2",
        "seconds between two looks for jobs that lost their message or their worker",
    ),
    Variable(
        "JOB_RETENTION",
        "job_retention",
        whole(1),
        "30",
        "days for which an ended job keeps its row; what poll-status and `GET /imports/:id` say "
        "does not depend on it",
    ),
    Variable(
        "MAX_QUEUED_JOBS",
        "max_queued_jobs",
        whole(1),
        "1000",
        "jobs a user may have waiting or running; one more is refused with 429",
    ),
    Variable(
        "MAX_QUEUED_BYTES",
        "max_queued_bytes",
        whole(1),
        "268435456",
        "bytes that the uploads of a user's waiting jobs may take as they are stored (compressed); "
        "one more is refused with 429",
    ),
    Variable(
        "MAX_ORPHANS",
        "max_orphans",
        whole(0),
        "100000",
        "orphaned scores that are kept for a user; what is beyond is reported in the import's "
        "errors",
    ),
    Variable(
        "REPLAY_QUOTA",
        "replay_quota",
        whole(0),
        "67108864",
        "bytes that the replays of a user may take; the oldest ones make room for new ones",
    ),
    Variable(
        "WAIT_SECONDS",
        "wait_seconds",
        read_seconds,
        "10",
        "longest time a request waits for its job (orphans, revert, edit, delete, score hooks) "
        "before it answers 202 with a poll URL",
    ),
    Variable(
        "WAITERS",
        "waiters",
        whole(0),
        "16",
        "requests that may wait so at a time in each web process; others get 202 at once",
    ),
    Variable(
        "WAITERS_PER_USER",
        "waiters_per_user",
        whole(0),
        "4",
        "requests of one user that may wait so at a time in each web process",
    ),
    Variable(
        "WORKER_HEALTH_DIRECTORY",
        "worker_health_directory",
        read_text,
        "",
        "where workers write down how they are, for `score-import worker-health`; empty: a folder "
        "of the account in the system's temporary one",
    ),
    Variable(
        "WEBHOOKS",
        "webhooks",
        read_webhooks,
        "",
        "who is told of class changes, goals and quests: comma-separated, for each receiver its "
        "URL, a vertical bar and its secret; empty: nobody",
    ),
    Variable("WEB_WORKERS", "web_workers", whole(1), "2", "gunicorn worker processes"),
    Variable("WEB_THREADS", "web_threads", whole(1), "8", "threads in each of them"),
    Variable("BIND", "bind", read_text, "127.0.0.1:8000", "where gunicorn listens"),
    Variable(
        "SENTRY_DSN",
        "sentry_dsn",
        read_text,
        "",
        "where failures that are our fault are reported to (extra `sentry`); empty: nowhere",
    ),
    Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "otlp_endpoint",
        read_text,
        "",
        "where traces of requests and jobs are sent to, by OTLP over HTTP (extra `telemetry`): "
        "`http://collector:4318`; empty: nowhere",
    ),
    Variable(
        "LOG_LEVEL",
        "log_level",
        choice("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "the least severe messages that are logged",
    ),
    Variable(
        "LOG_FORMAT",
        "log_format",
        choice(logs.TEXT, logs.JSON),
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
    Variable("MYT_AUTH_TOKEN", "myt_auth_token", read_text, "", "the token MYT knows us by"),
    Variable(
        "MYT_CA_FILE",
        "myt_ca_file",
        read_text,
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
        read_seconds,
        "5",
        "seconds another service has to accept a connection",
    ),
    Variable(
        "SERVICE_TIMEOUT",
        "service_timeout",
        read_seconds,
        "60",
        "seconds another service has for one answer, all of it",
    ),
    Variable(
        "SERVICE_IDLE_TIMEOUT",
        "service_idle_timeout",
        read_seconds,
        "60",
        "seconds another service has for the next message of a stream",
    ),
)
