"""Sweeps of t-SNE perplexities and UMAP neighbors: ours as one sweep, the peers as separate fits, in one run.

Data: the first N training images of MNIST (default 20 000), reduced to 50 principal components, the same
matrix for everybody. Prints a Markdown table: seconds for neighbors and for the layouts, trustworthiness
(12 neighbors, the same 2 000 rows for all) and the ratio peer/ours.

    python benchmarks/bench_maps.py [tsne|umap] [rows]
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

import tenkai as tk
from tenkai.kernels.quality import trustworthiness
from tenkai.step import Run
from tenkai.step.registry import get_step

THREADS = os.cpu_count() or 1
PERPLEXITIES = [5, 10, 30, 50, 100]
NEIGHBORS = [5, 15, 30, 50, 100]
DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def mnist(rows: int) -> tk.Table:
    images = tk.collect.array(path=str(DATA / "mnist" / "train-images-idx3-ubyte.gz"))
    table = tk.learn.pca(images.take(np.arange(rows)), components=50).map
    return table.with_columns(table.frame.select([c for c in table.columns if c.startswith("PCA")]))


def ours(step: str, table: tk.Table, setting: str, values: list[int]) -> tuple[float, float, list[np.ndarray]]:
    """Return seconds for neighbors and layouts, and the maps."""
    k = max(values) * 3 if setting == "perplexity" else max(values) - 1
    run = Run(threads=THREADS)
    columns = get_step("learn.neighbors").convert({"neighbors": k})
    find, graph = timed(lambda: get_step("learn.neighbors").run({"table": table}, columns, run)["neighbors"])
    step_ = get_step(step)
    settings = step_.convert({setting: values[0]})
    points = [{setting: value} for value in values]
    inputs = {"table": table, "graph": graph}
    lay, results = timed(lambda: step_.run_shared((setting,), points, inputs, settings, run))
    return find, lay, [r["map"].matrix(r["map"].columns[:2]) for r in results]


def open_tsne(X: np.ndarray, perplexity: int) -> tuple[float, float, np.ndarray]:
    """Return what `openTSNE.TSNE(...).fit` does, in its two parts."""
    from openTSNE import TSNEEmbedding, affinity, initialization

    find, P = timed(lambda: affinity.PerplexityBasedNN(X, perplexity=perplexity, n_jobs=THREADS, random_state=0))

    def lay() -> np.ndarray:
        start = initialization.pca(X, random_state=0)
        method = "bh" if len(X) < 10_000 else "fft"
        embedding = TSNEEmbedding(start, P, n_jobs=THREADS, random_state=0, negative_gradient_method=method)
        embedding.optimize(250, exaggeration=12, momentum=0.5, inplace=True)
        embedding.optimize(500, momentum=0.8, inplace=True)
        return np.asarray(embedding)

    seconds, Y = timed(lay)
    return find, seconds, Y


def umap_learn(X: np.ndarray, neighbors: int) -> tuple[float, float, np.ndarray]:
    """Return a seeded fit of umap-learn, in its two parts."""
    import umap
    from umap.umap_ import nearest_neighbors

    state = np.random.RandomState(0)
    find, knn = timed(lambda: nearest_neighbors(X, neighbors, "euclidean", {}, False, state))
    model = umap.UMAP(n_neighbors=neighbors, random_state=0, precomputed_knn=knn, n_jobs=1)
    seconds, Y = timed(lambda: model.fit_transform(X))
    return find, seconds, Y


def report(name: str, values: list[int], mine: tuple[float, float, list[Any]], peers: list[Any], X: np.ndarray) -> None:
    find, lay, maps = mine
    total = [sum(p[i] for p in peers) for i in (0, 1)]
    print(f"| {name} | ours, one sweep | {find:.1f} | {lay:.1f} | {find + lay:.1f} | |")
    print(f"| | separate fits | {total[0]:.1f} | {total[1]:.1f} | {sum(total):.1f} | {sum(total) / (find + lay):.2f} |")
    print()
    print("| value | trustworthiness ours | peer | difference |")
    print("|---|---|---|---|")
    sample = np.random.default_rng(0).permutation(len(X))
    for value, ours_, peer in zip(values, maps, peers, strict=True):
        a, b = (trustworthiness(X[sample], Y[sample], 12) for Y in (ours_, peer[2]))
        print(f"| {value} | {a:.4f} | {b:.4f} | {a - b:+.4f} |", flush=True)
    print()


def main(what: str, rows: int) -> None:
    import warnings

    warnings.filterwarnings("ignore")
    table = mnist(rows)
    X = table.matrix()
    small = table.take(np.arange(500))
    print(f"MNIST {rows} rows x 50 components, {THREADS} threads\n")
    header = "| sweep | who | neighbors s | layouts s | all s | ratio |\n|---|---|---|---|---|---|"
    if what in ("tsne", "all"):
        ours("learn.tsne", small, "perplexity", [5, 10])
        open_tsne(X[:500], 5)
        print(header)
        mine = ours("learn.tsne", table, "perplexity", PERPLEXITIES)
        report("t-SNE perplexity 5, 10, 30, 50, 100", PERPLEXITIES, mine, [open_tsne(X, p) for p in PERPLEXITIES], X)
    if what in ("umap", "all"):
        ours("learn.umap", small, "neighbors", [5, 15])
        umap_learn(X[:500], 5)
        umap_learn(X[:5000], 15)
        print(header)
        mine = ours("learn.umap", table, "neighbors", NEIGHBORS)
        report("UMAP neighbors 5, 15, 30, 50, 100", NEIGHBORS, mine, [umap_learn(X, k) for k in NEIGHBORS], X)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments[0] if arguments else "all", int(arguments[1]) if len(arguments) > 1 else 20_000)
