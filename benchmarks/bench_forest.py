"""Forests: a grid from one growth per leaf size, and one forest of 50 000 rows, against scikit-learn in one run.

Grid: MAX phases (106 rows x 99 descriptors that vary, target rho0 lambda lambda, the row with 137 left out),
depths 2-20 x 10-100 trees x leaf sizes 1-10 x 5 folds = 9 500 forests, a third of the columns per split. Peers:
scikit-learn's forest warm-started over the number of trees (one run per depth, leaf size and fold, timed for
a sample of them and multiplied: 950 runs would take minutes), and its forest of depth 20 truncated by us
(one per leaf size and fold, all 50 timed).

Rows: the first 50 000 of 60 000 molecules of QM9 (shuffled), target the gap in eV; "scores": 57 principal
components of counts of pieces of SMILES and 3 properties, nearly all values different; "counts": 80 counts and
3 properties. Both forests have the same number of trees, and two threads.

    python benchmarks/bench_forest.py [grid|rows] [trees]
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.model_selection import KFold

from tenkai.kernels._jit import jit
from tenkai.learn._forest import ForestClassifier, ForestRegressor

THREADS = 2
DEPTHS, TREES, LEAVES = range(2, 21), range(10, 101, 10), range(1, 11)
DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def max_phases() -> tuple[np.ndarray, np.ndarray]:
    frame = pl.read_csv(DATA / "mi" / "maxphase_property.csv", infer_schema_length=None)
    target = " rho0 lambda lambda"
    frame = frame.filter(pl.col(target) < 137)
    X = frame[:, 5:].cast(pl.Float64).to_numpy()
    return np.ascontiguousarray(X[:, X.std(axis=0) > 0]), frame[target].cast(pl.Float64).to_numpy()


def molecules(rows: int = 60_000) -> tuple[dict[str, np.ndarray], np.ndarray]:
    frame = pl.read_csv(DATA / "qm9" / "qm9.csv.gz")
    frame = frame[np.random.default_rng(0).permutation(len(frame))[:rows]]
    pieces = [Counter(s[i : i + k] for k in (1, 2, 3) for i in range(len(s) - k + 1)) for s in frame["smiles"]]
    common = [name for name, _ in Counter(name for c in pieces for name in c).most_common(80)]
    counts = np.array([[c[name] for name in common] for c in pieces], np.float64)
    centred = counts - counts.mean(axis=0)
    axes = np.linalg.svd(centred.T @ centred)[0][:, :57]
    more = frame.select("alpha", "cv", "u298").to_numpy()
    tables = {"scores": np.hstack([centred @ axes, more]), "counts": np.hstack([counts, more])}
    return tables, frame["gap"].to_numpy() * 27.2114


# ---- the grid -----------------------------------------------------------------------------------


@jit()
def truncated(
    starts: np.ndarray, path: np.ndarray, depth: np.ndarray, values: np.ndarray, depths: np.ndarray
) -> np.ndarray:
    """Value of the deepest node on each row's path that is not below a depth."""
    out = np.empty((depths.size, starts.size - 1))
    for row in range(starts.size - 1):
        for k in range(depths.size):
            deepest = -1
            for place in range(starts[row], starts[row + 1]):
                node = path[place]
                if deepest < depth[node] <= depths[k]:
                    deepest = depth[node]
                    out[k, row] = values[node]
    return out


