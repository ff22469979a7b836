"""Films: a figure with a slider, drawn at every place of the slider, as GIF, WebP or MP4."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tenkai.errors import nearest, problem
from tenkai.values._film_files import WRITERS, require_writer
from tenkai.values._film_frames import frames

FORMATS = tuple(WRITERS)
MOST_FRAMES = 1000
MOST_GIF = 50.0  # frames a second: browsers take shorter delays for none
RANGES = {"fps": (0.1, 60.0), "scale": (0.1, 10.0), "side": (16, 4096), "pause": (0.0, 60.0)}


@dataclass(frozen=True)
class Slider:
    """The parameter that the reader moves, and every place it has."""

    name: str
    places: Sequence[float]


def slider_of(spec: dict[str, Any]) -> Slider:
    """Return the one slider of a figure.

    Its places go from `min` to `max` by `step`, as in the page; a figure that changes at some of them only lists
    these as ``frames`` in its ``usermeta``.

    Raises
    ------
    TenkaiError
        TK522 when the figure has none, or several; TK523 when it has more than 1000 places.
    """
    params = spec.get("params", ())
    bound = [p for p in params if isinstance(p.get("bind"), dict) and p["bind"].get("input") == "range"]
    if len(bound) != 1:
        fact = f"the figure has {len(bound)} sliders" if bound else "the figure has no slider, so nothing in it moves"
        remedy = "Draw it as png, svg or pdf; interpret.replay makes a figure that moves, its output 'player'."
        raise problem("TK522", f"{fact}.", allowed="A film is drawn of a figure with one slider.", remedy=remedy)
    (param,) = bound
    listed = spec.get("usermeta", {}).get("frames")
    if listed is None:
        low, high, step = (float(param["bind"].get(key, usual)) for key, usual in _USUAL.items())
        if not (low <= high and step > 0 and math.isfinite(high - low)):
            raise problem("TK522", f"the slider '{param['name']}' goes from {low:g} to {high:g} by {step:g}.")
        count = math.floor((high - low) / step * (1 + 1e-12)) + 1
    else:
        count = len(listed)
    if not 1 <= count <= MOST_FRAMES:
        remedy = "Give interpret.replay fewer frames."
        raise problem("TK523", f"the film would have {count} frames.", allowed=f"Most: {MOST_FRAMES}.", remedy=remedy)
    # Whole numbers stay whole: a filter of the figure may compare them.
    return Slider(param["name"], listed or [_plain(low + k * step) for k in range(count)])


_USUAL = {"min": 0, "max": 100, "step": 1}  # of a slider in HTML


def _plain(value: float) -> float:
    return int(value) if value.is_integer() else value


def film(
    spec: dict[str, Any],
    form: str,
    *,
    fps: float,
    scale: float,
    side: int,
    pause: float,
    told: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> bytes:
    """Draw a figure at every place of its slider; see `Figure.to_film`.

    `told` hears how many frames of how many are drawn; `workers`: processes that draw, by default as many as pay.
    """
    require_film(form)
    for name, value in (("fps", fps), ("scale", scale), ("side", side), ("pause", pause)):
        low, high = RANGES[name]
        if not low <= value <= (min(high, MOST_GIF) if name == "fps" and form == "gif" else high):
            most = f"{MOST_GIF:g} in a GIF" if name == "fps" and form == "gif" else f"{high:g}"
            raise problem("TK525", f"{name} is {value:g}.", allowed=f"Allowed: {low:g} to {most}.", setting=name)
    slider = slider_of(spec)
    found: list[bytes] = []
    with closing(frames(spec, slider.name, slider.places, scale, side, workers)) as pictures:
        for picture in pictures:
            found.append(picture)
            if told is not None:
                told(len(found), len(slider.places))
    return WRITERS[form](found, fps, pause)


def require_film(form: str) -> None:
    """Check that films of a format can be written here.

    Raises
    ------
    TenkaiError
        TK524 for an unknown format; TK311, TK526 when what writes it is not installed.
    """
    if form not in WRITERS:
        allowed = f"Allowed: {', '.join(FORMATS)}."
        raise problem("TK524", f"there is no film format '{form}'.", allowed=allowed, remedy=nearest(form, FORMATS))
    require_writer(form)
