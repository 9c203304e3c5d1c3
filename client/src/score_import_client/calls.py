"""What is said to the server and made of its answers: the one core of both clients.

An operation is a generator. It gives out requests, pauses and items, and is sent the answer to
each request; who runs it, `Client` or `AsyncClient`, does nothing but carry them out. Nothing
here opens a connection or sleeps.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from json import dumps
from pathlib import Path
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from score_import_client.documents import (
    CheckReport,
    FailedImport,
    ImportDocument,
    Orphan,
    OrphansTriedAgain,
    Token,
    WhoAmI,
    WholeImport,
)
from score_import_client.errors import ApiError, ClientError, ImportFailed, Unreachable
from score_import_client.events import Completed, Ongoing, Retry, Submitted

# Seconds. Most imports are small, so the first poll comes soon; later ones when the server says.
FIRST_POLL: Final = 0.1
LAST_POLL: Final = 1.0
# Seconds between two attempts, doubled each time, where the server does not say.
FIRST_PAUSE: Final = 0.25
LAST_PAUSE: Final = 8.0
# The most orphans or imports in one page.
PAGE: Final = 100

# Seen from before the request is understood: it did nothing.
_TURNED_AWAY: Final = 429
# Says nothing about what became of the request.
_AWAY: Final = {502, 503, 504}
_FAILED: Final = ("IMPORT_FAILED", "INTEGRATION_AUTH", "INTERNAL_ERROR")
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}

T = TypeVar("T")


@dataclass(frozen=True)
class Pause:
    """Nothing is to be done for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Item(Generic[T]):
    """Something for the caller, while the operation goes on."""

    value: T


# What went wrong on the way, in place of an answer.
Reply = httpx.Response | httpx.TransportError | None
Step = httpx.Request | Pause
Operation = Generator[Step, Reply, T]
# One that gives items, and an end of no interest.
Listing = Generator[Step | Item[T], Reply, None]

# A file, its content, or what a document is made of.
Scores = Path | bytes | Mapping[str, Any]


