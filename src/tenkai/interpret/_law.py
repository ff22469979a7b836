"""Points of learning curves as series, and the law of each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, listing, nearest, problem
from tenkai.interpret._sweeps import Member
from tenkai.interpret._text import number, whole
from tenkai.step import Run
from tenkai.values import Identity, Table

if TYPE_CHECKING:
    from tenkai.interpret._law_posterior import Draws
    from tenkai.kernels.power_law import Law

Array = NDArray[np.float64]
Method = Literal["least_squares", "bayes"]
NEEDED = ("training_rows", "seed")
FALLING = ("mae", "rmse", "error", "mape", "log_loss", "max_error")
FEWEST = 3
ABOVE = 2.0
"""A law of its own accord begins where the rows are so many times the columns: well above the hump."""
FEW_SEEDS = 10


@dataclass(frozen=True)
class Series:
    """The points of one curve, by rising size.

    Parameters
    ----------
    n : (k,) rows learned from
    y : (k,) errors
    seed : (k,) of the draw
    weight : (k,) of the squares
    columns : of the model, or 0 where not told
    used : (k,) whether a point is part of the law
    rows : the rows behind the points
    """

    name: str
    n: Array
    y: Array
    seed: NDArray[np.int64]
    weight: Array
    columns: int
    used: NDArray[np.bool_]
    table: Table
    rows: Identity

    @property
    def sizes(self) -> Array:
        """Return the sizes, rising."""
        return np.unique(self.n)

    @property
    def medians(self) -> Array:
        """Return the median error at each size."""
        return np.array([np.median(self.y[self.n == n]) for n in self.sizes])

    @property
    def hump(self) -> tuple[float, float] | None:
        """Return size and median error of the highest peak that has lower errors on both sides, if there is one."""
        found, middle = self.sizes, self.medians
        inner = range(1, len(middle) - 1)
        peaks = [
            k
            for k in inner
            if middle[k] > middle[:k].min() and middle[k] >= middle[k - 1] and middle[k] > middle[k + 1]
        ]
        if not peaks:
            return None
        top = max(peaks, key=lambda k: middle[k])
        return float(found[top]), float(middle[top])


@dataclass(frozen=True)
class Told:
    """A law with what is known of it: draws behind its interval, and how they were made."""

    series: Series
    law: Law
    draws: Law | None
    chain: Draws | None

    def ends(self, values: Array, level: float) -> tuple[float | None, float | None]:
        """Return the ends of the interval of some figure of the draws: the shortest, or by percentiles."""
        from tenkai.kernels.power_law import shortest

        if self.draws is None:
            return None, None
        if self.chain is not None and np.isfinite(values).all():
            return shortest(values, level)
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(values, [tail, 1.0 - tail], method="closest_observation").tolist()
        return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None)


def read_series(
    found: Sequence[Member[Table]], names: Sequence[str] | None, metric: str | None, by_rows: bool
) -> tuple[list[Series], str]:
    """Read the points of every curve.

    Raises
    ------
    TenkaiError
        TK769 for a table that holds no points of a learning curve, or lacks the score; TK708 for names that do not
        match.
    """
    if names is not None and len(names) != len(found):
        fact = f"there are {len(names)} names for {count(len(found), 'curve')}."
        raise problem("TK708", fact, allowed="Give one name each.", setting="names")
    first = found[0].value
    _require_points(first)
    name = metric if metric is not None else next((m for m in FALLING if m in first.columns), "")
    series = []
    for k, member in enumerate(found):
        own = names[k] if names is not None else member.name or (f"curve {k + 1}" if len(found) > 1 else "")
        series.append(_series(member.value, own, name, by_rows))
    return series, name


def _require_points(table: Table) -> None:
    lacking = [n for n in NEEDED if table.kinds.get(n) != "number"]
    if lacking or table.height == 0:
        raise problem(
            "TK769",
            f"the table holds no points of a learning curve: it lacks {listing(lacking)}."
            if lacking
            else "there are no points.",
            remedy="Give the output 'points' of learn.learning_curve.",
            setting="points",
        )


def _series(table: Table, name: str, metric: str, by_rows: bool) -> Series:
    _require_points(table)
    have = [n for n in FALLING if table.kinds.get(n) == "number"]
    if metric not in have:
        higher = metric in table.columns
        raise problem(
            "TK769",
            f"'{metric}' is no error that falls as rows are added."
            if higher
            else f"the points have no error '{metric}'.",
            allowed=f"Errors here: {listing(have)}." if have else "There are none here.",
            remedy="" if higher else nearest(metric, have),
            setting="metric",
        )
    known = table.frame[metric].is_not_null().to_numpy()
    table = table.take(np.flatnonzero(known))
    _require_points(table)
    n, seed, y = table.matrix(["training_rows", "seed", metric]).T
    order = np.lexsort((seed, n))
    weight = np.ones(len(n))
    if by_rows:
        if table.kinds.get("test_rows") != "number":
            raise problem(
                "TK769",
                "the points do not tell how many rows score them.",
                remedy="Take weights: equal.",
                setting="weights",
            )
        weight = table.matrix(["test_rows"])[:, 0]
        weight = weight / weight.mean()
    columns = int(table.matrix(["columns"])[0, 0]) if table.kinds.get("columns") == "number" else 0
    used = np.ones(len(n), np.bool_)
    return Series(
        name, n[order], y[order], seed[order].astype(np.int64), weight[order], columns, used, table, table.identity
    )


def within(series: Series, from_n: float | None, to_n: float | None, run: Run) -> Series:
    """Choose the points that make the law, and say how where it was not said.

    Raises
    ------
    TenkaiError
        TK768 for fewer than 3 sizes.
    """
    sizes = series.sizes
    high = np.inf if to_n is None else to_n
    low = from_n
    if low is None:
        beyond = sizes[(sizes >= ABOVE * series.columns) & (sizes <= high)]
        hump = series.hump
        start = ABOVE * series.columns
        if len(beyond) < FEWEST and hump is not None:
            start = float(sizes[sizes > hump[0]][0])
        low = start if (sizes >= start).sum() < len(sizes) else 0.0
        if low > 0:
            first = sizes[sizes >= low]
            of = f" of {series.name}" if series.name else ""
            text = f"The law{of} is fitted from {whole(int(first[0])) if len(first) else '?'} rows on"
            why = (
                f", {ABOVE:g} times the {whole(series.columns)} columns"
                if low == ABOVE * series.columns
                else ", beyond the hump"
            )
            run.note("TKW691", f"{text}{why}; choose the range yourself with from_n.")
    used = (series.n >= low) & (series.n <= high)
    found = np.unique(series.n[used])
    if len(found) < FEWEST:
        of = f" of {series.name}" if series.name else ""
        raise problem(
            "TK768",
            f"a law needs {FEWEST} sizes; the range holds {len(found)}{of}.",
            allowed=f"Sizes (rows learned from): {', '.join(whole(int(v)) for v in sizes)}.",
            remedy="Begin lower with from_n, or compute more sizes.",
            setting="from_n",
        )
    return replace(series, used=used)


def law_of(series: Series, method: Method, bootstrap: int, seed: int, run: Run) -> Told:
    """Fit the law of a series with draws for its interval.

    Raises
    ------
    TenkaiError
        TK768 where errors rise with the rows.
    """
    from tenkai.interpret._law_posterior import INDEPENDENT, draws_of
    from tenkai.kernels.power_law import HIGHEST, Posterior, fitted

    n, y = series.n[series.used], series.y[series.used]
    weight, seeds = series.weight[series.used], series.seed[series.used]
    law = fitted(n, y, weight[None, :])
    of = f" of {series.name}" if series.name else ""
    if not law.amplitude[0] > 0:
        sizes = np.unique(n)
        first, last = (float(np.median(y[n == s])) for s in (sizes[0], sizes[-1]))
        raise problem(
            "TK768",
            f"the errors{of} do not fall: {number(first)} at {whole(int(sizes[0]))} rows, {number(last)} at "
            f"{whole(int(sizes[-1]))}.",
            allowed="A law L0 + a n^-b falls.",
            remedy="Choose a range beyond the hump with from_n, or add seeds.",
            setting="from_n",
        )
    _tell_ends(law, of, run)
    if method == "bayes":
        density = Posterior(n, y, 1.0 / np.sqrt(weight), law.middle, HIGHEST)
        chain = draws_of(density, law, seed, run)
        if not chain.settled:
            times = chain.steps / chain.memory
            text = f"The draws{of} are {whole(chain.steps)} steps long, {times:.0f} times their memory"
            run.note("TKW693", f"{text}; {INDEPENDENT} are wanted: the ends of the intervals are rough.")
        return Told(series, chain.best, chain.law, chain)
    every, at = np.unique(seeds, return_inverse=True)
    if len(every) < 2:
        run.note("TKW692", f"One seed{of} tells no scatter: the law has no interval. Add seeds, or take method: bayes.")
        return Told(series, law, None, None)
    if len(every) < FEW_SEEDS:
        text = f"{count(len(every), 'seed')}{of} are few to draw from: the interval of the bootstrap is rough."
        run.note("TKW692", text)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(every), (bootstrap, len(every)))
    counts = np.stack([np.bincount(d, minlength=len(every)) for d in drawn]).astype(np.float64)
    return Told(series, law, fitted(n, y, counts[:, at] * weight), None)


def _tell_ends(law: Law, of: str, run: Run) -> None:
    from tenkai.kernels.power_law import HIGHEST, LOWEST

    if law.floor[0] <= 0.0:
        run.note("TKW694", f"L0{of} is 0, the least it can be: these sizes do not show where the error levels off.")
    if not 1.02 * LOWEST < law.power[0] < 0.98 * HIGHEST:
        run.note("TKW694", f"b{of} is {number(float(law.power[0]))}, at the end of what was searched: no power law.")


def figures_of(told: Told, level: float, reach: float | None) -> dict[str, Any]:
    """Return the figures of a law, each with the ends of its interval."""
    s, law = told.series, told.law
    used = np.unique(s.n[s.used])
    hump = s.hump
    found: dict[str, Any] = {}
    for name, best, own in (
        ("L0", law.floor, "floor"),
        ("a", law.factor, "factor"),
        ("b", law.power, "power"),
    ):
        found[name] = float(best[0])
        found[f"{name}_low"], found[f"{name}_high"] = (
            (None, None) if told.draws is None else told.ends(getattr(told.draws, own), level)
        )
    found |= {
        "from_n": int(used[0]),
        "to_n": int(used[-1]),
        "sizes": len(used),
        "points": int(s.used.sum()),
        "columns": s.columns or None,
        "hump_rows": int(hump[0]) if hump else None,
        "hump": hump[1] if hump else None,
    }
    if reach is not None:
        rows = float(law.needed(reach)[0])
        found["rows_needed"] = rows if np.isfinite(rows) else None
        found["rows_needed_low"], found["rows_needed_high"], found["reachable"] = None, None, None
        if told.draws is not None:
            needed = told.draws.needed(reach)
            tail = (1.0 - level) / 2.0
            ends = np.quantile(needed, [tail, 1.0 - tail], method="closest_observation").tolist()
            found["rows_needed_low"], found["rows_needed_high"] = (v if np.isfinite(v) else None for v in ends)
            found["reachable"] = float(np.isfinite(needed).mean())
    if told.chain is not None:
        found |= {
            "memory": told.chain.memory,
            "steps": told.chain.steps,
            "acceptance": told.chain.acceptance,
        }
    return found
