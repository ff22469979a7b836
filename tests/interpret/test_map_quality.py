import numba
import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.fixture(scope="module")
def made():
    """200 rows in 6 columns with three classes, standardized, on a PCA map."""
    random = np.random.default_rng(1)
    label = np.arange(200) % 3
    X = random.normal(size=(200, 6)) * [1, 5, 1, 20, 1, 1] + label[:, None]
    raw = tk.Table.from_({**{f"c{i}": X[:, i] for i in range(6)}, "label": [f"k{v}" for v in label]})
    scaled = tk.process.standardize(raw).table
    return raw, scaled, tk.learn.pca(scaled).map


@pytest.mark.row("I2")
def test_the_figures_agree_with_scikit_learn(made):
    _, scaled, plane = made
    scores = tk.interpret.map_quality(plane, scaled, label="label", neighbors=12).scores
    X, Y = scaled.matrix([f"c{i}" for i in range(6)]), plane.matrix(["PCA1", "PCA2"])
    assert scores["trustworthiness"] == pytest.approx(trustworthiness(X, Y, n_neighbors=12), abs=1e-12)
    assert scores["continuity"] == pytest.approx(trustworthiness(Y, X, n_neighbors=12), abs=1e-12)
    near = [NearestNeighbors(n_neighbors=12).fit(Z).kneighbors(return_distance=False) for Z in (X, Y)]
    kept = np.mean([len(set(a) & set(b)) / 12 for a, b in zip(*near, strict=True)])
    assert scores["neighbor_preservation"] == pytest.approx(kept, abs=1e-12)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    read = cross_val_score(KNeighborsClassifier(5), Y, plane["label"].to_numpy(), cv=folds)
    assert scores["label_accuracy"] == pytest.approx(read.mean(), abs=1e-12)
    assert scores["label_accuracy_deviation"] == pytest.approx(read.std(), abs=1e-12)
    assert scores["label_baseline"] == pytest.approx(67 / 200)
    assert set(scores.about) == set(scores.figures)


def test_rows_are_matched_by_id_and_not_by_place(made):
    _, scaled, plane = made
    mixed = scaled.take(np.random.default_rng(0).permutation(200))
    assert (
        tk.interpret.map_quality(plane, mixed).scores.figures == tk.interpret.map_quality(plane, scaled).scores.figures
    )


def test_the_lens_says_that_the_map_had_seen_the_rows(made):
    _, scaled, plane = made
    lens = tk.interpret.map_quality(plane, scaled).scores.lens
    assert lens.counts() == {"scored": 200, "prepared": 200, "fitted": 0, "chosen": 0}
    assert {by[0] for by in lens.by} == {"process.standardize", "learn.pca"}


def test_the_columns_are_those_the_map_was_made_from(made):
    _, scaled, _ = made
    plane = tk.learn.pca(scaled, columns=["c0", "c1", "c2"]).map
    own = tk.interpret.map_quality(plane, scaled).scores
    named = tk.interpret.map_quality(plane, scaled, columns=["c0", "c1", "c2"]).scores
    every = tk.interpret.map_quality(plane, scaled, columns="numbers").scores
    assert own.figures == named.figures
    assert own["trustworthiness"] > every["trustworthiness"]


def test_other_numbers_than_those_the_map_was_made_from_are_said(made):
    raw, _, plane = made
    notes = tk.interpret.map_quality(plane, raw).scores.notes
    assert [n.code for n in notes] == ["TKW706"]
    assert "went through process.standardize; these data went through no preparation" in notes[0].text
    other = tk.Table.from_(raw.frame, source="elsewhere")
    assert "TKW705" in [n.code for n in tk.interpret.map_quality(plane, other).scores.notes]


def test_the_card_shows_each_figure_with_its_meaning(look, made, pixels):
    _, scaled, plane = made
    found = tk.interpret.map_quality(plane, scaled, label="label")
    seen = look(found.card)
    for name in ("trustworthiness", "continuity", "neighbor_preservation", "label_accuracy"):
        assert name.replace("_", " ") in seen.texts()
        assert f"{found.scores[name]:.3f}" in seen.texts()
        assert found.scores.about[name] in seen.texts()
    assert seen.rows(seen.marks("bar")[1])[0]["w"] == pytest.approx(found.scores["trustworthiness"], rel=1e-4)
    assert pixels(seen.picture(), "#0072b2") > 2000


@pytest.mark.row("I20")
def test_one_seed_is_one_case(made):
    _, scaled, _ = made
    figure = tk.interpret.map_quality(tk.learn.tsne(scaled, perplexity=10).map, scaled).card
    assert [n.code for n in figure.notes] == ["TKW713"]


def test_rows_without_a_label_and_rare_labels_do_not_count(made):
    _, scaled, plane = made
    labels = plane["label"].to_list()
    labels[0], labels[1] = None, "alone"
    plane = plane.with_columns(plane.frame.with_columns(label=np.array(labels, dtype=object)))
    found = tk.interpret.map_quality(plane, scaled, label="label").scores
    assert [n.code for n in found.notes] == ["TKW702", "TKW708"]
    assert found["label_baseline"] == pytest.approx(66 / 198)


def test_large_maps_are_sampled_and_it_is_said(made):
    _, scaled, plane = made
    found = tk.interpret.map_quality(plane, scaled, sample=50).scores
    assert [n.text for n in found.notes] == ["Neighborhoods of 50 rows taken at random, among all 200."]
    assert found["trustworthiness"] == pytest.approx(
        tk.interpret.map_quality(plane, scaled).scores["trustworthiness"], abs=0.05
    )


def test_the_bits_do_not_depend_on_the_number_of_threads(made):
    _, scaled, plane = made
    most = numba.get_num_threads()
    found = []
    for threads in (1, most):
        numba.set_num_threads(threads)
        found.append(tk.interpret.map_quality(plane, scaled, label="label").scores.figures)
    assert found[0] == found[1]


def test_mistakes_are_told_with_the_remedy(made):
    _, scaled, plane = made

    def text(*tables, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.map_quality(*tables, **settings)
        return str(caught.value)

    assert "TK706 interpret.map_quality data: the map has 100 rows, the data 200." in text(
        plane.take(range(100)), scaled
    )
    assert "TK703 interpret.map_quality: the table of 'data' has no row 'Row150'" in text(
        plane, scaled.take(range(150))
    )
    assert "TK707 interpret.map_quality neighbors: 100 neighbors are too many. 200 rows allow up to 99." in text(
        plane, scaled, neighbors=100
    )
    alone = plane.with_columns(plane.frame.with_columns(label=plane.ids))
    assert "TK707 interpret.map_quality label: labels of 'label' cannot be read off the map" in text(
        alone, scaled, label="label"
    )
    zeros = scaled.with_columns(scaled.frame.with_columns(c0=0.0))
    assert "TK707 interpret.map_quality metric: the cosine distance is not defined here" in text(
        plane, zeros, columns=["c0"], metric="cosine"
    )
    holes = scaled.with_columns(scaled.frame.with_columns(c0=float("nan")))
    assert "TK208" in text(plane, holes)
    assert "TK111" in text(plane, scaled, metric="euclid")


def test_fewer_folds_for_small_classes_are_said(made):
    _, scaled, plane = made
    label = np.where(np.arange(200) < 3, "few", "many")
    plane = plane.with_columns(plane.frame.with_columns(label=label))
    found = tk.interpret.map_quality(plane, scaled, label="label").scores
    assert [str(n) for n in found.notes] == ["TKW709: Few rows per class: label accuracy from 3 folds and 5 neighbors."]
