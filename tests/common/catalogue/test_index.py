from __future__ import annotations

import sys

import msgspec
import pytest

from common.catalogue.index import ANY_VERSION, UNKNOWN_VERSION, GameCatalogue, pick
from common.errors import InternalFailure
from common.games.registry import get_game
from common.games.sdvx import ANY_INF
from tests.common.catalogue.documents import chart, song

SONGS = [
    song(0, "Zero"),
    song(1, "Étude", "Ada", alt=["Study"]),
    song(2, "Twins", "Ada"),
    song(3, "twins", "Bea", alt=["TWINS"]),
    song(4, "Straße", ddrSongHash="d4"),
    song(5, "Ａ＋", alt=["a+"]),
]
CHARTS = [
    chart("c9", 1, "ADV", versions=("old", "older"), primary=False, inGameID=10),
    chart("c1", 1, "ADV", versions=("new",), inGameID=10),
    chart("c2", 1, "EXH", versions=("old", "new"), inGameID=[10, 900010], hashSHA1=["aa", "bb"]),
    chart("c3", 1, "HVN", versions=("old",), inGameID=10, hashSHA256="ff"),
    chart("c4", 2, "ADV", inGameID=11, hashMD5="0d", inGameStrID="twins"),
    chart("c6", 2, "ADV", playtype="Double", inGameID=11, hashMD5="0d"),
    chart("c7", 6, "ADV"),
]


@pytest.fixture
def catalogue() -> GameCatalogue:
    return GameCatalogue("sdvx", 7, SONGS, CHARTS)


def found(it: object) -> object:
    """The id of a chart or song, None for nothing."""
    return getattr(it, "chartID", getattr(it, "id", None))


# --- songs -------------------------------------------------------------------------------


def test_a_song_is_found_by_id_even_by_0(catalogue: GameCatalogue) -> None:
    assert found(catalogue.song(0)) == 0
    assert catalogue.song(99) is None


def test_a_chart_without_song_is_our_own_fault(catalogue: GameCatalogue) -> None:
    orphaned = catalogue.chart("c7")
    assert orphaned is not None

    with pytest.raises(InternalFailure, match=r"Song-Chart desync for 6\. Has charts, but no song"):
        catalogue.song_of(orphaned)


def test_songs_are_found_by_a_field_of_their_data(catalogue: GameCatalogue) -> None:
    assert [it.id for it in catalogue.songs_by_data("ddrSongHash", "d4")] == [4]
    assert not catalogue.songs_by_data("ddrSongHash", "d5")
    assert not catalogue.songs_by_data("noSuchField", "d4")


# --- charts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("difficulty", "version", "chart_id"),
    [
        ("ADV", None, "c1"),
        ("ADV", "old", "c9"),
        ("ADV", "new", "c1"),
        ("ADV", "newer", None),
        ("ADV", ANY_VERSION, "c1"),
        ("EXH", "old", "c2"),
        ("MXM", None, None),
    ],
)
def test_a_songs_chart_is_the_primary_one_or_that_of_the_version(
    catalogue: GameCatalogue, difficulty: str, version: str | None, chart_id: str | None
) -> None:
    assert found(catalogue.chart_of_song(1, "Single", difficulty, version)) == chart_id
    assert found(catalogue.chart_by_in_game_id(10, "Single", difficulty, version)) == chart_id


def test_playtypes_are_kept_apart(catalogue: GameCatalogue) -> None:
    assert found(catalogue.chart_of_song(2, "Double", "ADV")) == "c6"
    assert found(catalogue.chart_by_in_game_id(11, "Single", "ADV")) == "c4"
    assert found(catalogue.chart_by_hash("hashMD5", "0d", "Double")) == "c6"


@pytest.mark.parametrize("in_game_id", [10, 900010, 10.0])
def test_any_element_of_a_list_identifies_a_chart(
    catalogue: GameCatalogue, in_game_id: float
) -> None:
    assert found(catalogue.chart_by_in_game_id(in_game_id, "Single", "EXH")) == "c2"
    assert found(catalogue.chart_by_hash("hashSHA1", "bb")) == "c2"


def test_not_a_number_identifies_nothing(catalogue: GameCatalogue) -> None:
    assert catalogue.chart_by_in_game_id(float("nan"), "Single", "ADV") is None


def test_the_fourth_difficulty_of_sdvx_is_found_under_any_of_its_names(
    catalogue: GameCatalogue,
) -> None:
    assert found(catalogue.chart_by_in_game_id(10, "Single", ANY_INF)) == "c3"
    assert found(catalogue.chart_of_song(1, "Single", ANY_INF, "old")) == "c3"
    assert catalogue.chart_of_song(2, "Single", ANY_INF) is None


