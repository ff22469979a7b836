"""interpret.sweep_curve: a score against a swept setting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np

from tenkai.errors import count, listing, nearest, problem
from tenkai.interpret._curve import Group, groups_of, is_number, most_seen, score_named, series_of
from tenkai.interpret._curve_chart import Curve
from tenkai.interpret._panels import layered
from tenkai.interpret._predictions import lens_said
from tenkai.interpret._repeats import repeated_axes, repeats
from tenkai.interpret._sweeps import Member, axis_values, members, written
from tenkai.interpret._text import number
from tenkai.interpret._theme import finished
from tenkai.step import Help, step
from tenkai.values import Figure, Scores, Sweep

WIDTH, HEIGHT = 460, 300
MOST_SAID = 6  # lines whose best point stands in the text
MANY = 10  # passes from which bands say more than points

Spread = Literal["auto", "points", "bands"]
Shape = Literal["auto", "linear", "log"]


@step("interpret.sweep_curve", version=3, title="Score against a setting")
def sweep_curve(
    scores: Annotated[list[Scores] | Sweep[Scores], Help("swept scores; a list of several of them: one line each")],
    *,
    names: Annotated[list[str] | None, Help("of the lines, where scores is a list of several")] = None,
    metric: Annotated[str | None, Help("which score; default: the first")] = None,
    axis: Annotated[str | None, Help("the setting drawn across; default: the first swept that is no seed")] = None,
    over: Annotated[list[str] | None, Help("settings summarized by median and bands; default: seeds and folds")] = None,
    spread: Annotated[Spread, Help("how passes are drawn; auto: bands from 10 passes on")] = "auto",
    scale: Annotated[Shape, Help("of the setting; auto: log for wide ranges")] = "auto",
    score_scale: Annotated[Literal["linear", "log"], Help("of the score")] = "linear",
    mark: Annotated[float | None, Help("a setting to mark, such as {from: best.alpha}")] = None,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw a score against a swept setting.

    Passes that differ by seed or fold only are summarized: the line is their median, bands hold 5 to 95 % and
    the middle half of them. Further settings give one line each, and so do several scores given as a list, such as
    those of two methods. The dashed line is the baseline.

    Raises
    ------
    TenkaiError
        TK708 when there is no sweep; TK709 for a score or setting that does not exist; TK754 for lines that are
        not named one by one.

    Notes
    -----
    The best point of a curve was chosen on the rows it was scored on: it promises too much. Bands over splits
    show how much a single split would have told; bars at single points are the intervals of the score.

    Example
    -------
    >>> import tenkai as tk
    >>> from tenkai.values import Axis, Scores, Sweep
    >>> axis = Axis("k", "neighbors", "k", (5, 9))
    >>> scores = Sweep((axis,), ({"k": 5}, {"k": 9}), (Scores({"r2": 0.5}), Scores({"r2": 0.75})))
    >>> tk.interpret.sweep_curve(scores).text
    'r2 against k, 2 points: highest 0.75 at k = 9, lowest 0.5 at k = 5.'
    """
    found = _lines(scores, names)
    settings = axis_values(found)
    if not set(settings) - {""}:
        raise problem(
            "TK708",
            "these scores are not swept.",
            remedy="Sweep a setting of a step before, such as alpha: {sweep: [0.1, 1, 10]}.",
            setting="scores",
        )
    name = score_named(found, metric, "metric")
    across = _across(settings, axis)
    summarized = [a for a in repeated_axes(settings, over) if a != across]
    groups = groups_of(found, settings, across, summarized, name)
    passes = [p for g in groups for p in g.passes]
    if score_scale == "log" and min(p.score for p in passes) <= 0:
        fact = f"'{name}' is {number(min(p.score for p in passes))} at a point, which has no place on a log axis."
        raise problem("TK709", fact, remedy="Choose linear.", setting="score_scale")
    most = max(len(g.passes) for g in groups)
    banded = most > 1 and (spread == "bands" or (spread == "auto" and most >= MANY))
    guess = _baseline(found, settings, across, name)
    captions = _captions(groups, summarized, banded)
    low, high = _reach(groups, banded, 0.0 if score_scale == "log" else -math.inf)
    if guess:
        middle = float(np.median([v for _, v in guess]))
        if low - 0.6 * (high - low) <= middle <= high + 0.6 * (high - low) or high == low:
            captions.append("Dashed: baseline, a guess without a model.")
            low, high = min(low, *(v for _, v in guess)), max(high, *(v for _, v in guess))
        else:
            captions.append(f"Baseline, a guess without a model: {number(middle, 3)} (outside the picture).")
            guess = []
    if len(passes) < len(found):
        captions.append(f"{len(found) - len(passes)} points without this score are not drawn.")
    captions += _seen(found)
    chart = Curve(groups, across, name, scale, score_scale, (low, high))
    return finished(
        layered(chart.layers(banded, guess, mark), WIDTH, HEIGHT),
        title=f"{name} against {across}",
        text=_said(groups, across, name, len(passes)),
        heading=title,
        caption=[c for c in captions if c],
        width=WIDTH,
    )


