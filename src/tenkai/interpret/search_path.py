"""interpret.search_path: how a search over settings went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._sweeps import written
from tenkai.interpret._text import columns_of, natural, number, shorten, whole
from tenkai.interpret._theme import finished
from tenkai.step import Help, Run, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

NEEDED = ("score", "rank", "trial")
TOP, SMALL, HEIGHTS = 494, 204, (220, 150)  # points
LOG_FROM = 15.0  # settings that reach over a wider factor stand on a log axis
MOST = 5000
PLAIN = "abs(datum.value) >= 1e-4 && abs(datum.value) < 1e6 ? format(datum.value, '~r') : format(datum.value, '~e')"


@step("interpret.search_path", version=1, title="Path of a search")
def search_path(
    trials: Annotated[Table, Shape("settings"), Help("the output 'trials' of learn.search")],
    *,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw what a search tried: the score of every trial with the best so far, and against each setting.

    Raises
    ------
    TenkaiError
        TK201 when the table is not that of a search, TK205 when no trial has a score.

    Notes
    -----
    A flat curve of the best so far says that more trials would bring little. A setting whose points rise up to
    the edge of its panel wants a wider space; one whose points lie level hardly matters. All scores were used to
    choose: the best of them promises too much.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"alpha": [0.1, 1.0, 10.0], "score": [0.5, 0.8, 0.7], "rank": [3, 1, 2], "trial": [1, 2, 3]})
    >>> tk.interpret.search_path(t).text
    'Best score 0.8 at alpha = 1, trial 2 of 3.'
    """
    path = _read(trials)
    n, at = len(path.score), path.best
    name = path.name
    total = n + path.lacking
    text = f"Best {name} {number(path.score[at])} at {path.said(at)}, trial {int(path.trial[at])} of {total}."
    if path.chosen != at:
        text += f" Chosen: {path.said(path.chosen)}, {number(path.score[path.chosen])}."
    ring = "Ring: the best." if path.chosen == at else "Ring: the settings chosen."
    caption = [f"Line: the {'highest' if path.maximize else 'lowest'} {name} so far. {ring}"]
    if path.lacking:
        caption.append(f"Not drawn: {count(path.lacking, 'trial')} without a score.")
    if n > MOST:
        few = f"The best {whole(MOST)} of {whole(n)} trials are drawn."
        run.note("TKW727", few)
        caption.append(few)
    return finished(
        _chart(path),
        title=f"Search for the best {name}",
        text=text,
        heading=title,
        caption=caption,
        width=TOP,
    )


@dataclass(frozen=True)
class _Path:
    """Trials with a score, in the order tried."""

    name: str
    settings: dict[str, list[Any]]
    score: NDArray[np.float64]
    trial: NDArray[np.float64]
    maximize: bool
    lacking: int
    ringed: int | None = None

    @property
    def best(self) -> int:
        """Position of the best trial, the first of equals."""
        return int(self.score.argmax() if self.maximize else self.score.argmin())

    @property
    def chosen(self) -> int:
        """Position of the trial that was chosen: the best, or a simpler one."""
        return self.best if self.ringed is None else self.ringed

    def said(self, i: int) -> str:
        """Write the settings of a trial."""
        return ", ".join(f"{s} = {written(v[i])}" for s, v in self.settings.items())

    @property
    def so_far(self) -> NDArray[np.float64]:
        """The best score up to each trial."""
        return np.asarray((np.maximum if self.maximize else np.minimum).accumulate(self.score))

    def drawn(self) -> NDArray[np.int64]:
        """Return the positions of the trials drawn: all, or the best of very many."""
        order = np.argsort(-self.score if self.maximize else self.score, kind="stable")[:MOST]
        return np.union1d(order, [self.chosen])


def _read(trials: Table) -> _Path:
    trials.require(NEEDED, ("number",), "trials")
    found = trials.frame.filter(pl.col("score").is_not_null() & pl.col("score").is_not_nan()).sort("trial")
    if not found.height:
        raise problem("TK205", "no trial has a score.", setting="trials")
    names = trials.columns[: trials.columns.index("score")]
    score = found["score"].to_numpy().astype(np.float64)
    first = found.filter(pl.col("rank") == pl.col("rank").min())["score"][0]
    name = str(found["by"][0]) if "by" in trials.kinds and trials.kinds["by"] != "number" else "score"
    return _Path(
        name,
        {s: found[s].to_list() for s in names},
        score,
        found["trial"].to_numpy().astype(np.float64),
        bool(first >= score.max()),
        trials.height - found.height,
        _ringed(found),
    )


def _ringed(found: pl.DataFrame) -> int | None:
    if "chosen" not in found.columns:
        return None
    at = (found["chosen"].cast(pl.String) == "yes").arg_true()
    return int(at[0]) if len(at) else None


