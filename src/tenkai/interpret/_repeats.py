"""Axes that repeat a computation (seeds, folds), axes that change it, and names of settings as figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tenkai.errors import listing, nearest, problem
from tenkai.values import Axis

REPEATS = ("seed", "fold", "repeat", "split", "draw")
# Scores by name, whole or as part of a name such as test_r2.
HIGH = (
    "r2", "accuracy", "precision", "recall", "f1", "kappa", "auc", "score", "trustworthiness", "continuity",
    "preservation", "similarity", "silhouette", "ari", "nmi", "agreement", "purity", "likelihood",
)  # fmt: skip
LOW = ("rmse", "mse", "mae", "mape", "error", "errors", "loss", "stress", "bic", "aic", "deviance", "distortion")


def repeats(axis: str) -> bool:
    """Say whether an axis only repeats: a seed or a fold.

    >>> repeats("split.seed"), repeats("alpha")
    (True, False)
    """
    return axis.rsplit(".", 1)[-1] in REPEATS


def repeated_axes(axes: Iterable[str], over: Sequence[str] | None) -> list[str]:
    """Return the axes summarized: those named, else seeds and folds.

    Raises
    ------
    TenkaiError
        TK709 for an axis that is not swept.
    """
    every = list(axes)
    if over is None:
        return [a for a in every if repeats(a)]
    found: list[str] = []
    for name in over:
        same = [a for a in every if a == name or a.rsplit(".", 1)[-1] == name]
        if not same:
            fact, allowed = f"the setting '{name}' is not swept.", f"Swept: {listing(every)}."
            raise problem("TK709", fact, allowed=allowed, remedy=nearest(name, every), setting="over")
        found.extend(same)
    return found


def goal_of(score: str) -> str:
    """Return maximize or minimize for scores that are known, else an empty text.

    >>> goal_of("test_r2"), goal_of("rmse"), goal_of("f1_weighted"), goal_of("width")
    ('maximize', 'minimize', 'maximize', '')
    """
    words = score.casefold().split("_")
    high, low = any(w in HIGH for w in words), any(w in LOW for w in words)
    if low and not ({"deviation", "sd", "se"} & set(words)):
        return "minimize"  # an error of something is an error
    return "maximize" if high and not ({"deviation", "sd", "se"} & set(words)) else ""


def figure_names(axes: Sequence[Axis] | Mapping[str, Axis]) -> dict[str, str]:
    """Return, per axis, the name its setting has among figures: the setting, or step_setting where not unique."""
    every = list(axes.values()) if isinstance(axes, Mapping) else list(axes)
    settings = [a.setting or a.name for a in every]
    return {
        a.name: s if settings.count(s) == 1 else a.name.replace(".", "_") for a, s in zip(every, settings, strict=True)
    }
