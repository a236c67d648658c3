"""The geometry of scans, drawn from the rays that the program itself follows.

Seen as radiologists see an axial slice: x, to the patient's left, runs to the right; y, to the
back, runs down. Every source, detector pixel and ray comes from ``ct.rays``.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam, PoseBeam, rays
from diaphane.ct.analytic.redundancy import ray_weights
from docs.drawing.svg import ACCENT, BODY, INK, PICTURES, QUIET, SECOND, Panel, text_of

Plan = FanBeam | ParallelBeam

SOURCE_MM, DETECTOR_MM = 400.0, 640.0
SEEN_FROM = np.deg2rad([25.0, 20.0])  # azimuth and elevation of the oblique drawings


def draw() -> None:
    """Draw all pictures of geometry."""
    for name, make in DRAWINGS.items():
        (PICTURES / f"{name}.svg").write_text(make(), encoding="utf-8")


def ends_mm(beam: Plan, view: int, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where rays start and where they meet the detector: each (n, 2), in the slice."""
    run = rays(beam, view, rows=np.array(0), columns=columns)
    start, way = run.origins_mm[..., :2], run.directions[..., :2]
    if isinstance(beam, ParallelBeam):
        return start - 190 * way, start + 190 * way
    to_axis = -start / SOURCE_MM
    if beam.detector.shape == "curved":
        return start, start + DETECTOR_MM * way
    return start, start + way * DETECTOR_MM / (way * to_axis).sum(-1, keepdims=True)


def body(panel: Panel) -> None:
    """Draw a body that is larger on one side, its axis of rotation, and where its sides are."""
    turn = np.linspace(0, 2 * np.pi, 73)
    panel.area(np.stack([8 + 95 * np.cos(turn), 70 * np.sin(turn)], 1), BODY)
    panel.area(np.stack([55 + 16 * np.cos(turn), 10 + 16 * np.sin(turn)], 1), "#6b7178")
    panel.dot((0, 0), INK, 3)


def beam_in(panel: Panel, beam: Plan, view: int = 0, n_rays: int = 9) -> None:
    """Draw the rays of one view, the source, and the detector with its first and last column."""
    n = beam.detector.n_columns
    for start, end in zip(*ends_mm(beam, view, np.linspace(0, n - 1, n_rays))):
        panel.line([start, end], QUIET, 0.8)
    edges = ends_mm(beam, view, np.linspace(-0.5, n - 0.5, 41))
    panel.line(edges[1], INK, 4)
    if isinstance(beam, FanBeam):
        panel.dot(edges[0][0], ACCENT, 5)
    for column, at in ((0, edges[1][0]), (n - 1, edges[1][-1])):
        outward = at / np.hypot(*at)
        panel.word(str(column), at + 24 * outward, QUIET, (0, 4), size=11)


def flat_fan(angles_rad: ArrayLike, n: int = 41, **detector: Any) -> FanBeam:
    """Return a fan onto a flat detector of 41 columns, 9 mm apart."""
    return FanBeam(
        np.asarray(angles_rad, float), Detector(1, n, 9, 9, **detector), SOURCE_MM, DETECTOR_MM
    )


def axes() -> str:
    """Draw u, v, s and the angle β."""
    panel = Panel(275, 325, 0.72)
    angle = np.deg2rad(30.0)
    beam = flat_fan([0.0, angle])
    body(panel)
    beam_in(panel, beam, view=1)
    start, end = (x[0] for x in ends_mm(beam, 1, np.array([beam.detector.center_column])))
    front = ends_mm(beam, 0, np.array([0.0]))[0][0]
    panel.line([(0, 0), front], QUIET, 1.2, "5 4")
    panel.dot(front, QUIET, 4)
    panel.word("source at β = 0, in front", front, QUIET, (-12, 4), "end", 12)
    panel.word("source", start, ACCENT, (0, -12))
    sweep = np.linspace(0, angle, 24)
    panel.line([ends_mm(flat_fan([b]), 0, np.array([0.0]))[0][0] * 0.42 for b in sweep], ACCENT)
    panel.word("β", front * 0.45, ACCENT, (26, -8))
    edges = ends_mm(beam, 1, np.array([0.0, 40.0]))[1]
    u, s = (edges[1] - edges[0]) / np.hypot(*(edges[1] - edges[0])), start / np.hypot(*start)
    for name, axis, shift in (("u", u, (12, 10)), ("s", s, (-14, 4))):
        panel.arrow((0, 0), 90 * axis)
        panel.word(name, 90 * axis, ACCENT, shift, size=15)
    panel.dot((0, 0), ACCENT, 4)
    panel.word("v, toward you", (0, 0), ACCENT, (-12, 20), "end")
    _measure(panel, start + 150 * u, 150 * u, "source_to_axis_mm")
    _measure(panel, start + 240 * u, end + 240 * u, "source_to_detector_mm")
    for text, way, shift, anchor in (
        ("x, to the patient's left", (70, 0), (6, 4), "start"),
        ("y, to the back", (0, 70), (-8, 16), "start"),
    ):
        panel.arrow((-330, -360), np.add((-330, -360), way), QUIET)
        panel.word(text, np.add((-330, -360), way), QUIET, shift, anchor, 12)
    return text_of(
        [panel], 640, 600,
        "A fan of rays at 30 degrees: axis u along the detector's columns, s from the axis of "
        "rotation to the source, v toward the viewer; the angle is counted from the front.",
    )  # fmt: skip


