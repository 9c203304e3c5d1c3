"""What the rules are given: the seeds, the games, and what documents may refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.games.model import GPT, Game
from common.seeds.reading import Seeds
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, FOLDERS, GOALS, QUESTS, SONGS

# Stands for the GPT of a document whose own GPT cannot be told because it is malformed.
UNKNOWN_GPT = ""


@dataclass(slots=True)
class References:
    """Keys that exist. `songs`: ids by game; the rest: the GPT (`iidx:SP`) by key.

    playtypes: by game, as far as the game is known.
    """

    songs: dict[str, set[int]] = field(default_factory=dict)
    charts: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    goals: dict[str, str] = field(default_factory=dict)
    quests: dict[str, str] = field(default_factory=dict)
    playtypes: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What every rule is given. `games`: those whose own rules are known."""

    seeds: Seeds
    games: Mapping[str, Game]
    known: References

    def gpt(self, document: Document) -> GPT | None:
        game = self.games.get(document["game"])
        return None if game is None else game.playtypes.get(document["playtype"])


def gpt_of(document: Document) -> str:
    return f"{document['game']}:{document['playtype']}"


def collect_references(
    seeds: Seeds, games: Mapping[str, Game], stored: References | None = None
) -> References:
    """What may be referred to: the documents of each collection in the folder.

    stored: what the database holds of the collections that are not in the folder.
    """
    known = stored or References()
    for songs in seeds.of_kind(SONGS):
        ids = {song["id"] for song in songs.documents}
        known.songs[songs.game or ""] = ids | songs.malformed
    for charts in seeds.of_kind(CHARTS):
        game = charts.game or ""
        known.playtypes[game] = {chart["playtype"] for chart in charts.documents}
        gpts = {playtype: f"{game}:{playtype}" for playtype in known.playtypes[game]}
        known.charts.update(dict.fromkeys(charts.malformed, UNKNOWN_GPT))
        for chart in charts.documents:
            known.charts[chart["chartID"]] = gpts[chart["playtype"]]
    by_kind = ((FOLDERS, known.folders), (GOALS, known.goals), (QUESTS, known.quests))
    for kind, keys in by_kind:
        for collection in seeds.of_kind(kind):
            keys.update(dict.fromkeys(collection.malformed, UNKNOWN_GPT))
            keys.update({each[kind.key]: gpt_of(each) for each in collection.documents})
    known.playtypes.update({game.id: set(game.playtypes) for game in games.values()})
    return known
