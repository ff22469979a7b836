"""Learning curves: nested rows, honest scores, and the fits that separate calls give."""

import numpy as np
import polars as pl
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import Lasso, Ridge, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.learn._curve_rows import drawn, read_sizes
from tenkai.learn._penalized import Lasso as Penalized
from tenkai.learn._ridge import Ridge as Shrunk
from tenkai.step import Run, get_step
from tenkai.values import Table
from tenkai.values.matrix import array_column


def bits(n=3000, p=150, seed=0):
    """Rows of sparse bits in one vector column, with a target that they make in part."""
    random = np.random.default_rng(seed)
    X = (random.random((n, p)) < 0.02 + 0.08 * random.random(p)).astype(np.uint8)
    y = X @ random.normal(size=p) + 0.3 * random.normal(size=n)
    return Table.from_(pl.DataFrame([array_column("fp", X), pl.Series("y", y)]), source=f"bits {seed}")


def curve(table, model, threads=1, **settings):
    step = get_step("learn.learning_curve")
    inputs = {"table": table, "model": model} | (
        {"test_table": t} if (t := settings.pop("test_table", None)) is not None else {}
    )
    return step.run(inputs, step.convert(settings), Run(threads))


@pytest.fixture(scope="module")
def table():
    return bits()


@pytest.fixture(scope="module")
def molecules(data_dir):
    """3 000 molecules of QM9 with their bits and gap in eV."""
    qm9 = pl.read_csv(data_dir / "qm9" / "qm9.csv.gz", n_rows=20_000).filter(pl.col("uncharacterized") == 0)
    some = qm9[np.random.default_rng(1).permutation(qm9.height)[:3000]]
    rows = Table.from_(some.select("smiles", (pl.col("gap") * 27.2114).alias("gap")), source="qm9 slice")
    return tk.process.fingerprint(rows, molecule="smiles", length=256).table


# ---- rows -----------------------------------------------------------------------------------------


@pytest.mark.row("L27", "T6")
def test_sizes_are_nested_and_the_share_is_held_out_of_each():
    draw = drawn(5000, [10, 100, 1050, 5000], 3, 0.3, True, None, None)
    assert [(s.rows, s.train, s.test) for s in draw.sizes] == [
        (10, 7, 3),
        (100, 70, 30),
        (1050, 735, 315),
        (5000, 3500, 1500),
    ]
    assert sorted([*draw.train, *draw.test]) == list(range(5000))
    # Whatever sizes are asked for, a size has the same rows.
    alone = drawn(5000, [1050], 3, 0.3, True, None, None)
    assert alone.train[:735].tolist() == draw.train[:735].tolist()
    assert drawn(5000, [1050], 4, 0.3, True, None, None).train[:735].tolist() != alone.train[:735].tolist()


@pytest.mark.row("L27")
def test_rows_held_out_once_score_all_sizes():
    draw = drawn(1000, [20, 700], 0, 0.3, False, None, None)
    assert [(s.rows, s.train, s.test) for s in draw.sizes] == [(20, 20, 300), (700, 700, 300)]
    assert not set(draw.train) & set(draw.test)


@pytest.mark.parametrize("each", [True, False])
def test_stratified_sizes_keep_the_shares(each):
    classes = np.array([0] * 800 + [1] * 200)
    draw = drawn(1000, [50, 500], 0, 0.3, each, classes, None)
    for size in draw.sizes:
        assert (classes[draw.train[: size.train]] == 1).mean() == pytest.approx(0.2, abs=0.03)
        assert (classes[draw.test[: size.test]] == 1).mean() == pytest.approx(0.2, abs=0.04)


def test_forms_of_sizes():
    assert read_sizes({"log": [100, 10_000, 3]}, 0) == [100, 1000, 10_000]
    assert read_sizes({"range": [10, 30, 10]}, 0) == [10, 20, 30]
    assert read_sizes([50, 20], 0) == [20, 50]
    assert read_sizes(None, 1000) == [10, 19, 37, 72, 139, 268, 518, 1000]


