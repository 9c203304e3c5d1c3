"""One way to compare titles, over every title there is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain, cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.catalogue.documents import Song
from common.catalogue.index import GameCatalogue
from common.catalogue.titles import TitleIndex, fold_case, fold_spaces, fold_width
from common.errors import AmbiguousTitle
from common.games.registry import GAMES, get_game
from tests.common.catalogue.documents import chart, song
from tests.support.examples import examples
from tests.support.shared_data import seeds

# Unicode's category Zs, and what else programs take for spaces.
SPACES = (
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
    "\u3000\t\u2028\u200b\ufeff"
)


def answer(songs: list[Song], title: str) -> list[int]:
    """The songs that answer at the first step at which any does."""
    return [it.id for it in next(TitleIndex(songs).answers(title), [])]


SONGS = [
    song(1, "Étude", alt=["Study"]),
    song(2, "TRUST"),
    song(3, "Trust"),
    song(4, "snow storm -euphoria-"),
    song(5, "Help me, ERINNNNNN!!"),
    song(6, "オーケー？\u3000オーライ！"),
    song(7, "INCARNATOR₀₀"),
    song(8, "INCARNATOR00"),
    song(9, "Straße"),
    song(10, "\u3000"),
    song(11, "星の器〜STAR"),
    song(12, "Two  spaces "),
    song(13, "cloud Ⅸ"),
    song(14, "Twin"),
    song(15, "twin"),
    song(16, "Poppin\u2019Cats!!"),
    song(17, "\u201cNever More\u201d ver."),
    song(18, "Quote\u2019s"),
    song(19, "Quote's"),
    song(20, "一世嬉遊曲\u2010ディヴェルティメント\u2010"),
    song(21, "Heart \u2665"),
    song(22, "Rock & Roll"),
    song(23, "A &amp; B"),
    song(24, "A & B"),
]


@pytest.mark.parametrize(
    ("title", "ids"),
    [
        ("Étude", [1]),
        ("E\u0301tude", [1]),
        ("éTUDE", [1]),
        ("study", [1]),
        ("TRUST", [2]),
        ("Trust", [3]),
        ("trust", [2, 3]),
        ("TRUST\u3000", [2]),
        ("snow\u00a0storm  -euphoria-\t", [4]),
        ("SNOW\u3000STORM -EUPHORIA-", [4]),
        ("snow\u200b storm -eupho\u200bria-", [4]),
        ("snow\u200bstorm -euphoria-", [4]),
        ("\u202asnow storm\u200e -euphoria-\u202c", [4]),
        ("Help me， ERINNNNNN！！", [5]),
        ("オーケー? オーライ!", [6]),
        ("INCARNATOR₀₀", [7]),
        (" INCARNATOR₀₀", [7]),
        ("INCARNATOR00", [8]),
        ("incarnator₀₀", [7, 8]),
        ("STRASSE", [9]),
        ("\u00a0", [10]),
        ("星の器～STAR", [11]),
        ("Two spaces", [12]),
        ("Cloud IX", [13]),
        ("TWIN", [14, 15]),
        ("Poppin'Cats!!", [16]),
        ("poppin\u2018cats!!", [16]),
        ('"Never More" ver.', [17]),
        ("\u201dNever More\u201d ver.", [17]),
        ("Quote's", [19]),
        ("Quote\u2019s", [18]),
        ("QUOTE'S", [18, 19]),
        ("一世嬉遊曲-ディヴェルティメント-", [20]),
        ("snow storm \u2013euphoria\u2013", [4]),
        ("Heart \u2665\ufe0f", [21]),
        ("Rock &amp; Roll", [22]),
        ("Rock &#38; Roll", [22]),
        ("Poppin&#39;Cats!!", [16]),
        ("&quot;Never More&quot; ver.", [17]),
        ("A &amp; B", [23]),
        ("A & B", [24]),
        ("snow storm", []),
        ("snowstorm -euphoria-", []),
        ("Etude", []),
    ],
)
def test_the_first_step_at_which_a_song_answers_decides(title: str, ids: list[int]) -> None:
    assert answer(SONGS, title) == ids


# --- with the chart asked for ----------------------------------------------------------------

SAME = GameCatalogue(
    "sdvx",
    1,
    [song(1, "Link", "Ada"), song(2, "Link", "Bea"), song(3, "LINK", "Cid")],
    [
        chart("a", 1, "MXM"),
        chart("b", 2, "MXM"),
        chart("c", 2, "EXH"),
        chart("d", 3, "NOV"),
    ],
)


def found(title: str, difficulty: str, artist: str | None = None) -> object:
    answer = SAME.find_titled(
        title, lambda it: SAME.chart_of_song(it.id, "Single", difficulty), artist=artist
    )
    return answer and (answer[0].id, answer[1] and answer[1].chartID)


def test_songs_without_the_chart_asked_for_do_not_make_a_title_ambiguous() -> None:
    assert found("Link", "EXH") == (2, "c")


def test_of_several_songs_with_the_chart_it_is_said_which() -> None:
    with pytest.raises(AmbiguousTitle) as failure:
        found("Link", "MXM")

    assert failure.value.message == (
        "Multiple songs exist with the title Link. We cannot resolve this."
        " They are Link by Ada (songID 1), Link by Bea (songID 2)."
    )


def test_an_artist_decides_in_any_case() -> None:
    assert found("Link", "MXM", "bea") == (2, "b")
    assert found("Link", "MXM", "Ｂｅａ ") == (2, "b")
    assert found("Link", "NOV", "Cid") == (3, "d")
    assert found("Link", "MXM", "Dora") is None


def test_a_song_of_another_spelling_never_stands_in_for_one_without_the_chart() -> None:
    assert found("Link", "NOV") == (1, None)


def test_very_many_songs_are_not_all_named() -> None:
    songs = [song(number, "A") for number in range(20)]
    catalogue = GameCatalogue("sdvx", 1, songs, [chart(str(i), i, "MXM") for i in range(20)])

    with pytest.raises(AmbiguousTitle, match=r"\(songID 7\) and 12 more\.$"):
        catalogue.find_titled("A", lambda it: catalogue.chart_of_song(it.id, "Single", "MXM"))


# --- every title of every catalogue ----------------------------------------------------------


@cache
def index_of(game: str) -> tuple[TitleIndex, list[Song]]:
    document_songs = seeds(f"songs-{game}")
    songs = list(GameCatalogue.from_documents(get_game(game), document_songs, []).songs.values())
    return TitleIndex(songs), songs


@cache
def all_titles(game: str) -> list[tuple[Song, str]]:
    return list(titles(game))


def titles(game: str) -> Iterator[tuple[Song, str]]:
    for it in index_of(game)[1]:
        yield from ((it, title) for title in (it.title, *it.altTitles))


def answers_or_is_exact(game: str, it: Song, title: str) -> bool:
    """Whether the song is among those that answer first.

    Only another song that the text is closer to may answer instead.
    """
    index, _ = index_of(game)
    songs = next(index.answers(title), [])
    if it in songs:
        return True
    title = title.replace("\u200b", "").replace("\ufeff", "")
    texts = [text for other in songs for text in (other.title, *other.altTitles)]
    return any(fold_spaces(text) == fold_spaces(title) for text in texts) or any(
        fold_width(text) == fold_width(title) for text in texts
    )


@pytest.mark.parametrize("game", GAMES)
def test_every_title_is_found_as_it_stands(game: str) -> None:
    index, _ = index_of(game)
    for it, title in titles(game):
        assert it in next(index.answers(title)), title


@pytest.mark.parametrize("game", GAMES)
def test_every_title_is_found_with_any_space_in_any_case(game: str) -> None:
    spaces = cycle(SPACES)
    for number, (it, title) in enumerate(titles(game)):
        # Every title with one kind of space, and many with all kinds.
        for space in SPACES if number % 50 == 0 else next(spaces):
            for text in (
                title.replace(" ", space),
                title.replace(" ", " " + space),
                space + title.upper().replace("\u3000", space) + space,
            ):
                assert answers_or_is_exact(game, it, text), (title, hex(ord(space)))
        for text in (title.upper(), title.lower(), title.swapcase()):
            assert answers_or_is_exact(game, it, text), (title, text)


@pytest.mark.parametrize("game", GAMES)
@given(data=st.data())
@settings(max_examples=examples(25))
def test_every_title_is_found_however_its_spaces_and_letters_are_mixed_up(
    game: str, data: st.DataObject
) -> None:
    it, title = data.draw(st.sampled_from(all_titles(game)))
    mutated = "".join(
        chain.from_iterable(
            data.draw(st.text(SPACES, min_size=1, max_size=3))
            if letter.isspace()
            else data.draw(st.sampled_from([letter, letter.upper(), letter.lower()]))
            for letter in title
        )
    )

    assert answers_or_is_exact(game, it, mutated), (title, mutated)


@given(st.text())
def test_each_fold_overlooks_more_than_the_one_before(text: str) -> None:
    for fold in (fold_spaces, fold_width, fold_case):
        assert fold(fold(text)) == fold(text)
    assert fold_width(fold_spaces(text)) == fold_width(text)
    assert fold_case(fold_width(text)) == fold_case(text)
    assert fold_case(text.upper()) == fold_case(text.lower()) == fold_case(text)
