"""What version 3's rules make of what was recorded under version 2's.

Worked out here from the recorded values and the tables of the specification, without the
product's formulas: where ours differs from a recorded case because of the rules, it must have
exactly the value that follows here.

Source: specification, v3/games.md.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from common.catalogue.documents import Chart
from common.games.model import (
    GPT,
    Decimal,
    Enum,
    GoalText,
    Integer,
    Metric,
    ScoreData,
    ScoreValidator,
)
from common.games.registry import gpt_by_id
from common.games.scoring import hydration, leaderboards, personal_bests
from worker.import_types.manual import batch_manual_schema as schema
from worker.import_types.manual import batch_manual_structs as structs

Document = Mapping[str, Any]

# --- indexes -------------------------------------------------------------------------------

DDR_LAMPS = (0, 1, 2, 4, 5, 6, 7, 3)  # the new place of each old one
DDR_LAMP_NAMES = (
    "FAILED",
    "ASSIST",
    "CLEAR",
    "FULL COMBO",
    "GREAT FULL COMBO",
    "PERFECT FULL COMBO",
    "MARVELOUS FULL COMBO",
    "LIFE4",
)
_FLARES = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "EX")
STARS = ("0-star", "1-star", "2-star", "3-star", "4-star", "5-star", "R-star")


def renewed_score_data(game: str, data: Document) -> dict[str, Any]:
    """A stored `scoreData` as it is stored now."""
    renewed = {**data, "enumIndexes": dict(data["enumIndexes"])}
    if game == "ddr":
        if not _former_order:
            renewed["enumIndexes"]["lamp"] = DDR_LAMPS[data["enumIndexes"]["lamp"]]
        flare = data["optional"].get("flare")
        index = -1 if flare is None else _FLARES.index(flare)
        renewed["optional"] = {**data["optional"], "enumIndexes": {"flare": index}}
    if game == "ongeki":
        count = data["platinumStars"]
        if isinstance(count, int | float):
            renewed["platinumStars"] = STARS[int(count)]
            renewed["enumIndexes"]["platinumStars"] = int(count)
    return renewed


# --- ratings of scores ---------------------------------------------------------------------


def renewed_ratings(
    gpt: str, chart: Document, data: Document, recorded: Document
) -> dict[str, float | None]:
    """The `calculatedData` of a score. data: at least what was provided."""
    game, _, playtype = gpt.partition(":")
    level: float = chart["levelNum"]
    match game:
        case "iidx":
            hard, ex_hard = _iidx_worths(playtype, chart)
            above = ("EX HARD CLEAR", "FULL COMBO")
            return {
                **recorded,
                "ktLampRatingHC": hard if data["lamp"] in ("HARD CLEAR", *above) else 0,
                "ktLampRatingEXHC": ex_hard if data["lamp"] in above else 0,
            }
        case "sdvx" | "usc":
            sixth = recorded["VF6"] if level == math.floor(level) else _volforce(data, level, 6)
            return {"VF6": sixth, "VF7": _volforce(data, level, 7)}
        case "arcaea":
            return {"potential": _potential(data["score"], level)}
        case "chunithm":
            return recorded if level > 0 else {"rating": 0}
        case "maimaidx" if recorded["rate"] is not None and data["lamp"].startswith("ALL PERFECT"):
            return {"rate": recorded["rate"] + 1}
        case "ongeki":
            perfect = data["score"] == 1_010_000
            full = (data["noteLamp"], data["bellLamp"]) == ("ALL BREAK+", "FULL BELL")
            if perfect and not full and not _unranked(chart):
                return {**recorded, "scoreRating": None}
    return dict(recorded)


def _iidx_worths(playtype: str, chart: Document) -> tuple[float, float]:
    def tier(name: str, otherwise: float) -> float:
        found = chart["data"].get(name)
        return found["value"] if found else otherwise

    if playtype == "DP":
        return (tier("dpTier", chart["levelNum"]),) * 2
    normal = tier("ncTier", chart["levelNum"])
    hard = max(normal, tier("hcTier", 0))
    return hard, max(hard, tier("exhcTier", 0))


_VF_GRADES = (7.0, 8.0, 8.7, 9.0, 9.3, 9.5, 9.7, 9.8, 9.9)
_VF_FACTORS = (80, 82, 85, 88, 91, 94, 97, 100, 102, 105)


def _volforce(data: Document, level: float, game: int) -> float:
    points = data["score"]
    by_grade = _VF_FACTORS[bisect_right([bound * 1_000_000 for bound in _VF_GRADES], points)]
    by_lamp = {
        "FAILED": 50,
        "CLEAR": 100,
        "EXCESSIVE CLEAR": 102,
        "MAXXIVE CLEAR": 104,
        "ULTIMATE CHAIN": 105 if game == 6 else 106,
        "PERFECT ULTIMATE CHAIN": 110,
    }[data["lamp"]]
    counted = math.floor(level) if game == 6 else level
    return math.floor(counted * 2 * (points / 10_000_000) * by_grade * by_lamp / 1000) / 1000


def _potential(points: float, level: float) -> float:
    if level <= 0:
        return 0
    if points >= 10_000_000:
        bonus = 2.0
    elif points >= 9_800_000:
        bonus = 1 + (points - 9_800_000) / 200_000
    else:
        bonus = (points - 9_500_000) / 300_000
    return max(0, level + bonus)


def _unranked(chart: Document) -> bool:
    return chart["levelNum"] == 0 or 7000 <= (chart["data"]["inGameID"] or 0) < 8000


# --- validation ----------------------------------------------------------------------------


def renewed_complaints(
    gpt: str, chart: Document, score: Document, recorded: list[str]
) -> list[str]:
    """What is said to be wrong with a score. recorded: what was."""
    judged = score["judgements"]
    lines = list(recorded)
    match gpt:
        case "arcaea:Touch":
            lines += _arcaea_complaints(chart, score, judged)
        case "maimaidx:Single":
            _judge_maimaidx(score, judged, lines)
        case "ongeki:Single":
            if _unranked(chart):
                lines = [each for each in lines if each != "Cannot have a LOSS with a FULL BELL."]
            lines = [each for each in lines if "platinumStars" not in each]
        case "ddr:SP" | "ddr:DP":
            old = "CLEAR, FULL COMBO, GREAT FULL COMBO, PERFECT FULL COMBO, MARVELOUS FULL COMBO, "
            lamps = f"{old}LIFE4."
            lines = [
                line.replace(
                    lamps, lamps.replace(", LIFE4", "").replace("CLEAR", "CLEAR, LIFE4", 1)
                )
                for line in lines
            ]
    return lines


def _sum(judged: Document, *names: str) -> Any:
    return sum(judged.get(name) or 0 for name in names)


def _arcaea_complaints(chart: Document, score: Document, judged: Document) -> list[str]:
    lines = []
    pures = judged.get("pure")
    all_pure = score["lamp"] == "PURE MEMORY" and not _sum(judged, "far", "lost")
    if all_pure and pures is not None and score["score"] - 10_000_000 > pures:
        lines.append(f"Impossible PURE MEMORY. Got {score['score']} with {pures} pures.")
    total, notes = _sum(judged, "pure", "far", "lost"), chart["data"].get("notecount")
    if notes is not None and total > notes:
        lines.append(
            f"Too many judgements: received {total} in total but the chart's note count is {notes}."
        )
    return lines


_ALL_PERFECT = "with any non-perfect judgements."
_MAIMAIDX_FLAWS = {
    "ALL PERFECT+": (("great", "good", "miss"), f"Cannot have an ALL PERFECT+ {_ALL_PERFECT}"),
    "ALL PERFECT": (("great", "good", "miss"), f"Cannot have an ALL PERFECT {_ALL_PERFECT}"),
    "FULL COMBO+": (("good", "miss"), "Cannot have a FULL COMBO+ with any goods or misses."),
    "FULL COMBO": (("miss",), "Cannot have a FULL COMBO with any misses."),
}
_OF_PERCENT = ("Cannot have an ALL PERFECT", "A score of 101%")


def _judge_maimaidx(score: Document, judged: Document, lines: list[str]) -> None:
    lamp, percent = score["lamp"], score.get("percent")
    if isinstance(percent, int | float) and not any(x.startswith(_OF_PERCENT) for x in lines):
        if lamp == "CLEAR" and percent < 80:
            lines.append("Cannot have a CLEAR without at least 80%.")
        if lamp == "FAILED" and percent >= 80:
            lines.append("Cannot have a FAILED if the score is above 80%.")
    if lamp not in _MAIMAIDX_FLAWS:
        return
    flaws, text = _MAIMAIDX_FLAWS[lamp]
    if all(judged.get(n) is not None for n in ("great", "good", "miss")) and _sum(judged, *flaws):
        lines.append(text)
    counts = [judged.get(name) for name in ("pcrit", "perfect", "great", "good", "miss")]
    longest = score["optional"].get("maxCombo")
    if longest is not None and None not in counts and sum(counts) != longest:  # type: ignore[arg-type]
        article = "an" if lamp.startswith("ALL") else "a"
        lines.append(
            f"Cannot have {article} {lamp} if maxCombo is not equal to the sum of judgements."
        )


# What only version 3 says of scores.
NEWER_REFUSALS = re.compile(
    r"scores\[\d+\]\.(percent|score) \| Expected a positive (number|integer)\.|"
    r"Impossible PURE MEMORY|Too many judgements: received|Cannot have a CLEAR without at least"
    r"|Cannot have a FAILED if the score|with any non-perfect judgements"
    r"|Cannot have a FULL COMBO\+? with any (goods or )?misses\."
    r"|Cannot have an? (FULL COMBO|ALL PERFECT)\+? if maxCombo is not equal"
)


_former_order = False  # whether lamps of DDR are for the moment as they were


def is_former() -> bool:
    """Whether the product is for the moment as it was recorded (`former_rules`)."""
    return _former_order


@contextmanager
def former_rules() -> Iterator[None]:
    """The product with the checks, the lamps and the merges that were recorded."""
    global _former_order
    names = ("arcaea:Touch", "maimai:Single", "maimaidx:Single", "ongeki:Single")
    gpts = [gpt_by_id(gpt) for gpt in (*names, "ddr:SP", "ddr:DP")]
    kept = [{name: getattr(gpt, name) for name in _CHANGED} for gpt in gpts]
    try:
        _former_order = True
        for gpt in gpts:
            _set(gpt, "score_validators", tuple(map(_former, gpt.score_validators)))
            _set(gpt, "pb_merges", tuple(m for m in gpt.pb_merges if m.name != "Best Flare"))
            _set(gpt, "provided", {n: _former_metric(gpt, m) for n, m in gpt.provided.items()})
            if "platinumStars" in gpt.goal_texts:
                _set(gpt, "goal_texts", {**gpt.goal_texts, "platinumStars": _FORMER_STARS})
        _forget()
        yield
    finally:
        _former_order = False
        for gpt, values in zip(gpts, kept, strict=True):
            for name, value in values.items():
                _set(gpt, name, value)
        _forget()


_CHANGED = ("provided", "score_validators", "pb_merges", "goal_texts")
_RAINBOW = "★★★★★(虹)"
_FORMER_STARS = GoalText(
    progress=lambda pb, goal: _former_stars(STARS.index(pb.metrics["platinumStars"])),
    criteria=lambda value: f"Get {stars_text(value)} on",
    out_of=lambda value: _RAINBOW,
)


def _former_stars(count: int) -> str:
    return _RAINBOW if count == 6 else "★" * count


def _former(validator: ScoreValidator) -> ScoreValidator:
    def judge(score: ScoreData, chart: Chart) -> str | None:
        text = validator(score, chart)
        return None if text is None or NEWER_REFUSALS.search(text) else text

    return judge


def _former_metric(gpt: GPT, metric: Metric) -> Metric:
    if gpt.game == "ddr" and isinstance(metric, Enum):
        return Enum(DDR_LAMP_NAMES, metric.minimum_relevant)
    if isinstance(metric, Integer | Decimal) and metric.chart_check is not None:
        return replace(metric, range=None, many_charts_below=None)
    return metric


def _set(gpt: GPT, name: str, value: Any) -> None:
    object.__setattr__(gpt, name, value)


def _forget() -> None:
    """What was compiled from a configuration."""
    for compiled in (
        hydration._plan_of,
        leaderboards._places,
        personal_bests._rules,
        schema.rules,
        structs.score_type,
        structs.document_type,
        structs.decoder,
    ):
        compiled.cache_clear()


# --- sessions and profiles -----------------------------------------------------------------

# Ratings that are new, by the recorded one whose values stand in for theirs: what is made of
# them must be what was made of those.
SUCCESSORS: Mapping[str, Mapping[str, str]] = {
    "sdvx": {"VF7": "VF6"},
    "usc": {"VF7": "VF6"},
    "iidx": {"ktLampRatingHC": "ktLampRating", "ktLampRatingEXHC": "ktLampRating"},
}
HOT_VERSIONS = ("ave", "beyond")  # of jubeat: before and now


def with_successors(game: str, ratings: Document, prefix: str = "") -> dict[str, Any]:
    """Ratings with the new ones among them. prefix: of those of sessions."""
    added = {
        prefix + new: ratings[prefix + old]
        for new, old in SUCCESSORS.get(game, {}).items()
        if prefix + old in ratings
    }
    return {**ratings, **added}


def session_prefix(game: str) -> str:
    return "Profile" if game in ("sdvx", "usc") else ""


def ongeki_profile(pbs: list[Document], recorded: Document) -> dict[str, Any]:
    """The recorded ratings and the two that are new."""
    return {
        **recorded,
        "scoreRating": _best_average(pbs, "scoreRating", 60),
        "starRating": _best_average(pbs, "starRating", 50),
    }


def _best_average(pbs: list[Document], key: str, count: int) -> float | None:
    values = [pb["calculatedData"].get(key) for pb in pbs if pb["isPrimary"]]
    best = sorted((value for value in values if value is not None), reverse=True)[:count]
    if not best:
        return None
    return math.floor(sum(math.floor(value * 1000 + 0.5) for value in best) / count) / 1000


def jubility(pbs: list[Document], catalogue: Document) -> float:
    """Of a profile: 30 of the hot songs and 30 of the others, one a song and difficulty."""
    versions = {song["id"]: song["data"]["displayVersion"] for song in catalogue["songs"]}
    difficulties = {chart["chartID"]: chart["difficulty"] for chart in catalogue["charts"]}
    parts: dict[bool, dict[Any, float]] = {True: {}, False: {}}
    for pb in pbs:
        if pb["songID"] in versions and pb["chartID"] in difficulties:
            best = parts[versions[pb["songID"]] == HOT_VERSIONS[1]]
            key = pb["songID"], difficulties[pb["chartID"]].removeprefix("HARD ")
            best[key] = max(best.get(key, 0), pb["calculatedData"].get("jubility") or 0)
    return sum(sum(sorted(best.values(), reverse=True)[:30]) for best in parts.values())


# --- goals ---------------------------------------------------------------------------------


def renumbered(goal: Document) -> dict[str, Any]:
    """A goal that names one of DDR's lamps by its place, with the place of now."""
    criteria = goal["criteria"]
    if (goal["game"], criteria["key"]) != ("ddr", "lamp"):
        return dict(goal)
    if criteria["value"] not in range(len(DDR_LAMPS)):
        return dict(goal)
    return {**goal, "criteria": {**criteria, "value": DDR_LAMPS[criteria["value"]]}}


