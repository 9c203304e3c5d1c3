"""Whether imports can tell the charts of a game apart.

For every match type of a GPT, the key it looks a chart up by must belong to one primary
chart. Titles are an exception: songs do share titles, and such titles are refused as
ambiguous when a score names one.

Source: specification, seeds-format.md section 12 and games/README.md section 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from common.catalogue.titles import fold_case
from common.games.kit.chart_rules import values_of
from common.games.model import GPT, Game, Problem
from common.seeds.schema import Document

# The song of a chart is given where the folder has the game's songs.
KeysOf = Callable[[GPT, Document, Document | None], Iterable[Hashable]]


def _data_and_difficulty(field: str) -> KeysOf:
    return lambda _gpt, chart, _: [
        (value, chart["difficulty"]) for value in values_of(chart, field)
    ]


def _data(*fields: str) -> KeysOf:
    return lambda _gpt, chart, _: [value for field in fields for value in values_of(chart, field)]


def _sdvx_in_game_id(gpt: GPT, chart: Document, _: Document | None) -> Iterable[Hashable]:
    # Scores may name the fourth difficulty as such, whatever the release calls it.
    difficulty = chart["difficulty"]
    for name, group in gpt.difficulty_groups.items():
        if difficulty in group:
            difficulty = name
    return [(value, difficulty) for value in values_of(chart, "inGameID")]


def _ddr_song_hash(_gpt: GPT, chart: Document, song: Document | None) -> Iterable[Hashable]:
    song_hash = song and song["data"].get("ddrSongHash")
    ids = [song_hash] if song_hash else values_of(chart, "inGameID")
    return [(value, chart["difficulty"]) for value in ids]


# tachiSongID is the rule of one primary chart a difficulty; songTitle has its own below.
_KEYS: Mapping[str, KeysOf] = {
    "inGameID": _data_and_difficulty("inGameID"),
    "inGameStrID": _data_and_difficulty("inGameStrID"),
    "sdvxInGameID": _sdvx_in_game_id,
    "bmsChartHash": _data("hashMD5", "hashSHA256"),
    "itgChartHash": _data("hashGSv3"),
    "popnChartHash": _data("hashSHA256"),
    "uscChartHash": _data("hashSHA1"),
    "ddrSongHash": _ddr_song_hash,
}


def unclear_match_keys(
    game: Game, songs: Iterable[Document], charts: Sequence[Document]
) -> Iterator[Problem]:
    """Primary charts that a match type cannot tell from another one of their playtype."""
    song_by_id = {song["id"]: song for song in songs}
    for gpt, primary in _primary_charts(game, charts):
        for match_type in gpt.match_types:
            if match_type not in _KEYS:
                continue
            owner: dict[Hashable, str] = {}
            for chart in primary:
                for key in _KEYS[match_type](gpt, chart, song_by_id.get(chart["songID"])):
                    other = owner.setdefault(key, chart["chartID"])
                    if other != chart["chartID"]:
                        text = " ".join(map(str, key)) if isinstance(key, tuple) else key
                        detail = f"{match_type} {text} also finds {other}"
                        yield Problem(chart["chartID"], "match key", detail)


def unmatchable_charts(game: Game, charts: Sequence[Document]) -> Iterator[Problem]:
    """Primary charts that lack the in-game ID which imports of their GPT look for."""
    for gpt, primary in _primary_charts(game, charts):
        for field in ("inGameID", "inGameStrID"):
            if field in gpt.match_types:
                for chart in primary:
                    if not values_of(chart, field):
                        detail = f"has no {field}; no score that names it by one can be matched"
                        yield Problem(chart["chartID"], "match key", detail)


def ambiguous_titles(game: Game, songs: Sequence[Document]) -> Iterator[Problem]:
    """Titles, regardless of case, that several songs of a game matched by title share."""
    if not any("songTitle" in gpt.match_types for gpt in game.playtypes.values()):
        return
    songs_by_title: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for song in songs:
        for title in (song["title"], *song["altTitles"]):
            songs_by_title[fold_case(title)][song["id"]] = None
    for title, ids in songs_by_title.items():
        if len(ids) > 1:
            first, *others = map(str, ids)
            detail = f"songs {', '.join((first, *others))} share the title {title}"
            yield Problem(first, "ambiguous title", detail)


def _primary_charts(game: Game, charts: Sequence[Document]) -> Iterator[tuple[GPT, list[Document]]]:
    for playtype, gpt in game.playtypes.items():
        yield gpt, [each for each in charts if each["isPrimary"] and each["playtype"] == playtype]
