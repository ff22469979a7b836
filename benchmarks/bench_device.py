"""NMF, singular vectors, PCA, neighbors and the autoencoder on the processor and on a GPU, in one run.

Data: 3 023 faces of 87 x 65 pixels and the first N training images of MNIST (default 20 000). Both sides run the
steps' own functions from the same start; the GPU includes moving the data there and back, after a first small call
that wakes it up. `agree` is the largest relative difference of the result named. Without a GPU it says so and
measures the processor alone. Prints a Markdown table.

    python benchmarks/bench_device.py [rows]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

import numpy as np

from tenkai.errors import TenkaiError
from tenkai.kernels.neighbors import exact_neighbors
from tenkai.kernels.neighbors_arrays import exact_neighbors_by
from tenkai.learn._autoencoder import Autoencoder
from tenkai.learn._device import Gpu, chosen
from tenkai.learn._nmf import NonNegativeFactors, fit_all, prepare
from tenkai.learn._pca import spectrum
from tenkai.learn._svd import LowRank, fit_ranks
from tenkai.learn._threads import one_thread, threads
from tenkai.step import Run

THREADS = os.cpu_count() or 1
DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
Work = Callable[[Gpu | None], np.ndarray]


def faces() -> np.ndarray:
    images = np.load(DATA / "faces" / "lfw_deepfunneled_min20_87x65.npz")["images"]
    return images.reshape(len(images), -1).astype(np.float32) / 255


def digits(rows: int) -> np.ndarray:
    import gzip

    raw = gzip.decompress((DATA / "mnist" / "train-images-idx3-ubyte.gz").read_bytes())
    return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 784)[:rows].astype(np.float32) / 255


def nmf(X: np.ndarray, rank: int, iterations: int) -> Work:
    def run(gpu: Gpu | None) -> np.ndarray:
        estimator = NonNegativeFactors(rank, max_iter=iterations, tol=0)
        with one_thread():
            found = fit_all([estimator], prepare(X, "frobenius", None, gpu), Run(threads=THREADS))
        return np.asarray([found[0][0].loss])

    return run


def svd(X: np.ndarray, rank: int) -> Work:
    wide = X.astype(np.float64)
    return lambda gpu: fit_ranks([LowRank(rank, method="exact")], wide, gpu)[0][0].found.S[:rank]


def pca(X: np.ndarray) -> Work:
    return lambda gpu: spectrum(X, 50, gpu).variances[:50]


def near(X: np.ndarray, k: int) -> Work:
    def run(gpu: Gpu | None) -> np.ndarray:
        with threads(THREADS):
            return exact_neighbors(X, k)[1] if gpu is None else exact_neighbors_by(gpu.put, X, k)[1]

    return run


def autoencoder(X: np.ndarray, hidden: tuple[int, ...], batch: int) -> Work:
    def run(gpu: Gpu | None) -> np.ndarray:
        settings: dict[str, Any] = {"hidden": hidden, "batch_size": batch, "max_epochs": 3, "learning_rate": 1e-3}
        return Autoencoder(2, device=gpu.device if gpu else "cpu", **settings).fit(X).losses_

    return run


def timed(work: Work, gpu: Gpu | None) -> tuple[float, np.ndarray]:
    begin = time.perf_counter()
    result = work(gpu)
    return time.perf_counter() - begin, result


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    try:
        gpu = chosen("cuda", work=0.0, size=0.0)
        print(f"GPU: {gpu.name if gpu else ''}\n")
    except TenkaiError as none:
        gpu = None
        print(f"{none.problems[0].fact} The processor alone is measured.\n")
    X, F = digits(rows), faces()
    cases = {
        f"NMF, {len(F)} faces, rank 110, 30 iterations and coordinates": nmf(F, 110, 30),
        f"SVD, exact, {len(F)} faces x 1 131 pixels": svd(F[:, ::5], 50),
        f"PCA, {rows} digits x 784 pixels": pca(X),
        f"90 neighbors of {rows} digits": near(X, 90),
        f"autoencoder, 3 epochs of {rows} digits, widths 256, 64, batches of 256": autoencoder(X, (256, 64), 256),
    }
    small = [nmf(F[:300], 5, 2), svd(F[:200, :50], 5), pca(X[:200]), near(X[:500], 5), autoencoder(X[:300], (8,), 64)]
    for work in small:
        for device in (None, gpu) if gpu else (None,):
            work(device)
    print("| what | processor, s | GPU, s | ratio | agree |\n|---|---|---|---|---|")
    for name, work in cases.items():
        here, result = timed(work, None)
        if gpu is None:
            print(f"| {name} | {here:.2f} | | | |", flush=True)
            continue
        there, other = timed(work, gpu)
        apart = float(np.max(np.abs(other - result)) / np.max(np.abs(result)))
        print(f"| {name} | {here:.2f} | {there:.2f} | {here / there:.1f} | {apart:.1e} |", flush=True)


if __name__ == "__main__":
    main()
