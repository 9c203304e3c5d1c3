"""What LR2oraja and beatoraja send after a play, and a catalogue that has its chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.catalogue.index import GameCatalogue
from worker.import_types.base import Body, ChartProposal, UnknownChart
from worker.import_types.hooks.beatoraja import Beatoraja

MD5 = "0123456789abcdef0123456789abcdef"
SHA256 = MD5 + MD5

SCORE: Mapping[str, Any] = {
    "sha256": SHA256,
    "exscore": 1004,
    "passnotes": 500,
    "gauge": 82.4,
    "deviceType": "KEYBOARD",
    "minbp": 12,
    "option": 1,
    "lntype": 0,
    "clear": "Hard",
    "assist": 0,
    "maxcombo": 210,
    "epg": 332,
    "lpg": 127,
    "egr": 65,
    "lgr": 21,
    "egd": 2,
    "lgd": 3,
    "ebd": 1,
    "lbd": 4,
    "epr": 7,
    "lpr": 11,
    "ems": 5,
    "lms": 6,
}
CHART: Mapping[str, Any] = {
    "md5": MD5,
    "sha256": SHA256,
    "title": "Example",
    "subtitle": "[SP]",
    "genre": "TEST",
    "artist": "Nobody",
    "subartist": "obj: Someone",
    "total": 260,
    "lntype": 0,
    "mode": "BEAT_7K",
    "judge": 75,
    "notes": 520,
    "hasUndefinedLN": False,
    "hasRandom": False,
}

# As seeds hold them: a song with the chart that is played.
CATALOGUE: Mapping[str, Any] = {
    "songs": {
        "bms": [
            {
                "id": 7,
                "title": "Example",
                "artist": "Nobody",
                "altTitles": [],
                "searchTerms": [],
                "data": {"genre": None, "subtitle": None, "subartist": None, "tableString": None},
            }
        ]
    },
    "charts": {
        "bms": [
            {
                "chartID": "known-chart",
                "songID": 7,
                "playtype": "7K",
                "difficulty": "CHART",
                "level": "?",
                "levelNum": 0,
                "isPrimary": True,
                "versions": [],
                "data": {
                    "notecount": 520,
                    "hashMD5": MD5,
                    "hashSHA256": SHA256,
                    "tableFolders": [],
                },
            }
        ]
    },
}


def play(
    sha256: str = SHA256,
    *,
    mode: str = "BEAT_7K",
    score: Mapping[str, Any] | None = None,
    chart: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body after a play of a chart, by the client of the mode."""
    return {
        "client": "beatoraja 0.8.4" if mode == "POPN_9K" else "LR2oraja 0.8.4",
        "score": {**SCORE, "sha256": sha256, **(score or {})},
        "chart": {**CHART, "sha256": sha256, "mode": mode, **(chart or {})},
    }


def proposal(sha256: str = SHA256, **parts: Any) -> ChartProposal:
    """What comes of a play whose chart the catalogue lacks."""
    import_type = Beatoraja()
    parsed = import_type.parse(Body(1, 0, (), play(sha256, **parts)))
    convert = import_type.converter(parsed.context, GameCatalogue(parsed.game, 0, [], []))
    (entry,) = parsed.entries
    try:
        convert(entry)
    except UnknownChart as unknown:
        return unknown.proposal
    raise AssertionError("an empty catalogue has no chart")
