"""Formula search and all subsets: ours, batched NumPy, and TorchSISSO, in one process on 82 compounds x 16 values.

screen   rung 2, units respected: features made and scored per second, ours with units, with twins left out and the
         best 300 kept, NumPy (one row of the last rung against all features, vectorized, units respected, no twins
         removed, only the best score kept)
models   the best triple of 300 and of 500 screened features: ours (the best 20 kept), NumPy's batched solve of 3 x 3
         systems on the same Gram matrix, and a loop over lstsq
subsets  least squares with 5-fold cross-validation on all 2^16 subsets: ours, a loop over lstsq, scikit-learn
torch    a whole search of 10 columns (IP, EA, rs, rp, rd) at rung 2 with + - * / and 3 terms, no units: ours and
         TorchSISSO, each with 30 features screened per term by one residual. They differ: TorchSISSO works in
         float32, keeps twins, makes rung 2 only from pairs its rules allow, and holds all features and all triples in
         memory at once (300 screened features would take it 4.4 GB for their triples alone); so ours stands there
         with 100 per term too.

    python benchmarks/bench_formula_search.py [screen|models|subsets|torch|all]

TorchSISSO (`pip install TorchSisso`, needs torch and sympy) is left out where it is not installed.
"""

from __future__ import annotations

import io
import math
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import partial
from itertools import combinations, islice
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

import numpy as np
import polars as pl
from sklearn.linear_model import LinearRegression

from tenkai.kernels.folds import k_folds
from tenkai.kernels.formula_models import best_models
from tenkai.kernels.formula_pairs import Packed, Pairs
from tenkai.kernels.formula_pool import Correlation, _blocks, screen
from tenkai.kernels.formula_screen import standardized
from tenkai.kernels.formula_search import Plan, search
from tenkai.kernels.formula_space import Rules, Space, first_rung
from tenkai.kernels.formula_terms import text
from tenkai.kernels.formula_units import UNITLESS, read_unit
from tenkai.kernels.subsets import subset_errors
from tenkai.learn._threads import one_thread

DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
THREADS = min(2, os.cpu_count() or 1)
OPERATORS = ("+", "-", "|-|", "*", "/", "exp", "exp-", "log", "sqrt", "cbrt", "^2", "^3", "^-1")


