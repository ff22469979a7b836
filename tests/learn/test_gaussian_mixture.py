"""learn.gaussian_mixture against scikit-learn, and for new rows."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

import tenkai as tk

rng = np.random.default_rng(0)
CLOUDS = tk.Table.from_(
    np.concatenate(
        [rng.normal(size=(60, 2)), rng.normal(size=(30, 2)) * (0.3, 2) + (6, 0), rng.normal(size=(20, 2)) + 9]
    )
)
TRUE = ["1"] * 60 + ["2"] * 30 + ["3"] * 20


@pytest.mark.row("L18")
@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_it_is_that_of_scikit_learn(covariance):
    found = tk.learn.gaussian_mixture(CLOUDS, clusters=3, covariance=covariance, starts=3, seed=1)
    X = CLOUDS.matrix()
    starts = np.random.SeedSequence(1).generate_state(3)
    peers = [GaussianMixture(3, covariance_type=covariance, random_state=int(s)).fit(X) for s in starts]
    best = max(peers, key=lambda peer: peer.lower_bound_)
    assert found.figures["bic"] == pytest.approx(best.bic(X), rel=1e-9)
    assert found.figures["aic"] == pytest.approx(best.aic(X), rel=1e-9)
    assert adjusted_rand_score(found.table["cluster"].to_list(), best.predict(X)) == 1
    each = found.probabilities.matrix(["P(1)", "P(2)", "P(3)"])
    np.testing.assert_allclose(np.sort(each, axis=1), np.sort(best.predict_proba(X), axis=1), atol=1e-9)
    np.testing.assert_array_equal(found.table["cluster probability"], each.max(axis=1))
    assert found.table["cluster"].to_list() == [str(i + 1) for i in each.argmax(axis=1)]


@pytest.mark.row("L18")
def test_clouds_are_found_and_their_likelihood_is_that_of_the_formula():
    found = tk.learn.gaussian_mixture(CLOUDS, clusters=3)
    assert found.table["cluster"].to_list() == TRUE
    model, X = found.fitted.estimator, CLOUDS.matrix()
    densities = [
        w * multivariate_normal(m, c).pdf(X)
        for w, m, c in zip(model.weights_, model.means_, model.covariances_, strict=True)
    ]
    likelihood = np.log(np.sum(densities, axis=0)).sum()
    assert found.figures["log_likelihood"] == pytest.approx(likelihood / len(X))
    free = 3 * (2 + 3) + 2  # means, covariances, weights
    assert found.figures["bic"] == pytest.approx(free * np.log(len(X)) - 2 * likelihood)
    np.testing.assert_allclose(found.probabilities["P(2)"], densities[1] / np.sum(densities, axis=0), atol=1e-9)
    assert found.centers["weight"].sum() == pytest.approx(1)


@pytest.mark.row("L18")
def test_new_rows_get_the_likeliest_cloud_and_its_probability():
    found = tk.learn.gaussian_mixture(tk.process.standardize(CLOUDS).table, clusters=3)
    new = found.fitted.apply(tk.Table.from_(np.array([[0.0, 0.0], [6.0, 3.0], [9.0, 9.0]])))
    assert new["cluster"].to_list() == ["1", "2", "3"]
    assert new["cluster probability"].min() > 0.9
    assert new.kinds["cluster"] == "category"


def test_threads_do_not_change_a_bit(run_with, assert_same):
    settings = {"clusters": 4, "starts": 4, "seed": 5}
    one, two = (run_with(tk.learn.gaussian_mixture, CLOUDS, threads=t, **settings) for t in (1, 2))
    assert_same(one, two)


def test_what_cannot_be_a_mixture(refused):
    flat = tk.Table.from_({"x": [0.0, 1.0, 2.0], "same": [1.0, 1.0, 1.0]})
    text = refused("TK203", tk.learn.gaussian_mixture, flat, clusters=2)
    assert "1 column without variation: 'same'." in text and "process.drop_constant" in text
    refused("TK640", tk.learn.gaussian_mixture, flat, columns=["x"], clusters=4)
    taken = tk.Table.from_({"x": [0.0, 1.0], "cluster probability": ["a", "b"]})
    assert "'cluster probability'" in refused("TK604", tk.learn.gaussian_mixture, taken, columns=["x"], clusters=2)


def test_an_iteration_cut_short_is_told():
    found = tk.learn.gaussian_mixture(CLOUDS, clusters=4, starts=1, iterations=1)
    assert [n.code for n in found.table.notes] == ["TKW640"]
