"""Names of sessions: two adjectives and a noun, drawn at random. Users may rename them."""

from __future__ import annotations

import random
from typing import Final

from common.sessions import session_words

ADJECTIVES: Final = tuple(session_words.ADJECTIVES.split())
NOUNS: Final = tuple(session_words.NOUNS.split())

_RANDOM: Final = random.SystemRandom()


def random_name(source: random.Random = _RANDOM) -> str:
    """A name like `Amber Quiet Lantern`. With a source of a known seed, always the same names."""
    choose = source.choice
    return f"{choose(ADJECTIVES)} {choose(ADJECTIVES)} {choose(NOUNS)}"