# ---- numbers --------------------------------------------------------------------------------------


@pytest.mark.row("L27", "C8")
def test_lasso_equals_a_tight_fit_of_scikit_learn(molecules):
    """Oracle: scikit-learn's Lasso with tol 1e-12 at fixed N and seed."""
    model = tk.learn.lasso(molecules.take(np.arange(200)), target="gap", columns=["fingerprint"], alpha=1e-4).model
    found = curve(molecules, model, sizes=[1000, 3000], hold_out="each", seeds=2, seed=5)["points"].frame
    X, y = molecules.matrix(["fingerprint"]), molecules["gap"].to_numpy()
    for row in found.iter_rows(named=True):
        draw = drawn(3000, [row["rows"]], row["seed"], 0.3, True, None, None)
        peer = (
            Lasso(alpha=1e-4, tol=1e-12, max_iter=200_000).fit(X[draw.train], y[draw.train])
            if row["rows"] == 3000
            else None
        )
        if peer is None:
            train, test = draw.train[: row["training_rows"]], draw.test[: row["test_rows"]]
            peer = Lasso(alpha=1e-4, tol=1e-12, max_iter=200_000).fit(X[train], y[train])
        else:
            test = draw.test
        error = np.abs(peer.predict(X[test]) - y[test]).mean()
        assert row["mae"] == pytest.approx(error, rel=1e-4)
        assert row["used"] == pytest.approx((np.abs(peer.coef_) > 1e-7).sum(), abs=1)


@pytest.mark.row("L27", "C8")
def test_ridge_chooses_its_penalty_at_every_size(molecules):
    """Oracle: scikit-learn's RidgeCV (exact leave-one-out) among the same penalties, then Ridge."""
    candidates = np.logspace(-2, 3, 12)
    few = molecules.take(np.arange(200))
    model = tk.learn.ridge(few, target="gap", columns=["fingerprint"], alpha="cv", candidates=candidates.tolist()).model
    found = curve(molecules, model, sizes=[100, 3000], hold_out="each", seeds=1)["points"].frame
    X, y = molecules.matrix(["fingerprint"]), molecules["gap"].to_numpy()
    for row in found.iter_rows(named=True):
        draw = drawn(3000, [row["rows"]], 0, 0.3, True, None, None)
        train, test = draw.train[: row["training_rows"]], draw.test[: row["test_rows"]]
        assert row["alpha"] == pytest.approx(RidgeCV(candidates).fit(X[train], y[train]).alpha_)
        peer = Ridge(row["alpha"], solver="cholesky").fit(X[train], y[train])
        assert row["mae"] == pytest.approx(np.abs(peer.predict(X[test]) - y[test]).mean(), rel=1e-6)
        assert row["r2"] == pytest.approx(peer.score(X[test], y[test]), rel=1e-6)


@pytest.mark.row("L27")
@pytest.mark.parametrize(
    ("name", "settings"), [("lasso", {"alpha": 0.002}), ("ridge", {"alpha": "cv"}), ("lasso", {"alpha": "cv"})]
)
def test_the_fits_are_those_of_the_step(table, name, settings):
    """A size of a curve gives what the step fitted to these rows predicts."""
    step = getattr(tk.learn, name)
    model = step(table.take(np.arange(100)), target="y", columns=["fp"], **settings).model
    found = curve(table, model, sizes=[60, 500, 2000], seeds=1)["points"].frame
    for row in found.iter_rows(named=True):
        draw = drawn(3000, [60, 500, 2000], 0, 0.3, False, None, None)
        fitted = step(table.take(draw.train[: row["training_rows"]]), target="y", columns=["fp"], **settings).model
        test = table.take(draw.test)
        said = tk.learn.predict(test, fitted)["predicted"].to_numpy()
        assert np.abs(said - test["y"].to_numpy()).mean() == pytest.approx(row["mae"], rel=1e-9)