def renewed_standing(goal: Document, recorded: Document, lamps: list[int]) -> dict[str, Any]:
    """How far a renumbered goal is. lamps: those of the personal bests that count for it."""
    value = goal["criteria"]["value"]
    if goal["criteria"]["mode"] != "single":
        count = sum(lamp >= value for lamp in lamps)
        achieved = count >= recorded["outOf"] > 0
        return {**recorded, "progress": count, "progressHuman": f"{count}", "achieved": achieved}
    standing = {**recorded, "outOf": value}
    if lamps:
        best = max(lamps)
        names = dict(zip(DDR_LAMPS, DDR_LAMP_NAMES, strict=True))
        standing |= {"progress": best, "progressHuman": names[best], "achieved": best >= value}
    return standing


def stars_text(count: int) -> str:
    return "★★★★★(虹)" if count == 6 else "★" * count + "☆" * (5 - count)


# --- classes -------------------------------------------------------------------------------

_MAIMAIDX = {
    14_000: "GOLD",
    14_250: "GOLD_II",
    14_500: "PLATINUM",
    14_750: "PLATINUM_II",
    15_000: "RAINBOW",
    15_250: "RAINBOW_II",
    15_500: "RAINBOW_III",
    15_750: "RAINBOW_IV",
    16_000: "RAINBOW_EX_I",
    16_250: "RAINBOW_EX_II",
    16_500: "RAINBOW_EX_III",
    16_750: "RAINBOW_EX_IV",
}
_CHUNITHM = {15.25: "PLATINUM", 15.5: "PLATINUM_II", 15.75: "PLATINUM_III", 16: "RAINBOW"}


