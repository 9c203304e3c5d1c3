"""What a client of USC sends, and a catalogue that has the chart of it."""

from __future__ import annotations

from typing import Any, Final

CHART_HASH: Final = "00112233445566778899aabbccddeeff00112233"
CHART_ID: Final = "usc-chart"

# As seeds hold them: one song, with the same chart in both playtypes.
CATALOGUE: Final = {
    "songs": {
        "usc": [
            {
                "id": 1,
                "title": "Example",
                "artist": "Nobody",
                "altTitles": [],
                "searchTerms": [],
                "data": {},
            }
        ]
    },
    "charts": {
        "usc": [
            {
                "chartID": chart_id,
                "songID": 1,
                "playtype": playtype,
                "difficulty": "EXH",
                "level": "15",
                "levelNum": 15,
                "isPrimary": True,
                "versions": [],
                "data": {
                    "hashSHA1": [CHART_HASH, "another form of it"],
                    "isOfficial": False,
                    "effector": "me",
                    "tableFolders": [],
                },
            }
            for chart_id, playtype in ((CHART_ID, "Controller"), ("its-twin", "Keyboard"))
        ]
    },
}


def chart(**members: Any) -> dict[str, Any]:
    return {
        "chartHash": CHART_HASH,
        "artist": "Nobody",
        "title": "Example",
        "level": 15,
        "difficulty": 2,
        "effector": "me",
        "illustrator": "me",
        "bpm": "180",
        **members,
    }


def score(**members: Any) -> dict[str, Any]:
    """A score that is accepted; `members` replace its own, inside of objects too."""
    document: dict[str, Any] = {
        "score": 9_450_000,
        "gauge": 0.75,
        "timestamp": 1_700_000_000,
        "crit": 1500,
        "near": 60,
        "error": 12,
        "options": {"gaugeType": 0, "mirror": False, "random": False, "autoFlags": 0},
        "windows": {"perfect": 46, "good": 150, "hold": 150, "miss": 300, "slam": 84},
    }
    for key, value in members.items():
        inside = document.get(key)
        if isinstance(inside, dict) and isinstance(value, dict):
            document[key] = {**inside, **value}
        else:
            document[key] = value
    return document


def body(**members: Any) -> dict[str, Any]:
    return {"chart": chart(), "score": score(**members)}