@pytest.mark.parametrize("estimator", [Penalized(0.002), Penalized("cv", folds=3), Shrunk("cv"), Shrunk(2.0)])
def test_growing_fits_have_the_bits_of_separate_ones(table, estimator):
    X, y = scipy.sparse.csr_matrix(table.matrix(["fp"])), table["y"].to_numpy()
    grown = type(estimator).fit_growing(estimator, X, y, [60, 500, 501, 2000])
    for size, fitted in zip([60, 500, 501, 2000], grown, strict=True):
        alone = clone(estimator).fit(X[:size], y[:size])
        assert fitted.coef_.tobytes() == alone.coef_.tobytes()
        assert (fitted.intercept_, fitted.alpha_) == (alone.intercept_, alone.alpha_)


@pytest.mark.row("L27")
def test_the_preparation_is_learned_again_in_every_size(data_dir):
    """Oracle: scikit-learn's pipeline on the same rows."""
    rows = tk.collect.csv(path=str(data_dir / "mi" / "ZB_WZ_dE_rawdescriptor.csv"))
    names = ["IP_A", "EA_A", "rs_A", "rp_A", "IP_B", "EA_B", "rs_B", "rp_B"]
    scaled = tk.process.standardize(rows, columns=names).table
    reduced = tk.learn.pca(scaled, columns=names, components=3).map
    model = tk.learn.ridge(reduced, target="dE", columns=["PCA1", "PCA2", "PCA3"], alpha=2.0).model
    found = curve(rows, model, sizes=[20, 50], seeds=2, seed=7)
    X, y = rows.matrix(names), rows["dE"].to_numpy()
    for row in found["points"].frame.iter_rows(named=True):
        draw = drawn(82, [20, 50], row["seed"], 0.3, False, None, None)
        train = draw.train[: row["training_rows"]]
        peer = make_pipeline(StandardScaler(), PCA(3), Ridge(2.0)).fit(X[train], y[train])
        assert row["mae"] == pytest.approx(np.abs(peer.predict(X[draw.test]) - y[draw.test]).mean(), rel=1e-9)
        assert row["seen"] == 0
    assert found["scores"].lens.counts() == {"scored": 48, "prepared": 0, "fitted": 0, "chosen": 0}
    # Rows scaled before carry what the scaler saw.
    again = curve(scaled, model, sizes=[20, 50], seeds=1)
    assert again["scores"].lens.prepared == again["scores"].lens.scored == 24
    assert again["points"]["seen"].to_list() == [24, 24]


@pytest.mark.row("L27")
def test_classes_and_other_models():
    digits = tk.collect.digits().take(np.arange(600))
    label = next(n for n, k in digits.kinds.items() if k == "category")
    model = tk.learn.k_nearest(digits, target=label, neighbors=3).model
    found = curve(digits, model, sizes=[40, 400], seeds=2, stratify=label)
    frame = found["points"].frame
    assert frame["error"].to_numpy() == pytest.approx(1 - frame["accuracy"].to_numpy())
    assert frame["accuracy"][2:].min() > frame["accuracy"][:2].max() > 0.5
    assert found["scores"]["accuracy"] == pytest.approx(np.median(frame["accuracy"][2:]))
    assert found["points"].kinds["accuracy"] == "number"


@pytest.mark.row("L27")
def test_a_fixed_table_scores_all_sizes(table):
    parts = tk.process.split(table, test=0.2, seed=0)
    model = tk.learn.lasso(parts.train, target="y", columns=["fp"], alpha=0.01).model
    found = curve(parts.train, model, test_table=parts.test, sizes=[100, 2400], seeds=2)
    assert found["points"]["test_rows"].to_list() == [600] * 4
    assert found["points"]["training_rows"].to_list() == [100, 100, 2400, 2400]
    # All rows in another order: the same model.
    mae = found["points"]["mae"].to_list()
    assert mae[2] == pytest.approx(mae[3], rel=1e-9)


