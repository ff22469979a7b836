"""The points of a learning curve: a model fitted to growing numbers of rows, and scored on rows it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.kernels.scores_fast import score_classes, score_numbers
from tenkai.kernels.sparse_rows import sparse_rows
from tenkai.learn._curve_rows import Draw, Size
from tenkai.learn._families import answers, fit_growing, takes_growth
from tenkai.learn._model import Kindred, Target, build, classes_in, guess_of, read_target, require_model
from tenkai.learn._out_of_fold import prepare_again, settings_of
from tenkai.step import Run
from tenkai.values import Fitted, Identity, Influence, Lens, Table
from tenkai.values.lineage import united
from tenkai.values.matrix import LARGEST

NUMBERS, CLASSES = ("mae", "rmse", "r2"), ("error", "accuracy", "balanced_accuracy")
CHOSEN = ("alpha", "C")
"""Penalties that an estimator may have chosen, by the names of its settings."""
_BLOCK, _FEW_SET, _LOOK = 8192, 0.1, 2000


@dataclass(frozen=True)
class Point:
    """One size of one seed: what was found, the rows scored, and what shaped their prediction."""

    size: Size
    seed: int
    figures: Mapping[str, float | None]
    rows: Identity
    influences: tuple[Influence, ...]


class Curve:
    """A model, the rows it may learn from, and the rows that score it.

    Parameters
    ----------
    model : its settings and preparation are used
    table : rows to learn from
    apart : rows to score, or None where they are drawn from the table
    """

    def __init__(self, model: Fitted, table: Table, apart: Table | None) -> None:
        self.model, self.table = model, table
        self.scored = table if apart is None else apart
        done = {f.digest for f in table.preparation} & {f.digest for f in self.scored.preparation}
        self.chain = [f for f in model.preparation if f.digest not in done]
        self.learns = any(f.learned for f in self.chain)
        self.target, self._observed = _targets(model, table, apart)
        if not self.learns:
            self._ready, self._ready_scored = self._prepared(table), self._prepared(self.scored)

    def _prepared(self, table: Table) -> Table:
        for fitted in self.chain:
            table = fitted.transform(table)
        return table

    def estimator(self, draws: Sequence[Draw]) -> Any:
        """Return the unfitted estimator, if every size has rows enough for it."""
        settings = settings_of(self.model)
        smallest = min(d.sizes[0].train for d in draws)
        chosen = next((name for name, value in settings.items() if value == "cv"), None)
        folds = settings.get("folds")
        if chosen is not None and isinstance(folds, int) and folds > smallest:
            raise problem(
                "TK692",
                f"{self.model.step} chooses {chosen} in {folds} folds; the smallest size has "
                f"{count(smallest, 'row')} to learn from.",
                remedy=f"Begin with a larger size, or give {self.model.step} folds: {max(2, smallest)} or fewer.",
                setting="sizes",
            )
        for draw in draws:
            for size in draw.sizes:
                if len(np.unique(self.target.y[draw.train[: size.train]])) < 2:
                    raise problem(
                        "TK693",
                        f"with seed {draw.seed} the {size.train} rows to learn from have one value of "
                        f"'{self.target.name}'.",
                        remedy="Begin with a larger size, or keep the shares of the classes with 'stratify'.",
                        setting="sizes",
                    )
        return build(self.model.step, self.target, settings, self.model.features)

    def points(self, draw: Draw, estimator: Any, run: Run) -> list[Point]:
        """Fit and score all sizes of one seed."""
        found: list[Point] = []
        for size, (fitted, rows, shaped) in zip(draw.sizes, self._fitted(draw, estimator, run), strict=True):
            train, test = draw.train[: size.train], draw.test[: size.test]
            told = answers(fitted, rows, self.target.y)
            figures = self._scores(told, test, Target(self.target.name, self.target.y[train], self.target.classes))
            chosen = [i for i in self.model.influences if i.kind == "chosen"]
            own = Influence(self.model.name, "fitted", self.table.identity.take(train).union())
            figures |= {"columns": rows.shape[1], **_learned(fitted)}
            every = united(shaped, chosen, [own])
            found.append(Point(size, draw.seed, figures, self.scored.identity.take(test), every))
            run.progress(len(found), len(draw.sizes), "sizes")
        return found

    def _fitted(self, draw: Draw, estimator: Any, run: Run) -> Iterator[tuple[Any, Any, tuple[Influence, ...]]]:
        """Yield per size the fitted estimator, the rows to score, and what shaped their preparation."""
        y = self.target.y
        if not self.learns:
            most, tests = draw.sizes[-1].train, draw.sizes[-1].test
            needed = draw.train[:most]
            X = self._rows(self._ready.take(needed), estimator)
            Z = self._rows(self._ready_scored.take(draw.test[:tests]), estimator, like=X)
            sizes = [s.train for s in draw.sizes]
            grown = fit_growing(estimator, X, y[needed], sizes, threads=run.threads)
            for size, fitted in zip(draw.sizes, grown, strict=True):
                seen = self.table.identity.take(needed[: size.train]).influences
                yield fitted, Z[: size.test], united(self.table.influences, self.scored.influences, seen)
            return
        for size in draw.sizes:
            train, test = draw.train[: size.train], draw.test[: size.test]
            seen_, (new,), learned = prepare_again(self.chain, self.table.take(train), [self.scored.take(test)], run)
            X, Z = (t.complete_matrix(self.model.features, largest=LARGEST) for t in (seen_, new))
            (fitted,) = fit_growing(estimator, X, y[train], [len(X)], threads=run.threads)
            yield fitted, Z, united(learned, self.scored.influences)

    def _rows(self, table: Table, estimator: Any, like: Any = None) -> Any:
        """Return the feature columns; sparse where nearly all cells are 0 and the estimator gains by it."""
        features = self.model.features
        wanted = scipy.sparse.issparse(like) if like is not None else takes_growth(estimator)
        if wanted and like is None:
            some = table.take(np.arange(min(_LOOK, table.height))).complete_matrix(features, largest=LARGEST)
            wanted = np.count_nonzero(some) < _FEW_SET * some.size
        if not wanted:
            return table.complete_matrix(features, largest=LARGEST)
        # Bits and counts of one byte are read as they are.
        types = {c.dtype.inner if isinstance(c.dtype, pl.Array) else c.dtype for c in table.frame.select(features)}
        dtype = np.uint8 if types == {pl.UInt8} else np.float64
        blocks = [np.arange(i, min(i + _BLOCK, table.height)) for i in range(0, table.height, _BLOCK)]
        read = (table.take(at).complete_matrix(features, dtype, largest=LARGEST) for at in blocks)
        return scipy.sparse.vstack([sparse_rows(part) for part in read], format="csr")

    def _scores(self, told: NDArray[Any], test: NDArray[Any], taught: Target) -> dict[str, float | None]:
        observed, guess = self._observed[test], guess_of(taught)
        if not self.target.classes:
            always = np.full((1, len(test)), guess)
            said = np.asarray(told, np.float64).reshape(1, -1)
            found = {n: float(score_numbers(n, observed, said)[0]) for n in NUMBERS}
            base = {f"{n}_baseline": float(score_numbers(n, observed, always)[0]) for n in NUMBERS}
        else:
            k = len(self.target.classes)
            always = np.full((1, len(test)), self.target.classes.index(str(guess)))
            found = {n: float(score_classes(n, observed, told[None], k)[0]) for n in CLASSES[1:]}
            base = {f"{n}_baseline": float(score_classes(n, observed, always, k)[0]) for n in CLASSES[1:]}
            found = {"error": 1.0 - found["accuracy"], **found}
            base = {"error_baseline": 1.0 - base["accuracy_baseline"], **base}
        return {n: v if np.isfinite(v) else None for n, v in (found | base).items()}


def _learned(estimator: Any) -> dict[str, float | None]:
    """Return the penalty used, and the columns with a coefficient, where there are such."""
    found: dict[str, float | None] = {}
    for name in CHOSEN:
        value = getattr(estimator, f"{name}_", None)
        if isinstance(value, int | float | np.floating):
            found[name] = float(value)
    coefs = getattr(estimator, "coef_", None)
    if isinstance(coefs, np.ndarray):
        found["used"] = int(np.count_nonzero(coefs.reshape(-1, coefs.shape[-1]).any(axis=0)))
    return found


def _targets(model: Fitted, table: Table, apart: Table | None) -> tuple[Target, NDArray[Any]]:
    """Read the target of the rows to learn from and of the rows to score."""
    name = require_model(model)
    task: Kindred = "classification" if model.estimator.classes else "regression"
    for rows in (table, apart):
        if rows is not None:
            rows.require([name], (), "table")
    target = read_target(table, name, task)
    if apart is None:
        return target, target.y
    if not target.classes:
        return target, read_target(apart, name, task).y
    # Codes that mean the same in both tables.
    new = read_target(apart, name, task)
    known = classes_in(pl.Series([*target.classes, *new.classes]))
    codes = [np.array([known.index(c) for c in t.classes], np.int64)[t.y] for t in (target, new)]
    return Target(name, codes[0], tuple(known)), codes[1]


def table_of(points: Sequence[Point]) -> Table:
    """Return the points as a table: a row is made of the rows it was scored on, with what shaped their prediction."""
    first = ["rows", "training_rows", "test_rows", "seed"]
    names = list(dict.fromkeys(n for p in points for n in p.figures))
    columns: dict[str, list[Any]] = {
        "rows": [p.size.rows for p in points],
        "training_rows": [p.size.train for p in points],
        "test_rows": [p.size.test for p in points],
        "seed": [p.seed for p in points],
        **{n: [p.figures.get(n) for p in points] for n in names},
        "seen": [seen(p) for p in points],
    }
    whole = pl.Int64
    types = {**dict.fromkeys(first, whole), **dict.fromkeys(names, pl.Float64), "columns": whole, "seen": whole}
    if "used" in names:
        types["used"] = whole
    frame = pl.DataFrame({n: pl.Series(n, v, dtype=types[n], strict=False) for n, v in columns.items()})
    every = Identity.concat([p.rows.shaped(p.influences) for p in points])
    of = np.repeat(np.arange(len(points)), [len(p.rows) for p in points])
    identity = every.gathered(of, np.arange(len(of)), len(points))
    ids = [f"{p.size.rows} rows, seed {p.seed}" for p in points]
    made = Table.from_(frame, ids=ids, kinds=dict.fromkeys(frame.columns, "number"))
    return Table(made.frame, made.ids, made.kinds, identity)


def seen(point: Point) -> int:
    """Say how many of the rows scored had been seen."""
    lens = Lens.look(point.rows, point.influences)
    return max(lens.prepared, lens.fitted, lens.chosen)
