from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.learn import _pca
from tenkai.values import Folder, load
from tenkai.values.matrix import array_column


def spread(n: int, p: int, seed: int = 0) -> np.ndarray:
    """Rows whose components have clearly different variances."""
    random = np.random.default_rng(seed)
    return random.normal(size=(n, p)) * np.linspace(3, 0.5, p) @ np.linalg.qr(random.normal(size=(p, p)))[0]


def carbon(data_dir: Path) -> tuple[tk.Table, list[str]]:
    table = tk.Table.from_(pl.read_csv(data_dir / "mi" / "Carbon8_descriptor_selected.csv"))
    return table, [c for c in table.columns if c.startswith("a") and "_rp" in c]


def test_worked_example():
    # Rows on the line b = 2a: one component, along (1, 2) / sqrt(5), holds all variance (5 + 0).
    found = tk.learn.pca(tk.Table.from_({"a": [0.0, 1.0, 2.0], "b": [0.0, 2.0, 4.0], "kind": ["x", "y", "x"]}))
    root = np.sqrt(5)
    np.testing.assert_allclose(found.map.matrix(["PCA1", "PCA2"]), [[-root, 0], [0, 0], [root, 0]], atol=1e-12)
    np.testing.assert_allclose(found.loadings["PCA1"], [1 / root, 2 / root])
    np.testing.assert_allclose(found.ratios["ratio"], [1, 0], atol=1e-12)
    assert found.map.columns == ["PCA1", "PCA2", "kind"]
    assert found.loadings.ids.to_list() == ["a", "b"]
    assert found.ratios.ids.to_list() == ["PCA1", "PCA2"]
    assert found.figures["ratio_1"] == pytest.approx(1)


@pytest.mark.row("L1", "L2")
def test_agrees_with_scikit_learn(digits: tk.Table):
    oracle = PCA(svd_solver="full").fit(digits.matrix())
    found = tk.learn.pca(digits, components=3)
    np.testing.assert_allclose(found.ratios["ratio"], oracle.explained_variance_ratio_, atol=1e-13)
    np.testing.assert_allclose(found.ratios["cumulative"], np.cumsum(oracle.explained_variance_ratio_), atol=1e-12)
    np.testing.assert_allclose(
        found.map.matrix(["PCA1", "PCA2", "PCA3"]), oracle.transform(digits.matrix())[:, :3], atol=1e-9
    )
    np.testing.assert_allclose(found.loadings.matrix(), oracle.components_[:3].T, atol=1e-10)
    assert found.ratios.height == 64
    assert found.figures["ratio_2_cumulative"] == pytest.approx(oracle.explained_variance_ratio_[:2].sum())
    assert "ratio_10_cumulative" in found.figures.figures
    assert "ratio_11" not in found.figures.figures


@pytest.mark.row("L1")
def test_ratios_of_the_carbon_rows(data_dir: Path):
    # S0 p11: first about 0.80, first two about 0.90; recomputed from the data: 0.8175 and 0.9105.
    table, columns = carbon(data_dir)
    assert (table.height, len(columns)) == (144, 15)
    scaled = tk.process.standardize(table, columns=columns)
    found = tk.learn.pca(scaled.table, columns=columns)
    assert found.figures["ratio_1"] == pytest.approx(0.8175, abs=0.0005)
    assert found.figures["ratio_2_cumulative"] == pytest.approx(0.9105, abs=0.0005)
    assert found.figures.lens is not None
    assert found.figures.lens.prepared == 144


@pytest.mark.row("L2", "P1")
def test_new_rows_take_the_same_scaler_and_the_same_components(data_dir: Path):
    table, columns = carbon(data_dir)
    every = tk.Table.from_(pl.read_csv(data_dir / "mi" / "Carbon8_descriptor.csv"))
    fitted = tk.learn.pca(tk.process.standardize(table, columns=columns).table, columns=columns).fitted
    placed = fitted.apply(every)
    scaler = StandardScaler().fit(table.matrix(columns))
    oracle = PCA(2).fit(scaler.transform(table.matrix(columns)))
    expected = oracle.transform(scaler.transform(every.matrix(columns)))
    np.testing.assert_allclose(placed.matrix(["PCA1", "PCA2"]), expected, atol=1e-9)
    assert placed.columns == ["PCA1", "PCA2", "key", "atom"]
    assert placed.height == 3560


