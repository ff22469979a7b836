"""NMF of faces: time to reach the objective of scikit-learn's `mu` and `cd`, and a sweep of ranks, in one run.

Data: 3 023 faces of 87 x 65 pixels as float32 from 0 to 1. All start from the same random factors and use two
threads. The peers run with their default tolerance; ours runs as many iterations as bring its objective, summed
in float64, to theirs. Prints Markdown tables.

    python benchmarks/bench_nmf.py [faces|sweep] [iterations of cd in the sweep] [ranks of the sweep: 10 20 30 ...]
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

import numpy as np
from sklearn.decomposition import non_negative_factorization

from tenkai.kernels import nmf
from tenkai.kernels.nmf_data import workers
from tenkai.kernels.nmf_read import data_of
from tenkai.learn._nmf import NonNegativeFactors, fit_all, prepare
from tenkai.learn._threads import one_thread
from tenkai.step import Run

THREADS = os.cpu_count() or 1
RANK = 110
RANKS = list(range(10, 201, 10))
TIMES = [0.5, 1, 2, 4, 8, 16, 32, 64]
DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))

Pair = tuple[np.ndarray, np.ndarray]
Trace = list[tuple[float, float]]


def faces() -> np.ndarray:
    images = np.load(DATA / "faces" / "lfw_deepfunneled_min20_87x65.npz")["images"]
    return images.reshape(len(images), -1).astype(np.float32) / 255


def start(X: np.ndarray, k: int) -> Pair:
    random = np.random.default_rng(0)
    size = np.sqrt(X.mean() / k)
    W, H = (size * np.abs(random.standard_normal(s)) for s in ((len(X), k), (k, X.shape[1])))
    return W.astype(np.float32), H.astype(np.float32)


def error(X: np.ndarray, W: np.ndarray, H: np.ndarray) -> float:
    """|X - WH| in float64."""
    wide = H.astype(np.float64)
    blocks = (slice(i, i + 500) for i in range(0, len(X), 500))
    return float(np.sqrt(sum(float(((X[b] - W[b].astype(np.float64) @ wide) ** 2).sum()) for b in blocks)))


def theirs(X: np.ndarray, W: np.ndarray, H: np.ndarray, solver: str, **settings: Any) -> tuple[float, Pair, int]:
    k = H.shape[0]
    begin = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        w, h, n = non_negative_factorization(
            X, W.copy(), H.copy(), n_components=k, init="custom", solver=solver, **settings
        )
    return time.perf_counter() - begin, (w, h), n


def trace_mu(X: np.ndarray, W: np.ndarray, H: np.ndarray) -> tuple[float, int, float, Trace]:
    """scikit-learn tells time and error of every tenth iteration."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        seconds, (w, h), n = theirs(X, W, H, "mu", max_iter=4000, tol=1e-4, verbose=1)
    lines = re.findall(r"reached after ([\d.]+) seconds, error: ([\d.]+)", told.getvalue())
    return seconds, n, error(X, w, h), [(float(t), float(e)) for t, e in lines]


def trace_cd(X: np.ndarray, W: np.ndarray, H: np.ndarray) -> tuple[float, int, float, Trace]:
    """One run of 200 iterations, its default, for the time; a second one in pieces for the errors on the way."""
    seconds, (w, h), n = theirs(X, W, H, "cd", max_iter=200, tol=1e-4)
    final, done, clock, trace = error(X, w, h), 0, 0.0, []
    while done < n:
        piece = min(10, n - done)
        t, (W, H), _ = theirs(X, W, H, "cd", max_iter=piece, tol=0)
        clock, done = clock + t, done + piece
        trace.append((clock, error(X, W, H)))
    return seconds, n, final, trace


def trace_ours(X: np.ndarray, W: np.ndarray, H: np.ndarray, solver: Any, budget: float) -> Trace:
    class Enough(Exception):
        pass

    trace: Trace = []
    begin = time.perf_counter()

    def watch(_: int, loss: float) -> None:
        trace.append((time.perf_counter() - begin, float(np.sqrt(2 * loss))))
        if trace[-1][0] > budget:
            raise Enough

    with one_thread(), workers(THREADS) as pool, contextlib.suppress(Enough):
        nmf.factorize(data_of(X), W, H, solver=solver, iterations=10**6, tolerance=0, pool=pool, watch=watch)
    return trace


def iterations_to(trace: Trace, target: float) -> int:
    return next((i + 1 for i, (_, e) in enumerate(trace) if e <= target), 0)


def fit_one(X: np.ndarray, W: np.ndarray, H: np.ndarray, count: int) -> tuple[float, float]:
    """Seconds of preparing the data and one fit, and its error in float64."""
    begin = time.perf_counter()
    with one_thread(), workers(THREADS) as pool:
        found = nmf.factorize(data_of(X), W, H, iterations=count, tolerance=0, pool=pool)
    return time.perf_counter() - begin, float(np.sqrt(2 * found.loss))


