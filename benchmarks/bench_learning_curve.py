"""A whole learning curve of the Lasso, ours against loops over scikit-learn and skglm, at an equal, tight objective.

QM9, Morgan bits (radius 2, 1 024), alpha 1e-4, 9 sizes x 4 seeds, 70 % of every size to learn from; fits and the scores
of the rest. A peer takes, at every size, the loosest of its tolerances whose objective is within 1e-6 of ours, and only
that fit is timed. Dense rows are timed at three sizes of one seed; the others are extrapolated by their ratio to
sparse.

    python benchmarks/bench_learning_curve.py [folder]

skglm is timed where it is installed. The bits need rdkit once; they are kept in the folder.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import platformdirs
from bench_penalties import SIZES, bits, objective
from sklearn.linear_model import Lasso as Peer

from tenkai.kernels.gram import each
from tenkai.learn._curve_rows import Draw, drawn
from tenkai.learn._penalized import Lasso

ALPHA, SEEDS, CLOSE = 1e-4, 4, 1e-6
TOLERANCES = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
DENSE = (500, 2000, 10_000)


def mae(model: Any, X: Any, y: np.ndarray, test: np.ndarray) -> float:
    return float(np.abs(np.asarray(model.predict(X[test])).ravel() - y[test]).mean())


def ours(X: Any, y: np.ndarray, draw: Draw) -> list[tuple[float, float, float]]:
    """Seconds, objective and error of every size."""
    start = time.perf_counter()
    rows = draw.train[: draw.sizes[-1].train]
    Z, t, found = X[rows], y[rows], []
    for size, model in zip(
        draw.sizes, Lasso.fit_growing(Lasso(ALPHA), Z, t, [s.train for s in draw.sizes]), strict=True
    ):
        error = mae(model, X, y, draw.test[: size.test])
        seconds = time.perf_counter() - start
        found.append((seconds, objective(Z[: size.train], t[: size.train], model, ALPHA), error))
        start = time.perf_counter()
    return found


def tight(
    make: Callable[[float], Any], X: Any, y: np.ndarray, draw: Draw, k: int, goal: float
) -> tuple[float, float, float, float]:
    """Seconds, relative distance of the objective, error, and tolerance of the loosest fit that is tight."""
    size = draw.sizes[k]
    rows, test = draw.train[: size.train], draw.test[: size.test]
    for tolerance in TOLERANCES:
        start = time.perf_counter()
        model = make(tolerance).fit(X[rows].tocsc(), y[rows])
        error = mae(model, X, y, test)
        seconds = time.perf_counter() - start
        off = objective(X[rows], y[rows], model, ALPHA) / goal - 1
        if off <= CLOSE:
            break
    return seconds, off, error, tolerance


def dense(X: Any, y: np.ndarray, draw: Draw, k: int, tolerance: float) -> float:
    size = draw.sizes[k]
    rows, test = draw.train[: size.train], draw.test[: size.test]
    start = time.perf_counter()
    model = Peer(alpha=ALPHA, tol=tolerance, max_iter=100_000).fit(X[rows].toarray(), y[rows])
    np.abs(model.predict(X[test].toarray()) - y[test]).mean()
    return time.perf_counter() - start


def main(folder: Path) -> None:
    warnings.filterwarnings("ignore")
    X, y = bits(folder)
    draws = [drawn(X.shape[0], SIZES, seed, 0.3, True, None, None) for seed in range(SEEDS)]
    ours(X, y, draws[0])
    peers: dict[str, Callable[[float], Any]] = {
        "scikit-learn sparse": lambda tol: Peer(alpha=ALPHA, tol=tol, max_iter=100_000)
    }
    if importlib.util.find_spec("skglm"):
        import skglm

        peers["skglm"] = lambda tol: skglm.Lasso(alpha=ALPHA, tol=tol, max_iter=500, max_epochs=100_000)
        peers["skglm"](1e-4).fit(X[:300].tocsc(), y[:300])
    before, after = [], []
    timed: dict[str, list[Any]] = {name: [] for name in peers}
    for d in draws:  # side by side: what else the machine does changes in minutes
        before.append(ours(X, y, d))
        for name, make in peers.items():
            timed[name].append([tight(make, X, y, d, k, before[-1][k][1]) for k in range(len(SIZES))])
        after.append(ours(X, y, d))
    mine = (np.array(before) + np.array(after)) / 2
    theirs = {name: np.array(found) for name, found in timed.items()}
    start = time.perf_counter()
    each(lambda d: ours(X, y, d), draws, 2)
    two = time.perf_counter() - start
    first = theirs["scikit-learn sparse"]
    places = [SIZES.index(n) for n in DENSE]
    ratio = [dense(X, y, draws[0], k, first[0, k, 3]) / first[0, k, 0] for k in places]
    spread = np.exp(np.interp(np.log(SIZES), np.log(DENSE), np.log(ratio)))
    slow = float((first[:, :, 0].mean(axis=0) * spread).sum() * SEEDS)

    print(f"| N | rows | ours ms | MAE | {' | '.join(f'{n} ms | tol | objective above | ratio' for n in peers)} |")
    for k, n in enumerate(SIZES):
        parts = [
            f"{n}",
            f"{draws[0].sizes[k].train}",
            f"{1e3 * mine[:, k, 0].mean():.1f}",
            f"{mine[:, k, 2].mean():.4f}",
        ]
        for found in theirs.values():
            at = found[:, k]
            parts += [
                f"{1e3 * at[:, 0].mean():.1f}",
                f"{at[:, 3].min():.0e}",
                f"{at[:, 1].max():.0e}",
                f"{at[:, 0].mean() / mine[:, k, 0].mean():.1f}",
            ]
        print(f"| {' | '.join(parts)} |", flush=True)
    whole = mine[:, :, 0].sum()
    large, many = np.array(SIZES) >= 20_000, np.array(SIZES) >= 2000
    print(f"whole curve, 4 seeds: ours {whole:.2f} s on one thread, {two:.2f} s on two")
    for name, found in theirs.items():
        seconds = found[:, :, 0].sum()
        print(
            f"  {name}: {seconds:.2f} s, ratio {seconds / whole:.1f}; N >= 20 000: "
            f"{found[:, large, 0].sum() / mine[:, large, 0].sum():.1f}; largest distance of the error "
            f"{np.abs(found[:, many, 2] - mine[:, many, 2]).max():.0e} (N >= 2 000)"
        )
    print(
        f"  scikit-learn dense: about {slow:.0f} s (extrapolated from N = {DENSE}, one seed), ratio {slow / whole:.0f}"
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]) if given else Path(platformdirs.user_cache_dir("tenkai")) / "benchmarks")
