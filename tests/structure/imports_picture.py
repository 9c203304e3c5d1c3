"""Draws who imports whom: `python -m tests.structure.imports_picture` (`make picture`).

Boxes are the folders of a layer and the modules beside them; an arrow says that one imports the
other, with how many imports of modules it stands for. Arrows that follow from others are left out:
of `a -> b -> c`, `a -> c` too. What imports in a circle is red, and so is an import against the
order of the layers. `--at REVISION` draws an earlier tree.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
LAYERS = ("cli", "api", "worker", "common")  # each may import those behind it

Imports = Mapping[tuple[str, str], int]

# Pixels.
LETTER, PADDING, BOX, ROW, GAP, MARGIN, TITLE = 7, 10, 22, 62, 18, 24, 34
BOW = 0.09  # how high an arrow in a row is, by its length
WIDTH = 1500
STYLE = """
text { font: 12px sans-serif; fill: #222 } .layer { font-size: 18px; font-weight: bold }
.note { fill: #555 } .count { font-size: 10px; fill: #555 }
.panel { fill: #f6f7f9; stroke: #ccd } .folder { fill: #dce8fa; stroke: #47a }
.module { fill: #fff; stroke: #999 } .circle { fill: #fbdcdc; stroke: #c22; stroke-width: 2 }
.arrow { fill: none; stroke: #8899aa } .wrong { fill: none; stroke: #d55 }
"""


# --- who imports whom ----------------------------------------------------------------------


def imports_of(tree: Path) -> tuple[Imports, set[str]]:
    """How many imports there are between folders and modules of a tree; and which are folders."""
    sys.path.insert(0, str(tree))
    graph = grimp.build_graph(*LAYERS, exclude_type_checking_imports=True, cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pair = _place(module), _place(imported)
            if pair[0] != pair[1]:
                found[pair] += 1
    names = {name for pair in found for name in pair}
    return found, {name for name in names if (tree / name.replace(".", "/")).is_dir()}


def _place(module: str) -> str:
    return ".".join(module.split(".")[:2])


def layer_of(name: str) -> str:
    return name.partition(".")[0]


# --- what follows from what ----------------------------------------------------------------


def circles(imports: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """For each name those that it imports and that import it, by whatever way; itself too."""
    reached = _reached(imports)
    return {
        name: frozenset({name, *(each for each in reached[name] if name in reached[each])})
        for name in reached
    }


def _reached(imports: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    direct: dict[str, set[str]] = defaultdict(set)
    for importer, imported in imports:
        direct[importer].add(imported)
        direct[imported].update()
    reached = {}
    for name in direct:
        seen: set[str] = set()
        ahead = list(direct[name])
        while ahead:
            each = ahead.pop()
            if each not in seen:
                seen.add(each)
                ahead.extend(direct[each])
        reached[name] = seen
    return reached


def needed(imports: Imports) -> Imports:
    """Without the imports that follow from others."""
    reached, together = _reached(imports), circles(imports)
    direct = defaultdict(set)
    for importer, imported in imports:
        direct[importer].add(imported)

    def follows(importer: str, imported: str) -> bool:
        return any(
            imported in reached[other] and other not in together[imported]
            for other in direct[importer] - together[importer]
        )

    return {
        (importer, imported): count
        for (importer, imported), count in imports.items()
        if imported in together[importer] or not follows(importer, imported)
    }


def depths(imports: Imports, names: Iterable[str]) -> dict[str, int]:
    """How far down each is drawn: below all that import it, its circle aside."""
    together = circles(imports)
    found = dict.fromkeys(names, 0)
    for _ in found:
        moved = False
        for importer, imported in imports:
            if imported not in together[importer] and found[imported] <= found[importer]:
                for each in together[imported]:
                    found[each] = found[importer] + 1
                moved = True
        if not moved:
            break
    return found


# --- the drawing ---------------------------------------------------------------------------


@dataclass
class Panel:
    """One layer: where its boxes are, as (x, y, width)."""

    name: str
    top: float
    boxes: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    height: float = 0


def placed(layer: str, top: float, imports: Imports, names: Iterable[str]) -> Panel:
    """Rows by depth, as many as it takes; in a row, each below those that import it."""
    panel = Panel(layer, top)
    of_depth: dict[int, list[str]] = defaultdict(list)
    for name, depth in depths(imports, names).items():
        of_depth[depth].append(name)
    y = top + TITLE
    for depth in sorted(of_depth):
        importers = {
            name: [panel.boxes[a][0] for a, b in imports if b == name and a in panel.boxes]
            for name in of_depth[depth]
        }
        ordered = sorted(of_depth[depth], key=lambda name: (_mean(importers[name]), name))
        together = circles(imports)
        for row in _rows(ordered):
            circle = [name for name in row if len(together.get(name, ())) > 1]
            # Room for the bows of its arrows, above and below.
            room = BOW * WIDTH * 0.6 if len(circle) > 2 else 0
            y += room
            widths = [_width(name) for name in row]
            spare = (WIDTH - 4 * MARGIN - sum(widths)) / (len(row) + 1)
            x = 2 * MARGIN + spare
            for name, width in zip(row, widths, strict=True):
                panel.boxes[name] = (x, y, width)
                x += width + spare
            y += ROW + room
    panel.height = y - top - ROW + BOX + MARGIN
    return panel


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else WIDTH / 2


def _width(name: str) -> float:
    return LETTER * len(_label(name)) + 2 * PADDING


def _label(name: str) -> str:
    return name.partition(".")[2] or name


def _rows(names: list[str]) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    for name in names:
        needed_width = sum(_width(each) + GAP for each in [*rows[-1], name])
        if needed_width > WIDTH - 4 * MARGIN:
            rows.append([])
        rows[-1].append(name)
    return rows


def drawing(imports: Imports, folders: set[str], title: str) -> str:
    """The picture, as SVG."""
    between: Counter[tuple[str, str]] = Counter()
    for (importer, imported), count in imports.items():
        if layer_of(importer) != layer_of(imported):
            between[layer_of(importer), layer_of(imported)] += count
    within = {
        layer: {
            pair: count
            for pair, count in imports.items()
            if layer_of(pair[0]) == layer == layer_of(pair[1])
        }
        for layer in LAYERS
    }
    all_names = {name for pair in imports for name in pair}
    shapes: list[str] = []
    top = 84.0
    for layer in LAYERS:
        names = sorted(name for name in all_names if layer_of(name) == layer)
        panel = placed(layer, top, within[layer], names)
        shapes += _shapes(panel, within[layer], folders)
        top += panel.height + MARGIN
    in_circles = sum(len(each) > 1 for each in circles(imports).values())
    summary = ", ".join(
        f"{a} → {b} {count}" for (a, b), count in sorted(between.items(), key=_order)
    )
    against = [f"{a} → {b}" for a, b in between if LAYERS.index(a) > LAYERS.index(b)]
    note = f"{len(all_names)} folders (blue) and modules; {in_circles} import in a circle (red)"
    head = [
        _text(MARGIN, 30, title, "layer"),
        _text(MARGIN, 52, f"{note}. Arrows that follow from others are left out.", "note"),
        _text(MARGIN, 72, f"Between layers: {summary}. Against their order: {against or 'none'}."),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#667"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{top:.0f}" fill="#fff"/>\n'
        + "\n".join([*head, *shapes])
        + "\n</svg>\n"
    )


def _order(item: tuple[tuple[str, str], int]) -> tuple[int, int]:
    (importer, imported), _ = item
    return LAYERS.index(importer), LAYERS.index(imported)


def _shapes(panel: Panel, imports: Imports, folders: set[str]) -> list[str]:
    together = circles(imports)
    shapes = [
        f'<rect class="panel" x="{MARGIN}" y="{panel.top:.0f}" width="{WIDTH - 2 * MARGIN}" '
        f'height="{panel.height:.0f}" rx="6"/>',
        _text(2 * MARGIN, panel.top + 22, f"{panel.name}/", "layer"),
    ]
    counts = []
    for (importer, imported), count in sorted(needed(imports).items()):
        kind = "wrong" if imported in together[importer] else "arrow"
        path, x, y = _arrow(panel.boxes[importer], panel.boxes[imported])
        shapes.append(f'<path class="{kind}" d="{path}" marker-end="url(#tip)"/>')
        counts.append(_text(x, y, str(count), "count"))
    for name, (x, y, width) in panel.boxes.items():
        kind = "folder" if name in folders else "module"
        if len(together.get(name, ())) > 1:
            kind = "circle"
        shapes.append(
            f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX}" '
            'rx="4"/>'
        )
        shapes.append(_text(x + PADDING, y + 15, _label(name)))
    return [*shapes, *counts]


def _arrow(
    start: tuple[float, float, float], end: tuple[float, float, float]
) -> tuple[str, float, float]:
    """Its path, and where its number stands.

    Down to the box below; in a row a bow, above to the right and below to the left; else up.
    """
    from_x, to_x = start[0] + start[2] / 2, end[0] + end[2] / 2
    if end[1] > start[1]:
        from_y, to_y = start[1] + BOX, end[1]
        bend = (to_y - from_y) * 0.5
        path = f"M{from_x:.0f} {from_y:.0f}C{from_x:.0f} {from_y + bend:.0f} "
        path += f"{to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        return path, from_x * 0.35 + to_x * 0.65 + 3, from_y * 0.3 + to_y * 0.7
    if end[1] == start[1]:
        up = -1 if to_x > from_x else 1
        y = start[1] + (0 if up < 0 else BOX)
        height = up * (16 + BOW * abs(to_x - from_x)) * 4 / 3
        path = f"M{from_x:.0f} {y:.0f}C{from_x:.0f} {y + height:.0f} "
        path += f"{to_x:.0f} {y + height:.0f} {to_x:.0f} {y:.0f}"
        return path, (from_x + to_x) / 2, y + height * 0.75 - 2
    from_y, to_y = start[1], end[1] + BOX
    bend = (from_y - to_y) * 0.3
    path = f"M{from_x:.0f} {from_y:.0f}C{from_x:.0f} {from_y - bend:.0f} "
    path += f"{to_x:.0f} {to_y + bend:.0f} {to_x:.0f} {to_y:.0f}"
    return path, (from_x + to_x) / 2 + 3, (from_y + to_y) / 2


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{of_kind}>{escape(words)}</text>'


# --- the command ---------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--at", help="a revision; by default the tree as it is")
    parser.add_argument("--title", default="Who imports whom")
    parser.add_argument("picture", type=Path, nargs="?", default=PICTURES / "imports-after.svg")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = ROOT
        if options.at:
            tree = Path(folder)
            _unpack(options.at, tree)
        imports, folders = imports_of(tree)
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    options.picture.write_text(drawing(imports, folders, options.title), encoding="utf-8")


def _unpack(revision: str, folder: Path) -> None:
    archive = subprocess.run(
        ["git", "archive", revision, *LAYERS], cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


if __name__ == "__main__":
    main()
