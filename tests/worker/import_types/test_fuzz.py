"""Whatever is sent, a parser or converter raises nothing but what it declares.

Small valid inputs are damaged at random: cut, repeated, stirred, given tokens that have broken
parsers before, put into other encodings.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.catalogue.index import GameCatalogue
from common.errors import ConversionFailure, FatalImportError, SongOrChartNotFound
from common.games.registry import GAMES, get_game
from common.text.canonical import orphan_id
from tests.common.catalogue.documents import chart, song
from tests.support.examples import examples
from tests.worker.import_types.hooks import arcade_documents, beatoraja_documents, usc_documents
from tests.worker.import_types.hooks.arcade_documents import INFINITAS
from worker.import_types import registry
from worker.import_types.base import (
    Body,
    Converter,
    ImportInput,
    ImportType,
    Parsed,
    RefusedEntry,
    Upload,
)

# --- what is damaged -------------------------------------------------------------------------

MANUAL = orjson.dumps(
    {
        "meta": {"game": "sdvx", "playtype": "Single", "service": "fuzz", "version": "exceed"},
        "scores": [
            {
                "matchType": "songTitle",
                "identifier": "曲",
                "difficulty": "ADV",
                "artist": None,
                "score": 9_000_000,
                "lamp": "CLEAR",
                "timeAchieved": 1_600_000_000_000,
                "comment": "fine",
                "judgements": {"critical": 1, "near": None},
                "optional": {"gauge": 71.5},
                "scoreMeta": {},
            },
            {
                "matchType": "sdvxInGameID",
                "identifier": "1",
                "difficulty": "ANY_INF",
                "score": 1,
                "lamp": "FAILED",
            },
            {
                "matchType": "tachiSongID",
                "identifier": "1",
                "difficulty": "EXH",
                "score": 0,
                "lamp": "FAILED",
                "hitMeta": {},
            },
        ],
        "classes": {"dan": "DAN_1"},
    }
)
IIDX_CSV = "\n".join(
    [
        "h" + "," * 26,
        "Rootage,曲,GENRE,Someone,12,"
        "5,1500,700,100,---,CLEAR,AAA,8,1500,700,100,12,HARD CLEAR,AAA,0,0,0,0,0,NO PLAY,---,"
        "2020-01-02 03:04",
        'Rootage,Say "hi",GENRE,Someone,12,'
        "5,2,1,0,0,FAILED,F,8,0,0,0,---,NO PLAY,---,10,2,1,0,0,CLEAR,A,2020-01-02 03:04",
    ]
).encode()
SDVX_CSV = "\n".join(
    [
        "楽曲名,難易度,楽曲レベル,クリアランク,スコアグレード,ハイスコア,EXスコア,a,b,c,d",
        "曲,ADVANCED,10,EXCESSIVE COMPLETE,AA+,9551234,0,3,2,0,0",
        'Say "hi",EXHAUST,10,PLAYED,D,1,4000,3,2,0,0',
        "曲,ULTIMATE,10,PERFECT,S,10000000,9000,1,1,1,1",
    ]
).encode()
S3_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<s3data version="0.1" xmlns="http://example.com/ns#"><userdata><id>9</id>
<login><![CDATA[someone]]></login><djname><![CDATA[DJ]]></djname></userdata>
<scoredata><song><id>12</id><diff>A</diff><songname><![CDATA[Song &amp; dance]]></songname>
<styles>3rd,9th</styles><exscore>1234</exscore><scorebreakdown><justgreats>600</justgreats>
<greats>34</greats><good>2</good><bad>1</bad><poor>5</poor></scorebreakdown><mods>
<highspeed>2</highspeed><hardeasy>H</hardeasy></mods><cleartype>cleared</cleartype>
<date>2010-10-19 04:54:22</date><comment><![CDATA[nice]]></comment></song>
<song><id>1</id><diff>7</diff><songname>1</songname><styles>us</styles><exscore>2</exscore>
<mods><ranmir>B</ranmir></mods><cleartype>perfect</cleartype><date/></song></scoredata></s3data>
"""
RECORDS_CSV = (
    "music_id,music_title,music_artist,music_genre,music_levels,music_play_counts,music_scores,"
    "music_achieves\n"
    '9001,"Song, ""with"" comma",Someone,2,"[4,8,11+,0]","[1,0,5]","[812345,0,987654]","[1,0,3]"\n'
    '9002,曲,Someone,2,"[10,10,10,10]","[1,0,5]","[1,2,1000000,4]","[0,1,4,2]"\r\n'
).encode()
PLAYER_CSV = 'player_name,player_stage\nsomeone,"[9,ステージIX,2]"\n'.encode()


