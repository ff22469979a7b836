"""learn.pca: principal components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._device import Device, DeviceChoice, chosen, fingerprint
from tenkai.learn._rows import axis_names, fit_map, map_schema, own_rows_scores, read_varied_rows
from tenkai.step import Help, Keys, Outputs, Range, Rows, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._pca import PrincipalComponents, Spectrum
    from tenkai.learn._rows import RowMatrix

MOST_FIGURES = 10


class Components(Outputs):
    """Coordinates, the fitted PCA, and how much each component explains."""

    map: Annotated[Table, Shape("n components"), Help("coordinates PCA1, PCA2, ... and the columns not used")]
    fitted: Annotated[Fitted, Help("to project new rows")]
    ratios: Annotated[Table, Help("explained and cumulative ratio of every component")]
    loadings: Annotated[Table, Shape("p components"), Help("weight of each column in each component")]
    figures: Annotated[
        Scores,
        Keys("ratio_1", "ratio_1_cumulative"),
        Help("ratio_1, ratio_2, ratio_2_cumulative, ... of the first 10"),
    ]


@step("learn.pca", version=1, title="Principal components (PCA)", rows=Rows(same=("map",), learns="prepared"))
def pca(
    table: Annotated[Table, Shape("n p"), Help("rows to learn the components from")],
    *,
    columns: Annotated[Columns, Help("columns to reduce")] = ALL_NUMBERS,
    components: Annotated[int, Range(1, "min(n, p)"), SweepHint(1, 10, 1), Help("coordinates to keep")] = 2,
    device: DeviceChoice = "auto",
) -> Components:
    """Turn columns into a few uncorrelated coordinates that keep the most variance.

    Every component is fitted, so the ratios cover all of them; `components` says how many coordinates the map
    keeps. New rows are projected with `process.apply`.

    Raises
    ------
    TenkaiError
        TK208 where cells are missing; TK111 when there are fewer components than asked for; TK203 when no
        column varies; TK604 when the table has a column PCA1 that is not reduced; TK670, TK672 for the device
        cuda without a GPU, or with too little memory.

    Notes
    -----
    Columns of different units: `process.standardize` first. A large variance need not carry what you look
    for: see the study hidden-axis. The sign of a component means nothing; it is chosen so that the largest
    loading is positive. Above 5 000 rows and 5 000 columns at once only the first 100 components are computed,
    by a randomized method, and a warning says so.

    Source
    ------
    K. Pearson, Phil. Mag. 2, 559 (1901). Randomized: N. Halko, P. Martinsson, J. Tropp, SIAM Rev. 53, 217
    (2011), through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 2.0], "b": [0.0, 2.0, 4.0]})
    >>> round(tk.learn.pca(t).figures["ratio_1"], 6)
    1.0
    """
    return pca_components(table, columns=columns, components=[components], device=device)[0]


@pca.shared("components")
def pca_components(table: Table, *, columns: Columns, components: Sequence[int], device: Device) -> list[Components]:
    """One decomposition for any number of components."""
    from tenkai.learn._pca import PrincipalComponents, spectrum

    rows = read_varied_rows(table, columns)
    n, p = rows.shape
    for wanted in components:
        if wanted > min(n, p):
            raise problem(
                "TK111",
                f"{wanted} is not allowed.",
                allowed=f"{count(n, 'row')} and {count(p, 'column')} have {count(min(n, p), 'component')}.",
                setting="components",
            )
    gpu = chosen(device, work=2.0 * n * p * min(n, p), size=8.0 * 4 * n * p)
    found = spectrum(rows.X, max(components), gpu)
    told = [gpu.note] if gpu else []
    return [_components(rows, PrincipalComponents(k).keep(found), found, k, told) for k in components]


def _components(
    rows: RowMatrix, estimator: PrincipalComponents, found: Spectrum, k: int, told: Sequence[Note]
) -> Components:
    axes = axis_names("PCA", k)
    n, p = rows.shape
    text = f"{n} rows and {p} columns are too many for all components: the first {len(found.ratios)} are estimated."
    notes = [*told] if found.exact else [*told, Note("TKW601", text)]
    fitted = fit_map(rows, estimator, step="learn.pca", axes=axes, notes=notes)
    ratios, cumulative = found.ratios, np.minimum(np.cumsum(found.ratios), 1.0)
    every = axis_names("PCA", len(ratios))
    ratio_table = pl.DataFrame({"component": np.arange(1, len(ratios) + 1), "ratio": ratios, "cumulative": cumulative})
    loadings = pl.DataFrame({axis: found.axes[i] for i, axis in enumerate(axes)})
    features = rows.table.layout(rows.names).features()
    figures: dict[str, float] = {}
    about: dict[str, str] = {}
    for i in range(min(MOST_FIGURES, len(ratios))):
        figures[f"ratio_{i + 1}"] = float(ratios[i])
        about[f"ratio_{i + 1}"] = f"share of the variance along {every[i]}"
        figures[f"ratio_{i + 1}_cumulative"] = float(cumulative[i])
        about[f"ratio_{i + 1}_cumulative"] = f"share of the variance along {every[0]} to {every[i]}"
    return Components(
        fitted.transform(rows.table, estimator.transform(rows.X)),
        fitted,
        Table.from_(ratio_table, ids=every, notes=notes).influenced(fitted.influences),
        Table.from_(loadings, ids=features, notes=notes).influenced(fitted.influences),
        own_rows_scores(figures, about, rows, fitted),
    )


@pca.fingerprint
def _fingerprint(*, device: Device, **_: object) -> str:
    return fingerprint(device)


@pca.schema
def _schema(table: Schema | None, *, columns: Columns, components: int, **_: object) -> dict[str, Schema | None]:
    axes = axis_names("PCA", components, "components")
    return {
        "map": map_schema(table, columns, axes),
        "ratios": Schema({"component": "number", "ratio": "number", "cumulative": "number"}),
        "loadings": Schema(dict.fromkeys(axes, "number")),
    }