def ours(X: np.ndarray, starts: list[Pair], counts: list[int]) -> tuple[float, list[float]]:
    """Seconds of all that the step does: data, fits, parts, coordinates; and errors of the iterates in float64."""
    estimators = [NonNegativeFactors(len(H), max_iter=n, tol=0) for (_, H), n in zip(starts, counts, strict=True)]
    begin = time.perf_counter()
    with one_thread():
        found = fit_all(estimators, prepare(X, "frobenius"), Run(threads=THREADS), list(starts))
    return time.perf_counter() - begin, [float(np.sqrt(2 * f.loss)) for f, _ in found]


def rows_of(name: str, trace: Trace) -> Iterator[str]:
    cells = []
    for t in TIMES:
        past = [e for at, e in trace if at <= t]
        cells.append(f"{past[-1]:.2f}" if past and trace[-1][0] > t * 0.9 else "")
    yield f"| {name} | " + " | ".join(cells) + " |"


def bench_faces(X: np.ndarray) -> None:
    W, H = start(X, RANK)
    ours(X[:600], [(W[:600], H)], [2])  # compiled code is read
    traces = {"ours, " + s: trace_ours(X, W, H, s, 12.0) for s in ("extrapolated", "accelerated", "hals")}
    peers = {"cd": trace_cd(X, W, H), "mu": trace_mu(X, W, H)}
    print(f"\nRank {RANK}, time to the final objective of the peer\n")
    print("| peer | its seconds | iterations | its error | ours, seconds | iterations | error | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name, (seconds, n, target, _) in peers.items():
        count = iterations_to(traces["ours, extrapolated"], target)
        own, reached = fit_one(X, W, H, count)
        while reached > target:  # the sum in float64 decides
            count += 1
            own, reached = fit_one(X, W, H, count)
        ratio = f"**{seconds / own:.1f}**"
        print(f"| {name} | {seconds:.1f} | {n} | {target:.3f} | {own:.2f} | {count} | {reached:.3f} | {ratio} |")
    print("\nError after so many seconds\n")
    print("| solver | " + " | ".join(f"{t:g} s" for t in TIMES) + " |")
    print("|---|" + "---|" * len(TIMES))
    for name, trace in traces.items():
        print(*rows_of(name, trace), sep="\n")
    for name, peer in peers.items():
        print(*rows_of(f"scikit-learn, {name}", peer[3]), sep="\n")


def bench_sweep(X: np.ndarray, most: int, ranks: list[int]) -> None:
    """Each rank right after the peer's: a machine that others use too is never the same for long."""
    starts = [start(X, k) for k in ranks]
    ours(X[:600], [(W[:600], H) for W, H in starts[:1]], [2])  # compiled code is read
    theirs_seconds, theirs_cpu, targets, counts = [], 0.0, [], []
    for W, H in starts:
        cpu = time.process_time()
        t, (w, h), _ = theirs(X, W, H, "cd", max_iter=most, tol=1e-4)
        theirs_seconds.append(t)
        theirs_cpu += time.process_time() - cpu
        targets.append(error(X, w, h))
        # A little lower, because the loss on the way is in single precision.
        counts.append(reach(X, W, H, targets[-1] * (1 - 1e-5)))
    cpu = time.process_time()
    seconds, errors = ours(X, starts, counts)
    cpu = time.process_time() - cpu
    print(f"\nRanks {ranks[0]} to {ranks[-1]}, to the objective of cd with at most {most} iterations\n")
    print("| rank | `cd`, seconds | its error | our iterations | our error |\n|---|---|---|---|---|")
    for k, t, target, n, reached in zip(ranks, theirs_seconds, targets, counts, errors, strict=True):
        print(f"| {k} | {t:.1f} | {target:.3f} | {n} | {reached:.3f} |")
    total = sum(theirs_seconds)
    print(f"\n`cd`, one rank after the other: {total:.1f} s. Ours, one sweep, coordinates refitted: {seconds:.1f} s.")
    print(f"CPU seconds, which other people's work disturbs less: {theirs_cpu:.1f} and {cpu:.1f}.")
    print(f"Ratio **{total / seconds:.1f}** ({theirs_cpu / cpu:.1f} of CPU seconds).")
    print(f"Largest excess of our error: {excess(errors, targets):.1e}")


def reach(X: np.ndarray, W: np.ndarray, H: np.ndarray, target: float) -> int:
    """Iterations of ours until the error is below a target."""

    class Enough(Exception):
        pass

    count = 0

    def watch(done: int, loss: float) -> None:
        nonlocal count
        count = done
        if np.sqrt(2 * loss) <= target:
            raise Enough

    with one_thread(), workers(THREADS) as pool, contextlib.suppress(Enough):
        nmf.factorize(data_of(X), W, H, iterations=10**4, tolerance=0, pool=pool, watch=watch)
    return count


def excess(errors: list[float], targets: list[float]) -> float:
    return max(e / t - 1 for e, t in zip(errors, targets, strict=True))


if __name__ == "__main__":
    chosen = sys.argv[1:2] or ["faces", "sweep"]
    X = faces()
    if "faces" in chosen:
        bench_faces(X)
    if "sweep" in chosen:
        bench_sweep(X, int(sys.argv[2]) if len(sys.argv) > 2 else 200, [int(k) for k in sys.argv[3:]] or RANKS)
