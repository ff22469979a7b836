"""A sweep shares its work and never changes the answer: every shared variant against separate calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tenkai as tk
from tenkai.run.store import Store
from tenkai.step import Run, get_step, step_names

# Values to sweep, per step and setting. A new shared variant must be listed: see the last test.
SWEEPS: dict[tuple[str, str], list[Any]] = {
    ("learn.neighbors", "neighbors"): [3, 40, 10],
    ("learn.pca", "components"): [1, 5, 2],
    ("learn.tsne", "perplexity"): [5.0, 20.0, 12.5],
    ("learn.tsne", "seed"): [0, 3],
    ("learn.umap", "neighbors"): [4, 30, 15],
    ("learn.umap", "min_dist"): [0.05, 0.5],
    ("learn.umap", "seed"): [0, 3],
}
# Settings that make a case short without making it special.
SHORT: dict[str, dict[str, Any]] = {
    "learn.tsne": {"early_iterations": 60, "iterations": 60, "initialization": "random"},
    "learn.umap": {"epochs": 40},
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("name", "setting"), SWEEPS, ids="-".join)
def test_shared_equals_separate(name: str, setting: str, threads: int, tmp_path: Path) -> None:
    step, store = get_step(name), Store(tmp_path)
    digits = tk.collect.digits().take(np.arange(0, 1797, 6))
    values = SWEEPS[name, setting]
    inputs = {"table": digits}
    base = SHORT.get(name, {})
    together = step.run_shared(setting, values, inputs, step.convert({**base, setting: values[0]}), Run(threads))
    assert len(together) == len(values)
    for value, shared in zip(values, together, strict=True):
        alone = step.run(inputs, step.convert({**base, setting: value}), Run(1))
        assert shared.keys() == alone.keys()
        for output in alone:
            # The id of a stored value is the hash of all its bytes.
            assert store.put(shared[output]) == store.put(alone[output]), f"{output} differs at {setting} = {value}"


def test_the_values_of_a_sweep_differ() -> None:
    """Equality above would mean little if every value gave the same."""
    digits = tk.collect.digits().take(np.arange(0, 1797, 6))
    maps = tk.learn.umap(digits, neighbors=tk.sweep([4, 30]), epochs=40)
    first, second = (m.matrix(["UMAP1", "UMAP2"]) for _, m in maps)
    assert np.abs(first - second).max() > 0.1


def test_every_shared_variant_is_tested() -> None:
    declared = {(n, s) for n in step_names() for s in get_step(n).shared_by}
    assert declared == set(SWEEPS)
