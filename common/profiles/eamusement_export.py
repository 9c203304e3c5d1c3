"""A player's personal bests in the layout of the e-amusement site's CSV, which it imports, too.

Source: specification, v3/http-api.md section 4.4, with its improvements: versions by name, no
time where none is known, cells quoted that hold a comma.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from common.database.statements import Row
from common.games.kit.eamusement_csv import DIFFICULTIES, VERSION_NAMES

# Of which a personal best makes its song a row.
_SHOWN: Final = DIFFICULTIES[1:]
_FIRST: Final = ("バージョン", "タイトル", "ジャンル", "アーティスト", "プレー回数")
_OF_BLOCK: Final = (
    "難易度",
    "スコア",
    "PGreat",
    "Great",
    "ミスカウント",
    "クリアタイプ",
    "DJ LEVEL",
)
_LAST: Final = "最終プレー日時"
HEADERS: Final = (
    *_FIRST,
    *(f"{difficulty} {name}" for difficulty in DIFFICULTIES for name in _OF_BLOCK),
    _LAST,
)

_NOT_PLAYED: Final = ("0", "0", "0", "---", "NO PLAY", "---")
# What the site calls otherwise than we do.
_LAMPS: Final = {"FULL COMBO": "FULLCOMBO CLEAR"}
_GRADES: Final = {"MAX": "AAA", "MAX-": "AAA"}
# Versions that have no number of their own.
_VERSIONS: Final = {"sub": 1}

_Rows = Iterable[Row]


def export(bests: _Rows, charts: _Rows, songs: _Rows) -> str:
    """The whole file. bests: of one user on one GPT; charts, songs: all of those they are on."""
    best_on = {row.chart_id: row for row in bests}
    of_song: dict[int, dict[str, Row]] = {}
    # The chart of the present version last: it is the one that counts.
    for chart in sorted(charts, key=lambda row: (row.is_primary, row.chart_id)):
        known = of_song.setdefault(chart.song_id, {})
        if chart.chart_id in best_on or chart.difficulty not in known:
            known[chart.difficulty] = chart
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(HEADERS)
    for song in songs:
        of = of_song.get(song.id, {})
        played = [best_on[of[name].chart_id] for name in _SHOWN if _is_played(of, name, best_on)]
        if played:
            write(_row(song, of, best_on, played))
    return out.getvalue()


def _is_played(charts: Mapping[str, Row], difficulty: str, best_on: Mapping[str, Row]) -> bool:
    return difficulty in charts and charts[difficulty].chart_id in best_on


def _row(
    song: Row,
    charts: Mapping[str, Row],
    best_on: Mapping[str, Row],
    played: Sequence[Row],
) -> list[str]:
    data = song.data
    cells = [
        _version(data.get("displayVersion")),
        data.get("eamusementCsvTitle") or song.title,
        data.get("eamusementCsvGenre") or data["genre"],
        data.get("eamusementCsvArtist") or song.artist,
        "0",
    ]
    for difficulty in DIFFICULTIES:
        chart = charts.get(difficulty)
        shown = difficulty in _SHOWN and chart is not None
        best = best_on.get(chart.chart_id) if shown and chart is not None else None
        cells += (chart.level if chart is not None else "0", *_cells(best))
    times = [best.time_achieved for best in played if best.time_achieved]
    return [*cells, _time(max(times)) if times else ""]


def _version(number: str | None) -> str:
    """The name of a version; what has no number on the site stays as it is."""
    place = _VERSIONS.get(number or "") or (int(number) if number and number.isdigit() else 0)
    return VERSION_NAMES[place - 1] if 0 < place <= len(VERSION_NAMES) else number or ""


def _cells(best: Row | None) -> Sequence[str]:
    if best is None:
        return _NOT_PLAYED
    data = best.score_data
    judgements = data.get("judgements") or {}
    counts = (judgements.get("pgreat"), judgements.get("great"), data["optional"].get("bp"))
    return (
        str(data["score"]),
        *(str(count or 0) for count in counts),
        _LAMPS.get(data["lamp"], data["lamp"]),
        _GRADES.get(data["grade"], data["grade"]),
    )


def _time(milliseconds: float) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
