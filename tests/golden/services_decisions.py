"""What was recorded of other services, put as our decisions would have it; each rule says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from tests.golden import upstreams
from tests.golden.compare import first_difference
from tests.golden.suites.registry import Case, Compared
from tests.golden.upstreams import is_of_cg

Expected = dict[str, Any]
Rule = Callable[[Case, Expected, Expected], None]

_RULES: list[Rule] = []


def rule(apply: Rule) -> Rule:
    _RULES.append(apply)
    return apply


def decide(case: Case, expected: Expected, ours: Expected) -> None:
    """Changes what is expected in place."""
    for each in _RULES:
        each(case, expected, ours)


# --- requests -----------------------------------------------------------------------------------


@rule
def profiles_are_asked_for_last(case: Case, expected: Expected, _: Expected) -> None:
    """So a class is as new as the scores; and only where all of the scores were read. The
    reference asks for the profile first; renewed tokens, too, come in another order then.
    """
    if "httpRequests" not in expected or is_of_cg(case.given["importType"]):
        return
    recorded = expected["httpRequests"]
    failed = "error" in expected["parser"] or "iterableError" in expected["parser"]
    expected["httpRequests"] = requests_in_our_order(
        recorded, case.given["http"], _pair_of(case.given["collections"]), read_all=not failed
    )
    if "collections" in expected:
        for document in expected["collections"]["kai-auth-tokens"]:
            token, refresh = last_pair(expected["httpRequests"], case.given["http"])
            if token:
                document.update(token=token, refreshToken=refresh)


def requests_in_our_order(
    recorded: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    pair: tuple[str, str],
    *,
    read_all: bool,
) -> list[dict[str, Any]]:
    """pair: the stored tokens, to begin with."""
    profile = [place for place, each in enumerate(recorded) if _is_of_profile(each)]
    about_profile = recorded[profile[0] : profile[-1] + 1] if profile else []
    others = [each for place, each in enumerate(recorded) if not _within(place, profile)]
    ordered = others + (about_profile if read_all else [])
    return list(_with_tokens(ordered, answers, pair))


def _within(place: int, profile: list[int]) -> bool:
    return bool(profile) and profile[0] <= place <= profile[-1]


def _is_of_profile(request: Mapping[str, Any]) -> bool:
    return upstreams.path_of(request).endswith("/player_profile")


def _with_tokens(
    requests: list[dict[str, Any]], answers: list[dict[str, Any]], pair: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    """Each request with the tokens of that time. The reference uses a refresh token twice."""
    renewals = _renewals(answers)
    profile = next((each["url"] for each in requests if _is_of_profile(each)), None)
    token, refresh = pair
    for request in requests:
        if request["method"] == "POST":
            form = {**upstreams.form_of(request), "refresh_token": refresh}
            # Version 3 sends it with every request for a token.
            form["redirect_uri"] = upstreams.OAUTH["REDIRECT_URI"]
            yield {**request, "body": urlencode(form)}
            token, refresh = next(renewals, (token, refresh))
        else:
            # By a mistake the reference repeats a profile of iidx at the place of sdvx's.
            url = profile if _is_of_profile(request) else request["url"]
            headers = {**request["headers"], "Authorization": f"Bearer {token}"}
            yield {**request, "url": url, "headers": headers}


def _renewals(answers: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for answer in answers:
        if answer["url"].endswith("/oauth/token") and not answer.get("networkError"):
            found = upstreams.pair_in(answer["body"])
            if found is not None:
                yield found


def last_pair(requests: list[dict[str, Any]], answers: list[dict[str, Any]]) -> tuple[str, str]:
    """The tokens that the last renewal gave; empty where there was none."""
    count = sum(each["method"] == "POST" for each in requests)
    pairs = list(_renewals(answers))[:count]
    return pairs[-1] if pairs else ("", "")


def _pair_of(collections: Mapping[str, Any]) -> tuple[str, str]:
    for document in collections.get("kai-auth-tokens", []):
        return document["token"], document["refreshToken"]
    return "", ""


@rule
def nobody_asks_for_classes_of_a_failed_import(_: Case, expected: Expected, __: Expected) -> None:
    if "iterableError" in expected["parser"]:
        expected.pop("classes", None)


@rule
def paragraphs_are_not_indented(_: Case, expected: Expected, __: Expected) -> None:
    """The reference's source shows through in one of its texts."""
    error = expected["parser"].get("error", {})
    if "\n" in error.get("message", ""):
        error["message"] = re.sub(r"\n\s+", "\n\n", error["message"])


