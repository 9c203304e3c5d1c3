"""Small plots as SVG. They carry no script and no style of their own: `pages.css` colours them.

What a plot shows is in a table beside it, too; for a screen reader the plot is its title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 600
HEIGHT: Final = 160
_LEFT: Final = 56  # for the scale
_EDGE: Final = 10


def line(title: str, points: Sequence[tuple[float, float]]) -> Markup:
    """Values over time: (time, value) in order. Nothing where there are fewer than two."""
    if len(points) < 2:
        return Markup("")
    times, values = [x for x, _ in points], [y for _, y in points]
    low, high = _bounds(values)
    begin, end = min(times), max(times)
    places = [
        (_scaled(x, begin, end, _LEFT, WIDTH - _EDGE), _scaled(y, low, high, HEIGHT - _EDGE, _EDGE))
        for x, y in points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
    return _plot(title, low, high, f'<polyline points="{path}"/>{dots}')


def bars(title: str, values: Sequence[float]) -> Markup:
    """One bar for each value, up from 0 or down. Nothing where there is none."""
    if not values:
        return Markup("")
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        high = low + 1
    step = (WIDTH - _LEFT - _EDGE) / len(values)
    zero = _scaled(0, low, high, HEIGHT - _EDGE, _EDGE)
    drawn = []
    for place, value in enumerate(values):
        top = _scaled(value, low, high, HEIGHT - _EDGE, _EDGE)
        x, width = _LEFT + place * step, max(1.0, step * 0.8)
        drawn.append(
            f'<rect x="{x:.1f}" y="{min(top, zero):.1f}" width="{width:.1f}"'
            f' height="{max(1.0, abs(top - zero)):.1f}"/>'
        )
    return _plot(title, low, high, "".join(drawn))


def _plot(title: str, low: float, high: float, drawn: str) -> Markup:
    scale = "".join(
        f'<text x="{_LEFT - 6}" y="{y}" text-anchor="end">{escape(_short(value))}</text>'
        for y, value in ((_EDGE + 4, high), (HEIGHT - _EDGE + 4, low))
    )
    axis = f'<line x1="{_LEFT}" y1="{HEIGHT - _EDGE}" x2="{WIDTH - _EDGE}" y2="{HEIGHT - _EDGE}"/>'
    return Markup(  # noqa: S704 (numbers, and a title that is escaped)
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(title)}">{axis}{scale}{drawn}</svg>'
    )


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low - 1, high + 1) if low == high else (low, high)


def _scaled(value: float, low: float, high: float, start: float, end: float) -> float:
    return start if low == high else start + (value - low) / (high - low) * (end - start)


def _short(value: float) -> str:
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.4g}{name}"
    return f"{value:.4g}"
