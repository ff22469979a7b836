"""What the Lasso and the elastic net tell of a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenkai.errors import Note
from tenkai.learn._model import Learned
from tenkai.learn._told import own_scores
from tenkai.learn._told_linear import choice_notes, coefficient_table, search_table
from tenkai.values import Fitted, Kind, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._penalized import ElasticNet

PATH: dict[str, Kind | None] = {
    "alpha": "number",
    "mean": "number",
    "se": "number",
    "used": "number",
    "chosen": "category",
}
_ABOUT = {
    "alpha": "the penalty used",
    "used": "columns with a coefficient that is not 0",
    "converged": "the optimality conditions hold",
    "iterations": "rounds of descent and exact solve",
    "violation": "largest violation of the optimality conditions, in units of |column| |target|",
    "dual_gap": "distance of the objective to its optimum, at most",
    "cv_error": "mean squared error of the chosen alpha on rows held out of the fit",
}


def told_penalty(learned: Learned) -> tuple[Fitted, Table, Table, Scores]:
    """Model, coefficients, search and figures."""
    found: ElasticNet = learned.estimator
    notes = choice_notes(learned)
    if not found.converged_:
        text = f"the optimality conditions hold to {found.violation_:.1e} only: use process.standardize first."
        notes.append(Note("TKW640", text))
    figures: dict[str, float] = {
        "alpha": found.alpha_,
        "used": int((found.coef_ != 0).sum()),
        "converged": found.converged_,
        "iterations": found.n_iter_,
        "violation": found.violation_,
        "dual_gap": found.dual_gap_,
    }
    if found.chosen_ >= 0:
        figures["cv_error"] = float(found.error_[found.chosen_])
    scores = own_scores(learned, figures, {n: _ABOUT[n] for n in figures})
    return (
        learned.model.with_notes(notes),
        coefficient_table(learned, notes),
        search_table(learned, notes, {"used": found.nonzero_}),
        scores.with_notes(notes),
    )
