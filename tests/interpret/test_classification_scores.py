import numpy as np
import polars as pl
import pytest
from sklearn import metrics

import tenkai as tk
from tenkai.errors import TenkaiError


def notes(scores, code):
    return [n.text for n in scores.notes if n.code == code]


@pytest.mark.row("I5")
def test_scores_of_two_classes_as_in_scikit_learn(energies):
    found = tk.interpret.classification_scores(energies, target="structure")
    scores = found.scores
    y, p = energies["structure"].to_numpy(), energies["predicted"].to_numpy()
    q = energies["P(zinc blende)"].to_numpy()
    assert scores["accuracy"] == pytest.approx(metrics.accuracy_score(y, p))
    assert scores["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(y, p))
    assert scores["kappa"] == pytest.approx(metrics.cohen_kappa_score(y, p))
    assert scores["roc_auc"] == pytest.approx(metrics.roc_auc_score(y == "zinc blende", q))
    P = energies.frame.select("P(wurtzite)", "P(zinc blende)").to_numpy()
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(y, P))
    for average in ("weighted", "macro"):
        assert scores[f"f1_{average}"] == pytest.approx(metrics.f1_score(y, p, average=average))
        assert scores[f"precision_{average}"] == pytest.approx(metrics.precision_score(y, p, average=average))
        assert scores[f"recall_{average}"] == pytest.approx(metrics.recall_score(y, p, average=average))
    # The positive class is the last one, and that is said.
    assert scores["f1"] == pytest.approx(metrics.f1_score(y, p, pos_label="zinc blende"))
    assert notes(scores, "TKW723") == [
        "Precision, recall and f1 speak of 'zinc blende', the last class (setting positive)."
    ]
    (tn, fp), (fn, tp) = metrics.confusion_matrix(y, p)
    counts = ("true_positives", "false_negatives", "false_positives", "true_negatives")
    assert [scores[n] for n in counts] == [tp, fn, fp, tn]
    guess = energies["baseline"].to_numpy()
    assert scores["accuracy_baseline"] == pytest.approx(metrics.accuracy_score(y, guess))
    assert scores["roc_auc_baseline"] == 0.5 and "log_loss_baseline" not in scores.figures
    assert set(scores.about) == set(scores.figures)
    assert next(iter(scores.figures)) == "accuracy"


def test_intervals_are_those_of_a_loop(energies):
    scores = tk.interpret.classification_scores(energies, target="structure", bootstrap=300, seed=4, level=0.9).scores
    y, p = energies["structure"].to_numpy(), energies["predicted"].to_numpy()
    draws, values = np.random.default_rng(4), []
    for _ in range(300):
        at = draws.integers(0, 25, 25)
        values.append(metrics.f1_score(y[at], p[at], pos_label="zinc blende", zero_division=0))
    assert (scores["f1_low"], scores["f1_high"]) == pytest.approx(np.quantile(values, [0.05, 0.95]))


@pytest.mark.row("I5")
def test_the_report_tells_each_kind_of_error_with_its_cost(energies, look, pixels):
    found = tk.interpret.classification_scores(
        energies,
        target="structure",
        positive="wurtzite",
        thing="compounds",
        false_positive="you would grow the wrong one",
    )
    seen = look(found.report)
    words = " ".join(seen.texts())
    (tp, fn), (fp, tn) = metrics.confusion_matrix(energies["structure"], energies["predicted"])
    assert f"TP: {tp} 'wurtzite' compounds called 'wurtzite'." in words
    assert f"FP: {fp} 'zinc blende' compounds called 'wurtzite': you would grow the wrong one." in words
    assert f"FN: {fn} 'wurtzite' compounds called 'zinc blende': you would pass them over." in words
    assert f"TN: {tn} 'zinc blende' compounds called 'zinc blende'." in words
    assert "Order of the classes: 'wurtzite' and 'zinc blende'." in seen.caption
    assert "None of the 25 rows scored was seen before." in seen.caption
    assert f"FN: {fn}" in found.report.text
    assert pixels(seen.picture(), "#202428") > 500


def test_the_class_table_is_scikit_learns_report(energies):
    found = tk.interpret.classification_scores(energies, target="structure")
    report = metrics.classification_report(energies["structure"], energies["predicted"], output_dict=True)
    for row in found.classes.frame.iter_rows(named=True):
        wanted = report[row["class"]]
        assert row["precision"] == pytest.approx(wanted["precision"])
        assert row["recall"] == pytest.approx(wanted["recall"])
        assert row["f1"] == pytest.approx(wanted["f1-score"])
        assert row["support"] == wanted["support"]
    flow = tk.interpret.classification_scores.flow({"table": energies.schema}, {})
    assert flow["classes"].columns == dict(found.classes.kinds)
    assert flow["table"].columns == dict(found.table.kinds)


def three(n=60, seed=0):
    random = np.random.default_rng(seed)
    names = np.array(["bcc", "fcc", "六方"])
    y = random.integers(0, 3, n)
    P = random.dirichlet(np.ones(3), n) + np.eye(3)[y] / 2
    P /= P.sum(axis=1, keepdims=True)
    frame = pl.DataFrame({"lattice": names[y], "predicted": names[P.argmax(axis=1)]})
    frame = frame.with_columns(**{f"P({c})": P[:, k] for k, c in enumerate(names)})
    return tk.Table.from_(frame), y, P