def answers_of(given: Mapping[str, Any], import_type: str) -> list[dict[str, Any]]:
    """The recorded answers. By a mistake the reference repeats a request for a profile of iidx
    at the place of sdvx's; the answer there is to the request as ours repeats it.
    """
    answers: list[dict[str, Any]] = given.get("http", [])
    if not import_type.endswith("-iidx"):
        return answers
    return [
        {**each, "url": each["url"].replace("/sdvx/v1/player_profile", "/iidx/v2/player_profile")}
        for each in answers
    ]


# --- single entries -------------------------------------------------------------------------------


def _failures(
    expected: Expected, ours: Expected
) -> Iterator[tuple[dict[str, Any], dict[str, Any], Any]]:
    """Of each entry that the reference refuses: its error, our outcome, the entry."""
    entries = expected["parser"].get("iterable", [])
    for theirs, our, entry in zip(
        expected.get("scores", []), ours.get("scores", []), entries, strict=False
    ):
        if "error" in theirs:
            yield theirs, our, entry


@rule
def what_is_no_object_is_an_invalid_score(_: Case, expected: Expected, ours: Expected) -> None:
    """The reference crashes on it."""
    for theirs, our, entry in _failures(expected, ours):
        if theirs["error"].get("plainError"):
            assert not isinstance(entry, dict | list), entry
            message = our["error"]["message"]
            assert message.startswith("Error: null | Non-object provided"), message
            theirs["error"] = {"failureType": "InvalidScore", "message": message}


@rule
def ultimate_charts_and_maxxive_clears_are_known(
    _: Case, expected: Expected, ours: Expected
) -> None:
    """A sixth difficulty and lamp of SOUND VOLTEX, so the texts name other bounds."""
    for theirs, _our, _entry in _failures(expected, ours):
        message = theirs["error"]["message"]
        for name, before, after in (
            ("music_difficulty", "between 0 and 4", "between 0 and 5"),
            ("clear_type", "between 1 and 5", "between 1 and 6"),
        ):
            if message.startswith(f"Error: {name} | "):
                theirs["error"]["message"] = message.replace(before, after)


_NEWER: Mapping[str, tuple[str, str, int]] = {
    # The end of an import type's name: the field, the refusal, the first newer version.
    "-iidx": ("version_played", "Unsupported version", 33),
    "-jubeat": ("version", "Unknown Game Version", 12),
    "cg-dev-sdvx": ("version", "Unknown Game Version", 7),
    "cg-nag-sdvx": ("version", "Unknown Game Version", 7),
    "cg-gan-sdvx": ("version", "Unknown Game Version", 7),
}


@rule
def later_versions_of_games_are_no_fault(case: Case, expected: Expected, ours: Expected) -> None:
    """Nobody can know beforehand which version comes next: the chart is found without it, or
    the score is kept until it is. The reference refuses what came after it was written.
    """
    for ending, (field, refusal, first) in _NEWER.items():
        if not case.given["importType"].endswith(ending):
            continue
        for theirs, our, entry in _failures(expected, ours):
            number = entry.get(field) if isinstance(entry, dict) else None
            if theirs["error"]["message"] == f"{refusal} {number}." and number >= first:
                _check_found_or_kept(case, entry, our)
                theirs.clear()
                theirs.update(our)


def _check_found_or_kept(case: Case, entry: Mapping[str, Any], our: dict[str, Any]) -> None:
    """Our outcome is the chart that the entry names, or says why there is no score."""
    if "chartID" in our:
        charts = [each for of in case.given["catalogue"]["charts"].values() for each in of]
        chart = next(each for each in charts if each["chartID"] == our["chartID"])
        wanted = entry.get("music_id", entry.get("internalId"))
        ids = chart["data"]["inGameID"]
        assert wanted in (ids if isinstance(ids, list) else [ids]), (entry, chart)
    else:
        assert our["error"]["failureType"] in ("SongOrChartNotFound", "InvalidScore"), our
        if our["error"]["failureType"] == "InvalidScore":
            # There is something else wrong with it, which is looked at after the version.
            assert "Version" not in our["error"]["message"], our


_SPECIAL = "WORLD'S END charts are not supported"


@rule
def special_charts_are_found_by_their_number(
    case: Case, expected: Expected, ours: Expected
) -> None:
    """Version 3 takes scores on the only chart of a number; the reference passed them over."""
    for theirs, our, entry in _failures(expected, ours):
        if theirs["error"].get("message") != _SPECIAL:
            continue
        charts = [each for of in case.given["catalogue"]["charts"].values() for each in of]
        number = entry["info"]["musicId"]
        of_number = [
            chart["chartID"]
            for chart in charts
            if number in (ids if isinstance(ids := chart["data"]["inGameID"], list) else [ids])
        ]
        if "chartID" in our:
            assert of_number == [our["chartID"]], (entry, our)
        else:
            kind = our["error"]["failureType"]
            assert kind == "InvalidScore" or len(of_number) != 1, (entry, our)
        theirs.clear()
        theirs.update(our)


