"""C of a logistic regression by cross-validation: 25 values x 5 folds and the final fit, against LogisticRegressionCV.

Both see the same folds and end with the same C. The peer runs once as it comes and once as tight as ours, so that
equal work is compared; the largest excess of its objective over ours, over all C on all rows, says how tight it is.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import log_softmax
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegressionCV

import tenkai as tk
from tenkai.learn._logistic import LogisticClassifier, candidates_of, dealt_folds

FOLDS = 5


def data() -> dict[str, tuple[Any, Any]]:
    """Name the problems: rows, standardized, and codes of classes."""
    energies = tk.collect.csv(path="data:mi/ZB_WZ_dE_rawdescriptor.csv")
    X = energies.matrix([c for c in energies.columns if energies.kinds[c] == "number" and c not in ("dE", "ZA", "ZB")])
    digits = load_digits()
    found = {
        "ZB/WZ 82 x 16, 2 classes": (X, (energies["dE"].to_numpy() >= 0).astype(int)),
        "digits 1 797 x 64, 10 classes": (digits.data, digits.target),
    }
    spread = {n: np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0) for n, (x, _) in found.items()}
    return {n: ((x - x.mean(axis=0)) / spread[n], y) for n, (x, y) in found.items()}


def objective(X: Any, y: Any, model: Any, C: float, l1_ratio: float) -> float:
    """Return the penalised sum of losses."""
    eta = X @ model.coef_.T + model.intercept_
    eta = np.column_stack([np.zeros(len(X)), eta]) if len(model.coef_) == 1 else eta
    coef = model.coef_
    penalty = l1_ratio * np.abs(coef).sum() + (1 - l1_ratio) / 2 * (coef**2).sum()
    return float(-C * log_softmax(eta, axis=1)[np.arange(len(y)), y].sum() + penalty)


def timed(call: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the median of several runs, in seconds, and the last result."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), result


PEERS: dict[str, dict[str, dict[str, Any]]] = {
    "l2": {"lbfgs, as it comes": {}, "newton-cholesky, tol 1e-8": {"solver": "newton-cholesky", "tol": 1e-8}},
    "l1": {
        "saga, as it comes": {"solver": "saga"},
        "saga, tol 1e-6": {"solver": "saga", "tol": 1e-6, "max_iter": 100_000},
    },
}


def ours(penalty: str, X: Any, y: Any, C: Any = "cv") -> LogisticClassifier:
    """Fit ours: the search, or one value."""
    return LogisticClassifier(penalty=penalty, C=C, cv=FOLDS).fit(X, y)


def theirs(penalty: str, X: Any, y: Any, **settings: Any) -> LogisticRegressionCV:
    """Fit scikit-learn's search with the same candidates and folds."""
    ratio = 1.0 if penalty == "l1" else 0.0
    folds = dealt_folds(y, FOLDS, 0)
    search = LogisticRegressionCV(
        Cs=candidates_of(LogisticClassifier()),
        l1_ratios=(ratio,),
        cv=folds,
        scoring="neg_log_loss",
        use_legacy_attributes=False,
        **settings,
    )
    return search.fit(X, y)


def compare(name: str, X: Any, y: Any, penalty: str) -> None:
    """Print one problem's rows of the table."""
    times = 3 if len(X) < 1000 else 1
    ours(penalty, X[::2], y[::2])  # compiled code is read once per process
    seconds, mine = timed(lambda: ours(penalty, X, y), times)
    print(f"| {name}, {penalty} | ours | {seconds:.3f} | | {mine.C_:.3g} | | |", flush=True)
    for label, settings in PEERS[penalty].items():
        if times == 1 and label.startswith("saga, tol"):
            continue  # hours
        taken, other = timed(lambda s=settings: theirs(penalty, X, y, **s), times)
        ratio = 1.0 if penalty == "l1" else 0.0
        same = ours(penalty, X, y, float(other.C_))
        excess = objective(X, y, other, other.C_, ratio) / objective(X, y, same, other.C_, ratio) - 1
        off = np.abs(-other.scores_.mean(axis=0)[0] - mine.tried_[:, 1]).max()
        print(
            f"| | {label} | {taken:.2f} | **{taken / seconds:.0f}** | {other.C_:.3g} | {excess:+.0e} | {off:.0e} |",
            flush=True,
        )


def main() -> None:
    """Print a table; arguments name the problems by their first letters."""
    warnings.filterwarnings("ignore")
    print("| problem | who | seconds | ratio | C | objective above ours | difference of log loss |")
    print("|---|---|---|---|---|---|---|")
    for name, (X, y) in data().items():
        if len(sys.argv) == 1 or name.startswith(tuple(sys.argv[1:])):
            for penalty in PEERS:
                compare(name, X, y, penalty)


if __name__ == "__main__":
    main()
