"""interpret.classification_scores: how often predicted classes are right, and what each kind of error costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, listing, nearest, problem
from tenkai.interpret._predictions import LABELS, Labels, lens_of, lens_said, noted_repeats, read_labels
from tenkai.interpret._report_card import report_card
from tenkai.interpret._scoring import FEW, SCHEMA, Bootstrap, Interval, Scored, first
from tenkai.interpret._text import sentence
from tenkai.kernels.scores import Ranking, classification, confusion, per_class, roc_auc, row_log_loss
from tenkai.kernels.scores import Scores as Found
from tenkai.step import Advanced, Column, Help, Keys, Of, Outputs, Range, Run, Seed, Shape, step
from tenkai.values import Figure, Kind, Schema, Scores, Table

CLASSES: dict[str, Kind | None] = {
    "class": "text",
    "precision": "number",
    "recall": "number",
    "f1": "number",
    "support": "number",
    "predicted": "number",
    "missed": "number",
    "wrongly_called": "number",
}
ABOUT = {
    "accuracy": "share of the rows whose class is predicted",
    "balanced_accuracy": "mean over the classes of the share found: 1 / number of classes by chance",
    "precision_weighted": "precision, mean over the classes by their rows",
    "precision_macro": "precision, plain mean over the classes",
    "recall_weighted": "recall, mean over the classes by their rows: the same as the accuracy",
    "recall_macro": "recall, plain mean over the classes",
    "f1_weighted": "F1, mean over the classes by their rows",
    "f1_macro": "F1, plain mean over the classes: rare ones count as much as common ones",
    "kappa": "agreement beyond what chance gives (Cohen): 0 by chance, 1 is perfect",
    "roc_auc": "chance that a row of the class gets a higher probability than one of another: 0.5 by chance",
    "log_loss": "mean of -ln of the probability given to the true class: 0 is perfect",
}
COUNTS = ("true_positives", "false_negatives", "false_positives", "true_negatives")
GUESS = "always predicting the most frequent class of the rows fitted on"


class ClassificationScores(Outputs):
    """The scores, the same as a table, one row per class, and all of it as a report."""

    scores: Annotated[
        Scores,
        Keys("accuracy", "balanced_accuracy", "f1_weighted", "f1_macro", "kappa", "rows"),
        Help(
            "further means of precision, recall and F1, with probabilities also roc_auc and log_loss, with a positive "
            "class also precision, recall, f1 and the four counts; `<score>_baseline`, `<score>_low`, `<score>_high`"
        ),
    ]
    table: Annotated[Table, Shape("scores 6"), Help("one row per score: value, baseline, interval, meaning")]
    classes: Annotated[Table, Shape("classes 8"), Help("one row per class: precision, recall, F1, counts")]
    report: Annotated[Figure, Help("the scores per class, and each kind of error in words")]


@step("interpret.classification_scores", version=1, title="Scores of predicted classes")
def classification_scores(
    table: Annotated[Table, Shape("n"), Help("rows with predictions (learn.predict, learn.cross_validate)")],
    *,
    target: Annotated[Column, Of("table", LABELS), Help("the observed classes")],
    predicted: Annotated[Column | None, Of("table"), Help("default: the column predicted")] = None,
    positive: Annotated[
        str | None, Help("class that precision, recall and f1 speak of; default: the last of two classes")
    ] = None,
    order: Annotated[list[str] | None, Help("order of the classes; default: the model's, else sorted")] = None,
    thing: Annotated[str, Help("what a row is, in the report: compounds, molecules")] = "rows",
    false_positive: Annotated[str, Help("what a wrong positive costs, in the report")] = "you would try them in vain",
    false_negative: Annotated[str, Help("what a missed positive costs, in the report")] = "you would pass them over",
    interval: Annotated[Interval, Help(f"give intervals; auto: below {FEW} rows")] = "auto",
    bootstrap: Annotated[int, Range(100, 100_000), Advanced, Help("resamples behind an interval")] = 2000,
    level: Annotated[float, Range(0.5, 0.999), Advanced, Help("share of the resamples inside an interval")] = 0.95,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Advanced, Help("of the resamples")] = 0,
    run: Run,
) -> ClassificationScores:
    """Score predicted classes: accuracy, precision, recall, F1, kappa, AUC, beside a guess without a model.

    The report tells in words what each kind of error costs.

    Raises
    ------
    TenkaiError
        TK711 without predictions; TK705 for a class that does not exist; TK201, TK202, TK205 for columns or rows
        that do not fit.

    Notes
    -----
    Where one class is rare, accuracy is high for a model that never predicts it: compare with the baseline, and
    read the balanced accuracy or the row of the class. Precision of a class never predicted, and recall of one
    that does not occur, count as 0. AUC and log loss need probabilities, the columns P(...) of a prediction; of
    several classes the AUC is the mean of one against the rest, by their rows. The baseline has no
    probabilities, so its AUC is 0.5 and it has no log loss. Intervals draw the rows scored anew.

    Source
    ------
    Definitions as in scikit-learn; J. Cohen, Educ. Psychol. Meas. 20, 37 (1960) (kappa); percentile bootstrap:
    B. Efron, Ann. Statist. 7, 1 (1979). Rule of three: J. A. Hanley, A. Lippman-Hand, JAMA 249, 1743 (1983).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"metal": ["no", "yes", "yes"], "predicted": ["no", "yes", "no"]})
    >>> scores = tk.interpret.classification_scores(t, target="metal", interval="never").scores
    >>> scores["precision"], scores["recall"], scores["false_negatives"]
    (1.0, 0.5, 1)
    """
    found = read_labels(table, target, predicted, order, run)
    n = len(found)
    at = _positive(found, positive, run)
    rankings = _rankings(found, at, target, run)
    losses = _losses(found, run)
    spread = Bootstrap(bootstrap, seed, level, interval)

    def score(weights: NDArray[np.float64]) -> Found:
        values = classification(confusion(found.observed, found.predicted, len(found.classes), weights), at)
        if rankings:
            values["roc_auc"] = roc_auc(rankings, weights)
        if losses is not None:
            values["log_loss"] = np.einsum("bn,n->b", weights, losses) / weights.sum(axis=1)
        return values

    value = first(score(np.ones((1, n))))
    value = {name: v for name, v in value.items() if not (name == "roc_auc" and np.isnan(v))}
    if np.isnan(value["kappa"]):
        run.note("TKW721", "Kappa is undefined: all rows are of one class, observed and predicted.")
    if spread.wanted(n):
        noted_repeats(found.table, run)
    between = {k: v for k, v in spread.of(score, n).items() if k in value and not np.isnan(value[k])}
    matrix = confusion(found.observed, found.predicted, len(found.classes))[0].astype(int)
    if between and matrix.trace() == n:
        run.note(
            "TKW728",
            f"No error in {count(n, 'row')}: resampling cannot show one. Up to {min(3 / n, 1):.0%} of such rows may "
            "still be wrong (rule of three, 95 %).",
        )
    meant = dict(ABOUT)
    extra = {"rows": n}
    told = {"rows": "rows scored"}
    if at is not None:
        counts = _counts(matrix, at)
        extra |= dict(zip(COUNTS, counts, strict=True))
        told |= _meanings(found.classes[at])
        meant |= _positive_about(found.classes[at])
    scored = Scored(value, meant, _baseline(found, at, value, run), between)
    costs = _costs(found.classes, matrix, at, thing, false_positive, false_negative)
    captions = [_order_said(found.classes), f"{spread.said(n)}." if between else "", lens_said(lens_of(found.table))]
    report = report_card(
        scored,
        found.classes,
        matrix,
        costs,
        captions=captions,
        title=f"{target}: predicted classes",
    )
    return ClassificationScores(
        scored.scores(found.table, extra, told, GUESS, spread.said(n)),
        scored.table(found.table),
        _per_class(found, matrix),
        report,
    )


@classification_scores.schema
def _schema(table: Schema | None, **settings: object) -> dict[str, Schema | None]:
    return {"table": Schema(SCHEMA), "classes": Schema(CLASSES)}


def _positive(found: Labels, positive: str | None, run: Run) -> int | None:
    if positive is not None:
        if positive not in found.classes:
            raise problem(
                "TK705",
                f"there is no class '{positive}'.",
                allowed=f"Classes: {listing(found.classes)}.",
                remedy=nearest(positive, found.classes),
                setting="positive",
            )
        return found.classes.index(positive)
    if len(found.classes) != 2:
        return None
    run.note("TKW723", f"Precision, recall and f1 speak of '{found.classes[1]}', the last class (setting positive).")
    return 1


def _rankings(found: Labels, at: int | None, target: str, run: Run) -> list[Ranking]:
    P = found.probabilities
    if P is None:
        run.note("TKW723", "There are no probabilities (columns P(...)): no roc_auc and no log_loss.")
        return []
    if len(np.unique(found.observed)) == 1:
        only = found.classes[int(found.observed[0])]
        run.note("TKW721", f"The AUC is undefined: all {count(len(found), 'row')} have {target} = {only}.")
        return []
    if len(found.classes) == 2:
        k = at if at is not None else 1
        return [Ranking(P[:, k], found.observed == k)]
    return [Ranking(P[:, k], found.observed == k) for k in range(len(found.classes))]


def _losses(found: Labels, run: Run) -> NDArray[np.float64] | None:
    if found.probabilities is None:
        return None
    # A class no row is given a chance of is known all the same: it has its column.
    without = [
        f"P({c})" not in found.table.kinds and not found.probabilities[:, k].any() for k, c in enumerate(found.classes)
    ]
    strange = sorted({found.classes[k] for k in found.observed.tolist() if without[k]})
    if strange:
        text = f"The model does not know {listing(strange)}: log loss is undefined."
        run.note("TKW721", text)
        return None
    return row_log_loss(found.observed, found.probabilities)


def _baseline(found: Labels, at: int | None, value: dict[str, float], run: Run) -> dict[str, float]:
    if found.baseline is None:
        run.note("TKW722", "The predictions stand without a baseline: the table has no column 'baseline'.")
        return {}
    scores = first(classification(confusion(found.observed, found.baseline, len(found.classes)), at))
    if "roc_auc" in value:
        scores["roc_auc"] = 0.5
    return scores


def _counts(matrix: NDArray[np.int64], at: int) -> tuple[int, int, int, int]:
    hit = int(matrix[at, at])
    missed, wrong = int(matrix[at].sum()) - hit, int(matrix[:, at].sum()) - hit
    return hit, missed, wrong, int(matrix.sum()) - hit - missed - wrong


def _meanings(name: str) -> dict[str, str]:
    return {
        COUNTS[0]: f"'{name}', and predicted so",
        COUNTS[1]: f"'{name}', but predicted otherwise",
        COUNTS[2]: f"not '{name}', but predicted so",
        COUNTS[3]: f"not '{name}', and predicted otherwise",
    }


def _positive_about(name: str) -> dict[str, str]:
    return {
        "precision": f"share of the rows called '{name}' that are '{name}'",
        "recall": f"share of the rows that are '{name}' which are called so",
        "f1": f"harmonic mean of precision and recall of '{name}'",
    }


def _per_class(found: Labels, matrix: NDArray[np.int64]) -> Table:
    precision, recall, f1 = (shares[0] for shares in per_class(matrix[None].astype(float)))
    hit = np.diag(matrix)
    frame = pl.DataFrame(
        {
            "class": list(found.classes),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "support": matrix.sum(axis=1),
            "predicted": matrix.sum(axis=0),
            "missed": matrix.sum(axis=1) - hit,
            "wrongly_called": matrix.sum(axis=0) - hit,
        }
    )
    made = Table.from_(frame, ids=list(found.classes), kinds={n: k for n, k in CLASSES.items() if k})
    return made.influenced(found.table.influences)


def _order_said(classes: Sequence[str]) -> str:
    shown = sentence([f"'{c}'" for c in classes[:12]])
    return f"Order of the classes: {shown}" + (f" and {len(classes) - 12} more." if len(classes) > 12 else ".")


def _costs(
    classes: Sequence[str], matrix: NDArray[np.int64], at: int | None, thing: str, wrong: str, missed: str
) -> list[str]:
    """Say in words what the counts mean and cost."""
    if at is None:
        pairs = [(int(matrix[i, j]), i, j) for i in range(len(classes)) for j in range(len(classes)) if i != j]
        worst = [p for p in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])) if p[0] > 0][:5]
        if not worst:
            return [f"All {int(matrix.sum())} {thing} are called what they are."]
        return [f"{k} '{classes[i]}' {thing} called '{classes[j]}'." for k, i, j in worst]
    name = classes[at]
    others = f"'{classes[1 - at]}'" if len(classes) == 2 else "other"
    called = others if len(classes) == 2 else "something else"
    hit, lost, false, right = _counts(matrix, at)
    return [
        f"TP: {hit} '{name}' {thing} called '{name}'.",
        f"FN: {lost} '{name}' {thing} called {called}: {missed}.",
        f"FP: {false} {others} {thing} called '{name}': {wrong}.",
        f"TN: {right} {others} {thing} called {called}.",
    ]
