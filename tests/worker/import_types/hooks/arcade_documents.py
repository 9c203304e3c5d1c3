"""What hooks of iidx, sdvx and bms send, and a catalogue that has the charts of it."""

from __future__ import annotations

from typing import Any, Final

MODEL: Final = "LDJ:J:B:A:2021091500"
INFINITAS: Final = "P2D:J:B:A:2021091500"
KONASTE: Final = "QCV:J:B:A:2021091500"

MD5: Final = "0123456789abcdef0123456789abcdef"
COURSE_MD5: Final = MD5 * 4


def _song(song_id: int, **data: Any) -> dict[str, Any]:
    return {
        "id": song_id,
        "title": f"Example {song_id}",
        "artist": "Nobody",
        "altTitles": [],
        "searchTerms": [],
        "data": data,
    }


def _chart(chart_id: str, song_id: int, playtype: str, difficulty: str, **others: Any) -> Any:
    return {
        "chartID": chart_id,
        "songID": song_id,
        "playtype": playtype,
        "difficulty": difficulty,
        "level": "10",
        "levelNum": 10,
        "isPrimary": True,
        "versions": [],
        "data": {},
        **others,
    }


def _iidx(chart_id: str, number: int, playtype: str, difficulty: str, **data: Any) -> Any:
    return _chart(
        chart_id,
        9001,
        playtype,
        difficulty,
        versions=["28", "inf"],
        data={
            "notecount": 1000,
            "inGameID": number,
            "hashSHA256": None,
            "2dxtraSet": None,
            "kaidenAverage": None,
            "worldRecord": None,
            "bpiCoefficient": None,
            **data,
        },
    )


CATALOGUE: Final = {
    "songs": {
        "iidx": [_song(9001, genre="TECHNO", displayVersion="28")],
        "sdvx": [_song(9001, displayVersion="exceed")],
        "bms": [_song(9001, genre=None, subtitle=None, subartist=None, tableString=None)],
    },
    "charts": {
        "iidx": [
            _iidx("sp-hyper", 98001, "SP", "HYPER"),
            _iidx("dp-hyper", 98001, "DP", "HYPER"),
            _iidx("custom", 98001, "SP", "ANOTHER", hashSHA256="c" * 64, **{"2dxtraSet": "x"}),
        ],
        "sdvx": [
            _chart(
                f"sdvx-{difficulty.lower()}",
                9001,
                "Single",
                difficulty,
                versions=["vivid", "exceed", "konaste"],
                data={"inGameID": 9855},
            )
            for difficulty in ("NOV", "ADV", "EXH", "HVN", "MXM")
        ],
        "bms": [
            _chart(
                "bms-chart",
                9001,
                "7K",
                "CHART",
                data={
                    "notecount": 2256,
                    "hashMD5": MD5,
                    "hashSHA256": MD5 * 2,
                    "tableFolders": [],
                    "aiLevel": None,
                    "sglEC": None,
                    "sglHC": None,
                },
            )
        ],
    },
}


def without(game: str) -> dict[str, Any]:
    """The catalogue without one of the games."""
    return {
        kind: {name: each for name, each in games.items() if name != game}
        for kind, games in CATALOGUE.items()
    }


def fervidex(**members: Any) -> dict[str, Any]:
    return {
        "chart": "sph",
        "entry_id": 98001,
        "pgreat": 500,
        "great": 100,
        "good": 10,
        "bad": 2,
        "poor": 3,
        "slow": 40,
        "fast": 72,
        "combo_break": 4,
        "ex_score": 1100,
        "clear_type": 5,
        "gauge": [100, 96, 88, 92],
        "ghost": [0, 2, 2, 1],
        "option": {"gauge": "HARD", "style": "MIRROR"},
        "pacemaker": {},
        **members,
    }


def profile(**members: Any) -> dict[str, Any]:
    return {
        "sp_dan": 15,
        "dp_dan": 7,
        "scores": {"98001": {"sph": {"ex_score": 1100, "clear_type": 5, "miss_count": 12}}},
        **members,
    }


def kshook(**members: Any) -> dict[str, Any]:
    return {
        "clear": "CLEAR_MAXXIVE",
        "difficulty": "DIFFICULTY_INFINITE",
        "gauge": 7350,
        "grade": "GRADE_AAA",
        "max_chain": 812,
        "music_id": 9855,
        "score": 9756000,
        "ex_score": 2900,
        "critical": 1500,
        "near": 20,
        "error": 4,
        "rate": "RATE_MAXXIVE",
        "track_no": 1,
        "retry_count": 0,
        **members,
    }


def kshook_export(**members: Any) -> dict[str, Any]:
    record = {
        "clear": "CLEAR_EFFECTIVE",
        "difficulty": "DIFFICULTY_MAXIMUM",
        "grade": "GRADE_AA",
        "max_chain": 400,
        "music_id": 9855,
        "score": 9400000,
        "ex_score": 2100,
        "timestamp": 1690000000,
        **members,
    }
    return {"scores": [record]}


def barbatos(**members: Any) -> dict[str, Any]:
    return {
        "difficulty": 1,
        "level": 9,
        "song_id": 9855,
        "max_chain": 300,
        "critical": 700,
        "near_total": 20,
        "near_fast": 15,
        "near_slow": 5,
        "score": 9700000,
        "error": 3,
        "percent": 88.5,
        "did_fail": False,
        "clear_type": 3,
        "gauge_type": 1,
        "is_skill_analyzer": False,
        **members,
    }


def barbatos_exceed(**members: Any) -> dict[str, Any]:
    counts = (
        *("early_error", "early_near", "early_crit", "s_crit", "late_crit", "late_near"),
        *("late_error", "chip_s_crit", "chip_crit", "chip_near", "chip_error"),
        *("long_crit", "long_error", "vol_crit", "vol_error"),
    )
    return {
        "difficulty": 3,
        "level": 17,
        "score": 9700001,
        "ex_score": 2363,
        "clear_type": 2,
        "song_id": 9855,
        "percent": 88.5,
        "max_chain": 300,
        **dict.fromkeys(counts, 4),
        "gauge_type": 1,
        **members,
    }


def lr2hook(**members: Any) -> dict[str, Any]:
    """`members` replace those of `scoreData`, but for `md5`."""
    score = {
        "pgreat": 1100,
        "great": 900,
        "good": 200,
        "bad": 50,
        "poor": 6,
        "maxCombo": 700,
        "exScore": 3100,
        "moneyScore": 150000,
        "notesTotal": 2256,
        "notesPlayed": 2256,
        "lamp": "NORMAL",
        "hpGraph": [80] * 1000,
    }
    md5 = members.pop("md5", MD5)
    return {
        "md5": md5,
        "playerData": {"autoScr": 0, "gameMode": "ALL", "random": "NORAN", "gauge": "GROOVE"},
        "scoreData": {**score, **members},
    }