def test_several_classes_one_against_the_rest(look):
    table, y, P = three()
    found = tk.interpret.classification_scores(table, target="lattice")
    scores = found.scores
    assert scores["roc_auc"] == pytest.approx(metrics.roc_auc_score(y, P, multi_class="ovr", average="weighted"))
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(y, P))
    assert "f1" not in scores.figures and "true_positives" not in scores.figures
    matrix = metrics.confusion_matrix(y, P.argmax(axis=1))
    np.fill_diagonal(matrix, 0)
    i, j = np.unravel_index(matrix.argmax(), (3, 3))
    names = ["bcc", "fcc", "六方"]
    assert f"{matrix.max()} '{names[i]}' rows called '{names[j]}'." in " ".join(look(found.report).texts())
    positive = tk.interpret.classification_scores(table, target="lattice", positive="六方").scores
    assert positive["f1"] == pytest.approx(metrics.f1_score(y, P.argmax(axis=1), labels=[2], average="macro"))


def test_classes_that_are_numbers_meet_their_written_form():
    table = tk.Table.from_({"metal": [0.0, 1.0, 1.0, 10.0], "predicted": ["0.0", "1.0", "10.0", "10.0"]})
    found = tk.interpret.classification_scores(table, target="metal")
    assert found.classes["class"].to_list() == ["0", "1", "10"]
    assert found.scores["accuracy"] == 0.75


def test_a_pressure_is_no_probability():
    table = tk.Table.from_({"P(GPa)": [1.0, 2.0], "P(a)": [1.0, 2.0], "y": ["a", "b"], "predicted": ["a", "b"]})
    found = tk.interpret.classification_scores(table, target="y")
    assert found.classes["class"].to_list() == ["a", "b"]
    assert "There are no probabilities (columns P(...)): no roc_auc and no log_loss." in notes(found.scores, "TKW723")


def test_what_cannot_be_scored_is_missing_and_said():
    rows = {"y": ["a", "a", "a"], "predicted": ["a", "a", "a"], "P(a)": [0.9, 0.8, 0.7], "P(b)": [0.1, 0.2, 0.3]}
    scores = tk.interpret.classification_scores(tk.Table.from_(rows), target="y").scores
    assert scores["accuracy"] == 1.0 and scores["kappa"] is None and "roc_auc" not in scores.figures
    assert notes(scores, "TKW721") == [
        "The AUC is undefined: all 3 rows have y = a.",
        "Kappa is undefined: all rows are of one class, observed and predicted.",
    ]
    strange = tk.Table.from_({**rows, "y": ["a", "b", "c"]})
    scores = tk.interpret.classification_scores(strange, target="y").scores
    assert notes(scores, "TKW721") == ["The model does not know 'c': log loss is undefined."]
    assert "log_loss" not in scores.figures and scores["accuracy"] == pytest.approx(1 / 3)


def test_mistakes_are_told_with_the_remedy(energies):
    def text(table, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.classification_scores(table, **{"target": "structure", **settings})
        return str(caught.value)

    bare = energies.with_columns(energies.frame.drop("predicted"))
    assert "TK711" in text(bare) and "learn.cross_validate first" in text(bare)
    wrong = text(energies, positive="wurzite")
    assert "TK705 interpret.classification_scores positive: there is no class 'wurzite'." in wrong
    assert "Did you mean 'wurtzite'?" in wrong
    assert "the order misses 'wurtzite'" in text(energies, order=["zinc blende"])
    assert "take interpret.regression_scores" in text(energies, predicted="energy")
    assert "no classes" in text(energies, target="dE", predicted="energy")
    empty = tk.Table.from_({"structure": [None, "a"], "predicted": ["a", None]}, kinds={"structure": "text"})
    assert "TK205" in text(empty)


def test_a_score_without_errors_says_what_its_interval_cannot():
    """Rule of three: none of 30 wrong leaves up to 3 / 30 = 10 % (exact: 1 - 0.05 ** (1 / 30) = 9.5 %)."""
    table = tk.Table.from_({"kind": ["a", "b"] * 15, "predicted": ["a", "b"] * 15})
    found = tk.interpret.classification_scores(table, target="kind")
    assert found.scores["accuracy_low"] == 1.0
    [note] = [n for n in found.scores.notes if n.code == "TKW728"]
    assert "No error in 30 rows" in note.text and "Up to 10%" in note.text


def test_a_class_without_a_chance_anywhere_is_still_known():
    """One nearest neighbor gives 0 or 1; scikit-learn's log loss clips such chances."""
    columns = {"kind": ["a", "b", "c"], "predicted": ["a", "b", "b"]}
    chances = {"P(a)": [1.0, 0.0, 0.0], "P(b)": [0.0, 1.0, 1.0], "P(c)": [0.0, 0.0, 0.0]}
    table = tk.Table.from_({**columns, **chances})
    found = tk.interpret.classification_scores(table, target="kind", interval="never")
    expected = metrics.log_loss(columns["kind"], np.array(list(chances.values())).T, labels=["a", "b", "c"])
    assert found.scores["log_loss"] == pytest.approx(expected, rel=1e-6)