def renewed_classes(game: str, ratings: Document, recorded: Document) -> dict[str, str | None]:
    """The derived classes. ratings: of the profile."""
    match game:
        case "maimaidx":
            return {"colour": _on(_MAIMAIDX, ratings["naiveRate"], recorded["colour"])}
        case "chunithm" if recorded["colour"] == "PLATINUM":
            return {"colour": _on(_CHUNITHM, ratings["naiveRating"], "PLATINUM")}
        case "ongeki" if (ratings["naiveRatingRefresh"] or 0) >= 22:
            assert recorded["colour"] == "RAINBOW_EX"
            return {"colour": "RAINBOW_EX_TRUE"}
    return dict(recorded)


def _on(ladder: Mapping[float, str], value: float | None, otherwise: str | None) -> str | None:
    reached = [name for bound, name in ladder.items() if value is not None and value >= bound]
    return reached[-1] if reached else otherwise


# --- personal bests ------------------------------------------------------------------------

# Points of a clear without a flare rank, by level.
_FLARE_BASES = (
    *(145, 155, 170, 185, 205, 230, 255, 290, 335, 400),
    *(465, 510, 545, 575, 600, 620, 635, 650, 665),
)


def by_seniority(scores: list[Any], before: float | None = None) -> list[Any]:
    """The scores that count, oldest first."""

    def seniority(score: Document) -> tuple[float, float, str]:
        achieved = score["timeAchieved"]
        return math.inf if achieved is None else achieved, score["timeAdded"], score["scoreID"]

    counted = [
        score
        for score in scores
        if before is None or (score["timeAchieved"] is not None and score["timeAchieved"] < before)
    ]
    return sorted(counted, key=seniority)


