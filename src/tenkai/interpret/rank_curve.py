"""interpret.rank_curve: how well hidden cells are found, against the rank."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.interpret._rank_chart import WIDTH, Curve
from tenkai.interpret._repeats import goal_of
from tenkai.interpret._text import number
from tenkai.interpret._theme import finished
from tenkai.step import Help, Shape, step
from tenkai.values import Figure, Table

# Ends of the names of columns that belong to a measure itself.
ENDS = ("se", "sd", "low", "high")
LONG = {
    "auc": "AUC of hidden cells",
    "precision": "precision of the list",
    "recall": "recall of the list",
    "error": "error per cell",
}


@step("interpret.rank_curve", version=2, title="Hidden cells against rank")
def rank_curve(
    ranks: Annotated[Table, Shape("ranks"), Help("the output 'ranks' of learn.ranks or learn.recommend")],
    *,
    measure: Annotated[
        str | None, Help("what is drawn: error; of learn.recommend auc, precision, recall; default: the first")
    ] = None,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw how well hidden cells were found at each rank, with one standard error, and the simpler methods.

    Of `learn.ranks` also the error of the cells that were fitted, and how alike the parts of several fits are.

    Raises
    ------
    TenkaiError
        TK751 for a measure the table does not hold; TK201 when it is no table of ranks; TK205 when it is empty.

    Notes
    -----
    The ring marks the smallest rank within one standard error of the best. An AUC of 0.5 is a coin: a curve that
    does not rise above it, or not above the dashed lines, found nothing. An error of fitted cells always falls;
    where that of hidden ones turns up, parts describe noise.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"rank": [1, 2], "auc": [0.6, 0.7], "auc_se": [0.05, 0.05], "chosen": [False, True]})
    >>> tk.interpret.rank_curve(t).text
    'auc against rank, 1 to 2: highest 0.7 at rank 2; chosen: rank 2 with 0.7.'
    """
    ranks.require(["rank"], ("number",))
    if ranks.height == 0:
        raise problem("TK205", "the table has no rank.")
    measure = _measure(ranks, measure)
    names = ["rank", measure, f"{measure}_se"]
    ranks.require(names, ("number",))
    ranks.require_complete(names)
    k, value, error = ranks.matrix(names).T
    others = {
        n.removeprefix(f"{measure}_"): float(ranks.matrix([n])[0, 0])
        for n in ranks.columns
        if n.startswith(f"{measure}_") and n.removeprefix(f"{measure}_") not in ENDS and ranks.kinds[n] == "number"
    }
    marked = [i for i, c in enumerate(ranks.frame["chosen"].to_list()) if c] if "chosen" in ranks.columns else []
    chosen = marked[0] if marked else None
    least = goal_of(measure) == "minimize"
    best = int(value.argmin() if least else value.argmax())
    fitted, stability = (_numbers(ranks, name) for name in (f"training_{measure}", "stability"))
    curve = Curve(
        measure, LONG.get(measure, measure.replace("_", " ")), k, value, error, others, chosen, fitted,
        float(value[best] + error[best]) if least and chosen is not None else None, stability,
    )  # fmt: skip
    said = f"{'lowest' if least else 'highest'} {number(float(value[best]))} at rank {k[best]:g}"
    captions = ["Bars: one standard error. " + ("Dashed: methods without a rank." if others else "")]
    if chosen is not None:
        said += f"; chosen: rank {k[chosen]:g} with {number(float(value[chosen]))}"
        ring = f"Ring: rank {k[chosen]:g}, the smallest within one standard error of the best"
        captions.append(f"{ring} (dotted line)." if least else f"{ring}.")
    if stability is not None and np.isfinite(stability).any():
        captions.append("Stability: how alike the parts of several fits are; 1: the same.")
        if chosen is not None and np.isfinite(stability[chosen]):
            said += f", stability {number(float(stability[chosen]))}"
    return finished(
        curve.chart(),
        title="Hidden cells against rank",
        text=f"{measure} against rank, {k[0]:g} to {k[-1]:g}: {said}.",
        heading=title,
        caption=captions,
        width=WIDTH,
    )


def _measure(ranks: Table, measure: str | None) -> str:
    """Return a measure that has a standard error; by default the first."""
    have = [n for n in ranks.columns if f"{n}_se" in ranks.columns]
    if measure is None and have:
        return have[0]
    if measure in have:
        return measure
    raise problem(
        "TK751",
        "there is no measure with a standard error." if measure is None
        else f"there is no measure '{measure}' with a standard error.",
        allowed=f"Measures: {listing(have)}." if have else "The table has none: give the output 'ranks'.",
        remedy=nearest(measure, have) if measure is not None else "",
        setting="measure",
    )  # fmt: skip


def _numbers(ranks: Table, name: str) -> NDArray[np.float64] | None:
    if name not in ranks.columns or ranks.kinds[name] != "number":
        return None
    return np.asarray(ranks.matrix([name])[:, 0], np.float64)
