"""F3: one verb set for every method of the stage."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.manifold import TSNE

import tenkai as tk
from tenkai.learn._mds import DistanceScaling
from tenkai.learn._pca import PrincipalComponents
from tenkai.learn._tsne import AffinityMap
from tenkai.learn._umap import NeighborhoodMap
from tenkai.values import Fitted

METHODS = [
    (tk.learn.pca, PrincipalComponents(), {}),
    (tk.learn.mds, DistanceScaling(), {}),
    (tk.learn.mds, DistanceScaling(method="smacof"), {"method": "smacof"}),
    (tk.learn.tsne, AffinityMap(), {}),
    (tk.learn.umap, NeighborhoodMap(), {}),
]


@pytest.mark.row("F3")
@pytest.mark.parametrize(("step", "estimator", "settings"), METHODS)
def test_fit_transform_and_fit_then_transform(some_digits: tk.Table, step, estimator, settings):
    X = some_digits.matrix()
    fitted = clone(estimator).fit(X)
    together = clone(estimator).fit_transform(X)
    by_step = step(some_digits, **settings)
    axes = list(by_step.fitted.outputs)
    # The step does what the estimator does.
    np.testing.assert_array_equal(by_step.map.matrix(axes), together)
    placed = fitted.transform(X[:20])
    assert placed.shape == (20, 2)
    np.testing.assert_array_equal(by_step.fitted.transform(some_digits.take(np.arange(20))).matrix(axes), placed)
    # Placed again, rows land at or beside their own place.
    size = np.abs(together).max()
    assert np.median(np.linalg.norm(placed - together[:20], axis=1)) < 0.1 * size


@pytest.mark.row("F3")
def test_a_method_without_transform_says_so(some_digits: tk.Table, refused):
    estimator = TSNE(init="random").fit(some_digits.matrix()[:50])
    features = some_digits.choose("numbers")
    fitted = Fitted.on(some_digits, estimator, step="mine.tsne", features=features, outputs=["x", "y"], drops=True)
    text = refused("TK213", fitted.apply, some_digits)
    assert "TSNE of mine.tsne has neither transform nor predict" in text


@pytest.mark.parametrize("step", [tk.learn.pca, tk.learn.mds, tk.learn.tsne, tk.learn.umap])
def test_rows_that_show_nothing_are_refused(step, refused):
    settings = {"perplexity": 2} if step is tk.learn.tsne else {"neighbors": 3} if step is tk.learn.umap else {}
    text = refused("TK203", step, tk.Table.from_(np.ones((9, 3))), **settings)
    assert "all rows are equal" in text
    random = np.random.default_rng(0).normal(size=(9, 3))
    for size in (1e-200, 1e200):
        assert "process.standardize" in refused("TK203", step, tk.Table.from_(random * size), **settings)
    # Far from the origin, and of one column.
    for X in (random + 1e9, random[:, :1]):
        found = step(tk.Table.from_(X), **settings, **({"components": 1} if step is tk.learn.pca else {}))
        assert np.isfinite(found.map.matrix(list(found.fitted.outputs))).all()