def renewed_best(
    gpt: str, chart: Document, best: Document, scores: list[Document]
) -> dict[str, Any]:
    """A personal best as it is made now of these scores, but for what parts are called.

    scores: those that count, oldest first, their `scoreData` renewed.
    """
    game = gpt.partition(":")[0]
    data = renewed_score_data(game, best["scoreData"])
    calculated = dict(best["calculatedData"])
    if game == "ddr" and not _former_order and scores:
        _merge_ddr(data, [score["scoreData"] for score in scores])
        base = dict(enumerate(_FLARE_BASES, start=1)).get(chart["levelNum"])
        index = max(0, data["optional"]["enumIndexes"]["flare"])
        worth = None if base is None else base * (100 + 6 * index) // 100
        calculated = {"flareSkill": 0 if data["lamp"] == "FAILED" else worth}
    elif game != "ddr":
        calculated = renewed_ratings(gpt, chart, data, calculated)
    return {**best, "scoreData": data, "calculatedData": calculated}


def _merge_ddr(data: dict[str, Any], played: list[Document]) -> None:
    lamped = max(played, key=lambda each: each["enumIndexes"]["lamp"])
    data["lamp"] = lamped["lamp"]
    data["enumIndexes"] = {**data["enumIndexes"], "lamp": lamped["enumIndexes"]["lamp"]}
    clears = [each for each in played if each["lamp"] != "FAILED"]
    if clears:
        flared = max(clears, key=lambda each: each["optional"]["enumIndexes"]["flare"])
        optional = {k: v for k, v in data["optional"].items() if k != "flare"}
        if "flare" in flared["optional"]:
            optional["flare"] = flared["optional"]["flare"]
        index = flared["optional"]["enumIndexes"]["flare"]
        data["optional"] = {**optional, "enumIndexes": {"flare": index}}


