"""Settings tried one after the other, each where the ones before promise most (TPE of Optuna)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tenkai.learn._space import Dimension, Settings, Space

if TYPE_CHECKING:
    import optuna

ROW = "row of the table of settings"
PATIENCE = 10
"""How often per setting wanted the sampler may ask for one that is known already."""


def adaptive(
    space: Space, trials: int, seed: int, maximize: bool, score: Callable[[Settings], float]
) -> list[Settings]:
    """Return the settings tried, each once, in order.

    Parameters
    ----------
    score : of settings; NaN where they have none
    """
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        sampler = optuna.samplers.TPESampler(seed=seed)
        study = optuna.create_study(direction="maximize" if maximize else "minimize", sampler=sampler)
        found: dict[str, tuple[Settings, float]] = {}
        most = trials if space.size is None else min(trials, space.size)
        for _ in range(PATIENCE * most):
            trial = study.ask()
            settings = _suggested(space, trial)
            name = repr(settings)
            if name not in found:
                found[name] = settings, score(settings)
            value = found[name][1]
            if math.isnan(value):
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, value)
            if len(found) == most:
                break
    finally:
        optuna.logging.set_verbosity(before)
    return [settings for settings, _ in found.values()]


def _suggested(space: Space, trial: optuna.Trial) -> Settings:
    row = trial.suggest_categorical(ROW, range(len(space.rows))) if len(space.rows) > 1 else 0
    return {**space.rows[row], **{d.name: _value(d, trial) for d in space.dimensions}}


def _value(d: Dimension, trial: optuna.Trial) -> Any:
    if d.ends is not None:
        low, high = sorted(d.ends)
        if d.whole:
            return trial.suggest_int(d.name, math.ceil(low), math.floor(high), log=True)
        return d.rounded(trial.suggest_float(d.name, low, high, log=True))
    if d.ordered:
        return d.values[trial.suggest_int(d.name, 0, len(d.values) - 1)]
    return d.values[trial.suggest_categorical(d.name, range(len(d.values)))]