def sha256(song_id: int) -> str:
    """Of the charts of a song, in the catalogue here."""
    return f"{song_id:064x}"


USC_BODY = orjson.dumps(usc_documents.body(early=1, late=2, combo=3))
body = orjson.dumps
BEATORAJA_BODY = orjson.dumps(beatoraja_documents.play(sha256(1)))


@dataclass(frozen=True)
class Seed:
    """A valid input. given: the form's other fields, or the options of a body."""

    content: bytes
    scores: int
    given: Mapping[str, str] = field(default_factory=dict)


SEEDS: Mapping[str, Seed] = {
    "file/eamusement-iidx-csv": Seed(IIDX_CSV, 4, {"playtype": "SP"}),
    "file/pli-iidx-csv": Seed(IIDX_CSV, 4, {"playtype": "SP"}),
    "file/eamusement-sdvx-csv": Seed(SDVX_CSV, 3),
    "file/batch-manual": Seed(MANUAL, 3),
    "file/solid-state-squad": Seed(S3_XML, 2),
    "file/mypagescraper-records-csv": Seed(RECORDS_CSV, 4),
    "file/mypagescraper-player-csv": Seed(PLAYER_CSV, 0),
    "file/import-class": Seed(body({"game": "sdvx", "classes": {"dan": "DAN_1"}}), 0),
    "ir/direct-manual": Seed(MANUAL, 3),
    "ir/beatoraja": Seed(BEATORAJA_BODY, 1),
    "ir/usc": Seed(USC_BODY, 1, {"chartHash": "1", "playtype": "Keyboard"}),
    "ir/fervidex": Seed(body(arcade_documents.fervidex(entry_id=1)), 1, {"model": INFINITAS}),
    "ir/fervidex-static": Seed(
        body({"scores": {"1": {"sph": {"ex_score": 1100, "clear_type": 5, "miss_count": 12}}}}),
        1,
        {"model": INFINITAS, "shouldImportScores": "true"},
    ),
    "ir/kshook-sv6c": Seed(body(arcade_documents.kshook(music_id=1)), 1),
    "ir/kshook-sv6c-static": Seed(body(arcade_documents.kshook_export(music_id=1)), 1),
    "ir/barbatos": Seed(body(arcade_documents.barbatos(song_id=1)), 1),
    "ir/lr2hook": Seed(body(arcade_documents.lr2hook(md5=sha256(1))), 1),
}

# --- how it is damaged -----------------------------------------------------------------------

TOKENS = [
    *(b'"', b'""', b",", b"\n", b"\r", b"\0", b"\\", b"[", b"]", b"{", b"}", b":", b"<", b">"),
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\\ud800", b"\\u0000", b"&#xD800;"),
    *(b"-1", b"-0", b"0x1F", b"1e999", b"-1e5", b"NaN", b"Infinity", b"null", b"true", b"1.5"),
    *(b"9" * 400, b"0" * 5000, "９".encode(), b"0.1e-400", b"18446744073709551616", b"5.0"),
    *(b"[" * 3000, b'{"a":' * 3000, b"<a>" * 3000, b"(" * 3000, b"," * 3000),
    *(b"&lt;", b"&nope;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x ?>", b"<x:y/>"),
    b'<!DOCTYPE s3data [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE s3data [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    *(
        b"&a;",
        b"&b;",
        b"<mods/>",
        b"<comment><a/></comment>",
        b"<song/>",
        b"<songname>2</songname>",
    ),
    *(b'"score":1,', b'"scores":[],', b'"classes":[],', b'"optional":[],', b"[1,2,3,4,5]"),
]

place = st.floats(0, 1, exclude_max=True)


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(0, 6))):
        start = int(draw(place) * (len(content) + 1))
        length = draw(st.integers(0, 40))
        part = content[start : start + length]
        match draw(st.sampled_from(["insert", "cut", "repeat", "replace", "move", "bytes"])):
            case "insert":
                content = content[:start] + draw(st.sampled_from(TOKENS)) + content[start:]
            case "replace":
                token = draw(st.sampled_from(TOKENS))
                content = content[:start] + token + content[start + length :]
            case "cut":
                content = content[:start] + content[start + length :]
            case "repeat":
                content = content[:start] + part * draw(st.integers(2, 50)) + content[start:]
            case "move":
                rest = content[:start] + content[start + length :]
                target = int(draw(place) * (len(rest) + 1))
                content = rest[:target] + part + rest[target:]
            case "bytes":
                content = content[:start] + draw(st.binary(max_size=20)) + content[start:]
    return draw(st.sampled_from(ENCODINGS))(content)