def by_truncation(X: np.ndarray, y: np.ndarray, leaf: int, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """scikit-learn's deep forest cut at all depths: (depths, trees, rows)."""
    model = RandomForestRegressor(TREES[-1], max_depth=DEPTHS[-1], min_samples_leaf=leaf, max_features=X.shape[1] // 3)
    model.set_params(random_state=0).fit(X[train], y[train])
    X32, depths = X[test].astype(np.float32), np.array(DEPTHS)
    total, out = np.zeros((len(DEPTHS), len(test))), []
    for number, member in enumerate(model.estimators_, 1):
        tree = member.tree_
        path = tree.decision_path(X32)
        depth = np.zeros(tree.node_count, np.int64)
        for node, (left, right) in enumerate(
            zip(tree.children_left.tolist(), tree.children_right.tolist(), strict=True)
        ):
            if left >= 0:
                depth[left] = depth[right] = depth[node] + 1
        total = total + truncated(path.indptr, path.indices, depth, tree.value.ravel(), depths)
        if number in TREES:
            out.append(total / number)
    return np.array(out).transpose(1, 0, 2)


def warm_started(
    X: np.ndarray, y: np.ndarray, depth: int, leaf: int, train: np.ndarray, test: np.ndarray, seed: int
) -> np.ndarray:
    """scikit-learn's forest grown tree by tree: (trees, rows)."""
    model = RandomForestRegressor(warm_start=True, max_depth=depth, min_samples_leaf=leaf, max_features=X.shape[1] // 3)
    out = []
    for trees in TREES:
        model.set_params(n_estimators=trees, random_state=seed).fit(X[train], y[train])
        out.append(model.predict(X[test]))
    return np.array(out)


def grid() -> None:
    X, y = max_phases()
    folds = list(KFold(5, shuffle=True, random_state=0).split(X))
    settings = list(product(DEPTHS, TREES, LEAVES))

    def ours(seed: int = 0) -> list[np.ndarray]:
        members = [ForestRegressor(trees=t, depth=d, min_leaf=m, features="third", seed=seed) for d, t, m in settings]
        return list(ForestRegressor.predict_folds(members, X, y, folds, threads=THREADS))

    ours()
    truncated(np.array([0, 1], np.int32), np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1), np.array([1]))
    seconds, told = min((timed(ours) for _ in range(3)), key=lambda r: r[0])
    deep, cut = timed(lambda: {(m, f): by_truncation(X, y, m, *folds[f]) for m in LEAVES for f in range(5)})
    sample = [(2, 1), (5, 2), (8, 4), (11, 1), (14, 7), (17, 10), (20, 1), (20, 5), (4, 10), (9, 1)]
    warm, runs = timed(lambda: {s: warm_started(X, y, *s, *folds[i % 5], seed=0) for i, s in enumerate(sample)})
    warm *= len(DEPTHS) * len(LEAVES) * 5 / len(sample)
    print(f"MAX phases {X.shape[0]} x {X.shape[1]}: {len(settings)} forests x 5 folds, {THREADS} threads\n")
    print("| who | seconds | ratio |\n|---|---|---|")
    print(f"| ours, one growth per leaf size and fold | {seconds:.2f} | |")
    print(f"| scikit-learn, deep forest truncated | {deep:.1f} | {deep / seconds:.0f} |")
    some = f"{len(sample)} of 950 runs timed"
    print(f"| scikit-learn, warm-started over trees ({some}) | {warm:.0f} | {warm / seconds:.0f} |")
    print()
    other = ours(1)
    place = {s: i for i, s in enumerate(settings)}

    def rmse(predictions: Callable[[int], np.ndarray]) -> float:
        return float(np.sqrt(np.mean(np.concatenate([predictions(f) - y[folds[f][1]] for f in range(5)]) ** 2)))

    gaps, noise = [], []
    for d, m in product(DEPTHS, LEAVES):
        at = place[d, 100, m]
        mine = rmse(lambda f, at=at: told[f][at])
        gaps.append(mine - rmse(lambda f, d=d, m=m: cut[m, f][d - 2, -1]))
        noise.append(mine - rmse(lambda f, at=at: other[f][at]))
    size = y.std()
    print("RMSE over the folds, 100 trees, all 190 pairs of depth and leaf size, in units of the deviation of y:")
    print(f"ours - scikit-learn: mean {np.mean(gaps) / size:+.4f}, largest {np.abs(gaps).max() / size:.4f};")
    print(f"ours - ours with another seed: mean {np.mean(noise) / size:+.4f}, largest {np.abs(noise).max() / size:.4f}")
    check = [abs(runs[s] - told[i % 5][[place[s[0], t, s[1]] for t in TREES]]).mean() for i, s in enumerate(sample)]
    print(f"mean difference of single predictions to the warm-started runs: {np.mean(check) / size:.4f}\n")


# ---- many rows ----------------------------------------------------------------------------------


def fitted(mine: Any, peer: Any, X: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    ours, _ = timed(lambda: mine.fit_together([mine], X, y, threads=THREADS))
    theirs, _ = timed(lambda: peer.fit(X, y))
    return ours, theirs


def rows(trees: int) -> None:
    tables, y = molecules()
    above = (y > np.median(y)).astype(np.int64)
    train, test = slice(50_000), slice(50_000, None)
    print(f"QM9, 50 000 rows, {trees} trees, 10 000 other rows scored, {THREADS} threads; seconds, the faster of two\n")
    print("| target | columns | per split | leaf | ours | scikit-learn | ratio | score ours | scikit-learn |")
    print("|---|---|---|---|---|---|---|---|---|")
    ForestRegressor(trees=2).fit(tables["counts"][:3000], y[:3000])
    cases = [
        *product(("gap",), tables, ("all", "third", "sqrt"), (1, 5)),
        *product(("gap > median",), tables, ("sqrt",), (1,)),
    ]
    for what, name, features, leaf in cases:
        X, goal = tables[name], y if what == "gap" else above
        ours, theirs = (
            (ForestRegressor, RandomForestRegressor) if goal is y else (ForestClassifier, RandomForestClassifier)
        )
        tried = {"all": 1.0, "third": X.shape[1] // 3, "sqrt": "sqrt"}[features]
        mine = ours(trees=trees, min_leaf=leaf, features=features)
        peer = theirs(trees, min_samples_leaf=leaf, max_features=tried, n_jobs=THREADS, random_state=0)
        a, b = np.min([fitted(mine, peer, X[train], goal[train]) for _ in range(2)], axis=0)
        scores = [m.score(X[test], goal[test]) for m in (mine, peer)]
        print(
            f"| {what} | {name}, {X.shape[1]} | {features} | {leaf} | {a:.2f} | {b:.2f} | {b / a:.1f} | "
            f"{scores[0]:.3f} | {scores[1]:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "all"
    if what in ("grid", "all"):
        grid()
    if what in ("rows", "all"):
        rows(int(sys.argv[2]) if len(sys.argv) > 2 else 10)
