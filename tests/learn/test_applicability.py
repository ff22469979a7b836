import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.utils.estimator_checks import check_estimator

import tenkai as tk
from tenkai.learn._applicability import ApplicabilityDomain
from tenkai.run.store import Store
from tenkai.step import Run


@pytest.fixture(scope="module")
def random_rows() -> tuple[tk.Table, tk.Table]:
    random = np.random.default_rng(4)
    known, new = random.normal(size=(60, 4)), 2 * random.normal(size=(25, 4))
    return tk.Table.from_({f"x{i}": known[:, i] for i in range(4)}), tk.Table.from_(
        {f"x{i}": new[:, i] for i in range(4)}
    )


def test_worked_example():
    """On a line at 0, 1, 2, 3, 5: nearest are 1, 1, 1, 1, 2 away, so the unit is 1."""
    known = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0, 5.0], "name": list("abcde")})
    found = tk.learn.applicability(known, quantile=0.75)
    assert found.table.columns == ["a", "name", "distance", "leverage", "far"]
    assert found.table["distance"].to_list() == [1.0, 1.0, 1.0, 1.0, 2.0]
    assert found.table["far"].to_list() == ["no", "no", "no", "no", "yes"]
    # 1/5 + (x - 2.2)^2 / 14.8
    np.testing.assert_allclose(found.table["leverage"], 0.2 + (known["a"].to_numpy() - 2.2) ** 2 / 14.8, rtol=1e-9)
    assert found.table["leverage"].sum() == pytest.approx(2)  # the columns and the constant
    limits = found.limits.figures
    assert (limits["distance_limit"], limits["unit"], limits["far"]) == (1.0, 1.0, 1)
    assert limits["leverage_limit"] == pytest.approx(3 * 2 / 5)
    new = tk.process.apply(tk.Table.from_({"a": [2.5, 3.0, 9.0], "name": list("xyz")}), found.fitted)
    assert new["distance"].to_list() == [0.5, 0.0, 4.0]
    assert new["far"].to_list() == ["no", "no", "yes"]
    assert new.kinds["far"] == "category"
    two = tk.learn.applicability(known, neighbors=2)
    assert two.table["distance"].to_list() == [1.5, 1.0, 1.0, 1.5, 2.5]


@pytest.mark.parametrize("neighbors", [1, 3])
def test_against_scipy_and_the_hat_matrix(random_rows, neighbors):
    known, new = random_rows
    found = tk.learn.applicability(known, neighbors=neighbors, quantile=0.9)
    X, Z = known.matrix(), new.matrix()
    own = cdist(X, X)
    np.fill_diagonal(own, np.inf)
    own.sort(axis=1)
    unit = np.median(own[:, 0])
    distances = own[:, :neighbors].mean(axis=1) / unit
    np.testing.assert_allclose(found.table["distance"], distances, rtol=1e-12)
    limit = np.quantile(distances, 0.9)
    assert found.table["far"].to_list() == ["yes" if d > limit else "no" for d in distances]
    assert found.limits["far"] == 6
    A = np.column_stack([np.ones(60), X])
    hat = A @ np.linalg.inv(A.T @ A) @ A.T
    np.testing.assert_allclose(found.table["leverage"], np.diag(hat), rtol=1e-8)
    out = tk.process.apply(new, found.fitted)
    near = np.sort(cdist(Z, X), axis=1)[:, :neighbors].mean(axis=1) / unit
    np.testing.assert_allclose(out["distance"], near, rtol=1e-12)
    B = np.column_stack([np.ones(25), Z])
    np.testing.assert_allclose(out["leverage"], np.diag(B @ np.linalg.inv(A.T @ A) @ B.T), rtol=1e-8)
    assert out["far"].to_list() == ["yes" if d > limit else "no" for d in near]


def test_predictions_are_marked(random_rows):
    """Raw new rows, a scaled model: the marks stand beside the predictions and the parity plot finds them."""
    known, new = random_rows
    table = known.with_columns(known.frame.with_columns(y=known.frame.sum_horizontal()))
    tested = new.with_columns(new.frame.with_columns(y=new.frame.sum_horizontal()))
    scaled = tk.process.standardize(table, columns={"except": ["y"]}).table
    model = tk.learn.ridge(scaled, target="y").model
    domain = tk.learn.applicability(scaled, columns={"except": ["y"]})
    marked = tk.process.apply(tk.learn.predict(tested, model), domain.fitted)
    assert {"predicted", "distance", "leverage", "far"} <= set(marked.columns)
    assert marked["y"].to_list() == tested["y"].to_list()
    lens = tk.interpret.regression_scores(marked, target="y", interval="never").scores.lens
    assert lens.counts() == {"scored": 25, "prepared": 0, "fitted": 0, "chosen": 0}
    # rows that are done stay as they are: a training row keeps its distance to the others
    assert tk.process.apply(domain.table, domain.fitted) is domain.table


def test_columns_that_depend_on_each_other_and_rows_with_twins():
    random = np.random.default_rng(0)
    x = random.normal(size=20)
    table = tk.Table.from_({"a": x, "b": 2 * x})
    leverage = tk.learn.applicability(table).table["leverage"].to_numpy()
    A = np.column_stack([np.ones(20), x])
    np.testing.assert_allclose(leverage, np.diag(A @ np.linalg.inv(A.T @ A) @ A.T), rtol=1e-6)
    some = tk.learn.applicability(tk.Table.from_({"a": [0.0, 0.0, 0.0, 0.0, 1.0, 3.0]}))
    assert some.limits["unit"] == 0.5  # the median is 0: the mean of 0, 0, 0, 0, 1, 2
    every = tk.learn.applicability(tk.Table.from_({"a": [0.0, 0.0, 1.0, 1.0]}))
    assert [n.code for n in every.table.notes] == ["TKW661"]
    assert every.table["far"].to_list() == ["no"] * 4


def test_it_is_stored_and_threads_do_not_matter(random_rows, tmp_path, assert_same):
    known, new = random_rows
    step = tk.learn.applicability
    one, two = (step.run({"table": known}, step.convert({}), Run(n)) for n in (1, 2))
    assert one["table"].frame.equals(two["table"].frame)
    store = Store(tmp_path)
    assert store.put(one["fitted"]) == store.put(two["fitted"])
    one["fitted"].save(tmp_path / "fitted")
    from tenkai.values import Folder, load

    again = load(Folder(tmp_path / "fitted"))
    assert tk.process.apply(new, again).frame.equals(tk.process.apply(new, one["fitted"]).frame)


def test_it_is_an_estimator_of_scikit_learn():
    check_estimator(ApplicabilityDomain(), on_skip=None)


def test_mistakes(random_rows, refused):
    known, _ = random_rows
    step = tk.learn.applicability
    assert "60 rows have 1 to 59 neighbors." in refused("TK111", step, known, neighbors=60)
    refused("TK203", step, tk.Table.from_({"a": [1.0, 1.0, 1.0]}))
    refused("TK205", step, tk.Table.from_({"a": [1.0]}))
    refused("TK208", step, tk.Table.from_({"a": [1.0, None, 3.0]}))
    refused("TK202", step, tk.Table.from_({"a": [1.0, 2.0], "t": ["u", "v"]}), columns=["t"])
    done = step(known).table
    assert "already has 'distance', 'leverage', 'far'" in refused("TK604", step, done)
