"""One score of many predictions, against scikit-learn prediction by prediction."""

import numpy as np
import pytest
from sklearn import metrics

from tenkai.kernels.scores_fast import CLASSIFICATION, REGRESSION, score_classes, score_numbers

NUMBERS = {
    "r2": metrics.r2_score,
    "rmse": metrics.root_mean_squared_error,
    "mae": metrics.mean_absolute_error,
    "mape": lambda y, p: 100 * metrics.mean_absolute_percentage_error(y, p),
    "max_error": metrics.max_error,
}
CLASSES = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "precision_weighted": lambda y, p: metrics.precision_score(y, p, average="weighted", zero_division=0),
    "precision_macro": lambda y, p: metrics.precision_score(y, p, average="macro", zero_division=0),
    "recall_weighted": lambda y, p: metrics.recall_score(y, p, average="weighted", zero_division=0),
    "recall_macro": lambda y, p: metrics.recall_score(y, p, average="macro", zero_division=0),
    "f1_weighted": lambda y, p: metrics.f1_score(y, p, average="weighted", zero_division=0),
    "f1_macro": lambda y, p: metrics.f1_score(y, p, average="macro", zero_division=0),
    "kappa": metrics.cohen_kappa_score,
}


@pytest.mark.parametrize("name", REGRESSION)
def test_numbers(name: str) -> None:
    random = np.random.default_rng(0)
    y, P = random.normal(1, 1, 23), random.normal(1, 1, (7, 23))
    found = score_numbers(name, y, P)
    np.testing.assert_allclose(found, [NUMBERS[name](y, p) for p in P], rtol=1e-13)
    # a score does not depend on who is scored with it
    assert found.tobytes() == np.concatenate([score_numbers(name, y, P[i : i + 1]) for i in range(7)]).tobytes()


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", CLASSIFICATION)
def test_classes(name: str, classes: int) -> None:
    random = np.random.default_rng(1)
    y = np.concatenate([np.arange(classes), random.integers(0, classes, 40)])
    P = random.dirichlet(np.ones(classes), (6, len(y))).round(2)  # rounded: equal probabilities occur
    P /= P.sum(axis=2, keepdims=True)
    found = score_classes(name, y, P, classes)
    if name == "log_loss":
        wanted = [metrics.log_loss(y, p) for p in P]
    elif name == "roc_auc":
        rest = {"multi_class": "ovr", "average": "weighted"} if classes > 2 else {}
        wanted = [metrics.roc_auc_score(y, p if classes > 2 else p[:, 1], **rest) for p in P]
    else:
        wanted = [CLASSES[name](y, p.argmax(axis=1)) for p in P]
        np.testing.assert_array_equal(found, score_classes(name, y, P.argmax(axis=2), classes))
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    alone = np.concatenate([score_classes(name, y, P[i : i + 1], classes) for i in range(len(P))])
    assert found.tobytes() == alone.tobytes()


def test_what_is_undefined_is_nan() -> None:
    P = np.array([[1.0, 2.0], [0.0, 0.0]])
    assert np.isnan(score_numbers("r2", np.array([2.0, 2.0]), P)).all()
    assert np.isnan(score_numbers("r2", np.array([2.0]), P[:, :1])).all()
    assert np.isnan(score_numbers("mape", np.array([0.0, 1.0]), P)).all()
    one_class = np.full((3, 2, 2), 0.5)
    assert np.isnan(score_classes("roc_auc", np.array([1, 1]), one_class, 2)).all()
