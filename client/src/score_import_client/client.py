"""The client for code that waits for answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Self, TypeVar

import httpx

from score_import_client.calls import Calls, Item, Listing, Operation, Pause, Reply, Scores, Step
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
from score_import_client.events import Completed, Ongoing, Retry, Submitted

BATCH_MANUAL: Final = "file/batch-manual"
PATIENCE: Final = 60.0  # seconds
TIMEOUT: Final = 60.0  # seconds

T = TypeVar("T")


def ignore(_: object) -> None:
    """Takes what it is told and keeps it to itself."""


class Client:
    """Talks to one server as one user. To be closed, or used with `with`.

    Every method raises `ApiError` where the server refuses and `Unreachable` where it cannot be
    asked; both are `ClientError`. A request is made again where that may help and cannot count
    twice: when the server is away, or says that there are too many requests and when to come back.

    Parameters:
        url: where the server is, without /api/v1.
        token: an API token; None: a guest, who may look and poll.
        patience: seconds for which a request is tried again.
        timeout: seconds for which one answer is waited for.
        on_retry: told before each pause.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        patience: float = PATIENCE,
        timeout: float = TIMEOUT,
        on_retry: Callable[[Retry], None] = ignore,
    ) -> None:
        self._calls = Calls(url, token, patience=patience, on_retry=on_retry)
        self._http = httpx.Client(timeout=timeout, trust_env=not self._calls.is_local)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(
        self,
        scores: Scores,
        import_type: str = BATCH_MANUAL,
        fields: Mapping[str, str] = MappingProxyType({}),
        *,
        filename: str | None = None,
        user_intent: bool = True,
        idempotency_key: str | None = None,
    ) -> Submitted:
        """Sends scores; returns as soon as the server has taken them on.

        Parameters:
            scores: a file, its content, or a batch-manual document.
            fields: what the import type asks for besides the file, e.g. `playtype`.
            filename: what the server is told it is called.
            user_intent: whether a person asked for this import (not a script on its own).
            idempotency_key: what this import is called: sent again under the same key within a
                day, it counts once. By default a new one.
        """
        return self._run(
            self._calls.submit(
                scores,
                import_type,
                fields,
                filename=filename,
                user_intent=user_intent,
                idempotency_key=idempotency_key,
            )
        )

    def sync(
        self, import_type: str, *, user_intent: bool = True, idempotency_key: str | None = None
    ) -> Submitted:
        """Has scores fetched from another service; finds the sync that runs, if one does.

        import_type: one of `api/...`.
        """
        return self._run(
            self._calls.sync(import_type, user_intent=user_intent, idempotency_key=idempotency_key)
        )

    def check(
        self,
        scores: Scores,
        import_type: str = BATCH_MANUAL,
        fields: Mapping[str, str] = MappingProxyType({}),
        *,
        filename: str | None = None,
    ) -> CheckReport:
        """What `submit` would do; nothing is stored."""
        return self._run(self._calls.check(scores, import_type, fields, filename=filename))

    def poll(self, submitted: Submitted) -> Ongoing | Completed:
        """How an import stands. Raises ImportFailed where it has failed."""
        return self._run(self._calls.poll(submitted))

    def watch(self, submitted: Submitted | str) -> Iterator[Ongoing | Completed]:
        """What an import is doing, each time it changes, and at last its document.

        submitted: or an importID. Outlasts a server that is away for a while. Raises ImportFailed.
        """
        return self._items(self._calls.watch(submitted_of(submitted)))

    def wait(
        self, submitted: Submitted | str, on_progress: Callable[[str], None] = ignore
    ) -> ImportDocument:
        """The document of an import, once it has ended. Raises ImportFailed.

        on_progress: told what it is doing, in the server's words.
        """
        for state in self.watch(submitted):
            if isinstance(state, Completed):
                return state.document
            on_progress(state.description)
        raise AssertionError("an import that is watched ends")

    def show(self, import_id: str) -> WholeImport:
        """An import with its scores, their songs and charts."""
        return self._run(self._calls.show(import_id))

    def imports(
        self, user: str = "me", *, import_type: str | None = None
    ) -> Iterator[ImportDocument]:
        """A user's imports, those first that finished last; fetched page by page."""
        return self._items(self._calls.imports(user, import_type))

    def failed_imports(
        self, user: str = "me", *, import_type: str | None = None
    ) -> Iterator[FailedImport]:
        """A user's imports that failed as a whole, those first that were submitted last."""
        return self._items(self._calls.failed_imports(user, import_type))

    def revert(self, import_id: str) -> None:
        """Takes an import back, with everything that followed from it. Needs `delete_score`."""
        self._run(self._calls.revert(import_id))

    def orphans(self) -> Iterator[Orphan]:
        """Entries of the user's that wait for their charts, the newest first; page by page."""
        return self._items(self._calls.orphans())

    def retry_orphans(self, *, idempotency_key: str | None = None) -> OrphansTriedAgain:
        """Looks for the charts of the user's orphans again; says how many became scores."""
        return self._run(self._calls.retry_orphans(idempotency_key))

    def delete_orphan(self, orphan_id: str) -> None:
        """Deletes an orphan: it is not tried again."""
        self._run(self._calls.delete_orphan(orphan_id))

    def whoami(self) -> WhoAmI:
        """Whose the token is to the server, and what it allows."""
        return self._run(self._calls.whoami())

    def tokens(self) -> list[Token]:
        """The user's tokens, which are not shown. Needs `manage_account`."""
        return self._run(self._calls.tokens())

    def create_token(self, permissions: Sequence[str], identifier: str) -> Token:
        """A new token, shown this once. Needs `manage_account`."""
        return self._run(self._calls.create_token(permissions, identifier))

    def delete_token(self, token_id: str) -> None:
        """Deletes a token, named by its tokenID or by itself. Needs `manage_account`."""
        self._run(self._calls.delete_token(token_id))

    # --- carrying out ------------------------------------------------------------------------

    def _run(self, operation: Operation[T]) -> T:
        reply: Reply = None
        try:
            while True:
                reply = self._do(operation.send(reply))
        except StopIteration as end:
            result: T = end.value
            return result

    def _items(self, listing: Listing[T]) -> Iterator[T]:
        reply: Reply = None
        try:
            while True:
                step = listing.send(reply)
                if isinstance(step, Item):
                    yield step.value
                    reply = None
                else:
                    reply = self._do(step)
        except StopIteration:
            return

    def _do(self, step: Step) -> Reply:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return self._http.send(step)
        except httpx.TransportError as problem:
            return problem


def submitted_of(submission: Submitted | str) -> Submitted:
    """The import that is meant, where only its importID may be known."""
    return Submitted(submission) if isinstance(submission, str) else submission
