"""A player: profiles with ratings over time, personal bests, sessions with what they raised."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.web import interface, plots, wording
from api.web.page_parameters import AfterQuery, PageParameters, takes, trimmed
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import page
from api.web.score_lines import tables
from common.games.model import GPT
from common.games.registry import get_gpt

blueprint = pages_blueprint("player_pages", __name__, for_users=True)

SESSIONS: Final = 50  # in a plot, and in the table below it
SCORES: Final = 100


@blueprint.get("/profile")
def own() -> Response:
    return _player("me")


@blueprint.get("/players/<user>")
def player(user: str) -> Response:
    return _player(user)


def _player(user: str) -> Response:
    """Every game that a player plays."""
    found = interface.get(f"/users/{user}").body
    stats = interface.get(f"/users/{user}/game-stats").body
    return page(
        "player.html",
        title=found["username"],
        player=found,
        totals=interface.get(f"/users/{user}/stats").body,
        profiles=[(get_gpt(each["game"], each["playtype"]), each) for each in stats],
    )


class BestsQuery(PageParameters):
    """Which personal bests to show."""

    search = trimmed()


@blueprint.get("/players/<user>/<game>/<playtype>")
@takes(query=BestsQuery())
def profile(user: str, game: str, playtype: str, *, query: dict[str, Any]) -> Response:
    """One game: ratings, classes, sessions, and personal bests, which can be searched."""
    base = f"/users/{user}/games/{game}/{playtype}"
    found = interface.get(base).body
    gpt = get_gpt(game, playtype)
    sessions = interface.get(f"{base}/sessions/summaries", limit=SESSIONS).body
    searched = query.get("search", "")
    bests = (
        interface.get(f"{base}/pbs", search=searched)
        if searched
        else interface.get(f"{base}/pbs/best")
    ).body
    owner = interface.get(f"/users/{user}").body
    days = interface.get(f"{base}/history", duration="year").body
    rating = gpt.default_session_rating
    overall = gpt.default_profile_rating
    return page(
        "profile.html",
        title=f"{owner['username']}: {gpt.display_name}",
        player=owner,
        gpt=gpt,
        stats=found["gameStats"],
        ranking=found["rankingData"],
        total=found["totalScores"],
        playtime=found["playtime"],
        sessions=sessions,
        rating=rating,
        plot=plots.line(f"{rating} of the last sessions", _over_time(sessions, rating)),
        overall=overall,
        history=plots.line(f"{overall} day by day, over a year", _day_by_day(days, overall)),
        searched=searched,
        tables=tables(bests["pbs"], bests["charts"], bests["songs"]),
        classes=list(_classes(gpt, found["gameStats"]["classes"])),
    )


def _day_by_day(days: list[dict[str, Any]], rating: str) -> list[tuple[float, float]]:
    rated = [(each["timestamp"], each["ratings"].get(rating)) for each in days]
    return sorted((time, value) for time, value in rated if value is not None)


def _over_time(sessions: list[dict[str, Any]], rating: str) -> list[tuple[float, float]]:
    rated = [(each["timeStarted"], each["calculatedData"].get(rating)) for each in sessions]
    return sorted((time, value) for time, value in rated if value is not None)


def _classes(gpt: GPT, classes: dict[str, str | None]) -> list[tuple[str, str]]:
    """The names of class sets, and of the classes in them."""
    found = []
    for name, value in classes.items():
        values = {each.id: each.display for each in gpt.classes[name].values}
        if value is not None:
            found.append((name, values.get(value, value)))
    return found


@blueprint.get("/sessions/<session_id>")
@takes(query=AfterQuery())
def session(session_id: str, *, query: dict[str, Any]) -> Response:
    """A session's scores, and what they raised."""
    of = interface.get(f"/sessions/{session_id}/summary").body
    after = query.get("after")
    found = interface.get(f"/sessions/{session_id}/scores", limit=SCORES, after=after)
    gpt = wording.gpt_of(of)
    metric = gpt.default_metric
    info = found.body["scoreInfo"]
    raises = [each["deltas"].get(metric, 0.0) for each in info if "deltas" in each]
    around = interface.get(f"/sessions/{session_id}/adjacent").body
    return page(
        "session.html",
        title=of["name"],
        session=of,
        player=interface.get(f"/users/{of['userID']}").body,
        gpt=gpt,
        plot=plots.bars(f"{metric} above the personal best before the session", raises),
        raised=sum(value > 0 for value in raises),
        new=sum(each["isNewScore"] for each in info),
        shown=len(info),
        metric=metric,
        around=around,
        next_scores=found.after,
        is_first=after is None,
        tables=tables(found.body["scores"], found.body["charts"], found.body["songs"], info),
    )
