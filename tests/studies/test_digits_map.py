"""digits-map: the numbers of the issue, an oracle for PCA, the tour and the strip."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from tenkai.cli.showing import render
from tenkai.run.results import RunResult
from tenkai.values import Figure, Sweep, Table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits(run_study: Callable[[str], RunResult]) -> RunResult:
    return run_study("digits-map")


@pytest.mark.row("C9", "L4")
def test_the_figures_asked_for(digits: RunResult) -> None:
    results = digits.figures()
    assert results["rows"] == 1797
    assert results["tsne_trustworthiness"] >= 0.985
    assert results["umap_trustworthiness"] >= 0.98
    assert results["tsne_label_accuracy"] >= 0.97
    assert results["umap_label_accuracy"] >= 0.965
    image = digits.value("digits")
    assert isinstance(image, Table)
    assert image["image"].dtype.shape == (8, 8)
    for method in ("tsne", "umap"):
        table = digits.value(method)
        assert isinstance(table, Table)
        assert table.matrix(table.columns[:2]).shape == (1797, 2)


@pytest.mark.row("L4")
def test_show_prints_row_id_coordinates_and_label(digits: RunResult) -> None:
    text = render(digits.value("tsne"), "csv")
    assert isinstance(text, str)
    lines = text.splitlines()
    assert lines[0] == "row id,TSNE1,TSNE2,digit"
    assert len(lines) == 1798
    frame = pl.read_csv(text.encode(), schema_overrides={"digit": pl.String})
    assert frame["row id"].n_unique() == 1797
    assert sorted(frame["digit"].unique()) == list("0123456789")


@pytest.mark.row("L1", "I1")
def test_pca_is_that_of_scikit_learn(digits: RunResult) -> None:
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA
    from sklearn.manifold import trustworthiness

    X = load_digits().data
    pca = PCA(2).fit(X)
    results = digits.figures()
    assert results["pca_ratio_1"] == pytest.approx(pca.explained_variance_ratio_[0], abs=1e-6)
    assert results["pca_ratio_2_cumulative"] == pytest.approx(pca.explained_variance_ratio_.sum(), abs=1e-6)
    assert results["pca_trustworthiness"] == pytest.approx(
        trustworthiness(X, pca.transform(X), n_neighbors=12), abs=1e-4
    )


@pytest.mark.row("I13", "I14")
def test_the_tour_shows_each_digit_each_quarter_and_the_whole(digits: RunResult) -> None:
    whole = digits.value("overview.chosen")
    assert isinstance(whole, Table)
    assert 300 < whole.height <= 1797
    assert whole.matrix(["grid row", "grid column"]).max() <= 49
    for name, points in (("around_each.chosen", 10), ("quarters.chosen", 4)):
        tour = digits.value(name)
        assert isinstance(tour, Sweep)
        assert len(tour) == points
        for point, chosen in tour:
            assert isinstance(chosen, Table)
            assert chosen.matrix(["grid row", "grid column"]).max() <= 14
            if "around" in point:
                assert point["around"] in chosen["digit"].to_list()


@pytest.mark.row("I12")
def test_the_strip_holds_the_sevens_from_left_to_right(digits: RunResult) -> None:
    chosen = digits.value("sevens_strip.chosen")
    assert isinstance(chosen, Table)
    assert chosen.height == 179
    assert set(chosen["digit"]) == {"7"}
    assert all(a <= b for a, b in pairwise(chosen["TSNE1"].to_list()))


@pytest.mark.row("I11")
def test_the_grid_has_a_tile_per_picture(digits: RunResult) -> None:
    figure = digits.value("hundred")
    assert isinstance(figure, Figure)
    # 100 tiles, and number and label above each
    data = [row for rows in figure.spec["datasets"].values() for row in rows]
    texts = {str(v) for row in data for v in row.values()}
    assert {str(i) for i in range(100)} <= texts


@pytest.mark.row("I20")
def test_the_cautions_stand_where_they_apply(digits: RunResult) -> None:
    codes = {note.code for note in digits.value("tsne_map").notes}
    assert "TKW711" in codes  # distances between groups mean little
    assert "TKW714" in {note.code for note in digits.value("variance").notes}  # variance need not carry the target


def test_the_ones_fall_into_groups_of_their_own(digits: RunResult) -> None:
    """27 lie apart on both maps; t-SNE parts the others once more, where the points are thin."""
    from sklearn.cluster import DBSCAN

    apart = {}
    for method in ("tsne", "umap"):
        table = digits.value(method)
        assert isinstance(table, Table)
        xy = table.matrix(table.columns[:2])
        extent = np.ptp(xy, axis=0).mean()
        ones = table["digit"].to_numpy() == "1"
        labels = DBSCAN(eps=extent / 25, min_samples=5).fit_predict(xy[ones])
        assert sorted(np.bincount(labels[labels >= 0])) == [27, 155]
        apart[method] = set(table.ids.filter(pl.Series(ones)).filter(pl.Series(labels == labels.max())))
        if method == "tsne":
            labels = DBSCAN(eps=extent / 40, min_samples=5).fit_predict(xy[ones])
            assert (np.bincount(labels[labels >= 0]) >= 15).sum() == 3
    assert apart["tsne"] == apart["umap"]
