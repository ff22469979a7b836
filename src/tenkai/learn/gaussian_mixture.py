"""learn.gaussian_mixture: groups as overlapping clouds, each with its own shape."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, listing, problem
from tenkai.learn._clusters import (
    CLUSTER,
    centers_table,
    check_enough,
    check_free,
    clustered_schema,
    numbered,
    with_clusters,
)
from tenkai.learn._rows import RowMatrix as Read
from tenkai.learn._rows import own_rows_scores, read_varied_rows
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

Covariance = Literal["full", "tied", "diag", "spherical"]


class Mixture(Outputs):
    """Rows with their clusters, what gives new rows one, and the mixture."""

    table: Annotated[
        Table, Shape("n p"), Help("the rows with columns 'cluster' (1 is the largest) and 'cluster probability'")
    ]
    fitted: Annotated[Fitted, Help("gives new rows the likeliest cluster and its probability")]
    centers: Annotated[Table, Shape("clusters p"), Help("weight and mean of each cluster")]
    probabilities: Annotated[Table, Shape("n clusters"), Help("of every cluster for each row: P(1), P(2), ...")]
    figures: Annotated[
        Scores, Keys("bic", "aic", "log_likelihood", "clusters", "iterations"), Help("of the best start")
    ]


@step(
    "learn.gaussian_mixture",
    version=1,
    title="Gaussian mixture",
    rows=Rows(same=("table", "probabilities"), learns="fitted"),
)
def gaussian_mixture(
    table: Annotated[Table, Shape("n p"), Help("rows to group")],
    *,
    columns: Annotated[Columns, Help("columns the clouds lie in")] = ALL_NUMBERS,
    clusters: Annotated[int, Range(1, "n"), SweepHint(1, 10, 1), Help("number of clouds")] = 3,
    covariance: Annotated[
        Covariance,
        Help("shape: full (any), tied (any, the same for all), diag (along the columns), spherical (round)"),
    ] = "full",
    starts: Annotated[int, Range(1, 10_000), Help("runs from other beginnings; the likeliest one counts")] = 10,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the beginnings (k-means)")] = 0,
    iterations: Annotated[int, Range(1, 1_000_000), Advanced, Help("most rounds per start")] = 100,
    tolerance: Annotated[float, Range(0.0), Advanced, Help("stop when the likelihood gains less per row")] = 1e-3,
    least_width: Annotated[
        float, Range(0.0), Advanced, Help("added to each variance, so that no cloud shrinks to a point")
    ] = 1e-6,
    into: Annotated[str, Help("name of the new column")] = CLUSTER,
    run: Run,
) -> Mixture:
    """Describe rows as coming from a few normal distributions, and give each row its likeliest one.

    Clusters are called 1, 2, ... by falling size. New rows (`process.apply`) get the likeliest cluster, with its
    probability.

    Raises
    ------
    TenkaiError
        TK640 for more clusters than different rows; TK203 for a column without variation; TK208 where cells are
        missing; TK604 when the table has columns of these names.

    Notes
    -----
    Unlike k-means, clouds may be long, of different size, and overlap. `bic` and `aic` weigh likelihood against
    the number of parameters, lower is better: compare them over a sweep of `clusters`. On rows that repeat (atoms
    equal by symmetry) a cloud can shrink to one place, and bic falls without end: it then says nothing.

    Source
    ------
    A. Dempster, N. Laird, D. Rubin, J. R. Stat. Soc. B 39, 1 (1977); G. Schwarz, Ann. Stat. 6, 461 (1978);
    through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 9.0, 10.0, 11.0]})
    >>> tk.learn.gaussian_mixture(t, clusters=2).table["cluster"].to_list()
    ['2', '2', '1', '1', '1']
    """
    from tenkai.learn._gaussian_mixture import best_mixture, mixture_columns, probability_name

    rows = read_varied_rows(table, columns)
    check_free([into, probability_name(into)], table.columns)
    check_enough(rows.X, clusters)
    _check_varied(rows)
    model = best_mixture(
        rows.X,
        clusters=clusters,
        covariance=covariance,
        starts=starts,
        seed=seed,
        iterations=iterations,
        tolerance=tolerance,
        least_width=least_width,
        run=run,
    )
    notes = []
    if not model.converged_:
        text = f"the likelihood still rose after {count(iterations, 'round')}: allow more iterations."
        notes.append(Note("TKW640", text))
    probabilities = model.predict_proba(rows.X)
    new, fitted = with_clusters(
        rows, model, mixture_columns(probabilities, into), step="learn.gaussian_mixture", notes=notes
    )
    figures = {
        "bic": float(model.bic(rows.X)),
        "aic": float(model.aic(rows.X)),
        "log_likelihood": float(model.score(rows.X)),
        "clusters": clusters,
        "iterations": int(model.n_iter_),
    }
    about = {
        "bic": "Bayesian information criterion: lower is better, more parameters cost",
        "aic": "Akaike information criterion: lower is better",
        "log_likelihood": f"per row (best of {count(starts, 'start')})",
        "clusters": "number of clusters asked for",
        "iterations": "rounds of the best start",
    }
    each = pl.DataFrame({f"P({name})": probabilities[:, i] for i, name in enumerate(numbered(clusters))})
    return Mixture(
        new,
        fitted,
        centers_table(rows, model.means_, fitted, {"weight": model.weights_}),
        table.with_columns(each).influenced(fitted.influences),
        own_rows_scores(figures, about, rows, fitted),
    )


def _check_varied(rows: Read) -> None:
    """Refuse columns without variation: a cloud has no width there, and any likelihood can be had."""
    flat = np.flatnonzero(np.ptp(rows.X, axis=0) == 0)
    if len(flat):
        features = rows.table.layout(rows.names).features()
        raise problem(
            "TK203",
            f"{count(len(flat), 'column')} without variation: {listing([features[i] for i in flat], 6)}.",
            allowed="A cloud needs a width in every column.",
            remedy="Leave them out with process.drop_constant.",
            setting="columns",
        )


@gaussian_mixture.schema
def _schema(
    table: Schema | None, *, columns: Columns, clusters: int, into: str, **_: object
) -> dict[str, Schema | None]:
    return {
        "table": clustered_schema(table, columns, {into: "category", f"{into} probability": "number"}),
        "probabilities": Schema({f"P({name})": "number" for name in numbered(clusters)}),
    }
