"""learn.search: which settings of a model predict best."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from tenkai.errors import listing, nearest, problem
from tenkai.learn._model import BASELINE, PREDICTED, refuse_taken, require_model
from tenkai.learn._out_of_fold import FOLD
from tenkai.learn._search import Contest, goal_of
from tenkai.learn._search_result import searched
from tenkai.learn._space_read import check_forms, read_space
from tenkai.step import Column, Help, Keys, Of, Outputs, Range, Rows, Run, Seed, Shape, get_step, step
from tenkai.values import Fitted, Schema, Scores, Table
from tenkai.values.folds import check_folds

GROUPING = ("category", "text", "number", "molecule")
Score = Literal[
    "auto",
    "r2",
    "rmse",
    "mae",
    "mape",
    "max_error",
    "accuracy",
    "balanced_accuracy",
    "precision_weighted",
    "precision_macro",
    "recall_weighted",
    "recall_macro",
    "f1_weighted",
    "f1_macro",
    "kappa",
    "roc_auc",
    "log_loss",
]


class Search(Outputs):
    """The model with the settings chosen, and how they were chosen."""

    model: Annotated[Fitted, Help("fitted on all rows with the settings chosen")]
    trials: Annotated[Table, Shape("settings"), Help("one row per setting tried: score, deviation, rank")]
    predictions: Annotated[Table, Shape("n"), Help("out-of-fold predictions; nested: chosen inside each outer fold")]
    best: Annotated[
        Scores,
        Keys("score", "score_se", "trials"),
        Help("the settings chosen, each by its name, and the score they reached"),
    ]
    fold_settings: Annotated[
        Table, Shape("folds"), Help("one row per fold: the settings best in it; nested: those chosen inside it")
    ]


@step(
    "learn.search",
    version=1,
    title="Search settings",
    rows=Rows(same=("predictions",), learns="chosen", held_out=("model",), clean=(("predictions", "nested"),)),
)
def search(
    table: Annotated[Table, Help("rows as they were before anything learned from them, with the target")],
    model: Annotated[Fitted, Help("a fitted model: its other settings and its preparation are used")],
    settings_table: Annotated[
        Table | None,
        Help("settings as rows: name, start, stop (step, type) of each; or one row per combination"),
    ] = None,
    *,
    space: Annotated[
        dict[str, Any] | None,
        Help("per setting of the model a list of values, {range: [low, high, step]} or {log: [low, high, count]}"),
    ] = None,
    method: Annotated[
        Literal["grid", "random", "adaptive"],
        Help("try all; some at random; or one by one where those before promise most"),
    ] = "grid",
    trials: Annotated[int, Range(1, 100_000), Help("settings tried, unless all are")] = 50,
    by: Annotated[Score, Help("the score compared; auto: r2, or accuracy")] = "auto",
    goal: Annotated[Literal["auto", "maximize", "minimize"], Help("auto: as the score wants it")] = "auto",
    rule: Annotated[
        Literal["best", "one_standard_error"],
        Help("take the best score, or the simplest settings within one standard error of it"),
    ] = "best",
    simplest: Annotated[
        dict[str, Literal["smallest", "largest"]] | None,
        Help("what is simple, for one_standard_error: {alpha: largest}, {depth: smallest}"),
    ] = None,
    folds: Annotated[
        Annotated[int, Range(2, "n")] | Literal["leave_one_out"], Help("parts held out in turn, to compare on")
    ] = 5,
    repeats: Annotated[int, Range(1, 1000), Help("draw the folds again so many times")] = 1,
    nested: Annotated[
        Annotated[int, Range(2, "n")] | None, Help("outer folds: the whole search is done again without each of them")
    ] = None,
    stratify: Annotated[
        Column | None, Of("table", GROUPING), Help("keep the shares of these classes in every fold")
    ] = None,
    groups: Annotated[Column | None, Of("table", GROUPING), Help("rows of one group are held out together")] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the folds and of what is tried")] = 0,
    run: Run,
) -> Search:
    """Find the settings of a model that predict rows it was not fitted on best.

    All settings are compared on the same folds; in each fold everything that learns (scaler, components, model)
    is fitted again without the rows held out. Models whose settings can share their work (penalties, depths of
    trees, neighbors) are fitted together. The model is then fitted on all rows with the settings chosen.

    Raises
    ------
    TenkaiError
        TK106 for a setting the model has not, TK111 for a value it does not take or settings that do not fit
        together, TK660 for a space that is empty or written wrongly, TK661 for a grid of more than 100 000
        settings, TK662 for a score that does not fit the model or is undefined in a fold; TK211 for folds that
        cannot be drawn, TK613 for something fitted that predicts nothing.

    Notes
    -----
    The best score of many was chosen on the rows it was scored on and promises too much; the leak lens says
    *chosen* wherever the model, its predictions or a setting taken from here is used. `nested` gives predictions
    of rows that had no part in the choice: score these. It costs as many searches as outer folds.

    With little data the scores of good settings differ by less than their standard error: then the rule of one
    standard error takes a simpler model at little cost. A best setting at the edge of the space is noted: widen
    the space. The score is the mean over the folds. `adaptive` needs fewer trials when there are many settings,
    but tries one at a time: where settings share their work, a grid is often faster.

    A missing value of a setting in `trials` is null, such as a tree without a limit of depth.

    Source
    ------
    One standard error: L. Breiman et al., Classification and Regression Trees (1984). Adaptive: TPE, J. Bergstra
    et al., NeurIPS 2011, by Optuna. Nested: S. Varma, R. Simon, BMC Bioinformatics 7, 91 (2006).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "y": [0.0, 1.1, 1.9, 3.1, 4.0, 4.9]})
    >>> model = tk.learn.ridge(t, target="y").model
    >>> found = tk.learn.search(t, model, space={"alpha": {"log": [0.01, 100, 5]}}, by="rmse", folds=3)
    >>> found.best["alpha"], found.trials.height
    (0.01, 5)
    """
    require_model(model)
    refuse_taken(table.columns, [PREDICTED, BASELINE, FOLD])
    name, maximize = goal_of(by, goal, model.estimator.classes)
    found = read_space(get_step(model.step), space, settings_table, grid=method == "grid")
    contest = Contest(
        found, method, trials, name, maximize, folds, repeats, stratify, groups, seed, _simplest(simplest, found.names)
    )
    return Search(*searched(table, model, contest, nested, run))


def _simplest(
    simplest: dict[str, Literal["smallest", "largest"]] | None, names: list[str]
) -> dict[str, Literal["smallest", "largest"]]:
    for name in simplest or ():
        if name not in names:
            raise problem(
                "TK111",
                f"'{name}' is not searched.",
                allowed=f"Searched: {listing(names)}.",
                remedy=nearest(name, names),
                setting="simplest",
            )
    return dict(simplest or {})


@search.schema
def _schema(
    table: Schema | None, model: Schema | None = None, settings_table: Schema | None = None, **_: object
) -> Schema | None:
    if table is not None:
        refuse_taken(table.names, (PREDICTED, BASELINE, FOLD))
    return None  # what is added depends on the model


@search.check
def _check(
    *,
    space: dict[str, Any] | None,
    method: str,
    rule: str,
    simplest: dict[str, Any] | None,
    folds: int | Literal["leave_one_out"],
    repeats: int,
    stratify: Column | None,
    groups: Column | None,
    **_: object,
) -> None:
    check_folds(folds, repeats, stratify, groups)
    if (rule == "one_standard_error") != bool(simplest):
        raise problem(
            "TK111",
            "'simplest' and rule: one_standard_error belong together.",
            allowed="Give both, such as simplest: {alpha: largest}, or neither.",
            setting="simplest",
        )
    check_forms(space or {}, grid=method == "grid")
