"""One way to compare titles, for every game and every format.

People's files spell a title as their tool, their keyboard or their spreadsheet does. So titles
are compared in steps, each of which overlooks more than the one before:

1. exact: code point for code point;
2. spaces: every kind of space is one space, runs are one, edges none; canonically composed (NFC);
3. width: compatibility forms are one (NFKC), so `Ａ` is `A` and `⑨` is `9`; quotes and dashes are
   those of a keyboard, so `’` is `'` and `–` is `-`;
4. case: as in 3, and upper case is lower case.

The first step at which any song answers decides. What tells two songs apart at one step is
never lost to a later one: `INCARNATOR₀₀` is not `INCARNATOR00` where there are both.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from common.catalogue.documents import Song

_TITLE_IN_FILES: Final = "eamusementCsvTitle"  # of a song's `data`, in some games

# Characters without a width. Some tools write them where a space belongs, others anywhere.
# Those of the second line say in which direction a text is read: pages and Windows put them around
# what is copied there. The last two say whether a sign is shown as text or as a picture.
_ZERO_WIDTH: Final = re.compile(
    "[\u180e\u200b\u200c\u200d\u2060\ufeff\u00ad"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufe0e\ufe0f]"
)

# Two code points for one character of Shift_JIS: which of them a file has depends on the
# program that converted it. NFKC leaves the second of each pair alone.
_SHIFT_JIS_TWINS: Final = {
    "\u301c": "~",
    "\u2212": "-",
    "\u2016": "\u2225",
    "\u2014": "\u2015",
    "\u00a6": "|",
}

# What sites and programs set in place of the signs that keyboards have.
_TYPOGRAPHIC: Final = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
    **dict.fromkeys("\u2010\u2012\u2013", "-"),
}

_TWINS: Final = str.maketrans(_SHIFT_JIS_TWINS | _TYPOGRAPHIC)


def fold_spaces(text: str) -> str:
    """Every kind of space as one U+0020, none at the edges; composed canonically (NFC)."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold_width(text: str) -> str:
    """`fold_spaces`, and compatibility forms as what they stand for (NFKC).

    Quotes and dashes are those of a keyboard.
    """
    compatible = unicodedata.normalize("NFKC", text).translate(_TWINS)
    return " ".join(compatible.split())


def fold_case(text: str) -> str:
    """`fold_width`, whatever the case: that of `text.upper()` and `text.lower()` is the same."""
    # By way of upper case, since some letters have one but are not what it folds to (`ı`);
    # normalised again, since it takes letters apart (`ΐ`).
    upper = unicodedata.normalize("NFKC", text).upper()
    return fold_width(unicodedata.normalize("NFKC", upper).casefold().upper().casefold())


def _exactly(text: str) -> str:
    return text


STEPS: Final[tuple[Callable[[str], str], ...]] = (_exactly, fold_spaces, fold_width, fold_case)


def spellings(text: str) -> tuple[str, ...]:
    """What `text` may stand for where it was taken out of a page; else itself.

    There it may hold characters without a width, or characters as HTML writes them (`&amp;`).
    """
    unescaped = html.unescape(text) if "&" in text and ";" in text else text
    texts = (text,) if unescaped == text else (text, unescaped)
    if unescaped.isascii() or not _ZERO_WIDTH.search(unescaped):
        return texts
    return *texts, _ZERO_WIDTH.sub("", unescaped), _ZERO_WIDTH.sub(" ", unescaped)


class TitleIndex:
    """Songs by title and alternative titles. Each step's index is built when first needed."""

    def __init__(self, songs: Iterable[Song]) -> None:
        self._songs = tuple(songs)
        self._steps: dict[int, dict[str, tuple[Song, ...]]] = {}

    def answers(self, title: str) -> Iterator[Sequence[Song]]:
        """The songs that answer to `title`, step by step; steps at which none does are left out.

        Within a step the songs are in the catalogue's order.
        """
        if exact := self.exact.get(title):
            yield exact
        texts = spellings(title)
        for step in range(1, len(STEPS)):
            index, fold = self._step(step), STEPS[step]
            found = [index.get(fold(text), ()) for text in texts]
            if any(found):
                yield list({song.id: song for songs in found for song in songs}.values())

    @cached_property
    def exact(self) -> Mapping[str, Sequence[Song]]:
        """The songs of the first step, by title."""
        return self._step(0)

    def _step(self, step: int) -> dict[str, tuple[Song, ...]]:
        index = self._steps.get(step)
        if index is None:
            index = self._steps[step] = self._index(STEPS[step], spelled=step > 0)
        return index

    def _index(self, fold: Callable[[str], str], *, spelled: bool) -> dict[str, tuple[Song, ...]]:
        index: dict[str, tuple[Song, ...]] = {}
        for song in self._songs:
            titles = titles_of(song)
            if spelled:
                titles = [text for title in titles for text in spellings(title)]
            for key in dict.fromkeys(map(fold, titles)):
                index[key] = (*index.get(key, ()), song)
        return index


def titles_of(song: Song) -> Sequence[str]:
    """The title, alternative ones, and what the game's own site calls it in files."""
    in_files = getattr(song.data, _TITLE_IN_FILES, None)
    others = [in_files] if isinstance(in_files, str) else []
    return [song.title, *song.altTitles, *others]


def same_artist(song: Song, artist: str) -> bool:
    """Whether it is the song's artist, compared as titles are."""
    return song.artist == artist or any(
        fold_case(one) == fold_case(other)
        for one in spellings(song.artist)
        for other in spellings(artist)
    )
