"""The Flask application: what happens around every endpoint.

Source: specification, http-api.md sections 1, 2, 9 and 10.
"""

from __future__ import annotations

import codecs
import logging
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from api.http import bodies, context, cors, cross_site, limits
from api.http.admission import Admission, Admissions
from api.http.answers import AWAY_SECONDS, DATABASE_AWAY, HEADERS, UNEXPECTED, failure
from api.http.context import RequestContext
from api.http.database_faults import told_of_database
from api.http.dialects import ENVELOPE, blueprint_of_request
from api.http.matched_rule import MatchedRule
from api.http.service import EXTENSION, Service, service
from api.jobs.door import check_names, make_processor
from api.jobs.elsewhere import Elsewhere
from api.jobs.polling import Polls
from api.jobs.streaming import Streams
from api.routes import ROUTES
from api.web.rendering import failed, wants_a_page
from common import log_context, reporting, tracing
from common.database import failures
from common.database.schema_guard import guard_schema
from common.database.watcher import open_watched_engine
from common.errors import UserError
from common.jobs.accepting import TooLate
from common.metrics.counting import tally
from common.metrics.measures import REQUESTS
from common.redis_client import open_redis
from common.settings import Settings, SettingsError
from common.text import json_reading

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

JSON_LIMIT = 4 * 1024 * 1024  # bytes


def create_app(settings: Settings) -> Flask:
    """The application; raises SettingsError where it could not do its work."""
    problems = check_names(settings)
    if problems:
        raise SettingsError("The environment is not usable:\n  " + "\n  ".join(problems))
    app = Flask("score-import", static_folder=None)
    app.url_rule_class = MatchedRule
    app.url_map.strict_slashes = False
    # Paths are taken as they come: a doubled slash makes another path, and no redirect.
    app.url_map.merge_slashes = False
    engine = guard_schema(
        open_watched_engine(
            settings.database_url, pool_size=settings.web_threads + settings.waiters
        )
    )
    redis = open_redis(settings.redis_url)
    tally.publish_to(redis)
    reporting.start(settings.sentry_dsn)
    tracing.start(settings.otlp_endpoint, "web")
    processor = make_processor(settings, engine, redis)
    admissions = Admissions(settings, engine, redis)
    here = Service(settings, engine, redis, processor, admissions, Elsewhere())
    if settings.database_replica_url:
        here.replica = guard_schema(
            open_watched_engine(settings.database_replica_url, pool_size=settings.web_threads)
        )
    app.extensions[EXTENSION] = here
    app.before_request(before)
    app.after_request(after)
    app.register_error_handler(UserError, user_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected_error)
    for prefix, blueprint in ROUTES:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    # Flask's own way to put WSGI in front of an application.
    streams = Streams(here, traced(app.wsgi_app))
    app.wsgi_app = Polls(here, streams)  # type: ignore[method-assign]
    return app


