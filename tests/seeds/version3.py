"""A catalogue of version 2 in version 3's form, to see that both are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from common.games.registry import get_gpt
from tests.seeds.catalogue import Catalogue

# Their charts have other data in version 3.
OTHER_DATA = ("bms", "pms", "usc")


def as_version_3(catalogue: Catalogue, folder: Path) -> Path:
    """The documents as a version 3 folder, with IDs of its own."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        path.unlink()
    out: dict[str, list[dict[str, Any]]] = {}
    for name, documents in catalogue.documents.items():
        if name.startswith("songs-"):
            out[name] = [
                {"id": f"S{each['id']:019x}", "legacySongID": each["id"]}
                | {k: v for k, v in each.items() if k != "id"}
                for each in documents
            ]
        elif name.startswith("charts-"):
            for each in documents:
                rest = {k: v for k, v in each.items() if k not in ("chartID", "playtype")}
                game = v3_id(name.removeprefix("charts-"), each["playtype"])
                out.setdefault(f"charts-{game}", []).append(
                    rest
                    | {
                        "id": f"C{each['chartID'][:19]}",
                        "legacyChartID": each["chartID"],
                        "songID": f"S{each['songID']:019x}",
                    }
                )
    for name, content in out.items():
        (folder / f"{name}.json").write_bytes(orjson.dumps(content))
    return folder


def v3_id(game: str, playtype: str) -> str:
    return get_gpt(game, playtype).v3_id
