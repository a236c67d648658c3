"""Line drawings as SVG: places in millimeters in, a small text out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import ArrayLike

PICTURES = Path(__file__).parents[1] / "pictures"

GROUND = "#141414"
INK = "#d8d8d8"
QUIET = "#7d7d7d"
ACCENT = "#f0a030"
BODY = "#3a3f45"
SECOND = "#56b4e9"

_ARROW_PX = 7.0


@dataclass
class Panel:
    """A part of a drawing with its own millimeters: x to the right, y down."""

    left: float
    """Where its middle is, in pixels."""
    top: float
    """Where its middle is, in pixels."""
    px_per_mm: float
    """How large a millimeter is drawn."""
    parts: list[str] = field(default_factory=list)
    """What is drawn so far."""

    def place(self, points_mm: ArrayLike) -> np.ndarray:
        """Return pixels of (..., 2) places in mm."""
        return np.asarray(points_mm, float) * self.px_per_mm + (self.left, self.top)

    def line(
        self, points_mm: ArrayLike, color: str = INK, width: float = 1.5, dash: str = ""
    ) -> None:
        """Draw straight pieces through places."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{_pairs(self.place(points_mm))}" fill="none" stroke="{color}" '
            f'stroke-width="{width:g}"{dashed}/>'
        )

    def area(self, points_mm: ArrayLike, color: str, opacity: float = 1.0) -> None:
        """Fill a polygon."""
        self.parts.append(
            f'<polygon points="{_pairs(self.place(points_mm))}" fill="{color}" '
            f'fill-opacity="{opacity:g}"/>'
        )

    def dot(self, point_mm: ArrayLike, color: str = INK, radius_px: float = 3.5) -> None:
        """Draw a disc."""
        x, y = self.place(point_mm)
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius_px:g}" fill="{color}"/>')

    def arrow(self, start_mm: ArrayLike, end_mm: ArrayLike, color: str = ACCENT) -> None:
        """Draw an arrow."""
        start, end = self.place(start_mm), self.place(end_mm)
        along = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
        across = np.array([-along[1], along[0]])
        back = end - _ARROW_PX * along
        head = np.array([end, back + 0.45 * _ARROW_PX * across, back - 0.45 * _ARROW_PX * across])
        self.parts.append(
            f'<polyline points="{_pairs(np.array([start, back]))}" stroke="{color}" '
            f'stroke-width="2" fill="none"/><polygon points="{_pairs(head)}" fill="{color}"/>'
        )

    def word(
        self,
        text: str,
        point_mm: ArrayLike,
        color: str = INK,
        shift_px: tuple[float, float] = (0.0, 0.0),
        anchor: str = "middle",
        size: float = 13,
    ) -> None:
        """Write beside a place."""
        x, y = self.place(point_mm) + shift_px
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" font-size="{size:g}" '
            f'text-anchor="{anchor}">{escape(text)}</text>'
        )


def text_of(panels: Iterable[Panel], width_px: int, height_px: int, alternative: str) -> str:
    """Return a drawing as SVG, with a text that says what is seen."""
    parts = "\n".join(part for panel in panels for part in panel.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_px} {height_px}" '
        f'role="img" font-family="system-ui, sans-serif">\n<title>{escape(alternative)}</title>\n'
        f'<rect width="{width_px}" height="{height_px}" fill="{GROUND}"/>\n{parts}\n</svg>\n'
    )


def _pairs(points: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
