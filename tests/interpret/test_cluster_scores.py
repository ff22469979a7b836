"""interpret.cluster_scores: silhouette, agreement with labels, sizes, BIC, and what the lens says."""

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score, silhouette_score

import tenkai as tk

TABLE = tk.Table.from_(
    {
        "x": [0.0, 1.0, 5.0, 6.0, 7.0, 50.0],
        "cluster": ["1", "1", "2", "2", "2", None],
        "種類": ["炭素", "炭素", "珪素", "珪素", None, "炭素"],
    }
)


@pytest.mark.row("L17")
def test_figures_by_hand():
    found = tk.interpret.cluster_scores(TABLE, columns=["x"], label="種類")
    figures = found.scores.figures
    # Of 0: a = 1, b = 6; of 1: a = 1, b = 5; of 5: a = 1.5, b = 4.5; of 6: a = 1, b = 5.5; of 7: a = 1.5, b = 6.5.
    assert figures["silhouette"] == pytest.approx((5 / 6 + 4 / 5 + 3 / 4.5 + 4.5 / 5.5 + 5 / 6.5) / 5)
    assert (figures["clusters"], figures["largest"], figures["smallest"], figures["noise"]) == (2, 3, 2, 1)
    # Five rows have a label. Pairs together in both: 炭素 1, 珪素 1; by labels 3 + 1 = 4, by clusters (noise is one)
    # 1 + 1 = 2, of 10: (2 - 4 * 2 / 10) / ((4 + 2) / 2 - 4 * 2 / 10).
    assert figures["ari"] == pytest.approx((2 - 0.8) / (3 - 0.8))
    assert figures["labelled"] == 5
    assert figures["nmi"] == pytest.approx(normalized_mutual_info_score([0, 0, 1, 1, 0], [0, 0, 1, 1, 2]))
    assert found.sizes.to_polars().rows() == [
        ("1", 2, 2 / 6, pytest.approx((5 / 6 + 4 / 5) / 2), "炭素", 1.0),
        ("2", 3, 0.5, pytest.approx((3 / 4.5 + 4.5 / 5.5 + 5 / 6.5) / 3), "珪素", 1.0),
    ]


@pytest.mark.row("L17", "I20")
def test_the_lens_looks_at_the_rows_judged_and_the_caution_is_there(look):
    known = tk.Table.from_({"x": [0.0, 1.0, 5.0, 6.0, 7.0], "kind": ["a", "a", "b", None, None]})
    clustered = tk.learn.k_means(known, columns=["x"], clusters=2)
    plain = tk.interpret.cluster_scores(clustered.table)
    judged = tk.interpret.cluster_scores(clustered.table, label="kind")
    assert plain.scores.lens.counts() == {"scored": 5, "prepared": 0, "fitted": 5, "chosen": 0}
    assert judged.scores.lens.counts() == {"scored": 3, "prepared": 0, "fitted": 3, "chosen": 0}
    new = clustered.fitted.apply(tk.Table.from_({"x": [0.5, 6.5], "kind": ["a", "b"]}))
    assert tk.interpret.cluster_scores(new, label="kind").scores.lens.counts()["fitted"] == 0
    assert [n.code for n in judged.figure.notes] == ["TKW741"]
    assert "judged on the 3 rows that have 'kind': ARI 1" in look(judged.figure).caption


def test_distances_are_measured_where_the_clusters_were_made():
    rng = np.random.default_rng(0)
    table = tk.Table.from_({"x": rng.normal(size=60), "y": rng.normal(size=60), "z": rng.normal(size=60) * 100})
    clustered = tk.learn.k_means(table, columns=["x", "y"], clusters=3).table
    expected = silhouette_score(table.matrix(["x", "y"]), clustered["cluster"].to_list())
    assert tk.interpret.cluster_scores(clustered).scores["silhouette"] == pytest.approx(expected)
    other = tk.interpret.cluster_scores(clustered, columns=["x", "y", "z"], metric="cityblock").scores
    expected = silhouette_score(table.matrix(["x", "y", "z"]), clustered["cluster"].to_list(), metric="cityblock")
    assert other["silhouette"] == pytest.approx(expected)


@pytest.mark.row("L18")
def test_the_criterion_of_a_mixture():
    table = tk.Table.from_(np.random.default_rng(0).normal(size=(80, 2)))
    found = tk.learn.gaussian_mixture(table, clusters=2)
    assert tk.interpret.cluster_scores(found.table).scores["bic"] == pytest.approx(found.figures["bic"])
    assert "bic" not in tk.interpret.cluster_scores(tk.learn.k_means(table).table).scores.figures


def test_a_sample_is_told():
    table = tk.Table.from_(np.random.default_rng(0).normal(size=(300, 2)))
    clustered = tk.learn.k_means(table, clusters=2, starts=1).table
    whole = tk.interpret.cluster_scores(clustered)
    some = tk.interpret.cluster_scores(clustered, sample=200, seed=1)
    assert str(some.scores.notes[0]) == ("TKW740: Silhouette of 200 rows taken at random, against all 300.")
    assert some.scores["silhouette"] == pytest.approx(whole.scores["silhouette"], abs=0.03)
    assert some.scores["silhouette"] != whole.scores["silhouette"]


def test_the_picture_shows_labels_in_clusters(look):
    found = tk.interpret.cluster_scores(TABLE, columns=["x"], label="種類")
    seen = look(found.figure)
    (bars,) = seen.marks("bar")
    assert {(r["c"], r["l"], r["n"]) for r in seen.rows(bars)} == {
        ("1", "炭素", 2), ("2", "珪素", 2), ("noise", "炭素", 1),
    }  # fmt: skip
    assert seen.legend()["炭素"] == "炭素 (3)"
    assert found.figure.text == "2 clusters of 6 rows: 2, 3."
    assert seen.picture().shape[2] == 3
    plain = look(tk.interpret.cluster_scores(TABLE, columns=["x"]).figure)
    assert {(r["c"], r["n"]) for r in plain.rows(plain.marks("bar")[0])} == {("1", 2), ("2", 3), ("noise", 1)}


def test_one_cluster_has_no_silhouette():
    found = tk.interpret.cluster_scores(tk.Table.from_({"x": [0.0, 1.0], "cluster": ["1", "1"]}), columns=["x"])
    assert found.scores["silhouette"] is None


def test_what_cannot_be_scored():
    def told(table=TABLE, **settings):
        with pytest.raises(tk.TenkaiError) as caught:
            tk.interpret.cluster_scores(table, columns=["x"], **settings)
        return str(caught.value)

    noise = tk.learn.dbscan(tk.Table.from_({"x": [0.0, 9.0]}), radius=0.1).table
    assert "TK740 interpret.cluster_scores cluster: no row of 'table' is in a cluster" in told(noise)
    empty = TABLE.with_columns(TABLE.frame.with_columns(種類=None))
    assert "TK740 interpret.cluster_scores label: no row has a label" in told(empty, label="種類")
    assert "TK201" in told(cluster="clusters")
    assert "TK603" in told(tk.Table.from_({"x": [0.0, 1.0], "cluster": ["1", "2"]}), metric="cosine")