def timed(call: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Return the least of some runs in seconds, to which other work on the machine adds least, and the last result."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def compounds() -> tuple[np.ndarray, np.ndarray, list[str]]:
    frame = pl.read_csv(DATA / "mi" / "ZB_WZ_dE_rawdescriptor.csv")
    raw = frame.drop("ZA", "ZB", "A", "B", "dE")
    return raw.to_numpy().astype(np.float64), frame["dE"].to_numpy(), raw.columns


X, Y, NAMES = compounds()
UNITS = [read_unit("Å" if name.startswith("r") else "eV") for name in NAMES]
TARGET = (Y - Y.mean()) / np.linalg.norm(Y - Y.mean())


def space() -> Space:
    return first_rung(X, UNITS, Rules(OPERATORS, False, 3)).grown()


def by_numpy(space: Space, rows: range) -> tuple[int, float]:
    """Score rows of the last rung against all features before them, an operator at a time."""
    F, done, best = space.values, 0, 0.0
    with np.errstate(all="ignore"):
        for i in rows:
            a, B = F[i], F[:i]
            S = B[space.unit[:i] == space.unit[i]]
            for V in (a + S, a - S, np.abs(a - S), a * B, a / B, B / a):
                C = V - V.mean(axis=1, keepdims=True)
                score = np.abs(C @ TARGET) / np.sqrt((C * C).sum(axis=1))
                good = np.isfinite(score)
                done += int(good.sum())
                best = max(best, float(score[good].max(initial=0.0)))
    return done, best


def screening() -> None:
    ready = space()
    none = np.empty((0, len(Y)))
    ours = {}
    for threads in (1, THREADS):
        call = partial(screen, ready, Correlation(TARGET[None]), 300, none, threads=threads)
        ours[threads], (found, scored) = timed(call, 25)
    rows = range(len(ready) - 1, 100, -9)
    peer, (done, best) = timed(lambda: by_numpy(ready, rows), 25)
    print(f"\nrung 2 of 16 columns: {len(ready)} features kept, {scored} scored\n")
    print("| who | seconds | features per second | ratio |\n|---|---|---|---|")
    print(f"| NumPy, {done} of these features | {peer:.3f} | {done / peer:.3g} | |")
    for threads, seconds in ours.items():
        ratio = scored / seconds / (done / peer)
        line(f"ours, {threads} threads", f"{seconds:.4f}", scored / seconds, f"**{ratio:.0f}**")
    pairs, rough = _pairs_alone(ready)
    for threads in (1, THREADS):
        seconds, made = timed(partial(rough, pairs, threads), 25)
        ratio = made / seconds / (done / peer)
        line(
            f"ours, making and scoring the pairs alone, {threads} threads",
            f"{seconds:.4f}",
            made / seconds,
            f"**{ratio:.0f}**",
        )
    print(f"best |correlation|: ours {found.scores[0]:.10f}, NumPy's part {best:.10f}")


def _pairs_alone(space: Space) -> tuple[Pairs, Callable[[Pairs, int], int]]:
    order = np.lexsort((np.arange(len(space)), space.unit, space.size))
    fresh, wanted = order >= space.fresh, np.ones(6, bool)
    pairs = Pairs(space.values[order], space.unit[order], space.size[order], fresh, wanted, space.rules.most)
    rows = np.concatenate([*_blocks(pairs.partners())])

    def score(pairs: Pairs, threads: int) -> int:
        return Packed(pairs, TARGET[None], threads).hits(rows, 0.85, threads).scored

    return pairs, score


def batched(G: np.ndarray, c: np.ndarray, some: np.ndarray) -> float:
    """Solve the systems of many triples at once; return the most explained."""
    A = G[some[:, :, None], some[:, None, :]] + 1e-12 * np.eye(3)
    w = np.linalg.solve(A, c[some][:, :, None])[:, :, 0]
    return float((w * c[some]).sum(axis=1).max())


def left_over(Z: np.ndarray, triple: Sequence[int]) -> float:
    """Return the sum of squares that least squares on three features leaves."""
    A = Z[list(triple)].T
    left = TARGET - A @ np.linalg.lstsq(A, TARGET, rcond=None)[0]
    return float(left @ left)


def line(*cells: Any) -> None:
    print("| " + " | ".join(f"{c:.3g}" if isinstance(c, float) else str(c) for c in cells) + " |")


def _by(rates: Sequence[float], peer: float) -> str:
    return " / ".join(f"**{rate / peer:.0f}**" for rate in rates)


def models() -> None:
    ready = space()
    found, _ = screen(ready, Correlation(TARGET[None]), 500, np.empty((0, len(Y))), threads=THREADS)
    print()
    line("triples of", "who", "models", "seconds", "models per second", "ratio", "RSS / TSS of the best")
    print("|" + "---|" * 7)
    for m in (300, 500):
        Z = standardized(found.values[:m])
        G, c, total = Z @ Z.T, Z @ TARGET, math.comb(m, 3)
        best_models(G, c, 3, 20, threads=THREADS)
        rates = []
        for threads in (1, THREADS):
            seconds, (places, gains) = timed(partial(best_models, G, c, 3, 20, threads=threads), 15)
            rates.append(total / seconds)
            line(m, f"ours, {threads} threads", total, seconds, rates[-1], "", f"{1 - gains[0]:.10f}")
        some = np.array(list(islice(combinations(range(m), 3), 300_000)))
        peer, _ = timed(partial(batched, G, c, some))
        line(m, "NumPy, batched solve", len(some), peer, len(some) / peer, _by(rates, len(some) / peer), "")
        few = some[:3000].tolist()
        peer, _ = timed(lambda Z=Z, few=few: min(left_over(Z, s) for s in few))
        best = f"{left_over(Z, places[0].tolist()):.10f}"
        line(m, "NumPy, lstsq one by one", 3000, peer, 3000 / peer, _by(rates, 3000 / peer), best)


def subsets() -> None:
    folds = k_folds(len(Y), 5, 0)
    subset_errors(X, Y, folds, threads=THREADS)
    rates = []
    some = np.random.default_rng(0).integers(1, 1 << 16, 200)

    def alone(fit: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
        out = []
        for subset in some:
            own = X[:, [j for j in range(16) if subset >> j & 1]]
            said = np.empty(len(Y))
            for train, test in folds:
                said[test] = fit(own[train], Y[train], own[test])
            out.append(np.mean((said - Y) ** 2))
        return np.array(out)

    def lstsq(A: np.ndarray, y: np.ndarray, B: np.ndarray) -> np.ndarray:
        one = np.column_stack([np.ones(len(A)), A])
        return np.column_stack([np.ones(len(B)), B]) @ np.linalg.lstsq(one, y, rcond=None)[0]

    print()
    line("all 2^16 subsets, 5 folds", "seconds", "models per second", "ratio", "largest relative difference")
    print("|" + "---|" * 5)
    for threads in (1, THREADS):
        seconds, errors = timed(partial(subset_errors, X, Y, folds, threads=threads), 15)
        rates.append(len(errors) / seconds)
        line(f"ours, {threads} threads", f"{seconds:.4f}", rates[-1], "", "")
    for name, fit in (
        ("NumPy lstsq", lstsq),
        ("scikit-learn", lambda A, y, B: LinearRegression().fit(A, y).predict(B)),
    ):
        peer, told = timed(lambda: alone(fit))  # noqa: B023
        off = float(np.max(np.abs(errors[some] / told - 1)))
        print(f"| {name}, 200 of them | {peer:.2f} | {200 / peer:.3g} | {_by(rates, 200 / peer)} | {off:.1e} |")


def torch() -> None:
    try:
        from TorchSisso import SissoModel
    except ImportError:
        print("\nTorchSISSO is not installed.")
        return
    import pandas as pd

    at = [i for i, name in enumerate(NAMES) if name.split("_")[0] in ("IP", "EA", "rs", "rp", "rd")]
    plain = [UNITLESS] * len(at)
    names = [NAMES[i] for i in at]
    print("\n| rung 2 of 10 columns, + - * /, 3 terms | screened | seconds | features | triples | RMSE | ratio |")
    print("|---|---|---|---|---|---|---|")
    ours = 0.0
    for screened in (30, 100):
        plan = Plan(Rules(("+", "-", "*", "/"), True, 3), 2, 3, screened, False, 1, 20)
        search(X[:, at], Y, plain, plan, threads=THREADS)
        seconds, found = timed(lambda: search(X[:, at], Y, plain, plan, threads=THREADS), 7)  # noqa: B023
        ours = ours or seconds
        said = "; ".join(text(t, lambda i: names[i]) for t in found.best.terms)
        triples = math.comb(3 * screened, 3)
        print(
            f"| ours: {said} | {3 * screened} | {seconds:.3f} | {found.scored} | {triples} | {found.best.rmse:.5f} | |"
        )
    frame = pd.DataFrame(np.column_stack([Y, X[:, at]]), columns=["dE", *names])
    quiet = io.StringIO()
    start = time.perf_counter()
    with redirect_stdout(quiet):
        # It counts the columns as its first level: three levels are two rungs.
        rmse, equation, *_ = SissoModel(data=frame, operators=["+", "-", "*", "/"], n_expansion=3, n_term=3, k=30).fit()
    peer = time.perf_counter() - start
    size = re.findall(r"feature space size:::\s*(\d+)", quiet.getvalue())[-1]
    triples = math.comb(90, 3)
    print(
        f"| TorchSISSO: {equation} | 90 | {peer:.2f} | {size} | {triples} | {float(rmse):.5f} | **{peer / ours:.0f}** |"
    )


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "all"
    parts = {"screen": screening, "models": models, "subsets": subsets, "torch": torch}
    with one_thread():  # BLAS of the peers too: it is quicker so at these sizes
        for name, part in parts.items():
            if what in (name, "all"):
                part()


if __name__ == "__main__":
    main()
