"""interpret.power_law: the law of a learning curve, and what more rows would bring."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import polars as pl

from tenkai.errors import problem
from tenkai.interpret._law import Method, Told, figures_of, law_of, read_series, within
from tenkai.interpret._law_chart import WIDTH, Chart
from tenkai.interpret._sweeps import members
from tenkai.interpret._text import number, whole
from tenkai.interpret._theme import finished
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, Shape, step
from tenkai.values import Figure, Kind, Scores, Sweep, Table

MOST = 12
KEYS = ("L0", "a", "b", "from_n", "to_n", "sizes", "points")
_ABOUT = {
    "L0": "error that no number of rows would remove, for these columns and this model",
    "a": "size of the part that rows remove: the error at n rows is L0 + a n^-b",
    "b": "how fast it falls: ten times the rows leave 10^-b of the part that rows remove",
    "from_n": "fewest rows learned from among the points of the law",
    "to_n": "most of them",
    "sizes": "sizes the law was fitted to",
    "points": "points the law was fitted to",
    "columns": "columns of the model",
    "hump_rows": "rows learned from where the error peaks",
    "hump": "median error there",
    "rows_needed": "rows to learn from that would reach the error asked for; missing where L0 is not below it",
    "rows_needed_low": "lower end of its interval",
    "rows_needed_high": "upper end; missing where not every law of the interval reaches the error",
    "reachable": "share of the laws drawn that reach the error at all",
    "memory": "steps after which the draws have forgotten where they were (autocorrelation time)",
    "steps": "steps of every walker",
    "acceptance": "share of the moves accepted",
}


class PowerLaw(Outputs):
    """The picture, the figures of the first curve, and those of all."""

    figure: Annotated[Figure, Help("points, medians, the law with its band, L0, and the hump")]
    scores: Annotated[
        Scores,
        Keys(*KEYS),
        Help("of the first curve: also `L0_low`, `L0_high` and so on, hump, rows_needed with reach"),
    ]
    laws: Annotated[Table, Shape("curves"), Help("one row per curve: the same figures")]


@step("interpret.power_law", version=1, title="Law of a learning curve", rows=Rows())
def power_law(
    points: Annotated[
        list[Table] | Sweep[Table], Help("points of learn.learning_curve: of one model, a list of several, or a sweep")
    ],
    *,
    metric: Annotated[
        str | None, Help("the error: mae, rmse, or error for classes; default: the first of these")
    ] = None,
    from_n: Annotated[
        int | None,
        Range(1),
        Help("fewest rows learned from; default: from twice the columns on, or beyond the hump"),
    ] = None,
    to_n: Annotated[int | None, Range(1), Help("most rows learned from; default: all")] = None,
    method: Annotated[
        Method, Help("least squares, with seeds drawn anew for the interval; or draws from the posterior (emcee)")
    ] = "least_squares",
    weights: Annotated[
        Literal["equal", "test_rows"], Help("every point the same, or by the rows that score it")
    ] = "equal",
    level: Annotated[float, Range(0.5, 0.999), Help("share of the draws inside an interval")] = 0.94,
    reach: Annotated[float | None, Range(0, open_low=True), Help("an error: how many rows would reach it")] = None,
    beside: Annotated[
        list[float] | None, Length(3, 3), Help("L0, a and b of another law to draw beside, such as a published one")
    ] = None,
    scale: Annotated[Literal["log", "linear"], Help("of the error axis")] = "log",
    bootstrap: Annotated[int, Range(100, 100_000), Advanced, Help("resamples of the seeds, for least squares")] = 1000,
    names: Annotated[list[str] | None, Length(1), Help("what the curves are called: one name each")] = None,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the draws")] = 0,
    run: Run,
) -> PowerLaw:
    """Fit L0 + a n^-b to the errors of a learning curve, with intervals, and draw it over the points.

    n counts the rows learned from. L0 is the error that stays however many rows there are: the best this model can
    do with these columns. The law holds where rows are many; near n = columns a model with hardly any penalty has a
    hump, which is marked and left out.

    Raises
    ------
    TenkaiError
        TK768 for fewer than 3 sizes in the range, or errors that do not fall; TK769 for a table that holds no points
        of a learning curve, or an error they do not have; TK708 for names that do not match; TK311 for
        ``method: bayes`` without emcee.

    Notes
    -----
    The three numbers lean on each other: a lower L0 goes with a smaller b, and a range of sizes short on a log axis
    cannot tell them apart. Look at the intervals before L0 is called a limit, and at another range (`from_n`). The
    interval says what the scatter of the points allows if the law is right; it does not say that it is.

    Least squares: the best fit of all, L0 held at 0 or above. Its interval draws whole seeds anew; of few seeds it is
    too narrow. Bayes: normal errors of one deviation for all points (or by the rows that score them), flat priors in
    L0, in the part that rows remove at the middle size, in b from 0.005 to 4, and in the logarithm of the deviation.
    The law drawn is the most probable one (MAP), intervals are the shortest that hold `level` of the draws. `memory`,
    `steps` and `acceptance` say whether to believe the draws: steps should be 50 memories or more, which is noted
    where they are not. Points of one seed share rows; neither method knows.

    Source
    ------
    Law: S. Amari, N. Fujita, S. Shinomoto, Neural Comput. 4, 605 (1992); C. Cortes et al., NeurIPS 1993. Draws:
    D. Foreman-Mackey et al., PASP 125, 306 (2013); moves: C. ter Braak, Stat. Comput. 16, 239 (2006).

    Example
    -------
    >>> import tenkai as tk
    >>> n = [100, 400, 1600, 6400] * 2
    >>> t = tk.Table.from_({"training_rows": n, "seed": [0] * 4 + [1] * 4, "mae": [0.5 + 2 * k**-0.5 for k in n]})
    >>> law = tk.interpret.power_law(t, reach=0.51).scores
    >>> [round(law[k], 4) for k in ("L0", "a", "b")], round(law["rows_needed"])
    ([0.5, 2.0, 0.5], 40000)
    """
    found = members(points)
    if not 0 < len(found) <= MOST:
        raise problem("TK708", f"there are {len(found)} curves.", allowed=f"Allowed: 1 to {MOST}.", setting="points")
    if from_n is not None and to_n is not None and from_n > to_n:
        raise problem("TK111", f"from_n {from_n} is above to_n {to_n}.", setting="from_n")
    series, name = read_series(found, names, metric, weights == "test_rows")
    told = [law_of(within(s, from_n, to_n, run), method, bootstrap, seed, run) for s in series]
    figures = [figures_of(t, level, reach) for t in told]
    captions = [line for t, f in zip(told, figures, strict=True) for line in _said(t, f, level, reach, len(told) > 1)]
    captions.append(_legend(told, level))
    if beside is not None:
        captions.append(f"Gray: {' + '.join(_short(v) for v in beside[:2])} n^-{_short(beside[2])}, given to compare.")
    several = len(told) > 1
    picture = finished(
        Chart(told, name, scale, level, beside).drawn(),
        title="Law of a learning curve",
        text=_text(told, figures, name),
        heading=title,
        caption=captions,
        subtitle=[] if several else [_law(told[0], figures[0])],
        width=WIDTH,
    )
    about = {k: _about(k, level) for k in figures[0]}
    scores = Scores.scored(
        figures[0], rows=told[0].series.rows, influences=told[0].series.table.influences, about=about
    )
    return PowerLaw(picture, scores, _table(told, figures, method))


def _about(name: str, level: float) -> str:
    for end, word in (("_low", "lower"), ("_high", "upper")):
        if name.endswith(end) and name not in _ABOUT:
            return f"{word} end of the {level:.0%} interval of {name.removesuffix(end)}"
    return _ABOUT[name]


def _law(told: Told, f: Mapping[str, Any]) -> str:
    how = "most probable" if told.chain is not None else "least squares"
    law = f"{_short(f['L0'])} + {_short(f['a'])} n^-{_short(f['b'])}"
    return f"{law} ({how}, {whole(f['from_n'])} to {whole(f['to_n'])} rows)"


def _between(f: Mapping[str, Any], name: str) -> str:
    low, high = f[f"{name}_low"], f[f"{name}_high"]
    return "no interval" if low is None or high is None else f"{_short(low)} to {_short(high)}"


def _said(told: Told, f: Mapping[str, Any], level: float, reach: float | None, several: bool) -> list[str]:
    lead = f"{told.series.name}: {_law(told, f)}. " if several else ""
    lines = []
    if told.draws is not None:
        ends = ", ".join(f"{n} {_between(f, n)}" for n in ("L0", "a", "b"))
        lines.append(f"{lead}{level:.0%}: {ends}.")
    elif lead:
        lines.append(lead.strip())
    if f["hump_rows"] is not None and not several:
        lines.append(f"Ring: the error peaks at {whole(f['hump_rows'])} rows; points left out of the law are hollow.")
    if reach is not None:
        lines.append(_reached(told, f, level, reach, several))
    if told.chain is not None:
        steps = f"{whole(f['steps'])} steps of memory {_short(f['memory'])}"
        lines.append(f"Draws: {steps}, {f['acceptance']:.0%} of the moves accepted.")
    return lines


def _reached(told: Told, f: Mapping[str, Any], level: float, reach: float, several: bool) -> str:
    lead = f"{told.series.name}: an" if several else "An"
    if f["rows_needed"] is None:
        text = f"{lead} error of {number(reach)} is not reachable: L0 is {number(f['L0'], 3)}"
    else:
        text = f"{lead} error of {number(reach)} needs {_rows(f['rows_needed'])} rows"
        low, high = f["rows_needed_low"], f["rows_needed_high"]
        if low is not None:
            text += f" ({level:.0%}: {_rows(low)} to {_rows(high) if high is not None else 'never'})"
    share = f["reachable"]
    return f"{text}." if share is None or share == 1 else f"{text}; {share:.0%} of the laws drawn reach it."


def _rows(n: float) -> str:
    """Write a number of rows with three digits.

    >>> _rows(635258.1), _rows(2.5e12)
    ('635,000', '2.5e+12')
    """
    return _short(n) if n < 1e9 else f"{n:.2g}"


def _short(value: float) -> str:
    """Write a number with three digits, large ones in full.

    >>> _short(0.25167), _short(1866.9)
    ('0.252', '1,870')
    """
    return whole(int(round(value, 2 - math.floor(math.log10(value))))) if 1000 <= value < 1e9 else number(value, 3)


def _legend(told: Sequence[Told], level: float) -> str:
    band = f" Band: {level:.0%} of the laws." if any(t.draws is not None for t in told) else ""
    return f"Points: one seed each; thin line: median; thick line: law; dashed: L0.{band}"


def _text(told: Sequence[Told], figures: Sequence[Mapping[str, Any]], name: str) -> str:
    parts = []
    for t, f in zip(told, figures, strict=True):
        lead = f"{t.series.name}: " if len(told) > 1 else ""
        parts.append(f"{lead}{name} = {number(f['L0'])} + {number(f['a'])} n^-{number(f['b'])}")
    return "; ".join(parts) + "."


def _table(told: Sequence[Told], figures: Sequence[Mapping[str, Any]], method: str) -> Table:
    names = list(figures[0])
    columns: dict[str, Any] = {n: [f.get(n) for f in figures] for n in names}
    curves = [t.series.name or "curve" for t in told]
    frame = pl.DataFrame(
        [
            pl.Series("curve", curves),
            pl.Series("method", [method] * len(told)),
            *(pl.Series(n, v, dtype=pl.Float64, strict=False) for n, v in columns.items()),
        ]
    )
    kinds: dict[str, Kind] = {**dict.fromkeys(names, "number"), "curve": "category", "method": "category"}
    ids = [f"{c} ({i + 1})" if curves.count(c) > 1 else c for i, c in enumerate(curves)]
    table = Table.from_(frame, ids=ids, kinds=kinds)
    return table.influenced(i for t in told for i in t.series.table.every_influence)