def test_every_way_of_computing_agrees_with_scikit_learn(monkeypatch: pytest.MonkeyPatch):
    for n, p in ((300, 20), (20, 300), (40, 40)):
        X = spread(n, p)
        oracle = PCA(svd_solver="full").fit(X)
        for direct in (_pca._DIRECT, 0.0):
            monkeypatch.setattr(_pca, "_DIRECT", direct)
            found = _pca.spectrum(X)
            np.testing.assert_allclose(found.ratios, oracle.explained_variance_ratio_, atol=1e-12)
            np.testing.assert_allclose(np.abs(found.axes[:5]), np.abs(oracle.components_[:5]), atol=1e-7)
            assert found.exact


def test_too_large_for_all_components_says_so(monkeypatch: pytest.MonkeyPatch):
    X = spread(200, 150)
    exact = _pca.spectrum(X)
    monkeypatch.setattr(_pca, "_DIRECT", 0.0)
    monkeypatch.setattr(_pca, "_LARGEST", 100)
    found = tk.learn.pca(tk.Table.from_(X), components=2)
    assert [n.code for n in found.map.notes] == ["TKW601"]
    assert found.ratios.height == 100
    np.testing.assert_allclose(found.ratios["ratio"][:20], exact.ratios[:20], rtol=1e-3)


@pytest.mark.parametrize("largest", [5000, 100])
def test_sweep_of_components_gives_what_separate_calls_give(
    shared_equals_separate, monkeypatch: pytest.MonkeyPatch, largest: int
):
    monkeypatch.setattr(_pca, "_DIRECT", 0.0)
    monkeypatch.setattr(_pca, "_LARGEST", largest)
    table = tk.Table.from_(spread(200, 150))
    shared_equals_separate(tk.learn.pca, "components", [1, 2, 7, 30], {"table": table})


def test_same_bits_for_any_number_of_threads(monkeypatch: pytest.MonkeyPatch):
    # scipy's decompositions round differently with two threads at this size.
    X = spread(1200, 300)
    for direct in (_pca._DIRECT, 0.0):
        monkeypatch.setattr(_pca, "_DIRECT", direct)
        found = []
        for count in (1, 2):
            with threadpool_limits(count):
                estimator = _pca.PrincipalComponents(5).fit(X)
                found.append(estimator.components_.tobytes() + estimator.transform(X).tobytes())
        assert found[0] == found[1]


@given(arrays(np.float64, st.tuples(st.integers(3, 9), st.integers(1, 5)), elements=st.floats(-100, 100, width=16)))
def test_all_components_keep_all_distances(X: np.ndarray):
    assume((X[0] != X).any())
    k = min(X.shape)
    found = tk.learn.pca(tk.Table.from_(X), components=k)
    ratios = found.ratios["ratio"].to_numpy()
    assert (np.diff(ratios) <= 1e-12).all()
    assert ratios.sum() == pytest.approx(1)
    Z = found.map.matrix()
    gram = (X - X.mean(0)) @ (X - X.mean(0)).T
    np.testing.assert_allclose(Z @ Z.T, gram, atol=1e-8 * max(1.0, np.abs(gram).max()))
    strongest = found.loadings.matrix()[:, 0]
    # Of nearly equal weights the first decides, so that rounding does not turn the map.
    assert strongest[np.abs(strongest) > 0.999 * np.abs(strongest).max()][0] > 0