def _chart(path: _Path) -> alt.VConcatChart:
    import altair as alt

    at = path.drawn()
    names = [path.said(int(i)) for i in at]
    low, high = float(path.score[at].min()), float(path.score[at].max())
    scale = alt.Scale(domain=list(widened(low, high, 0.08)), nice=False, zero=False)
    panels: list[Any] = [_course(path, at, names, scale)]
    small = [_against(path, setting, at, names, scale) for setting in path.settings]
    for i in range(0, len(small), 2):
        panels.append(alt.hconcat(*small[i : i + 2], spacing=26))
    chart: alt.VConcatChart = alt.vconcat(*panels, spacing=18)
    return chart


def _course(path: _Path, at: NDArray[np.int64], names: list[str], scale: alt.Scale) -> alt.LayerChart:
    """Return the score of every trial in order, with the best so far."""
    import altair as alt

    few = len(path.trial) <= 12
    axis = alt.Axis(values=path.trial.tolist(), format="d") if few else alt.Axis(format="d", tickMinStep=1)
    ends = widened(float(path.trial.min()), float(path.trial.max()), 0.03)
    x = alt.X("x:Q", title="trial", scale=alt.Scale(domain=list(ends), nice=False, zero=False), axis=axis)
    y = alt.Y("y:Q", title=_titled(path.name), scale=scale, axis=alt.Axis(tickCount=6))
    # A step where the best changes; the last trial closes the line.
    turns = np.flatnonzero(np.diff(path.so_far, prepend=np.nan) != 0)
    turns = np.unique(np.append(turns, len(path.score) - 1))
    line = alt.Chart(data_of({"x": rounded(path.trial[turns]), "y": rounded(path.so_far[turns])})).mark_line(
        interpolate="step-after", strokeWidth=2, color=_theme.SECOND
    )
    points = _points({"x": rounded(path.trial[at])}, path, at, names)
    layers = [line.encode(x=x, y=y), *(p.encode(x=x, y=y) for p in points)]
    return layered(layers, TOP, HEIGHTS[0])


def _against(path: _Path, setting: str, at: NDArray[np.int64], names: list[str], scale: alt.Scale) -> alt.LayerChart:
    """Return the score against one setting."""
    import altair as alt

    values = [path.settings[setting][i] for i in at]
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    x = _number_axis(setting, values) if numeric else _text_axis(setting, values)
    y = alt.Y("y:Q", title=_titled(path.name), scale=scale, axis=alt.Axis(tickCount=4))
    across: dict[str, Any] = {"x": rounded(np.array(values, np.float64)) if numeric else [written(v) for v in values]}
    layers = [p.encode(x=x, y=y) for p in _points(across, path, at, names)]
    return layered(layers, SMALL, HEIGHTS[1])


def _points(across: dict[str, Any], path: _Path, at: NDArray[np.int64], names: list[str]) -> list[alt.Chart]:
    """Return the trials as points, and a ring around the one chosen."""
    import altair as alt

    data = {**across, "y": rounded(path.score[at]), "id": names, "n": path.trial[at].astype(int).tolist()}
    crowd = len(at) > 60
    tooltip = [tip("id:N", "at"), tip("y:Q", path.name, format=".4g"), tip("n:Q", "trial")]
    points = alt.Chart(data_of(data)).mark_point(
        filled=True, size=22 if crowd else 46, opacity=0.45 if crowd else 0.8, color=_theme.ACCENT
    )
    best = int(np.searchsorted(at, path.chosen))
    ring = alt.Chart(data_of({k: [v[best]] for k, v in data.items()})).mark_point(
        filled=False, size=130, strokeWidth=2, color=_theme.SECOND
    )
    return [points.encode(tooltip=tooltip), ring]


def _titled(name: str) -> str:
    return shorten(name.replace("_", " "), 40)


def _number_axis(setting: str, values: list[Any]) -> alt.X:
    import altair as alt

    known = sorted({float(v) for v in values})
    log = known[0] > 0 and known[-1] / known[0] > LOG_FROM
    ends = (known[0] / 1.3, known[-1] * 1.3) if log else widened(known[0], known[-1], 0.06)
    kind: Any = "log" if log else "linear"
    ticks: Any = known if len(known) <= 8 else alt.Undefined
    axis = alt.Axis(values=ticks, labelExpr=PLAIN, labelOverlap=True, tickCount=5)
    scale = alt.Scale(type=kind, domain=list(ends), nice=False, zero=False)
    return alt.X("x:Q", title=shorten(setting, 34), scale=scale, axis=axis)


def _text_axis(setting: str, values: list[Any]) -> alt.X:
    import altair as alt

    order = sorted({written(v) for v in values}, key=lambda t: (t == "null", natural(t)))
    axis = alt.Axis(labelAngle=0 if max(map(columns_of, order)) * len(order) < SMALL / 8 else -40, labelLimit=90)
    return alt.X("x:N", title=shorten(setting, 34), sort=order, axis=axis)