def _measure(panel: Panel, start: np.ndarray, end: np.ndarray, name: str) -> None:
    """Draw how long something is, beside it."""
    panel.arrow((start + end) / 2, start, SECOND)
    panel.arrow((start + end) / 2, end, SECOND)
    panel.word(name, end, SECOND, (12, 10), "start", 12)


def beams() -> str:
    """Draw the four kinds of beams whose rays lie in a slice."""
    here = np.deg2rad([20.0])
    half_fan = flat_fan(here, 31, center_column=5.0)
    cases: tuple[tuple[str, Plan], ...] = (
        ("ParallelBeam", ParallelBeam(here, Detector(1, 41, 6, 6))),
        ("FanBeam, flat detector", flat_fan(here)),
        ("FanBeam, curved detector", flat_fan(here, 41, shape="curved")),
        ("FanBeam, detector to one side", half_fan),
    )
    panels = []
    for i, (name, beam) in enumerate(cases):
        panel = Panel(170 + 340 * (i % 2), 235 + 410 * (i // 2), 0.42)
        body(panel)
        beam_in(panel, beam)
        panel.word(name, (0, 0), INK, (0, -210), size=14)
        panels.append(panel)
    return text_of(
        panels, 680, 830,
        "Four beams at 20 degrees: parallel rays; a fan onto a flat detector; a fan onto a curved "
        "one, whose rays are at equal angles; a fan onto a detector that stands to one side.",
    )  # fmt: skip


def turns() -> str:
    """Draw where the source goes, and what each ray then counts."""
    half_fan = float(np.abs(flat_fan([0.0]).fan_rad).max())
    full = np.arange(180) * np.deg2rad(2.0)
    short = np.arange(0, np.pi + 2 * half_fan + np.deg2rad(8), np.deg2rad(2.0))
    holes = np.concatenate([full[:50], full[75:140]])
    cases = (
        ("full circle", flat_fan(full)),
        ("short scan", flat_fan(short)),
        ("with holes", flat_fan(holes)),
        ("detector to one side", flat_fan(full, 31, center_column=8.0)),
    )
    panels = []
    for i, (name, beam) in enumerate(cases):
        plan = Panel(88 + 172 * i, 130, 0.155)
        body(plan)
        for view in range(0, beam.n_views, 3):
            plan.dot(ends_mm(beam, view, np.array([0.0]))[0][0], ACCENT, 2.2)
        plan.word(name, (0, 0), INK, (0, -92), size=13)
        panels += [plan, _weights(beam, 88 + 172 * i)]
    return text_of(
        panels, 692, 420,
        "Four ways around: full circle, short scan, circle with holes, full circle with a detector "
        "to one side. Below each, the weight of every ray: bright counts whole, gray half.",
    )  # fmt: skip


def _weights(beam: FanBeam, middle_px: float) -> Panel:
    """Draw the weight of each ray over its arc, views downward and columns across."""
    panel = Panel(middle_px - 62, 222, 1.0)
    shares = np.clip(ray_weights(beam) / np.deg2rad(2.0), 0, 1)[::4]
    levels = 25 + 15 * np.round(15 * shares).astype(int)
    columns_px = np.linspace(0, 124, levels.shape[1] + 1).round() + panel.left
    boxes: dict[int, list[str]] = {}
    for row, degrees in zip(levels, np.rad2deg(beam.angles_rad[::4])):
        for first, last in pairwise([0, *(np.flatnonzero(np.diff(row)) + 1), len(row)]):
            x, width = columns_px[first], columns_px[last] - columns_px[first]
            box = f"M{x:g},{panel.top + degrees / 2:g}h{width:g}v4h{-width:g}z"
            boxes.setdefault(int(row[first]), []).append(box)
    for level, drawn in boxes.items():
        panel.parts.append(
            f'<path d="{"".join(drawn)}" fill="rgb{(level,) * 3}" shape-rendering="crispEdges"/>'
        )
    panel.word("columns →", (62, -8), QUIET, size=11)
    return panel


def oblique(points_mm: np.ndarray) -> np.ndarray:
    """Return (..., 3) places of the world as seen from the front, and above."""
    azimuth, elevation = SEEN_FROM
    x = points_mm[..., 0] * np.cos(azimuth) - points_mm[..., 1] * np.sin(azimuth)
    depth = points_mm[..., 0] * np.sin(azimuth) + points_mm[..., 1] * np.cos(azimuth)
    y = -points_mm[..., 2] * np.cos(elevation) - depth * np.sin(elevation)
    return np.stack([x, y], -1)


def corners_mm(beam: ConeBeam | PoseBeam, view: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the source and the detector's corners in the world, from its rays."""
    detector = beam.detector
    rows = np.array([0, 0, detector.n_rows - 1, detector.n_rows - 1])
    columns = np.array([0, detector.n_columns - 1, detector.n_columns - 1, 0])
    run = rays(beam, view, rows=rows, columns=columns)
    if isinstance(beam, PoseBeam):
        middle, normal = beam.centers_mm[view], np.cross(
            beam.column_axes[view], beam.row_axes[view]
        )  # fmt: skip
    else:
        s = rays(beam, view, rows=detector.center_row, columns=detector.center_column)
        middle = s.origins_mm + s.directions * beam.source_to_detector_mm
        normal = -s.directions
    reach = ((middle - run.origins_mm) @ normal) / (run.directions @ normal)
    return run.origins_mm[0], run.origins_mm + run.directions * reach[:, None]


def cone_in(panel: Panel, beam: ConeBeam | PoseBeam, color: str, width: float = 1.5) -> np.ndarray:
    """Draw the source, the detector and the rays to its corners; return the corners."""
    source, corners = corners_mm(beam, 0)
    closed = np.concatenate([corners, corners[:1]])
    panel.area(oblique(closed), color, 0.10)
    panel.line(oblique(closed), color, width + 1)
    for corner in corners:
        panel.line(oblique(np.stack([source, corner])), color, 0.6 * width)
    panel.dot(oblique(source), color, 5)
    return corners


def tilted_circle(panel: Panel, radius_mm: float) -> None:
    """Draw the way of the source."""
    turn = np.linspace(0, 2 * np.pi, 73)
    ring = np.stack([radius_mm * np.cos(turn), radius_mm * np.sin(turn), 0 * turn], 1)
    panel.line(oblique(ring), QUIET, 1, "4 4")


def ball(panel: Panel) -> None:
    """Draw a ball as the body, with the axis of rotation through it."""
    turn = np.linspace(0, 2 * np.pi, 49)
    panel.area(70 * np.stack([np.cos(turn), np.sin(turn)], 1), BODY)
    panel.line(oblique(np.array([[0, 0, -150.0], [0, 0, 150.0]])), QUIET, 1, "5 4")


def cone() -> str:
    """Draw a cone beam in space."""
    panel = Panel(330, 215, 0.62)
    beam = ConeBeam(np.deg2rad([30.0]), Detector(25, 33, 9, 9), SOURCE_MM, DETECTOR_MM)
    tilted_circle(panel, SOURCE_MM)
    ball(panel)
    corners = cone_in(panel, beam, INK)
    source, _ = corners_mm(beam, 0)
    u, v = corners[1] - corners[0], corners[3] - corners[0]
    for name, axis, shift in (("u", u, (10, 4)), ("v", v, (-11, 6)), ("s", source, (10, 8))):
        panel.arrow((0, 0), oblique(110 * axis / np.linalg.norm(axis)))
        panel.word(name, oblique(110 * axis / np.linalg.norm(axis)), ACCENT, shift, size=15)
    panel.dot(oblique(source), ACCENT, 5)
    panel.word("source", oblique(source), ACCENT, (12, -6), "start")
    panel.word("row 0, column 0", oblique(corners[0]), INK, (-6, 18), "middle", 12)
    panel.word("last row, last column", oblique(corners[2]), INK, (0, -10), "middle", 12)
    panel.word(
        "the source's circle", oblique(np.array([-SOURCE_MM, 0, 0])), QUIET, (0, 70), size=12
    )
    return text_of(
        [panel], 660, 460,
        "A cone beam in space: the source on its circle, the detector opposite, u along its "
        "columns, v up along its rows, s toward the source.",
    )  # fmt: skip


def poses() -> str:
    """Draw a detector as planned, and turned or shifted in four ways."""
    circle = ConeBeam(np.deg2rad([30.0]), Detector(25, 33, 9, 9), SOURCE_MM, DETECTOR_MM)
    cases = (
        ("in_plane_deg = 15", PoseBeam.of(circle, in_plane_deg=15)),
        ("tilt_deg = 25", PoseBeam.of(circle, tilt_deg=25)),
        ("slant_deg = 25", PoseBeam.of(circle, slant_deg=25)),
        ("shift_mm = (60, 40)", PoseBeam.of(circle, shift_mm=(60, 40))),
    )
    panels = []
    for i, (name, beam) in enumerate(cases):
        panel = Panel(190 + 340 * (i % 2), 170 + 270 * (i // 2), 0.33)
        ball(panel)
        cone_in(panel, circle, QUIET, 0.8)
        cone_in(panel, beam, SECOND)
        panel.dot(oblique(corners_mm(beam, 0)[0]), ACCENT, 5)
        panel.word(name, (0, 0), INK, (0, -140), size=14)
        panels.append(panel)
    return text_of(
        panels, 700, 560,
        "The planned detector in gray and the real one in blue: turned in its plane, its upper "
        "rows leaning away, its later columns standing back, shifted.",
    )  # fmt: skip


DRAWINGS: dict[str, Callable[[], str]] = {
    "geometry-axes": axes,
    "geometry-beams": beams,
    "geometry-turns": turns,
    "geometry-cone": cone,
    "geometry-poses": poses,
}