def test_images_and_vectors_are_reduced_by_their_cells(digits: tk.Table):
    small = digits.matrix().astype(np.float32)
    table = tk.Table.from_(
        pl.DataFrame({"image": array_column("image", small.reshape(-1, 8, 8)), "digit": digits["digit"]})
    )
    found = tk.learn.pca(table, components=2)
    plain = tk.learn.pca(digits, components=2)
    np.testing.assert_allclose(found.map.matrix(["PCA1", "PCA2"]), plain.map.matrix(["PCA1", "PCA2"]), atol=1e-9)
    assert found.loadings.ids[9] == "image[1,1]"
    assert found.fitted.dtype == "float32"


def test_stored_and_read_back_it_projects_alike(some_digits: tk.Table, tmp_path: Path):
    fitted = tk.learn.pca(some_digits).fitted
    fitted.save(tmp_path)
    again = load(Folder(tmp_path))
    assert again.transform(some_digits).frame.equals(fitted.transform(some_digits).frame)


def test_reconstruction_has_the_variance_kept():
    X = spread(50, 6)
    estimator = _pca.PrincipalComponents(3).fit(X)
    back = estimator.inverse_transform(estimator.transform(X))
    left = ((X - back) ** 2).sum() / ((X - X.mean(0)) ** 2).sum()
    assert 1 - left == pytest.approx(estimator.explained_variance_ratio_.sum())


def test_refusals(refused):
    table = tk.Table.from_({"a": [0.0, 1.0, 3.0], "b": [2.0, 1.0, 0.0], "label": ["x", "y", "z"]})
    text = refused("TK111", tk.learn.pca, table, components=3)
    assert "3 rows and 2 columns have 2 components." in text
    refused("TK205", tk.learn.pca, table.take([0]))
    refused("TK203", tk.learn.pca, table.take([0, 0]))
    assert "'label' is of kind text" in refused("TK202", tk.learn.pca, table, columns=["a", "label"])
    holes = tk.Table.from_({"a": [0.0, None, 3.0], "b": [2.0, 1.0, 0.0]})
    assert "first at row 'Row1'" in refused("TK208", tk.learn.pca, holes)
    endless = tk.Table.from_({"a": [0.0, np.inf, 3.0], "b": [2.0, 1.0, 0.0]})
    assert "column 'a' holds inf at row 'Row1'" in refused("TK203", tk.learn.pca, endless)
    taken = tk.Table.from_({"a": [0.0, 1.0, 3.0], "b": [2.0, 1.0, 0.0], "PCA1": [1.0, 2.0, 4.0]})
    assert "already has a column 'PCA1'" in refused("TK604", tk.learn.pca, taken, columns=["a", "b"])


def test_new_rows_with_holes_are_refused(refused):
    fitted = tk.learn.pca(tk.Table.from_({"a": [0.0, 1.0, 3.0], "b": [2.0, 1.0, 0.0]})).fitted
    refused("TK208", fitted.apply, tk.Table.from_({"a": [None, 1.0], "b": [2.0, 1.0]}))


def test_columns_are_known_before_data():
    schema = tk.Table.from_({"a": [1.0], "b": [1.0], "label": ["x"]}).schema
    flow = tk.learn.pca.flow({"table": schema}, tk.learn.pca.convert({"columns": ["a", "b"]}))
    assert flow["map"].names == ["PCA1", "PCA2", "label"]
    assert flow["ratios"].names == ["component", "ratio", "cumulative"]
    with pytest.raises(tk.TenkaiError, match="TK202"):
        tk.learn.pca.flow({"table": schema}, tk.learn.pca.convert({"columns": ["label"]}))


@pytest.mark.slow
def test_sixty_thousand_images(data_dir: Path):
    import gzip

    raw = gzip.decompress((data_dir / "mnist" / "train-images-idx3-ubyte.gz").read_bytes())
    images = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)
    table = tk.Table.from_(pl.DataFrame({"image": array_column("image", images)}))
    found = tk.learn.pca(table, components=2)
    # scikit-learn 1.9, PCA(svd_solver="covariance_eigh") on the float64 matrix.
    assert found.figures["ratio_1"] == pytest.approx(0.09704664, abs=1e-6)
    assert found.ratios.height == 784