def traced(application: WSGIApplication) -> WSGIApplication:
    """The application, with a span for each request."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        with tracing.span(method, {"http.request.method": method, "url.path": path}):
            return application(environ, start_response)

    return answer


def before() -> Response | None:
    """Everything that comes before an endpoint, unknown ones included; in this order."""
    here = RequestContext(bodies.remembered(request, "request id", new_request_id))
    context.begin(here)
    log_context.bind(request=here.request_id)
    if request.method == "OPTIONS":
        return Response()
    blueprint = blueprint_of_request()
    if blueprint is not None and blueprint.is_nobodys:
        return None
    admission = service().admissions.admit(request)
    here.identity = admission.identity
    log_context.bind(request=here.request_id, user=admission.identity.user_id)
    refusal = limits.refusal(admission.counted)
    if refusal is not None:
        return refusal
    if "//" in request.environ["PATH_INFO"]:
        # Werkzeug would overlook those at the beginning.
        return http_error(NotFound())
    if admission.problem is not None:
        if blueprint is None or not blueprint.dialect.words_strangers:
            raise admission.problem
        here.stranger = admission.problem
    cross_site.refuse(request, service().settings)
    if request.routing_exception is None:
        _read_json(here, admission)
    return None


def new_request_id() -> str:
    return secrets.token_hex(8)


def _read_json(here: RequestContext, admission: Admission) -> None:
    """Leaves the JSON body in the context, as it came and decoded: {} where there is none.

    Raises UserError where it is none of ours to read.
    """
    if request.method in ("GET", "HEAD") or request.mimetype != "application/json":
        return
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if not charset.startswith(("utf-", "utf8")):
        raise UserError(415, f"Unsupported charset {charset}, expected UTF-8.")
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in bodies.ENCODINGS:
        known = ", ".join(bodies.ENCODINGS)
        raise UserError(415, f"Unsupported Content-Encoding, expected any of {known}.")
    is_guest = admission.identity.user_id is None
    limit, told = (bodies.SMALL, "32KB for guests") if is_guest else (JSON_LIMIT, "4MB")
    try:
        body = bodies.take(request, limit, admission.who)
        body = bodies.decoded(body, encoding, limit)
    except bodies.Broken as problem:
        raise UserError(400, "Invalid request: the body is broken.") from problem
    except bodies.TooLarge as problem:
        too_large = UserError(413, f"Your request body was too large. The limit is {told}.")
        if not is_guest:
            raise too_large from problem
        # Most endpoints have something else to say to a guest, and the rest never look.
        here.unread = too_large
        return
    while body.startswith(codecs.BOM_UTF8):
        body = body[len(codecs.BOM_UTF8) :]
    if not body:
        return
    try:
        parsed = json_reading.loads(body)
    except orjson.JSONDecodeError as problem:
        raise UserError(400, f"Invalid JSON: {problem}") from problem
    if not isinstance(parsed, dict | list):
        raise UserError(400, "Invalid JSON: expected an object or an array.")
    here.body, here.json = body, parsed


def after(response: Response) -> Response:
    REQUESTS.add(str(response.status_code))
    headers = response.headers
    kept = headers.get("Cache-Control") if response.cache_control.public else None
    headers.update(HEADERS)
    if kept is not None:
        headers["Cache-Control"] = kept
    headers.update(cors.headers(request.headers.get("Origin"), service().settings.cors_origins))
    here = context.current()
    headers.update(here.headers)
    headers["X-Request-Id"] = here.request_id
    tracing.note({"http.response.status_code": response.status_code, "request.id": here.request_id})
    return response


def user_error(error: UserError) -> Response:
    blueprint = blueprint_of_request()
    if blueprint is None and wants_a_page():
        return failed(error)
    return (blueprint.dialect if blueprint is not None else ENVELOPE).failure(error)


def http_error(error: HTTPException) -> Response:
    if wants_a_page():
        missing = error.code in (404, 405)
        text = "There is nothing at this address." if missing else error.description or error.name
        return failed(UserError(404 if missing else error.code or 500, text))
    if error.code in (404, 405) or isinstance(error, NotFound):
        return failure(404, "Endpoint Not Found.")
    return failure(error.code or 500, error.description or error.name)


def unexpected_error(error: Exception) -> Response:
    told = told_of_database(service().engine, error, context.request_id())
    if isinstance(error, TooLate):
        log.error("request %s: %s", context.request_id(), failures.in_a_line(error))
        told = DATABASE_AWAY
    if told is not None:
        response = (
            failed(UserError(503, told))
            if wants_a_page()
            else failure(503, told, code="DATABASE_UNAVAILABLE")
        )
        response.headers["Retry-After"] = str(AWAY_SECONDS)
        return response
    log.error("request %s failed", context.request_id(), exc_info=error)
    reporting.report(error, context.request_id())
    if wants_a_page():
        return failed(UserError(500, UNEXPECTED))
    return failure(500, UNEXPECTED, reference=context.request_id())
