"""The estimators behind the clusterings: what scikit-learn asks of every one, and the order of their groups."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from tenkai.learn._cut import HierarchicalGroups
from tenkai.learn._dbscan import OrderedDBSCAN, OrderedHDBSCAN
from tenkai.learn._gaussian_mixture import OrderedMixture
from tenkai.learn._k_means import OrderedKMeans
from tenkai.values.estimator_files import read_estimator, write_estimator
from tenkai.values.value import Folder

ESTIMATORS = [
    OrderedKMeans(3, n_init=2, random_state=0),
    OrderedMixture(2, random_state=0),
    OrderedDBSCAN(),
    OrderedHDBSCAN(copy=True),
    HierarchicalGroups(),
]


@parametrize_with_checks(ESTIMATORS)
def test_what_scikit_learn_asks_of_estimators(estimator, check):
    check(estimator)


@pytest.fixture
def clouds():
    rng = np.random.default_rng(3)
    return np.concatenate([rng.normal(size=(20, 2)) * 0.4 + 5, rng.normal(size=(50, 2)) * 0.4])


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_the_largest_group_is_the_first_and_files_keep_it(estimator, clouds, tmp_path):
    model = clone(estimator).fit(clouds)
    found = model.predict(clouds)
    sizes = np.bincount(found[found >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert set(found[20:][found[20:] >= 0]) & {0}
    np.testing.assert_array_equal(found, clone(estimator).fit(clouds).predict(clouds))
    write_estimator(model, Folder(tmp_path))
    np.testing.assert_array_equal(read_estimator(Folder(tmp_path)).predict(clouds), found)
    assert model.predict_columns(clouds).columns[0] == "cluster"


def test_a_height_may_cut_the_tree(clouds):
    assert set(HierarchicalGroups(height=3.0).fit(clouds).labels_) == {0, 1}
    assert len(set(HierarchicalGroups(height=0.0).fit(clouds).labels_)) == len(clouds)