def test_charts_are_found_by_id_by_text_id_and_by_hash(catalogue: GameCatalogue) -> None:
    assert found(catalogue.chart("c3")) == "c3"
    assert catalogue.chart("c") is None
    assert found(catalogue.chart_by_in_game_str_id("twins", "Single", "ADV")) == "c4"
    assert found(catalogue.chart_by_bms_hash("0d")) == "c4"
    assert found(catalogue.chart_by_bms_hash("ff")) == "c3"
    assert catalogue.chart_by_bms_hash("FE") is None
    assert catalogue.chart_by_hash("hashSHA256", "ff", "Double") is None


def test_among_several_charts_primary_ones_and_small_ids_come_first() -> None:
    charts = [
        chart("a", 1, "ADV", primary=False, versions=("v",), hashSHA1="h"),
        chart("c", 1, "ADV", versions=("v",), hashSHA1="h"),
        chart("b", 1, "ADV", versions=("v",), hashSHA1="h"),
    ]
    for order in (charts, charts[::-1]):
        catalogue = GameCatalogue("sdvx", 0, [], order)
        assert found(catalogue.chart_by_hash("hashSHA1", "h")) == "b"
        assert found(catalogue.chart_of_song(1, "Single", "ADV", "v")) == "b"
        assert [found(it) for it in catalogue.charts_of_song(1)] == ["b", "c", "a"]


def test_picking_from_no_charts_finds_nothing() -> None:
    assert pick([], "Single", "ADV", ANY_VERSION) is None


# --- building ----------------------------------------------------------------------------


def test_documents_become_structs_of_their_game() -> None:
    document = {
        "chartID": "c",
        "songID": 1,
        "playtype": "Single",
        "difficulty": "EXH",
        "level": "17",
        "levelNum": 17,
        "isPrimary": True,
        "versions": ["exceed"],
        "data": {"inGameID": 5},
    }
    titled = {"id": 1, "title": "T", "artist": "A", "altTitles": [], "searchTerms": []}
    songs = [{**titled, "data": {"displayVersion": "booth"}}]

    catalogue = GameCatalogue.from_documents(get_game("sdvx"), songs, [document], version=3)

    assert catalogue.version == 3
    assert found(catalogue.chart_by_in_game_id(5, "Single", "EXH", "exceed")) == "c"
    assert catalogue.songs[1].data.displayVersion == "booth"
    with pytest.raises(msgspec.ValidationError):
        GameCatalogue.from_documents(get_game("sdvx"), [], [{**document, "data": {"x": 1}}])


def test_charts_share_what_they_have_in_common() -> None:
    texts = ["".join(["E", "XH"]) for _ in range(2)]
    charts = [chart(c, 1, text, versions=("a", "b")) for c, text in zip("xy", texts, strict=True)]

    first, second = GameCatalogue("sdvx", 0, [], charts).charts

    assert first.versions is second.versions
    assert first.difficulty is second.difficulty is sys.intern("EXH")


# --- case folding ------------------------------------------------------------------------


def test_hashes_are_found_in_either_case() -> None:
    catalogue = GameCatalogue("sdvx", 7, [song(1, "A")], [chart("c1", 1, "ADV", hashMD5="0d")])

    assert found(catalogue.chart_by_hash("hashMD5", "0D")) == "c1"
    assert found(catalogue.chart_by_bms_hash("0D")) == "c1"


def test_a_version_that_no_chart_is_of_says_nothing(catalogue: GameCatalogue) -> None:
    assert catalogue.version_to_match("Single", None) is None
    assert catalogue.version_to_match("Single", "old") == "old"
    assert catalogue.version_to_match("Single", "newest") is UNKNOWN_VERSION
    # Versions are those of a playtype.
    assert catalogue.version_to_match("Double", "old") is UNKNOWN_VERSION


def test_without_a_version_the_primary_chart_or_the_only_one_is_meant() -> None:
    catalogue = GameCatalogue(
        "sdvx",
        7,
        [song(1, "A")],
        [
            chart("a", 1, "ADV", versions=("1",), primary=False),
            chart("b", 1, "ADV", versions=("2",)),
            chart("c", 1, "EXH", versions=("1",), primary=False),
            chart("d", 1, "MXM", versions=("1",), primary=False),
            chart("e", 1, "MXM", versions=("2",), primary=False),
        ],
    )

    def of_unknown(difficulty: str) -> object:
        return found(catalogue.chart_of_song(1, "Single", difficulty, UNKNOWN_VERSION))

    assert of_unknown("ADV") == "b"
    assert of_unknown("EXH") == "c"
    assert of_unknown("MXM") is None  # nobody can tell which