class Calls:
    """The operations of one user on one server.

    Parameters:
        url: where the server is, without /api/v1.
        token: an API token; None: a guest, who may look and poll.
        patience: seconds for which a request is tried again, where that may help.
        on_retry: told before each pause.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        patience: float,
        on_retry: Callable[[Retry], None],
    ) -> None:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ClientError(f"{url} is not the URL of a server")
        self.url = url.rstrip("/")
        # A proxy set for the internet knows nothing of this machine's own servers.
        self.is_local = address.hostname in _LOOPBACK
        self._token = token
        self._patience = patience
        self._on_retry = on_retry
        self._agent = f"score-import-client/{version('score-import-client')}"

    # --- sending -----------------------------------------------------------------------------

    def submit(
        self,
        scores: Scores,
        import_type: str,
        fields: Mapping[str, str],
        *,
        filename: str | None,
        user_intent: bool,
        idempotency_key: str | None,
    ) -> Operation[Submitted]:
        """Sends a file. It counts once, however often it has to be sent."""
        form = _form(scores, import_type, fields, filename)
        headers = _intent(user_intent) | _key(idempotency_key)
        return _submitted((yield from self._ask("POST", "/import/file", headers=headers, **form)))

    def sync(
        self, import_type: str, *, user_intent: bool, idempotency_key: str | None
    ) -> Operation[Submitted]:
        """Has scores fetched from another service; finds the sync that runs, if one does."""
        headers = _intent(user_intent) | _key(idempotency_key)
        body = {"importType": import_type}
        return _submitted(
            (yield from self._ask("POST", "/import/from-api", headers=headers, json=body))
        )

    def check(
        self, scores: Scores, import_type: str, fields: Mapping[str, str], *, filename: str | None
    ) -> Operation[CheckReport]:
        """What an import would do; nothing is stored."""
        form = _form(scores, import_type, fields, filename)
        answer = yield from self._ask(
            "POST", "/import/file", changes_nothing=True, params={"check": "true"}, **form
        )
        report: CheckReport = yield from self._in_the_end(answer)
        return report

    # --- following ---------------------------------------------------------------------------

    def poll(self, submitted: Submitted) -> Operation[Ongoing | Completed]:
        """How an import stands. Raises ImportFailed where it has failed."""
        if submitted.document is not None:
            return Completed(submitted.document)
        state, _ = yield from self._poll(submitted)
        return state

    def watch(self, submitted: Submitted) -> Listing[Ongoing | Completed]:
        """What an import is doing, each time it changes, and at last its document."""
        if submitted.document is not None:
            yield Item(Completed(submitted.document))
            return
        before: Ongoing | Completed | None = None
        pause = FIRST_POLL
        while not isinstance(before, Completed):
            state, seconds = yield from self._poll(submitted)
            if state != before:
                yield Item(state)
                before = state
            if isinstance(state, Ongoing):
                yield Pause(min(pause, seconds))
                pause *= 1.5

    def _poll(self, submitted: Submitted) -> Operation[tuple[Ongoing | Completed, float]]:
        """How an import stands, and after how many seconds to ask again."""
        url = submitted.url or f"/imports/{quote(submitted.import_id)}/poll-status"
        try:
            body, headers = yield from self._answer("GET", url)
        except ApiError as error:
            raise (_as_failed(error) if _ended_badly(error) else error) from None
        with _well_formed(url):
            if body["importStatus"] == "completed":
                return Completed(body["import"]), 0
            return Ongoing(body["progress"]["description"]), _seconds(headers) or LAST_POLL

    def _in_the_end(self, answer: Any) -> Operation[Any]:
        """The answer of a job that was waited for, or the one that it has once it has ended."""
        if not (isinstance(answer, dict) and set(answer) == {"url", "importID"}):
            return answer
        while True:
            body, headers = yield from self._answer("GET", answer["url"])
            if not (isinstance(body, dict) and body.get("importStatus") == "ongoing"):
                return body
            yield Pause(_seconds(headers) or LAST_POLL)

    # --- imports and orphans -----------------------------------------------------------------

    def show(self, import_id: str) -> Operation[WholeImport]:
        """An import with its scores, their songs and charts."""
        found: WholeImport = yield from self._ask("GET", f"/imports/{quote(import_id)}")
        return found

    def imports(self, user: str, import_type: str | None) -> Listing[ImportDocument]:
        """A user's imports, those first that finished last."""
        return self._imports(f"/users/{quote(user)}/imports", import_type, "timeFinished")

    def failed_imports(self, user: str, import_type: str | None) -> Listing[FailedImport]:
        """A user's imports that failed, those first that were submitted last."""
        return self._imports(f"/users/{quote(user)}/imports/failed", import_type, "timeStarted")

    def _imports(self, path: str, import_type: str | None, time: str) -> Listing[Any]:
        params: dict[str, Any] = {"limit": PAGE}
        if import_type is not None:
            params["importType"] = import_type
        while True:
            page = yield from self._ask("GET", path, params=params)
            for document in page:
                yield Item(document)
            if len(page) < PAGE:
                return
            params |= {"before": page[-1][time], "beforeID": page[-1]["importID"]}

    def revert(self, import_id: str) -> Operation[None]:
        """Takes an import back, with everything that followed from it."""
        path = f"/imports/{quote(import_id)}/revert"
        yield from self._in_the_end((yield from self._ask("POST", path)))

    def orphans(self) -> Listing[Orphan]:
        """The user's orphans, the newest first."""
        params: dict[str, Any] = {"limit": PAGE}
        while True:
            page = yield from self._ask("GET", "/import/orphans", params=params)
            for orphan in page["orphans"]:
                yield Item(orphan)
            if not page["hasMore"]:
                return
            params["after"] = page["orphans"][-1]["rowID"]

    def retry_orphans(self, idempotency_key: str | None) -> Operation[OrphansTriedAgain]:
        """Tries the user's orphans again."""
        answer = yield from self._ask("POST", "/import/orphans", headers=_key(idempotency_key))
        counts: OrphansTriedAgain = yield from self._in_the_end(answer)
        return counts

    def delete_orphan(self, orphan_id: str) -> Operation[None]:
        """Deletes an orphan: it is not tried again."""
        yield from self._ask("DELETE", f"/import/orphans/{quote(orphan_id)}")

    # --- the user ----------------------------------------------------------------------------

    def whoami(self) -> Operation[WhoAmI]:
        """Who the token's owner is to the server, and what it may do."""
        found: WhoAmI = yield from self._ask("GET", "/status")
        return found

    def tokens(self) -> Operation[list[Token]]:
        """The user's tokens, which are not shown. Needs `manage_account`."""
        found: list[Token] = yield from self._ask("GET", "/users/me/api-tokens")
        return found

    def create_token(self, permissions: Sequence[str], identifier: str) -> Operation[Token]:
        """A new token, shown this once. Needs `manage_account`."""
        body = {"permissions": list(permissions), "identifier": identifier}
        made: Token = yield from self._ask("POST", "/users/me/api-tokens/create", json=body)
        return made

    def delete_token(self, token_id: str) -> Operation[None]:
        """Deletes a token, named by its tokenID or by itself. Needs `manage_account`."""
        yield from self._ask("DELETE", f"/users/me/api-tokens/{quote(token_id)}")

    # --- asking ------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, **content: Any) -> Operation[Any]:
        """The `body` of the answer's envelope."""
        body, _ = yield from self._answer(method, path, **content)
        return body

    def _answer(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        changes_nothing: bool = False,
        **content: Any,
    ) -> Operation[tuple[Any, httpx.Headers]]:
        """The same, and the answer's headers. Asks again where that may help.

        A request that may have done something already is only sent twice where it counts once.
        """
        sent_headers = dict(headers or {}) | {"User-Agent": self._agent}
        url = path if "://" in path else f"{self.url}/api/v1{path}"
        # What the server calls itself may lie elsewhere: the token is not for others.
        if self._token is not None and url.startswith(f"{self.url}/"):
            sent_headers["Authorization"] = f"Bearer {self._token}"
        counts_once = changes_nothing or method == "GET" or "Idempotency-Key" in sent_headers
        pause, deadline = FIRST_PAUSE, time.monotonic() + self._patience
        while True:
            reply = yield _request(method, url, sent_headers, content)
            if isinstance(reply, httpx.Response) and reply.is_success:
                with _well_formed(url):
                    return reply.json()["body"], reply.headers
            problem, may_help = _problem(url, reply, counts_once=counts_once)
            # Several clients that were turned away at once should not come back at once.
            told = problem.retry_after if isinstance(problem, ApiError) else None
            seconds = pause * random.uniform(0.5, 1) if told is None else told  # noqa: S311
            if not may_help or time.monotonic() + seconds > deadline:
                raise problem
            self._on_retry(Retry(seconds, problem))
            yield Pause(seconds)
            pause = min(2 * pause, LAST_PAUSE)


