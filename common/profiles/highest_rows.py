"""Where the highest personal best of each profile stands, worked out of all its personal bests.

Imports keep it (`worker/records/profiles.py`); workers of a release that knew nothing of it do not.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sqlalchemy import Connection, TextClause, text

from common.games.kit.ratings import profile_orders
from common.games.model import GPT

_FIRST: Final = """
    (SELECT profile_values[{number}] FROM personal_bests AS best
     WHERE best.user_id = stats.user_id AND best.game = :game AND best.playtype = :playtype
       AND profile_values[{number}] IS NOT NULL
     ORDER BY profile_values[{number}] DESC NULLS LAST LIMIT 1)
"""


@cache
def _set_right(gpt: GPT) -> TextClause:
    numbers = range(1, len(profile_orders(gpt)) + 1)
    values = ", ".join(_FIRST.format(number=number) for number in numbers)
    return text(
        f"""
        UPDATE user_game_stats AS mine SET highest = found.highest
        FROM (SELECT user_id, CAST(ARRAY[{values}] AS double precision[]) AS highest
              FROM user_game_stats AS stats
              WHERE game = :game AND playtype = :playtype OFFSET 0) AS found
        WHERE mine.user_id = found.user_id AND mine.game = :game AND mine.playtype = :playtype
          AND mine.highest IS DISTINCT FROM found.highest
        """  # noqa: S608 (constants of ours)
    )


def set_right(connection: Connection, gpt: GPT) -> int:
    """Mends what is not as the personal bests have it; returns of how many profiles."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype}
    return connection.execute(_set_right(gpt), parameters).rowcount