def _lines(scores: list[Scores] | Sweep[Scores], names: list[str] | None) -> list[Member[Scores]]:
    """Return all points; those of several lists have the name of their line as a setting without a name."""
    parts: list[Any] = scores if isinstance(scores, list) else [scores]
    if len(parts) == 1 and names is None:
        return members(scores)
    if names is None or len(names) != len(parts) or len(set(names)) < len(names):
        given = (
            "no names are"
            if names is None
            else f"{count(len(set(names)), 'name')} {'is' if len(set(names)) == 1 else 'are'}"
        )
        raise problem(
            "TK754",
            f"{given} given for {count(len(parts), 'line')}.",
            allowed="One for each of the scores, all different.",
            setting="names",
        )
    return [
        Member(m.value, m.name, {**m.point, "": name})
        for part, name in zip(parts, names, strict=True)
        for m in members(part)
    ]


def _seen(found: Sequence[Member[Scores]]) -> list[str]:
    """Return what the lens saw, line by line where they differ."""
    lines = list(dict.fromkeys(m.point.get("", "") for m in found))
    said = {line: lens_said(most_seen([m for m in found if m.point.get("", "") == line])) for line in lines}
    if len(set(said.values())) == 1:
        return [said[lines[0]]]
    return [f"{line}: {text}" for line, text in said.items() if text]


def _across(settings: Mapping[str, list[Any]], axis: str | None) -> str:
    if axis is None:
        named = [s for s in settings if s]
        return next((s for s in named if not repeats(s)), named[0])
    if not axis or axis not in settings:
        swept = [s for s in settings if s]
        fact, allowed = f"the setting '{axis}' is not swept.", f"Swept: {listing(swept)}."
        raise problem("TK709", fact, allowed=allowed, remedy=nearest(axis, swept), setting="axis")
    return axis


def _said(groups: Sequence[Group], across: str, name: str, n: int) -> str:
    kind = " median" if n > len(groups) else ""
    lines = series_of(groups)
    if len(lines) > 1:
        tops = [max((g for g in groups if g.series == line), key=lambda g: g.middle) for line in lines[:MOST_SAID]]
        said = [f"{g.series}: highest{kind} {number(g.middle)} at {across} = {written(g.setting)}" for g in tops]
        more = f"; and {len(lines) - MOST_SAID} more" if len(lines) > MOST_SAID else ""
        return f"{name} against {across}, {n} points; {'; '.join(said)}{more}."
    best, worst = max(groups, key=lambda g: g.middle), min(groups, key=lambda g: g.middle)
    ends = (("highest", best), ("lowest", worst))
    said = [f"{word}{kind} {number(g.middle)} at {across} = {written(g.setting)}" for word, g in ends]
    return f"{name} against {across}, {n} points: {', '.join(said)}."


def _captions(groups: Sequence[Group], over: Sequence[str], banded: bool) -> list[str]:
    counts = sorted({len(g.passes) for g in groups})
    if counts[-1] == 1:
        bars = any(math.isfinite(p.band[0]) for g in groups for p in g.passes)
        return ["Bars: interval of each score."] if bars else []
    n = count(counts[0], "pass", "passes") if len(counts) == 1 else f"{counts[0]} to {counts[-1]} passes"
    rest = "Bands: 5 to 95 % of them, and the middle half." if banded else "Points: one pass each."
    return [f"Line: median of {n} ({', '.join(over)}). {rest}"]


def _baseline(
    found: Sequence[Member[Scores]], settings: Mapping[str, list[Any]], across: str, name: str
) -> list[tuple[Any, float]]:
    """Return the median baseline per setting."""
    values: dict[str, list[float]] = {}
    at: dict[str, Any] = {}
    for i, member in enumerate(found):
        guess = member.value.figures.get(f"{name}_baseline")
        if is_number(guess):
            key = written(settings[across][i])
            at.setdefault(key, settings[across][i])
            values.setdefault(key, []).append(float(guess))  # type: ignore[arg-type]
    return [(at[key], float(np.median(some))) for key, some in values.items()]


def _reach(groups: Sequence[Group], banded: bool, above: float) -> tuple[float, float]:
    values = [v for g in groups for v in (g.quantiles if banded else g.values.tolist())]
    if all(len(g.passes) == 1 for g in groups):
        values += [v for g in groups for v in g.passes[0].band if math.isfinite(v) and v > above]
    return min(values), max(values)