# --- leaderboards --------------------------------------------------------------------------

_RANKED_BY: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("iidx", "bms", "pms"), ("score", "enumIndexes.lamp", "-optional.bp")),
    "sdvx": ("score", "enumIndexes.lamp", "optional.exScore"),
    **dict.fromkeys(("usc", "arcaea", "museca", "wacca", "ddr"), ("score", "enumIndexes.lamp")),
    **dict.fromkeys(("gitadora", "maimai", "maimaidx"), ("percent", "enumIndexes.lamp")),
    "itg": ("finalPercent", "enumIndexes.lamp"),
    "popn": ("score", "enumIndexes.clearMedal"),
    "jubeat": ("musicRate", "score", "enumIndexes.lamp"),
    "chunithm": ("score", "enumIndexes.noteLamp", "enumIndexes.clearLamp"),
    "ongeki": ("score", "platinumScore", "enumIndexes.noteLamp", "enumIndexes.bellLamp"),
}


def ranks(
    game: str, bests: Mapping[int, Document], rivals: Mapping[int, list[int]]
) -> dict[int, dict[str, int | None]]:
    """The `rankingData` of a chart's personal bests (with scoreData, timeAchieved), by user."""
    keys = {user: _rank_key(game, best) for user, best in bests.items()}
    return {
        user: {
            "rank": 1 + sum(other > key for other in keys.values()),
            "outOf": len(keys),
            "rivalRank": 1 + sum(keys[it][0] > key[0] for it in rivals[user] if it in keys)
            if rivals.get(user)
            else None,
        }
        for user, key in keys.items()
    }


