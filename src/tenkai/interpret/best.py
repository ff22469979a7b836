"""interpret.best: the setting with the best score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import polars as pl

from tenkai.errors import count, listing, nearest, problem
from tenkai.interpret._curve import is_number, score_named
from tenkai.interpret._repeats import figure_names, goal_of, repeated_axes
from tenkai.interpret._sweeps import Member, members, written
from tenkai.interpret.score_table import column
from tenkai.step import Help, Length, Outputs, Rows, Run, Shape, step
from tenkai.values import Scores, Sweep, Table

Goal = Literal["auto", "maximize", "minimize"]
Simple = Literal["largest", "smallest"]


class Best(Outputs):
    """The choice, and what it was chosen from."""

    best: Annotated[
        Scores,
        Help("the chosen settings by name (best.alpha), the score, its `_se`, passes, settings, as_good"),
    ]
    table: Annotated[Table, Shape("settings"), Help("one row per setting, best first: mean, standard error, passes")]


@step("interpret.best", version=1, title="Best setting", rows=Rows(learns="chosen"))
def best(
    scores: Annotated[Sweep[Scores], Help("swept scores")],
    *,
    by: Annotated[str, Help("score that decides")],
    goal: Annotated[Goal, Help("auto: errors are minimized, r2, accuracy, f1 and the like maximized")] = "auto",
    over: Annotated[list[str] | None, Help("axes whose passes are averaged; default: seeds and folds")] = None,
    rule: Annotated[
        Literal["best", "one_standard_error"], Help("the best mean, or the simplest setting as good as it")
    ] = "best",
    simplest: Annotated[
        dict[str, Simple] | None, Length(1), Help("which way a setting is simple, such as alpha: largest")
    ] = None,
    run: Run,
) -> Best:
    """Choose the setting with the best score, averaged over seeds and folds.

    The settings chosen are figures: another step takes one with {from: best.alpha}. They remember the rows they
    were chosen on, so that every later score says whether it was scored on these rows.

    Raises
    ------
    TenkaiError
        TK708 when there is no sweep; TK709 for a score or setting that does not exist; TK712 when the goal is not
        known, or the rule has nothing to decide by.

    Notes
    -----
    The best of many scores is too good: part of it is luck on the rows scored. Judge the chosen setting on rows
    that had no part in the choice. One standard error: of all settings whose mean lies within one standard
    error of the best, take the simplest; the difference to the best is then no more than noise, and simple
    models are easier to explain. It needs repeats. Passes of cross-validation share rows, so the standard error
    is somewhat too small. Of equal settings the first of the sweep is taken.

    Source
    ------
    L. Breiman, J. Friedman, R. Olshen, C. Stone, Classification and Regression Trees (1984), section 3.4.3 (one
    standard error).

    Example
    -------
    >>> import tenkai as tk
    >>> from tenkai.values import Axis, Scores, Sweep
    >>> axis = Axis("k", "neighbors", "k", (5, 9))
    >>> scores = Sweep((axis,), ({"k": 5}, {"k": 9}), (Scores({"r2": 0.5}), Scores({"r2": 0.75})))
    >>> found = tk.interpret.best(scores, by="r2").best
    >>> found["k"], found["r2"]
    (9, 0.75)
    """
    found: list[Member[Scores]] = members(scores)
    axes = [a.name for a in getattr(scores, "axes", ())]
    if not axes or not found:
        raise problem(
            "TK708",
            "these scores are not swept.",
            remedy="Sweep a setting of a step before, such as alpha: {sweep: [0.1, 1, 10]}.",
            setting="scores",
        )
    name = score_named(found, by, "by")
    better = _direction(name, goal)
    averaged = repeated_axes(axes, over)
    decided = [a for a in axes if a not in averaged]
    if not decided:
        raise problem(
            "TK712",
            f"all axes are averaged ({listing(averaged)}): there is no setting to choose.",
            remedy="Sweep a setting, or name in 'over' only what repeats.",
            setting="over",
        )
    settings = _settings(found, decided, name, better)
    ranked = sorted(settings, key=lambda s: -s.worth)
    _told(settings, found, name, run)
    winner = ranked[0] if rule == "best" else _simplest(ranked, decided, simplest)
    shown = figure_names(scores.axes)
    names = {axis: _free(shown[axis], name) for axis in decided}
    figures: dict[str, Any] = {names[a]: _plain(winner.point.get(a)) for a in decided}
    figures |= {name: winner.mean, f"{name}_se": _known(winner.error)}
    figures |= {"passes": len(winner.members), "settings": len(settings)}
    figures["as_good"] = len(_as_good(ranked))
    about = {names[a]: f"the chosen {a}" for a in decided}
    about[name] = f"the score of the chosen setting, mean of {count(len(winner.members), 'pass', 'passes')}"
    about[f"{name}_se"] = "standard error of this mean"
    about |= {"passes": "passes behind the mean", "settings": "settings compared"}
    about["as_good"] = "settings within one standard error of the best, itself included"
    chosen = Scores.chosen_from(
        [m.value for m in found], [m.value for m in winner.members], figures, step="interpret.best", about=about
    )
    return Best(chosen, _table(ranked, decided, names, name, winner))


@dataclass(frozen=True)
class _Setting:
    """One setting with its passes. `worth`: the mean, turned so that more is better."""

    point: Mapping[str, Any]
    members: tuple[Member[Scores], ...]
    mean: float
    error: float
    worth: float


def _direction(name: str, goal: Goal) -> int:
    found = goal_of(name) if goal == "auto" else goal
    if not found:
        raise problem(
            "TK712",
            f"it is not known whether a high '{name}' is good.",
            allowed="Allowed: maximize, minimize.",
            remedy="Say it with 'goal'.",
            setting="goal",
        )
    return 1 if found == "maximize" else -1


def _settings(found: Sequence[Member[Scores]], decided: Sequence[str], name: str, better: int) -> list[_Setting]:
    groups: dict[str, list[Member[Scores]]] = {}
    for member in found:
        if is_number(member.value.figures.get(name)):
            groups.setdefault("|".join(written(member.point.get(a)) for a in decided), []).append(member)
    settings = []
    for some in groups.values():
        values = [float(m.value.figures[name]) for m in some]  # type: ignore[arg-type]
        mean = math.fsum(values) / len(values)
        error = math.nan
        if len(values) > 1:
            error = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))
        settings.append(_Setting(some[0].point, tuple(some), mean, error, better * mean))
    return settings


def _told(settings: Sequence[_Setting], found: Sequence[Member[Scores]], name: str, run: Run) -> None:
    counts = sorted({len(s.members) for s in settings})
    if len(counts) > 1:
        run.note("TKW724", f"Settings were compared over {counts[0]} to {counts[-1]} passes.")
    missing = len(found) - sum(len(s.members) for s in settings)
    if missing:
        run.note("TKW724", f"{count(missing, 'pass', 'passes')} of {len(found)} without {name} did not count.")


def _as_good(ranked: Sequence[_Setting]) -> list[_Setting]:
    """Return the settings within one standard error of the best; without repeats those equal to it."""
    top = ranked[0]
    return [s for s in ranked if s.worth >= top.worth - (0.0 if math.isnan(top.error) else top.error)]


def _simplest(ranked: Sequence[_Setting], decided: Sequence[str], simplest: Mapping[str, str] | None) -> _Setting:
    top = ranked[0]
    if math.isnan(top.error):
        raise problem(
            "TK712",
            "one standard error needs repeats: the best setting has one pass.",
            remedy="Sweep a seed or fold too, or take the rule best.",
            setting="rule",
        )
    good = _as_good(ranked)

    def complexity(setting: _Setting) -> list[float]:
        keys = []
        for axis, way in (simplest or {}).items():
            (name,) = [a for a in decided if a == axis or a.rsplit(".", 1)[-1] == axis][:1] or [""]
            if not name:
                fact, allowed = f"the setting '{axis}' is not compared.", f"Compared: {listing(decided)}."
                raise problem("TK709", fact, allowed=allowed, remedy=nearest(axis, decided), setting="simplest")
            value = setting.point.get(name)
            # No limit (null) is the largest there is.
            size = math.inf if value is None else value
            if not isinstance(size, int | float) or isinstance(size, bool):
                raise problem(
                    "TK712",
                    f"'{axis}' is {written(value)}, which is no number: neither is largest.",
                    remedy="Name a setting with numbers.",
                    setting="simplest",
                )
            keys.append(-float(size) if way == "largest" else float(size))
        return keys

    for setting in ranked:
        complexity(setting)
    return min(good, key=complexity)  # the better one of equals, since they are ranked


@best.check
def _check(*, rule: str, simplest: Mapping[str, str] | None, **settings: Any) -> None:
    if rule == "one_standard_error" and not simplest:
        raise problem(
            "TK712",
            "the rule of one standard error must know which settings are simple.",
            allowed="Give simplest: {setting: largest} or {setting: smallest}.",
            setting="simplest",
        )
    if rule == "best" and simplest:
        raise problem(
            "TK712",
            "simplest has no part in the rule best.",
            remedy="Say rule: one_standard_error.",
            setting="simplest",
        )


def _free(name: str, score: str) -> str:
    """Return a name for a setting that no figure has."""
    return f"{name}_setting" if name in (score, f"{score}_se", "passes", "settings", "as_good") else name


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else written(value)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _table(
    ranked: Sequence[_Setting], decided: Sequence[str], names: Mapping[str, str], score: str, winner: _Setting
) -> Table:
    columns = {names[a]: column([_plain(s.point.get(a)) for s in ranked]) for a in decided}
    values = [[float(m.value.figures[score]) for m in s.members] for s in ranked]  # type: ignore[arg-type]
    columns[score] = pl.Series([s.mean for s in ranked])
    columns[f"{score}_se"] = pl.Series([_known(s.error) for s in ranked], dtype=pl.Float64)
    columns[f"{score}_lowest"] = pl.Series([min(v) for v in values])
    columns[f"{score}_highest"] = pl.Series([max(v) for v in values])
    columns["passes"] = pl.Series([len(v) for v in values])
    columns["chosen"] = pl.Series([s is winner for s in ranked])
    ids = [", ".join(f"{names[a]} = {written(s.point.get(a))}" for a in decided) for s in ranked]
    if len(set(ids)) < len(ids):
        ids = [f"{text} ({i})" for i, text in enumerate(ids)]
    shaping = [i for s in ranked for m in s.members for i in m.value.influences]
    return Table.from_(pl.DataFrame(columns), ids=ids).influenced(shaping)