def _request(
    method: str, url: str, headers: Mapping[str, str], content: Mapping[str, Any]
) -> httpx.Request:
    try:
        return httpx.Request(method, url, headers=headers, **content)
    except httpx.InvalidURL as error:
        raise ClientError(f"{url} is not the URL of a server") from error


# --- what is sent ------------------------------------------------------------------------------


def _form(
    scores: Scores, import_type: str, fields: Mapping[str, str], filename: str | None
) -> dict[str, Any]:
    """A form with one file, as httpx takes it."""
    match scores:
        case Path():
            name, content = scores.name, scores.read_bytes()
        case bytes():
            name, content = "scores", scores
        case _:
            name, content = "scores.json", dumps(scores).encode()
    return {
        "data": {"importType": import_type, **fields},
        "files": {"scoreData": (filename or name, content, "application/octet-stream")},
    }


def _intent(user_intent: bool) -> dict[str, str]:
    return {"X-User-Intent": "true" if user_intent else "false"}


def _key(idempotency_key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}


# --- what comes back ---------------------------------------------------------------------------


def _submitted(answer: Any) -> Submitted:
    with _well_formed("The server"):
        if "url" in answer:
            return Submitted(answer["importID"], answer["url"])
        return Submitted(answer["importID"], None, answer)


def _problem(url: str, reply: Reply, *, counts_once: bool) -> tuple[ClientError, bool]:
    """What is wrong, and whether to ask again may help."""
    if isinstance(reply, httpx.UnsupportedProtocol):
        return ClientError(f"{url} is not the URL of a server"), False
    if not isinstance(reply, httpx.Response):
        # Where no connection was made, nothing was sent.
        unsent = isinstance(reply, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        why = str(reply) or type(reply).__name__
        return Unreachable(f"cannot reach {url}: {why}"), unsent or counts_once
    error = _api_error(reply)
    return error, error.status == _TURNED_AWAY or (error.status in _AWAY and counts_once)


def _api_error(reply: httpx.Response) -> ApiError:
    """The server's own words; a proxy in between has only a status line."""
    try:
        answer = reply.json()
        description = str(answer["description"])
        error = answer.get("error") or {}
        code, reference = error.get("code"), error.get("reference")
    except (ValueError, KeyError, TypeError, AttributeError):
        description, code, reference = reply.reason_phrase, None, None
    return ApiError(
        reply.status_code,
        description,
        code=code,
        reference=reference,
        retry_after=_seconds(reply.headers),
    )


def _ended_badly(error: ApiError) -> bool:
    """Whether it is the import that failed, and not the question how it stands."""
    if error.code is not None:
        return error.code in _FAILED
    # Other servers of this API have no codes.
    return error.status not in {404, 501, _TURNED_AWAY, *_AWAY}


def _as_failed(error: ApiError) -> ImportFailed:
    return ImportFailed(error.status, error.description, code=error.code, reference=error.reference)


def _seconds(headers: httpx.Headers) -> float | None:
    """Retry-After, where it is a number."""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


@contextmanager
def _well_formed(url: str) -> Iterator[None]:
    """Around everything that takes an answer apart."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise ClientError(f"{url} does not answer like a score-import server") from error
