"""The curve of a mood, as a small picture."""

from __future__ import annotations

import html

from bot.desk.i18n import _, later

SHOWN_FROM = 0.3
"""Frustration (0..1) from which its reasons are worth reading."""
DONE = {
    "pattern_strained": later("said sorry, kept it short and offered a person"),
    "pattern_frustrated": later("handed over"),
    "pattern_abuse": later("answered insults calmly"),
}
"""What the flows do that answer a mood, for people to read."""


def curve_svg(curve: list[float], done: dict[int, str]) -> str:
    """A small line chart: frustration 0..1 from bottom to top, a dot where the bot did something about it (its name on hover)."""
    wide, high, edge = 180, 44, 5
    step = (wide - 2 * edge) / max(1, len(curve) - 1)
    points = [(edge + index * step, high - edge - value * (high - 2 * edge)) for index, value in enumerate(curve)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f'<circle cx="{points[turn][0]:.1f}" cy="{points[turn][1]:.1f}" r="3.5" fill="#dc2626"><title>{html.escape(what)}</title></circle>'
        for turn, what in done.items()
        if turn < len(points)
    )
    end = f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="2.5" fill="#f59e0b"/>'
    label = html.escape(_("Frustration over the conversation"))
    return (
        f'<svg width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" role="img" aria-label="{label}">'
        f'<line x1="{edge}" x2="{wide - edge}" y1="{high / 2}" y2="{high / 2}" stroke="currentColor" opacity="0.15"/>'
        f'<polyline points="{line}" fill="none" stroke="#f59e0b" stroke-width="2" stroke-linejoin="round"/>{end}{dots}</svg>'
    )
