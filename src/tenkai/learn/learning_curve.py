"""learn.learning_curve: how the error of a model falls with the number of rows it learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tenkai.errors import count, problem
from tenkai.learn._curve_rows import Draw, drawn, read_sizes
from tenkai.learn._families import takes_growth
from tenkai.learn._model import require_model
from tenkai.learn._out_of_fold import MOST_KEYS
from tenkai.learn._threads import side_by_side
from tenkai.step import Column, Help, Keys, Length, Of, Outputs, Range, Rows, Run, Seed, Shape, step
from tenkai.values import Fitted, Identity, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._curve_points import Point

FEW = 30
_ABOUT = {
    "mae": "mean absolute error, in the unit of the target",
    "rmse": "root of the mean squared error, in the unit of the target",
    "r2": "share of the variance explained",
    "error": "share of the rows given the wrong class",
    "accuracy": "share of the rows given the right class",
    "balanced_accuracy": "mean over the classes of the share given the right class",
}


class LearningCurve(Outputs):
    """The points of the curve, and the scores at its end."""

    points: Annotated[
        Table,
        Shape("sizes*seeds"),
        Help("per size and seed: rows, training_rows, scores of rows not learned from, their baseline, the penalty"),
    ]
    scores: Annotated[
        Scores,
        Keys("rows", "training_rows", "test_rows", "seeds"),
        Help("at the largest size, medians over the seeds: mae, rmse, r2, or error and accuracy; `_low`, `_high`"),
    ]


@step("learn.learning_curve", version=1, title="Learning curve", rows=Rows(held_out=("model",)))
def learning_curve(
    table: Annotated[Table, Help("rows as they were before anything learned from them, with the target")],
    model: Annotated[Fitted, Help("a fitted model: its settings and preparation are used, not what it learned")],
    test_table: Annotated[Table | None, Help("rows that score all sizes; without it rows of the table do")] = None,
    *,
    sizes: Annotated[
        Annotated[list[Annotated[int, Range(2)]], Length(1, 1000)] | dict[str, list[float]] | None,
        Help(
            "numbers of rows: a list, {log: [low, high, count]}, {range: [low, high, step]}; default: 8, up to all rows"
        ),
    ] = None,
    hold_out: Annotated[
        Literal["once", "each"],
        Help("once: test rows are set apart for all sizes, which count rows to learn from; each: every size is split"),
    ] = "once",
    test: Annotated[
        float, Range(0, 1, open_low=True, open_high=True), Help("share of the rows held out, without a test_table")
    ] = 0.3,
    seeds: Annotated[int, Range(1, 1000), Help("draw the rows again so many times, from seed on")] = 4,
    stratify: Annotated[
        Column | None,
        Of("table", ("category", "text", "number")),
        Help("keep the shares of these classes in all sizes"),
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the first draw")] = 0,
    run: Run,
) -> LearningCurve:
    """Fit a model to more and more rows, and score each fit on rows it has not seen.

    For every seed the rows are drawn anew; a smaller size is part of every larger one. The model is fitted with its
    settings to each size, after its preparation (scaler, components) was learned from these rows again. The axis of a
    learning curve is `training_rows`, the rows learned from. With ``hold_out: each`` a size counts all rows drawn,
    of which the share `test` is held out, so that of 1 000 rows 700 are learned from.

    Raises
    ------
    TenkaiError
        TK690 for a size beyond the rows at hand, TK691 for sizes that cannot be read, TK692 for a size too small to
        be split or for the folds of a model with ``alpha: cv``, TK693 where the rows to learn from have one value of
        the target, TK694 where rows of the test table are among the rows to learn from; TK613 for something that
        cannot be fitted again.

    Notes
    -----
    An error that still falls at the largest size asks for more rows; one that has settled asks for other columns or
    another model. Where rows are about as many as columns, a nearly unpenalized linear model does worst: the curve
    has a hump there, and a law of its tail must leave it out (`interpret.power_law`).

    Rows held out once score all sizes, which makes the sizes easier to compare; with ``each`` small sizes are scored
    on few rows. The penalty of ``alpha: cv`` is chosen anew at every size, without the rows that score it.

    The Lasso, elastic net and ridge on sparse columns (bits, counts) share the sums over rows between sizes. The fits
    equal separate ones to rounding. A Lasso with fewer rows than columns has several best fits where columns are equal
    on the rows learned from; its score then depends a little on which of them is found.

    Source
    ------
    C. Cortes et al., NeurIPS 1993: learning curves. Hump where rows equal columns: M. Belkin et al., PNAS 116, 15849
    (2019).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [float(i % 7) for i in range(60)], "y": [float(i % 7) + i % 2 for i in range(60)]})
    >>> line = tk.learn.least_squares(t, target="y").model
    >>> found = tk.learn.learning_curve(t, line, sizes=[10, 20, 40], seeds=2)
    >>> found.points["training_rows"].to_list()
    [10, 10, 20, 20, 40, 40]
    """
    from tenkai.learn._curve_points import Curve, table_of

    require_model(model)
    if test_table is not None:
        _require_apart(table, test_table)
    curve = Curve(model, table, test_table)
    draws = _draws(table, test_table, sizes, hold_out, test, seeds, stratify, seed)
    estimator = curve.estimator(draws)
    # What shares its work between sizes uses one thread; other models use all they can, seed by seed.
    together = run.threads if takes_growth(estimator) and not curve.learns else 1
    jobs = [lambda part, d=draw: curve.points(d, estimator, part) for draw in draws]
    passes = side_by_side(jobs, run, together=together)
    points = [own[k] for k in range(len(draws[0].sizes)) for own in passes]
    smallest = min(p.size.test for p in points)
    if smallest < FEW:
        run.note("TKW690", f"The smallest size is scored on {count(smallest, 'row')}: its scores say little.")
    return LearningCurve(table_of(points), _scores(points[-len(draws) :]))


def _draws(
    table: Table,
    apart: Table | None,
    sizes: Sequence[int] | Mapping[str, Sequence[float]] | None,
    hold_out: str,
    test: float,
    seeds: int,
    stratify: str | None,
    seed: int,
) -> list[Draw]:
    n = table.height
    if n < 2:
        raise problem("TK205", f"{count(n, 'row')} cannot teach a model.", allowed="Give 2 rows or more.")
    each = hold_out == "each"
    most = n if each or apart is not None else n - int(np.floor(n * test + 1e-9))
    classes = None
    if stratify is not None:
        table.require_complete([stratify], "stratify")
        classes = table.frame[stratify].cast(str).rank("dense").to_numpy().astype(np.int64) - 1
        most -= 0 if each or apart is not None else len(np.unique(classes))
    wanted = read_sizes(sizes, max(most, 2))
    rows = None if apart is None else apart.height
    draws = [drawn(n, wanted, (seed + k) % 2**32, test, each, classes, rows) for k in range(seeds)]
    kept = sum(s.train + s.test for d in draws for s in d.sizes)
    if kept > MOST_KEYS:
        raise problem(
            "TK212",
            f"{len(wanted)} sizes of {count(seeds, 'seed')} remember {kept} rows.",
            allowed=f"At most {MOST_KEYS} rows in all.",
            remedy="Use fewer sizes or seeds, or hold out fewer rows.",
        )
    return draws


def _require_apart(table: Table, apart: Table) -> None:
    if apart.height == 0:
        raise problem("TK205", "the test table has no row.", setting="test_table")
    hit = apart.identity.seen(table.identity.union())
    if hit.any():
        raise problem(
            "TK694",
            f"{count(int(hit.sum()), 'row')} of the test table are among the rows to learn from, first "
            f"'{apart.ids[int(hit.argmax())]}'.",
            allowed="Rows that score a model must not teach it.",
            remedy="Give the parts of one process.split, or leave test_table out.",
            setting="test_table",
        )


def _scores(points: Sequence[Point]) -> Scores:
    """Medians over the seeds at the largest size, looked at through the leak lens."""
    size = points[0].size
    figures: dict[str, Any] = {
        "rows": size.rows,
        "training_rows": size.train,
        "test_rows": size.test,
        "seeds": len(points),
    }
    about = {
        "rows": "the largest size",
        "training_rows": "rows of it that were learned from",
        "test_rows": "rows that score it, per seed",
        "seeds": "times the rows were drawn",
    }
    for name in points[0].figures:
        values = [float(v) for p in points if (v := p.figures.get(name)) is not None]
        figures[name] = float(np.median(values)) if values else None
        if name not in _ABOUT:
            continue
        about[name] = f"{_ABOUT[name]}: median over the seeds"
        if values:
            figures[f"{name}_low"], figures[f"{name}_high"] = min(values), max(values)
    rows = Identity.concat([p.rows.shaped(p.influences) for p in points])
    return Scores.scored(figures, rows=rows, influences=(), about=about)
