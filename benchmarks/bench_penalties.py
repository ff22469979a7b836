"""Penalties of the Lasso and of ridge regression: ours and scikit-learn's, in one process, at equal accuracy.

Three workloads:

small   Lasso, 25 penalties x 5 folds, on 82 compounds x 16 descriptors (ZB/WZ), against `LassoCV`
bits    the same on 50 000 molecules x 1 024 Morgan bits (QM9), against `LassoCV` on sparse rows with 2 jobs
ridge   25 penalties with exact leave-one-out at 9 sizes of these bits, against `RidgeCV` on sparse rows

    python benchmarks/bench_penalties.py [small|bits|ridge|all] [folder]

The bits need rdkit (`pip install 'tenkai[molecules]'`) once; they are kept in the folder (default: the cache folder).
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

import numpy as np
import platformdirs
import polars as pl
import scipy.sparse
from sklearn.linear_model import LassoCV, RidgeCV
from sklearn.model_selection import KFold

from tenkai.kernels.penalties import Penalties
from tenkai.learn._penalized import Lasso
from tenkai.learn._ridge import Ridge

DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
THREADS = min(2, os.cpu_count() or 1)
SIZES = [100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000]


def timed(call: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Return the median of some runs in seconds, and the last result."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), result


def compounds() -> tuple[np.ndarray, np.ndarray]:
    frame = pl.read_csv(DATA / "mi" / "ZB_WZ_dE_rawdescriptor.csv")
    X = frame.drop("ZA", "ZB", "A", "B", "dE").to_numpy().astype(np.float64)
    return (X - X.mean(axis=0)) / X.std(axis=0), frame["dE"].to_numpy()


def bits(folder: Path) -> tuple[scipy.sparse.csr_matrix, np.ndarray]:
    """Morgan fingerprints of QM9 (radius 2, 1 024 bits) in a fixed random order, and the gap in eV."""
    kept = folder / "qm9-morgan-2-1024.npz"
    if not kept.exists():
        try:
            from rdkit import Chem, RDLogger
            from rdkit.Chem import rdFingerprintGenerator
        except ModuleNotFoundError:
            raise SystemExit("rdkit is needed to make the bits: pip install 'tenkai[molecules]'") from None
        RDLogger.DisableLog("rdApp.*")
        frame = pl.read_csv(DATA / "qm9" / "qm9.csv.gz", columns=["smiles", "gap"])
        make = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=1024)
        molecules = [Chem.MolFromSmiles(s) for s in frame["smiles"]]
        good = np.array([m is not None for m in molecules])
        rows = np.array([make.GetFingerprintAsNumPy(m) for m in molecules if m is not None], dtype=np.bool_)
        order = np.random.default_rng(0).permutation(len(rows))
        gap = frame["gap"].to_numpy()[good] * 27.211386
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(kept, bits=np.packbits(rows[order], axis=1), gap=gap[order])
    with np.load(kept) as file:
        X = scipy.sparse.csr_matrix(np.unpackbits(file["bits"], axis=1), dtype=np.float64)
        return X, file["gap"]


def objective(X: Any, y: np.ndarray, model: Any, alpha: float) -> float:
    left = y - X @ model.coef_ - model.intercept_
    return float(0.5 * (left**2).mean() + alpha * np.abs(model.coef_).sum())


def row(workload: str, who: str, seconds: float, ratio: float | None, accuracy: str) -> None:
    shown = f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
    print(f"| {workload} | {who} | {shown} | {f'**{ratio:.1f}**' if ratio else ''} | {accuracy} |", flush=True)


def small() -> None:
    X, y = compounds()
    alphas = np.logspace(0, -4, 25)
    cv = KFold(5, shuffle=True, random_state=0)
    folds = list(cv.split(X))

    def kernel() -> np.ndarray:
        return Penalties(X, y).errors(folds, alphas, 1.0)

    def whole() -> Lasso:
        return Lasso("cv", candidates=list(alphas)).fit(X, y)

    kernel(), whole()
    in_kernel, errors = timed(kernel, 50)
    in_call, ours = timed(whole, 50)
    name = "Lasso 25 x 5 folds, 82 x 16"
    loose_time, loose = timed(lambda: LassoCV(alphas=alphas, cv=cv).fit(X, y), 5)
    tight_time, tight = timed(lambda: LassoCV(alphas=alphas, cv=cv, tol=1e-12, max_iter=100_000).fit(X, y), 5)
    away = [float(np.abs(m.mse_path_ / errors - 1).max()) for m in (loose, tight)]
    row(name, "ours, kernel", in_kernel, None, f"KKT {ours.violation_:.0e}")
    row("", "ours, whole call", in_call, None, f"duality gap {ours.dual_gap_:.0e}")
    for who, seconds, off, model in (
        ("LassoCV", loose_time, away[0], loose),
        ("LassoCV tol 1e-12", tight_time, away[1], tight),
    ):
        gap = objective(X, y, model, model.alpha_) - objective(X, y, ours, model.alpha_)
        row("", f"{who} / kernel", seconds, seconds / in_kernel, f"fold errors within {off:.0e}")
        row("", f"{who} / whole call", seconds, seconds / in_call, f"objective higher by {gap:.0e}")


def many_bits(folder: Path, rows: int = 50_000) -> None:
    X, y = bits(folder)
    X, y = X[:rows], y[:rows]
    alphas = np.logspace(-1, -4, 25)
    cv = KFold(5, shuffle=True, random_state=0)

    def whole() -> Lasso:
        return Lasso.fit_together([Lasso("cv", candidates=list(alphas))], X, y, threads=THREADS)[0]

    Lasso.fit_together([Lasso("cv", candidates=[0.1, 0.01])], X[:3000], y[:3000], threads=THREADS)
    ours_time, ours = timed(whole, 3)
    dense_time, dense = timed(
        lambda: Lasso.fit_together([Lasso("cv", candidates=list(alphas))], X.toarray(), y, threads=THREADS)[0]
    )
    peer_time, peer = timed(lambda: LassoCV(alphas=alphas, cv=cv, n_jobs=2).fit(X, y))
    name = f"Lasso 25 x 5 folds, {rows} x 1024 bits"
    off = float(np.abs(peer.mse_path_ / ours.errors_ - 1).max())
    gap = objective(X, y, peer, peer.alpha_) / objective(X, y, ours, ours.alpha_) - 1
    row(name, "ours, sparse rows", ours_time, None, f"KKT {ours.violation_:.0e}, alpha {ours.alpha_:.2e}")
    row("", "ours, dense rows", dense_time, None, f"same bits: {np.array_equal(dense.coef_, ours.coef_)}")
    row(
        "",
        "LassoCV sparse, 2 jobs",
        peer_time,
        peer_time / ours_time,
        f"alpha {peer.alpha_:.2e}, objective +{gap:.0e} relative, fold errors within {off:.0e}",
    )


def ridge(folder: Path) -> None:
    X, y = bits(folder)
    alphas = np.logspace(-3, 3, 25)
    chosen = np.random.default_rng(0).permutation(X.shape[0])[: SIZES[-1]]
    train = chosen[(np.arange(len(chosen)) % 10) < 7]
    Ridge("cv", candidates=list(alphas)).fit(X[:2000], y[:2000])
    ours_all = peers_all = 0.0

    def mine_of(A: Any, t: np.ndarray) -> Ridge:
        return Ridge.fit_together([Ridge("cv", candidates=list(alphas))], A, t, threads=THREADS)[0]

    for size in SIZES:
        rows = train[: size * 7 // 10]
        A, t = X[rows], y[rows]
        mine, ours = timed(partial(mine_of, A, t), 3)
        theirs, peer = timed(partial(RidgeCV(alphas).fit, A, t))
        ours_all, peers_all = ours_all + mine, peers_all + theirs
        away = float(np.abs(ours.coef_ - peer.coef_).max()) if ours.alpha_ == peer.alpha_ else np.nan
        row(f"ridge, {len(rows)} rows", "ours", mine, None, f"alpha {ours.alpha_:.3g}")
        row("", "RidgeCV sparse", theirs, theirs / mine, f"alpha {peer.alpha_:.3g}, coefficients within {away:.0e}")
    row("ridge, all 9 sizes", "ours", ours_all, None, "exact leave-one-out")
    row("", "RidgeCV sparse", peers_all, peers_all / ours_all, "exact leave-one-out")


def main(what: str, folder: Path) -> None:
    warnings.filterwarnings("ignore")
    print("| workload | who | time | ratio | accuracy |\n|---|---|---|---|---|")
    if what in ("small", "all"):
        small()
    if what in ("bits", "all"):
        many_bits(folder)
    if what in ("ridge", "all"):
        ridge(folder)


if __name__ == "__main__":
    given = sys.argv[1:]
    where = Path(given[1]) if len(given) > 1 else Path(platformdirs.user_cache_dir("tenkai")) / "benchmarks"
    main(given[0] if given else "all", where)