def test_same_bits_for_any_number_of_threads(table, tmp_path):
    from tenkai.run.store import Store

    store = Store(tmp_path)
    for name, settings in (("lasso", {"alpha": 0.002}), ("forest", {"trees": 5})):
        rows = table if name == "lasso" else table.take(np.arange(300))
        model = getattr(tk.learn, name)(rows.take(np.arange(100)), target="y", columns=["fp"], **settings).model
        one, two = (curve(rows, model, threads=t, sizes=[50, 200], seeds=3) for t in (1, 2))
        assert [store.put(v) for v in one.values()] == [store.put(v) for v in two.values()]


# ---- refusals -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line(table):
    return tk.learn.ridge(table.take(np.arange(50)), target="y", columns=["fp"]).model


def refused(table, model, **settings):
    with pytest.raises(TenkaiError) as caught:
        curve(table, model, **settings)
    return str(caught.value)


def test_more_rows_than_there_are(table, line):
    text = refused(table, line, sizes=[100, 5000], hold_out="each")
    assert text == (
        "TK690 learn.learning_curve sizes: a size of 5000 rows needs more rows than there are: 3000. At most 3000. "
        "Leave larger sizes out."
    )
    text = refused(table, line, sizes=[100, 2500])
    assert "TK690" in text
    assert "3000" not in text
    assert "2100, less 900 rows held out. At most 2100. Leave larger sizes out, or hold out less with 'test'." in text


@pytest.mark.parametrize(
    "sizes", [[10, 10], {"log": [10, 100]}, {"lin": [1, 2, 3]}, {"log": [1, 9, 3]}, {"range": [2, 1e9, 1]}, {}]
)
def test_sizes_that_cannot_be_read(table, line, sizes):
    text = refused(table, line, sizes=sizes)
    assert "TK691 learn.learning_curve sizes:" in text
    assert "Allowed: [100, 1000, 10000], {log: [low, high, count]} or {range: [low, high, step]}." in text


def test_sizes_too_small(table, line):
    text = refused(table, line, sizes=[2, 100], hold_out="each")
    assert "TK692 learn.learning_curve sizes: of 2 rows, 2 are left to learn from and 0 to score." in text
    tuned = tk.learn.lasso(table.take(np.arange(50)), target="y", columns=["fp"], alpha="cv", folds=10).model
    assert refused(table, tuned, sizes=[8, 100]) == (
        "TK692 learn.learning_curve sizes: learn.lasso chooses alpha in 10 folds; the smallest size has 8 rows to "
        "learn from. Begin with a larger size, or give learn.lasso folds: 8 or fewer."
    )


def test_a_target_that_does_not_vary_in_a_size():
    rows = Table.from_({"x": [float(i) for i in range(40)], "y": [0.0] * 39 + [1.0]})
    model = tk.learn.ridge(rows, target="y").model
    text = refused(rows, model, sizes=[2, 5])
    assert "TK693 learn.learning_curve sizes: with seed 0 the 2 rows to learn from have one value of 'y'." in text


def test_rows_that_score_and_teach(table, line):
    text = refused(table, line, test_table=table.take([5, 7]), sizes=[100])
    assert "TK694 learn.learning_curve test_table: 2 rows of the test table are among the rows to learn from" in text


def test_what_cannot_be_fitted_again(table):
    text = refused(table, tk.process.standardize(table, columns=["y"]).fitted, sizes=[100])
    assert "TK613 learn.learning_curve model: process.standardize predicts nothing: it has no target." in text


def test_few_rows_to_score_are_noted(table, line):
    found = curve(table, line, sizes=[20, 100], hold_out="each", seeds=1)
    assert [n.code for n in found["points"].notes] == ["TKW690"]
    assert "scored on 6 rows" in found["points"].notes[0].text
