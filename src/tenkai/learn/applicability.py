"""learn.applicability: which rows lie far from the rows a model was fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tenkai.errors import listing, problem
from tenkai.learn._rows import check_kinds, read_varied_rows
from tenkai.learn._threads import threads
from tenkai.step import Help, Keys, Outputs, Range, Rows, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Kind, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._applicability import ApplicabilityDomain

COLUMNS = ("distance", "leverage", "far")
KINDS: dict[str, Kind] = {"distance": "number", "leverage": "number", "far": "category"}


class Applicability(Outputs):
    """The training rows with their own distances, what measures new rows, and the limits."""

    table: Annotated[Table, Shape("n p+3"), Help("the training rows, each measured to the others")]
    fitted: Annotated[Fitted, Help("adds distance, leverage and far to other rows (process.apply)")]
    limits: Annotated[
        Scores,
        Keys("distance_limit", "leverage_limit", "unit", "far"),
        Help("where far begins, what is called a high leverage, the unit of distance, training rows that are far"),
    ]


@step(
    "learn.applicability", version=1, title="Far from the training rows", rows=Rows(same=("table",), learns="prepared")
)
def applicability(
    table: Annotated[Table, Shape("n p"), Help("the rows a model is fitted on, prepared as for the model")],
    *,
    columns: Annotated[Columns, Help("columns to measure in, those of the model; leave the target out")] = ALL_NUMBERS,
    neighbors: Annotated[int, Range(1, "n - 1"), Help("nearest training rows the distance is averaged over")] = 1,
    quantile: Annotated[
        Annotated[float, Range(0, 1, open_low=True)], Help("share of the training rows that counts as near")
    ] = 0.95,
    run: Run,
) -> Applicability:
    """Say how far rows lie from the rows a model was fitted on (applicability domain).

    Added columns: `distance` to the nearest training row, in units of the distance that is typical between
    neighboring training rows; `leverage`, the hat value of a linear model; and `far` (yes or no): farther than
    nearly all training rows are from each other. Predictions of far rows are extrapolations.

    Raises
    ------
    TenkaiError
        TK111 when there are fewer rows than neighbors, TK203 when all rows are equal, TK208 where cells are missing,
        TK604 when the table already has such a column.

    Notes
    -----
    Measure where the model learns: on standardized columns a distance is not ruled by the column with the largest
    numbers. A training row is measured to the other training rows; the same row given again as a new row has
    distance 0. Leverage is high beyond 3 p / n (`leverage_limit`, p counts the columns and the constant); it sees
    rows outside of the cloud as a whole, the distance sees gaps within it too. In very many columns all rows lie
    about equally far apart, and neither means much.

    Near does not mean right: a row among the training rows is mispredicted where the target jumps.

    Source
    ------
    Leverage: D. C. Hoaglin, R. E. Welsch, Am. Stat. 32, 17 (1978). Domain by distance: R. P. Sheridan et al.,
    J. Chem. Inf. Comput. Sci. 44, 1912 (2004).

    Example
    -------
    >>> import tenkai as tk
    >>> known = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0]})
    >>> domain = tk.learn.applicability(known)
    >>> new = tk.process.apply(tk.Table.from_({"a": [1.5, 8.0]}), domain.fitted)
    >>> new["distance"].to_list(), new["far"].to_list()
    ([0.5, 5.0], ['no', 'yes'])
    """
    from tenkai.learn._applicability import ApplicabilityDomain

    taken = [n for n in COLUMNS if n in table.kinds]
    if taken:
        raise problem(
            "TK604",
            f"the table already has {listing(taken)}.",
            remedy="Rename it with process.select first.",
            setting="table",
        )
    rows = read_varied_rows(table, columns)
    n = table.height
    if neighbors >= n:
        raise problem(
            "TK111",
            f"{neighbors} is not allowed.",
            allowed=f"{n} rows have 1 to {n - 1} neighbors.",
            setting="neighbors",
        )
    with threads(run.threads):
        domain = ApplicabilityDomain(neighbors, quantile).fit(table.complete_matrix(rows.names))
    if not (domain.distances_ > 0).any():
        run.note("TKW661", "Every row has a twin: distances stand in the unit of the columns.")
    fitted = Fitted.on(
        table, domain, step="learn.applicability", features=rows.names, outputs=COLUMNS, kinds=dict(KINDS)
    )
    own = domain.own_columns()
    known = table.with_columns(table.frame.with_columns(own.get_columns()), KINDS)
    return Applicability(
        known.influenced(fitted.influences).prepared_by(fitted),
        fitted,
        _limits(domain, own["far"].to_list().count("yes")),
    )


def _limits(domain: ApplicabilityDomain, far: int) -> Scores:
    figures = {
        "distance_limit": domain.limit_,
        "leverage_limit": domain.leverage_limit_,
        "unit": domain.unit_,
        "far": far,
    }
    about = {
        "distance_limit": "rows beyond this distance are far",
        "leverage_limit": "leverage beyond 3 p / n is called high",
        "unit": "typical distance between neighboring training rows, in the unit of the columns",
        "far": "training rows that are far from the others",
    }
    return Scores(figures, about)


@applicability.schema
def _schema(table: Schema | None, *, columns: Columns, neighbors: int, quantile: float) -> Schema | None:
    if table is None:
        return None
    check_kinds(table, columns.resolve(table.columns))
    return table.add(KINDS)