def _rank_key(game: str, best: Document) -> list[float]:
    key = []
    for path in _RANKED_BY[game]:
        value: Any = best["scoreData"]
        for part in path.removeprefix("-").split("."):
            value = value.get(part)
        sign = -1 if path.startswith("-") else 1
        key.append(-math.inf if value is None else sign * value)
    time = best["timeAchieved"]
    return [*key, -math.inf if time is None else -time]


# --- messages ------------------------------------------------------------------------------

# Lists in messages have what version 3 added.
_LISTS = (
    ("bmsChartHash, itgChartHash", "bmsChartHash, gcmInGameIDSpecialChart, itgChartHash"),
    (
        "CHUNITHM. Expected any of inGameID, ",
        "CHUNITHM. Expected any of gcmInGameIDSpecialChart, inGameID, ",
    ),
    ("maimai. Expected any of ", "maimai. Expected any of gcmInGameIDSpecialChart, "),
    ("maimai DX. Expected any of ", "maimai DX. Expected any of gcmInGameIDSpecialChart, "),
    ("VVD, XCD, MXM, ULT", "VVD, XCD, NBL, MXM, ULT"),
    ("exceed, konaste", "exceed, nabla, konaste"),
    ("Future, Beyond", "Future, Eternal, Beyond"),
    ("EXPERT, MASTER, LUNATIC", "EXPERT, MASTER, Re:MASTER, LUNATIC"),
    ("PHASE_10, PHASE_11", "PHASE_10, PHASE_11, PHASE_12"),
    (", ".join(DDR_LAMP_NAMES), ", ".join(DDR_LAMP_NAMES[i] for i in (0, 1, 2, 7, 3, 4, 5, 6))),
)


def renewed_messages(value: Any) -> Any:
    """A document with the lists in its texts as they are now."""
    if isinstance(value, str):
        for then, now in _LISTS:
            if then.startswith(", ".join(DDR_LAMP_NAMES)) and _former_order:
                continue
            value = value.replace(then, now)
        return value
    if isinstance(value, dict):
        return {key: renewed_messages(item) for key, item in value.items()}
    if isinstance(value, list):
        return [renewed_messages(item) for item in value]
    return value
