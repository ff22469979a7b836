"""A sweep shares its work and never changes the answer: every shared variant against separate calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tenkai as tk
from tenkai.run.store import Store
from tenkai.step import Run, Step, get_step, step_names

# Points to compute together, per step and the settings (or ports) shared. A new shared variant must be listed: see
# the last test. Several settings: one tuple per point.
SWEEPS: dict[tuple[str, ...], list[Any]] = {
    # A port: models by the name of their step, some of one family and some of another.
    ("learn.cross_validate", "model"): ["learn.lasso", "learn.forest", "learn.ridge", "learn.lasso"],
    ("learn.cut", "clusters"): [2, 40, 7],
    ("learn.forest", "depth", "trees", "min_leaf", "min_split"): [
        (3, 5, 1, 2),
        (None, 8, 1, 2),
        (2, 5, 4, 2),
        (9, 3, 1, 12),
    ],
    ("learn.formula_search", "terms"): [2, 3, 1],
    ("learn.elastic_net", "alpha", "l1_ratio"): [(0.5, 0.5), (0.02, 1.0), ("cv", 0.5), (0.02, 0.5), (0.1, 0.0)],
    ("learn.lasso", "alpha"): [0.03, "cv", 0.5, 0.0],
    ("learn.ridge", "alpha"): [3.0, "cv", 0.0, 100.0],
    ("learn.k_nearest", "neighbors", "weights"): [(3, "uniform"), (20, "distance"), (8, "uniform")],
    ("learn.logistic", "C", "penalty", "l1_ratio"): [
        (1.0, "l2", 0.5),
        (0.02, "l1", 0.5),
        ("cv", "l1", 0.5),
        (0.3, "elastic_net", 0.2),
        (50.0, "l2", 0.5),
    ],
    ("learn.k_means", "clusters", "seed"): [(2, 0), (10, 0), (4, 3)],
    ("learn.nmf", "rank", "seed"): [(3, 0), (9, 2), (5, 0)],
    ("learn.neighbors", "neighbors"): [3, 40, 10],
    ("learn.pca", "components"): [1, 5, 2],
    ("learn.recommend", "rank"): [3, "cv", 8],
    ("learn.recommend_tensor", "rank"): [3, "cv", 2],
    ("learn.svd", "rank"): [1, 20, 4],
    ("learn.tsne", "perplexity"): [5.0, 20.0, 12.5],
    ("learn.tsne", "seed"): [0, 3],
    ("learn.umap", "neighbors"): [4, 30, 15],
    ("learn.umap", "min_dist"): [0.05, 0.5],
    ("learn.umap", "seed"): [0, 3],
    ("process.fingerprint", "method", "radius", "length", "values", "chirality"): [
        ("morgan", 2, None, "bits", False),
        ("morgan", 1, 64, "counts", True),
        ("maccs", 2, None, "bits", False),
        ("feature-morgan", 3, 100, "bits", False),
    ],
    ("process.fold", "fold"): [1, 5, 2],
}
# Settings that make a case short without making it special.
SHORT: dict[str, dict[str, Any]] = {
    "learn.elastic_net": {"target": "y", "candidates": [1.0, 0.01]},
    "learn.formula_search": {
        "target": "y",
        "columns": ["p18", "p20", "p26", "p36"],
        "rung": 1,
        "folds": 3,
        "screened": 9,
    },
    "learn.forest": {"target": "y", "features": "third"},
    "learn.lasso": {"target": "y", "folds": 3},
    "learn.ridge": {"target": "y"},
    "learn.k_means": {"starts": 3, "history": 2},
    "learn.k_nearest": {"target": "y"},
    "learn.logistic": {"target": "class", "candidates": [0.01, 1.0], "folds": 3},
    "learn.nmf": {"iterations": 12, "restarts": 2, "history": 4},
    "learn.recommend": {"repeats": 2, "ranks": 3},
    "learn.recommend_tensor": {"repeats": 2, "ranks": 2},
    "learn.tsne": {"early_iterations": 60, "iterations": 60, "initialization": "random", "history": 35},
    "learn.umap": {"epochs": 40, "history": 15},
}


def inputs_of(step: Step) -> dict[str, Any]:
    """Return the digits; for a model also a number to predict, with some noise, and their class as text."""
    digits = tk.collect.digits().take(np.arange(0, 1797, 6))
    if step.name == "learn.recommend_tensor":
        return {"tensor": tk.Tensor.from_(np.random.default_rng(0).random((5, 6, 7)) > 0.7)}
    if step.name == "process.fingerprint":
        texts = ["CCO", "c1ccccc1C", "C1CC", "F/C=C/F", "C[C@H](N)C(=O)O", None] * 5
        return {"table": tk.Table.from_({"smiles": texts})}
    if step.name == "learn.cut":
        return {"linkage": tk.learn.linkage(digits).linkage, "table": digits}
    if step.estimator_of is None and step.name != "learn.cross_validate":
        return {"table": digits}
    X = digits.matrix()
    noise = np.random.default_rng(0).normal(size=len(X))
    columns = {f"p{i}": X[:, i] for i in (2, 3, 10, 18, 20, 26, 30, 36, 42, 53)}
    target = X[:, 20] - 0.5 * X[:, 36] + 0.1 * X[:, 10] ** 2 + noise
    classes = [f"class {int(y)}" for y in digits["digit"]]
    return {"table": tk.Table.from_({**columns, "y": target, "class": classes})}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("case", SWEEPS, ids="-".join)
def test_shared_equals_separate(case: tuple[str, ...], threads: int, tmp_path: Path) -> None:
    step, names, store = get_step(case[0]), case[1:], Store(tmp_path)
    inputs, base = inputs_of(step), SHORT.get(step.name, {})
    points = [dict(zip(names, v if len(names) > 1 else (v,), strict=True)) for v in SWEEPS[case]]
    settings = [step.convert({**base, **{n: v for n, v in p.items() if n in step.settings}}) for p in points]
    models = {v for p in points for n, v in p.items() if n in step.ports}
    ports = {name: get_step(name)(**inputs, target="y").model for name in models}
    converted = [
        {n: s[n] if n in step.settings else ports[p[n]] for n in names} for p, s in zip(points, settings, strict=True)
    ]
    together = step.run_shared(names, converted, inputs, settings[0], Run(threads))
    assert len(together) == len(points)
    for point, given, alone_settings, shared in zip(points, converted, settings, together, strict=True):
        own = {n: v for n, v in given.items() if n in step.ports}
        alone = step.run({**inputs, **own}, alone_settings, Run(1))
        assert shared.keys() == alone.keys()
        for output in alone:
            # The id of a stored value is the hash of all its bytes.
            assert store.put(shared[output]) == store.put(alone[output]), f"{output} differs at {point}"


def test_the_values_of_a_sweep_differ() -> None:
    """Equality above would mean little if every value gave the same."""
    digits = tk.collect.digits().take(np.arange(0, 1797, 6))
    maps = tk.learn.umap(digits, neighbors=tk.sweep([4, 30]), epochs=40)
    first, second = (m.matrix(["UMAP1", "UMAP2"]) for _, m in maps)
    assert np.abs(first - second).max() > 0.1


def test_every_shared_variant_is_tested() -> None:
    declared = {(n, *names) for n in step_names() for names in get_step(n).shared_by}
    assert declared == set(SWEEPS)
