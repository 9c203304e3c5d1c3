"""One import: how it goes, what came of it, and taking it back."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from flask import Response
from marshmallow import fields

from api.http import pages
from api.http.answers import JSON
from api.http.service import service
from api.web import interface
from api.web.page_parameters import (
    NO_FIELDS,
    AfterQuery,
    PageParameters,
    takes,
    way_on,
    whole_number,
)
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import failed, leave, page, viewer
from api.web.score_lines import tables
from common.errors import UserError
from common.jobs.standing import standings
from common.text.numbers import MAX_EXACT_INTEGER, plain

blueprint = pages_blueprint("import_pages", __name__, for_users=True)

SCORES: Final = 100
LINES: Final = 100  # of errors
TARGETS: Final = 20  # goals and quests that are named

KINDS: Final = {
    "SongOrChartNotFound": "The chart is not known here; kept, and tried again by itself",
    "OrphanExists": "The chart is not known here; kept already",
    "AmbiguousTitle": "Several songs have this title",
    "InvalidDatapoint": "The entry contradicts itself, or the game",
    "InternalError": "The fault is ours",
}


# Which of its errors to show, by kind and from which line on, and from where on its scores.
PartQuery = AfterQuery.from_dict(
    {"kind": fields.String(), "from": whole_number(MAX_EXACT_INTEGER, "Expected a number.")},
    name="PartQuery",
)


@blueprint.get("/imports/<import_id>")
@takes(query=PartQuery())
def one_import(import_id: str, *, query: dict[str, Any]) -> Response:
    """What came of it; while it is on, how it goes."""
    document = _document(import_id)
    if document is None:
        return _unfinished(import_id, f"/imports/{import_id}")
    kind, first, after = query.get("kind"), query.get("from", 0), query.get("after")
    errors = Counter(line["type"] for line in document["errors"])
    lines = [line for line in document["errors"] if kind in (None, line["type"])]
    listed = interface.get(f"/imports/{import_id}/scores", limit=SCORES, after=after)
    user = interface.get(f"/users/{document['userID']}").body
    return page(
        "import.html",
        title="Import",
        document=document,
        owner=user["username"],
        is_mine=viewer().user_id == document["userID"],
        may_revert=_may_revert(document["userID"]),
        errors=errors,
        kinds=KINDS,
        kind=kind,
        lines=lines[first : first + LINES],
        first=first,
        matching=len(lines),
        again=interface.get(f"/imports/{import_id}/failed-entries").body if lines else None,
        more=f"?{urlencode({'kind': kind} if kind else {})}&from={first + LINES}#errors"
        if len(lines) > first + LINES
        else None,
        tables=tables(
            listed.body["scores"],
            listed.body["charts"],
            listed.body["songs"],
            listed.body["scoreInfo"],
        ),
        next_scores=listed.after,
        is_first=after is None,
        shown=(_begun(after), _begun(after) + len(listed.body["scores"])),
        sessions=_sessions(document),
        goals=_named(document, "goals", document["goalInfo"], "goalID"),
        quests=_named(document, "quests", document["questInfo"], "questID"),
        unnamed=max(0, len(document["goalInfo"]) - TARGETS)
        + max(0, len(document["questInfo"]) - TARGETS),
    )


def _begun(after: str | None) -> int:
    """How many scores the pages before hold: places of an import's scores are without gaps."""
    place = pages.place({} if after is None else {"after": after}, (int,))
    return 0 if place is None else int(place[0]) + 1


def _document(import_id: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = interface.get(f"/imports/{import_id}/document").body
    except UserError as problem:
        if problem.status == 404:
            return None
        raise
    return found


def _may_revert(owner: int) -> bool:
    whoami = viewer()
    return "delete_score" in whoami.permissions and (whoami.user_id == owner or whoami.is_admin)


def _sessions(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The sessions that it made or added to, as far as they are still there."""
    found = []
    for created in document["createdSessions"][:TARGETS]:
        try:
            session = interface.get(f"/sessions/{created['sessionID']}/summary").body
        except UserError:
            continue
        found.append({**session, "type": created["type"]})
    return found


def _named(
    document: dict[str, Any], kind: str, changes: list[dict[str, Any]], key: str
) -> list[dict[str, Any]]:
    """Changes of goals or quests, the achieved first, with what each is called."""
    ordered = sorted(changes, key=lambda change: not change["new"]["achieved"])
    return [{**each, "name": _name(document, kind, each[key])} for each in ordered[:TARGETS]]


def _name(document: dict[str, Any], kind: str, target_id: str) -> str:
    for playtype in document["playtypes"]:
        path = f"/games/{document['game']}/{playtype}/targets/{kind}/{target_id}"
        try:
            found = interface.get(path).body
        except UserError:
            continue
        return str(found.get("goal", found.get("quest", found)).get("name", target_id))
    return target_id


# --- while it is on -----------------------------------------------------------------------


def _unfinished(job_id: str, then: str) -> Response:
    """The page of what has not completed: it is on, has failed, or is not there."""
    with service().engine.connect() as connection:
        standing = standings(connection, [job_id]).get(job_id)
    if standing is None:
        return failed(UserError(404, "There is no such import: it may have been taken back."))
    if not standing.ended:
        return page(
            "following.html", title="Under way", job_id=job_id, said=standing.said, then=then
        )
    if standing.failure is None:
        return leave(then)
    return page("failed.html", title="It failed", reason=standing.failure, job_id=job_id)


class ThenQuery(PageParameters):
    """Where a page leads on to."""

    then = way_on()


@blueprint.get("/following/<job_id>")
@takes(query=ThenQuery())
def progress_of_job(job_id: str, *, query: dict[str, Any]) -> Response:
    """How something goes that takes a while; leads on once it is done."""
    return _unfinished(job_id, query["then"])


def follow(job_id: str, then: str) -> Response:
    """Sends the browser to where it sees how a job goes."""
    return leave(f"/following/{job_id}?{urlencode({'then': then})}")


# --- what went wrong ----------------------------------------------------------------------


@blueprint.get("/imports/<import_id>/errors.json")
def errors(import_id: str) -> Response:
    """The error lines as a file."""
    document = _document(import_id)
    if document is None:
        raise UserError(404, "This import does not exist.")
    answer = Response(
        orjson.dumps(document["errors"], option=orjson.OPT_INDENT_2), 200, mimetype=JSON
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="errors-{import_id}.json"'
    return answer


# --- taking it back -----------------------------------------------------------------------


@blueprint.get("/imports/<import_id>/revert")
def ask_to_revert(import_id: str) -> Response:
    """Says what would be gone, and asks."""
    document = _document(import_id)
    if document is None:
        raise UserError(404, "This import does not exist.")
    if not _may_revert(document["userID"]):
        raise UserError(403, "You may not take this import back.")
    return page(
        "revert.html",
        title="Take this import back?",
        document=document,
        scores=plain(len(document["scoreIDs"])),
    )


@blueprint.post("/imports/<import_id>/revert")
@takes(form=NO_FIELDS)
def revert(import_id: str) -> Response:
    answer = interface.send("POST", f"/imports/{import_id}/revert")
    then = "/imports?reverted=yes"
    return follow(answer.body["importID"], then) if answer.status == 202 else leave(then)