@rule
def flags_are_numbers(_: Case, expected: Expected, ours: Expected) -> None:
    """The reference takes `true` for the number 1 where it looks at the bits of a flag."""
    for theirs, our, entry in zip(
        expected.get("scores", []),
        ours.get("scores", []),
        expected["parser"].get("iterable", []),
        strict=False,
    ):
        if isinstance(entry, dict) and isinstance(entry.get("clearFlag"), bool):
            assert our["error"]["message"] == "Failed to decode Lamp using bitfield clearFlag."
            theirs.clear()
            theirs.update(our)


_WHOLE_IMPORT = re.compile(r"(Invalid CG \w+ Score\.: )data\[(\d+)\]\.?(.*)", re.DOTALL)


@rule
def a_bad_score_costs_that_score_alone(case: Case, expected: Expected, ours: Expected) -> None:
    """The reference refuses all of an import for the first entry that CG sends wrong."""
    error = expected["parser"].get("error", {})
    found = _WHOLE_IMPORT.fullmatch(error.get("message", ""))
    if found is None:
        return
    foreword, place, problem = found[1], int(found[2]), found[3]
    bad = ours["scores"][place]["error"]
    assert bad == {"failureType": "InvalidScore", "message": foreword + problem}, bad
    before = ours["scores"][:place]
    assert not any(foreword in each.get("error", {}).get("message", "") for each in before)
    sent = json.loads(case.given["http"][0]["body"])["data"]["scores"]
    assert ours["parser"]["iterable"] == sent
    expected["parser"], expected["scores"] = ours["parser"], ours["scores"]


# --- classes --------------------------------------------------------------------------------------


@rule
def the_higher_stage_of_both_versions_counts(case: Case, expected: Expected, _: Expected) -> None:
    """The reference takes that of PLUS, were it 0, and fails for one that it does not know."""
    if case.given["importType"] != "api/myt-wacca" or "classes" not in expected:
        return
    versions = case.given["grpc"].get("data", {}).get("versionData", {})
    ranks = [versions[name]["rank"] for name in ("300", "400") if name in versions]
    known = [rank for rank in ranks if 1 <= rank <= 14]
    stages = [
        "I",
        "II",
        "III",
        "IV",
        "V",
        "VI",
        "VII",
        "VIII",
        "IX",
        "X",
        "XI",
        "XII",
        "XIII",
        "XIV",
    ]
    expected["classes"]["wacca:Single"] = {"stageUp": stages[max(known) - 1]} if known else {}


# --- histories ------------------------------------------------------------------------------------

_NOT_HASHED = "Failed to orphan score. Invalid JSON type of undefined"


def goes_on_where_theirs_fails(compared: Compared) -> bool:
    """Whether all agrees until the reference fails for a single entry or class; see there."""
    theirs, ours = compared.expected["steps"], compared.got["steps"]
    failing = next((i for i, step in enumerate(theirs) if _is_about_one_entry(step)), None)
    if failing is None or first_difference(theirs[:failing], ours[:failing]) is not None:
        return False
    return all(
        _goes_on(their_step, our_step)
        for their_step, our_step in zip(theirs[failing:], ours[failing:], strict=True)
    )


def _is_about_one_entry(step: Any) -> bool:
    message = _error_of(step).get("message", "")
    return bool(_WHOLE_IMPORT.fullmatch(message)) or message.startswith(
        ("Unknown stage up value", _NOT_HASHED)
    )


def _error_of(step: Any) -> dict[str, Any]:
    result = step["result"]
    error = result.get("error") if isinstance(result, dict) else None
    return error if isinstance(error, dict) else {}


def _goes_on(theirs: Any, ours: Any) -> bool:
    found = _WHOLE_IMPORT.fullmatch(_error_of(theirs).get("message", ""))
    if found is not None:
        line = {"type": "InvalidDatapoint", "message": found[1] + found[3]}
        if line not in ours["result"]["errors"]:
            return False
    if _error_of(theirs) and "importID" not in ours["result"]:
        return False
    their_scores, our_scores = (
        {s["scoreID"]: s for s in x["state"]["scores"]} for x in (theirs, ours)
    )
    return all(
        score_id in our_scores and _is_same_score(score, our_scores[score_id])
        for score_id, score in their_scores.items()
    )


def _is_same_score(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """But for the import that brought it, and when: ours may have had it before."""
    arrival = {"importID", "timeAdded", "userIntent"}
    return (
        first_difference(
            *({k: v for k, v in x.items() if k not in arrival} for x in (theirs, ours))
        )
        is None
    )
