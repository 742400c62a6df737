"""What was measured, as Markdown tables and as a plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from .contestants import Times

# Title of a task -> contestant -> what it took. The first contestant is the base.
Results = Mapping[str, Mapping[str, Times]]

# Okabe and Ito's colours, which the colour-blind can tell apart; and shapes.
_COLOURS = ("#0072b2", "#56b4e9", "#d55e00", "#009e73", "#cc79a7")
_SHAPES = (
    "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
    "M-4.5,-4.5h9v9h-9z",
    "M0,-6l6,6l-6,6l-6,-6z",
    "M0,-6l5.5,10h-11z",
    "M0,6l5.5,-10h-11z",
)
_LEFT, _TOP, _ROW, _WIDTH = 250, 64, 28, 560
_TICKS = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} us"


def cpu_table(results: Results, names: Sequence[str]) -> str:
    """Return CPU seconds of the first contestant, and the others' as ratios to it."""
    base, *others = names
    rows = []
    for title, times in results.items():
        own = times[base].best
        ratios = (
            f"{times[name].best / own:.1f}" if name in times else "" for name in others
        )
        rows.append([title, _time(own), *ratios])
    return _grid(["", f"{base}, CPU", *others], rows)


def trips_table(results: Results, names: Sequence[str]) -> str:
    """Return round trips of an operation, of the tasks that have them counted."""
    rows = []
    for title, times in results.items():
        counts = [times[name].trips if name in times else None for name in names]
        if any(count is not None for count in counts):
            rows.append([title, *("" if n is None else f"{n:g}" for n in counts)])
    return _grid(["", *names], rows)


def differing(results: Results, names: Sequence[str]) -> list[str]:
    """Return who gave other values than the first contestant, and where."""
    base = names[0]
    return [
        f"{name}: {title}"
        for title, times in results.items()
        for name in names
        if name in times and times[name].digest not in ("", times[base].digest)
    ]


def _x(ratio: float) -> float:
    low, high = math.log(_TICKS[0]), math.log(_TICKS[-1])
    place = (math.log(ratio) - low) / (high - low)
    return _LEFT + _WIDTH * min(max(place, 0.0), 1.0)


def plot(results: Results, names: Sequence[str], title: str) -> str:
    """Return the ratios as an SVG: a line for each task, its axis logarithmic."""
    base = names[0]
    height = _TOP + _ROW * len(results) + 30
    bottom = height - 26
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 30}'
        f' {height}" font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for at, name in enumerate(names):
        left = 16 + at * (_LEFT + _WIDTH) // len(names)
        parts.append(_mark(at, left, 20, name))
        parts.append(f'<text x="{left + 12}" y="25">{escape(name)}</text>')
    for tick in _TICKS:
        colour = "#333" if tick == 1 else "#ddd"
        parts.append(
            f'<path d="M{_x(tick):.1f},{_TOP - 16}V{bottom}" stroke="{colour}"/>'
            f'<text x="{_x(tick):.1f}" y="{height - 8}" text-anchor="middle">'
            f"{tick:g}x</text>"
        )
    for row, (task, times) in enumerate(results.items()):
        y = _TOP + _ROW * row
        parts.append(
            f'<text x="{_LEFT - 14}" y="{y + 5}" text-anchor="end">'
            f"{escape(task)}</text>"
        )
        for at, name in enumerate(names):
            if name in times:
                ratio = times[name].best / times[base].best
                parts.append(_mark(at, _x(ratio), y, f"{name}: {ratio:.2f}"))
    return "\n".join([*parts, "</svg>", ""])


def _mark(at: int, x: float, y: float, title: str) -> str:
    return (
        f'<path d="{_SHAPES[at]}" transform="translate({x:.1f},{y})" '
        f'fill="{_COLOURS[at]}"><title>{escape(title)}</title></path>'
    )
