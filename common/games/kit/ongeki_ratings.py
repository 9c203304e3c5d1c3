"""The ratings of O.N.G.E.K.I. Source: specification, games/ongeki.md.

A chart is unranked if it is a bonus track or has no level; every rating of it is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from common.catalogue.documents import Chart
from common.games.kit.classes import ladder
from common.games.kit.ratings import best_n, profile_best, session_average
from common.games.model import BestOf, ClassValue, ProfileRating, RatedPB, ScoreData, ScoreRating
from common.text.numbers import js_round

PERFECT_SCORE: Final = 1_010_000

_BONUS_TRACKS: Final = range(7000, 8000)  # inGameIDs


def is_unranked(chart: Chart) -> bool:
    return (
        chart.levelNum == 0
        or chart.data.isBonusTrack is True
        or chart.data.inGameID in _BONUS_TRACKS
    )


# --- platinum stars ----------------------------------------------------------------------


STARS: Final = ("0-star", "1-star", "2-star", "3-star", "4-star", "5-star", "R-star")


def platinum_stars(score: ScoreData, chart: Chart) -> str:
    """A star for each percent of the platinum score from 94 on, the rainbow one from 99 on."""
    return STARS[_star_count(score, chart)]


def _star_count(score: ScoreData, chart: Chart) -> int:
    points, most = score.metrics["platinumScore"], chart.data.maxPlatScore
    if points == most == 0:
        return 0
    percent: int = math.floor((points / most) * 100)
    return max(0, min(percent, 99) - 93)


# --- scores ------------------------------------------------------------------------------


def rating(score: ScoreData, chart: Chart) -> float | None:
    """The rating up to bright MEMORY, of the score alone."""
    if is_unranked(chart):
        return 0
    if chart.levelNum < 0:
        return None
    return max(_hundredths(score.metrics["score"], js_round(chart.levelNum * 100)) / 100, 0)


def _hundredths(points: int, level: int) -> int:
    # What is missing to a grade is rounded up, which is what // does to negative numbers.
    if points >= 1_007_500:
        return level + 200
    if points >= 1_000_000:
        return level + 150 + (points - 1_000_000) // 150
    if points >= 970_000:
        return level + (points - 970_000) // 200
    if points >= 900_000:
        return level + (points - 970_000) // 175
    if points >= 800_000:
        return level - 400 + (points - 900_000) // 500
    return 0


_NOTE_LAMP_BONUS: Final = {"FULL COMBO": 100, "ALL BREAK": 300, "ALL BREAK+": 350}
_FULL_BELL_BONUS: Final = 50


def score_rating(score: ScoreData, chart: Chart) -> float | None:
    """The rating since Re:Fresh, of score and lamps; None if the two contradict each other."""
    if is_unranked(chart):
        return 0
    points = score.metrics["score"]
    lamp, full_bell = score.metrics["noteLamp"], score.metrics["bellLamp"] == "FULL BELL"
    if (
        chart.levelNum < 0
        or (points == PERFECT_SCORE and not (lamp == "ALL BREAK+" and full_bell))
        or (lamp == "ALL BREAK+" and points < PERFECT_SCORE)
        or (lamp == "LOSS" and full_bell)
    ):
        return None
    if points < 800_000:
        return 0
    base = _thousandths(points, js_round(chart.levelNum * 1000))
    bonus = _NOTE_LAMP_BONUS.get(lamp, 0) + (_FULL_BELL_BONUS if full_bell else 0)
    return max((base + bonus) / 1000, 0)


def _thousandths(points: int, level: int) -> int:
    """Of a score of 800,000 or more, without the bonus for lamps."""
    if points >= 1_007_500:
        return level + 2050 + 250 * (points - 1_007_500) // 2_500
    if points >= 1_000_000:
        return level + 1450 + 500 * (points - 1_000_000) // 7_500
    if points >= 990_000:
        return level + 850 + 500 * (points - 990_000) // 10_000
    if points >= 970_000:
        return level + 750 * (points - 970_000) // 20_000
    if points >= 900_000:
        return level + 4_000 * (points - 970_000) // 70_000
    return level - 4_000 + 2_000 * (points - 900_000) // 100_000


def star_rating(score: ScoreData, chart: Chart) -> float:
    """The platinum rating since Re:Fresh; the sixth star does not count."""
    if is_unranked(chart):
        return 0
    level = chart.levelNum
    return math.floor(min(_star_count(score, chart), 5) * level * level) / 1000


SCORE_RATINGS: Final = {
    "rating": ScoreRating("The rating of a single score, up to bright MEMORY.", rating),
    "scoreRating": ScoreRating(
        "The rating of a single score since Re:Fresh, of score and lamps.", score_rating
    ),
    "starRating": ScoreRating(
        "The platinum rating of a single score since Re:Fresh, of its stars.", star_rating
    ),
}


# --- sessions and profiles ---------------------------------------------------------------

SESSION_RATINGS: Final = {
    "naiveRating": session_average("rating", "The average of the 10 best ratings."),
    "naiveScoreRating": session_average("scoreRating", "The average of the 10 best score ratings."),
    "starRating": session_average("starRating", "The average of the 10 best star ratings."),
}

_SCORE_RATINGS: Final = BestOf("scoreRating", 60)
_STAR_RATINGS: Final = BestOf("starRating", 50)
_best_score_ratings = best_n(
    _SCORE_RATINGS.key, count=_SCORE_RATINGS.count, average=True, multiplier=1000
)
_best_star_ratings = best_n(
    _STAR_RATINGS.key, count=_STAR_RATINGS.count, average=True, multiplier=1000
)


def naive_rating_refresh(pbs: Sequence[RatedPB]) -> float:
    """1.2 times the average score rating plus the average star rating; 0 without any."""
    by_score = js_round((_best_score_ratings(pbs) or 0) * 1000)
    by_stars = js_round((_best_star_ratings(pbs) or 0) * 1000)
    return (math.floor(by_score * 1.2) + by_stars) / 1000


PROFILE_RATINGS: Final = {
    "scoreRating": ProfileRating(
        "The average of the 60 best score ratings, of charts of any age.",
        _best_score_ratings,
        (_SCORE_RATINGS,),
    ),
    "starRating": ProfileRating(
        "The average of the 50 best star ratings, of charts of any age.",
        _best_star_ratings,
        (_STAR_RATINGS,),
    ),
    "naiveRating": profile_best(
        "rating",
        "The average of the 45 best ratings, of charts of any age and without recent scores.",
        count=45,
        average=True,
        multiplier=100,
    ),
    "naiveRatingRefresh": ProfileRating(
        "1.2 times the average of the 60 best score ratings, plus the average of the 50 best "
        "star ratings, of charts of any age.",
        naive_rating_refresh,
        (_SCORE_RATINGS, _STAR_RATINGS),
    ),
}

COLOUR: Final = ladder(
    "naiveRatingRefresh",
    (0, ClassValue("BLUE", "水", "Blue: 0.000~3.999 RatingRefresh")),
    (4, ClassValue("GREEN", "緑", "Green: 4.000~6.999 RatingRefresh")),
    (7, ClassValue("ORANGE", "橙", "Orange: 7.000~8.999 RatingRefresh")),
    (9, ClassValue("RED", "赤", "Red: 9.000~10.999 RatingRefresh")),
    (11, ClassValue("PURPLE", "紫", "Purple: 11.000~12.999 RatingRefresh")),
    (13, ClassValue("COPPER", "銅", "Copper: 13.000~14.999 RatingRefresh")),
    (15, ClassValue("SILVER", "銀", "Silver: 15.000~16.999 RatingRefresh")),
    (17, ClassValue("GOLD", "金", "Gold: 17.000~17.999 RatingRefresh")),
    (18, ClassValue("PLATINUM", "鉑", "Platinum: 18.000~18.999 RatingRefresh")),
    (19, ClassValue("RAINBOW", "虹", "Rainbow: 19.000~19.999 RatingRefresh")),
    (20, ClassValue("RAINBOW_SHINY", "虹(光)", "Rainbow Shiny: 20.000~20.999 RatingRefresh")),
    (21, ClassValue("RAINBOW_EX", "虹(極)", "Rainbow Extreme: 21.000~21.999 RatingRefresh")),
    (
        22,
        ClassValue(
            "RAINBOW_EX_TRUE", "虹(極)・真", "Rainbow Extreme (True): 22.000~ RatingRefresh"
        ),
    ),
    minimum_relevant="RAINBOW",
)