ENCODINGS = [
    *(lambda content: content for _ in range(6)),
    lambda content: codecs.BOM_UTF8 + content,
    lambda content: content.decode(errors="replace").encode("shift_jis", errors="replace"),
    lambda content: content.decode(errors="replace").encode("utf-16"),
    lambda content: content.decode(errors="replace").encode("utf-16-be"),
    lambda content: content.replace(b"\n", b"\r\n"),
    lambda content: content.replace(b"UTF-8", b"UTF-16"),
    lambda content: content.replace(b"UTF-8", b"Shift_JIS"),
]

# --- what must hold --------------------------------------------------------------------------


def catalogue_of(game_id: str) -> GameCatalogue:
    """A few songs with a chart of each difficulty."""
    game = get_game(game_id)
    songs = [
        song(1, "曲"),
        song(2, 'Say "hi"'),
        song(3, "Song & dance"),
        song(4, "Twin", alt=["1"]),
    ]
    charts = [
        chart(
            f"{it.id} {playtype} {difficulty}",
            it.id,
            difficulty,
            playtype=playtype,
            versions=gpt.versions,
            inGameID=it.id,
            hashSHA1=str(it.id),
            hashSHA256=sha256(it.id),
        )
        for it in songs
        for playtype, gpt in game.playtypes.items()
        for difficulty in gpt.difficulties or ()
    ]
    return GameCatalogue(game_id, 0, songs, charts)


def check(import_type: ImportType, given_input: ImportInput) -> int:
    """Parses and converts; how many entries became scores."""
    try:
        parsed = import_type.parse(given_input)
    except FatalImportError:
        return 0
    if parsed.class_provider is not None:
        for playtype in GAMES[parsed.game].playtypes:
            parsed.class_provider(playtype)
    convert = import_type.converter(parsed.context, catalogue_of(parsed.game))
    scores = 0
    for entry in entries_of(parsed):
        if isinstance(entry, RefusedEntry):
            continue
        assert isinstance(import_type.subject(entry, parsed.context).identifier, str)
        try:
            dry = convert(entry)
        except SongOrChartNotFound as failure:
            check_orphan(import_type, parsed.context, convert, entry, failure.message)
        except ConversionFailure:
            continue
        else:
            assert dry.comment is None or isinstance(dry.comment, str)
            orjson.dumps([dry.timeAchieved, dry.scoreData.metrics, dry.scoreMeta])
            scores += 1
    return scores


def entries_of(parsed: Parsed) -> Iterator[Any]:
    """Reading on may refuse the whole."""
    with suppress(FatalImportError):
        yield from parsed.entries


def check_orphan(
    import_type: ImportType,
    context: Mapping[str, Any],
    convert: Converter,
    entry: Any,
    message: str,
) -> None:
    """Such an entry is stored as JSON, and tried again from there."""
    data = import_type.orphan_data(entry)
    assert orphan_id(import_type.name, data, context, 1)
    stored = orjson.loads(msgspec.json.encode(data))
    with pytest.raises(SongOrChartNotFound) as failure:
        convert(import_type.entry_from_orphan(stored))
    assert failure.value.message == message


def input_of(
    name: str, content: bytes, given: Mapping[str, str], *, infer: bool = False
) -> ImportInput | None:
    """None for a body that the API refuses, as it is no JSON."""
    games = tuple(GAMES)
    if registry.get(name).input is Upload:
        return Upload(1, 0, games, "fuzz", content, given)
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return Body(1, 0, games, body, {"inferTimestamp": infer, **given}, lenient=infer)


def test_all_import_types_of_files_and_bodies_are_among_these() -> None:
    assert SEEDS.keys() == {*registry.UPLOADED_TYPES, *registry.SENT_TYPES}


@pytest.mark.parametrize("name", SEEDS)
def test_what_is_not_damaged_gives_scores(name: str) -> None:
    seed = SEEDS[name]
    given_input = input_of(name, seed.content, seed.given)

    assert given_input is not None
    assert check(registry.get(name), given_input) == seed.scores


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=examples(150))
@given(data=st.data())
def test_only_declared_errors_come_out(name: str, data: st.DataObject) -> None:
    seed = SEEDS[name]
    content = data.draw(damaged(seed.content))
    given_input = input_of(name, content, seed.given, infer=data.draw(st.booleans()))

    if given_input is not None:
        check(registry.get(name), given_input)
