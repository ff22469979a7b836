"""learn.ranks: how many parts, by cells that are held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._cells import read_cells, require_parts, require_squares
from tenkai.learn._rows import RowMatrix, check_kinds
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, Shape, step
from tenkai.step.spread import range_values
from tenkai.values import ALL_NUMBERS, Columns, Schema, Scores, Table, Tensor
from tenkai.values.lineage import Influence

if TYPE_CHECKING:
    from tenkai.learn._ranks import Found, Plan

FIGURES = {
    "chosen_rank": "smallest rank whose error lies within one standard error of the least",
    "best_rank": "rank with the least error of the cells held out",
    "error": "error per cell held out at the chosen rank, in the unit of the data: root of the mean square "
    "(Kullback-Leibler: of twice the mean divergence)",
    "error_best": "the same at the best rank",
    "explained": "share of the squares (or divergence) of the cells held out that the chosen rank predicts",
    "stability": "how alike the parts of several fits are at the chosen rank, 1: the same",
}
# Ranks compared where none are named.
MOST = 10


class Ranks(Outputs):
    """The rank to take, and what was found at each."""

    figures: Annotated[Scores, Keys(*FIGURES), Help("chosen_rank, best_rank, and the errors there")]
    ranks: Annotated[
        Table,
        Shape("ranks"),
        Help("per rank: error of cells held out, its spread and standard error, error of cells fitted, stability"),
    ]


@step("learn.ranks", version=1, title="Rank by held-out cells", rows=Rows(learns="chosen"))
def ranks(
    table: Annotated[
        Table | Tensor, Shape("n p"), Help("rows of numbers, for nmf of 0 or more; for cp, tucker a tensor")
    ],
    *,
    columns: Annotated[Columns, Help("columns to write as parts, or with few vectors")] = ALL_NUMBERS,
    model: Annotated[
        Literal["nmf", "svd", "cp", "tucker"], Help("as the step of this name; cp and tucker for tensors")
    ] = "nmf",
    ranks: Annotated[
        list[Annotated[int, Range(1)]] | dict[str, list[int]] | None,
        Length(1, 200),
        Help("ranks compared: [1, 2, 5], or {range: [from, to, step]}; null: 1 to 10"),
    ] = None,
    how: Annotated[
        Literal["masked", "bi_cross_validation"],
        Help("masked: single cells are hidden; bi_cross_validation: blocks of rows and columns"),
    ] = "masked",
    folds: Annotated[
        int, Range(2, 100), Help("parts the cells are dealt to; for bi_cross_validation rows and columns each")
    ] = 3,
    repeats: Annotated[int, Range(1, 1000), Help("how often they are dealt anew; every cell is hidden once each")] = 1,
    loss: Annotated[
        Literal["frobenius", "kullback_leibler"], Help("of nmf: squares of the differences, or divergence of counts")
    ] = "frobenius",
    center: Annotated[bool, Help("of svd: take the mean of each column off first, as learn.pca does")] = False,
    missing: Annotated[
        Literal["refuse", "leave_out"], Help("leave_out: only known cells are fitted, and hidden; masked only")
    ] = "refuse",
    restarts: Annotated[int, Range(1, 1000), Help("of nmf: starts of each fit, of which the best is kept")] = 3,
    stability: Annotated[
        int, Range(0, 1000), Help("nmf: starts on all cells that are compared; svd: halvings of the rows; 0: none")
    ] = 5,
    iterations: Annotated[int, Range(1, 1_000_000), Help("of each fit, at most")] = 200,
    tolerance: Annotated[
        float,
        Range(0, 1),
        Advanced,
        Help("nmf: as in learn.nmf; svd: stop when hidden cells change by less, as a share of themselves"),
    ] = 1e-4,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of what is hidden, and of the starts")] = 0,
    run: Run,
) -> Ranks:
    """Choose the number of parts by how well cells are predicted that the parts have not seen.

    The rank is a figure: another step takes it with {from: ranks.chosen_rank}.

    Raises
    ------
    TenkaiError
        TK627 where `ranks` is no list and no range; TK628 for settings that do not go together; TK629 where there
        are too few rows, columns or cells to hold some out; TK111 for a rank beyond the rows or columns, or beyond
        those that are left while a block is held out; TK620, TK203, TK208, TK634 for cells that cannot be fitted.

    Notes
    -----
    The error of cells that were fitted always falls with the rank. That of cells held out rises again where parts
    begin to describe noise. Chosen is the smallest rank within one standard error of the least error.

    masked: the known cells are dealt to folds; while one is hidden, the model is fitted to the others, and asked
    for the hidden ones. Missing cells of a tensor are never fitted nor hidden. With nmf their loss alone counts
    (`learn.nmf`, missing: leave_out); with svd hidden cells are filled in turn with the low rank (`learn.svd`,
    missing: fill, without shrinkage). Where neighboring cells are alike, such as pixels of a picture or points of
    a spectrum, a hidden cell is easily guessed from its neighbors, and the error speaks for large ranks; hide
    blocks there.

    bi_cross_validation: rows and columns are dealt to folds, and with X = [[A, B], [C, D]] each block A in turn is
    predicted from B, C and D, which hold none of its cells. svd: Â = B D_k⁺ C, D_k⁺ being the pseudo-inverse of
    the best D of rank k (C and B without the means of the columns over the rows of C and D, where `center`). nmf:
    D near W H, and Â = W_A H_A with the best W_A >= 0 for B near W_A H and the best H_A >= 0 for C near W H_A. Half of
    the rows and columns (`folds: 2`) did well in the article.

    The standard error is that of the mean over all hidings, corrected for the data they share. Fits stop early,
    after `iterations`, which keeps large ranks from describing all of the noise: with more iterations their error
    grows. Only local optima are found by nmf, and one bad one moves the choice; with large matrices
    `restarts: 1` saves two thirds of the time.

    Stability: nmf is fitted to all cells from several starts; the parts of two fits are paired one to one so that
    the mean cosine is largest, and the mean over all pairs of fits is told. Parts that come out alike from any
    start are there; with a rank above the true one they often differ. Parts of 0 or more always have some
    likeness, and rank 1 always comes out the same. For svd the same rows always give the same vectors, so that
    other rows must say it: they are halved at random, and the mean squared cosine between the two spaces of the
    first vectors is told; spaces that have nothing in common have about rank / columns. Of tensors it is not told.

    Source
    ------
    A. Owen, P. Perry, Ann. Appl. Stat. 3, 564 (2009). Masked: S. Wold, Technometrics 20, 397 (1978); B. Kanagal, V.
    Sindhwani, NIPS workshop on low-rank methods (2010). One standard error: L. Breiman et al., Classification and
    Regression Trees (1984); corrected: C. Nadeau, Y. Bengio, Mach. Learn. 52, 239 (2003), eq. 10. Stability: S. Wu et
    al., Proc. Natl. Acad. Sci. USA 113, 4290 (2016); P. Besse, Stat. Probab. Lett. 13, 405 (1992).

    Example
    -------
    >>> import numpy as np
    >>> import tenkai as tk
    >>> random = np.random.default_rng(0)
    >>> X = random.random((40, 3)) @ random.random((3, 20)) + 0.05 * random.random((40, 20))
    >>> found = tk.learn.ranks(tk.Table.from_(X), ranks=[1, 2, 3, 4, 5], model="svd")
    >>> found.figures["chosen_rank"]
    3.0
    """
    from tenkai.learn._ranks import Plan, find_ranks

    _require_model(table, model)
    if isinstance(table, Tensor):
        return _of_tensor(table, ranks, folds, repeats, restarts, iterations, tolerance, seed, model, run)
    rows, known = read_cells(table, columns, missing)
    if model == "nmf":
        require_parts(rows, known)
    else:
        require_squares(rows, rows.X if known is None else np.where(known, rows.X, 0.0), "there is nothing to fit")
    every = np.ones(rows.shape, bool) if known is None else known
    _require_cells(rows, int(every.sum()), how, folds)
    wanted = _wanted(ranks, rows, how, folds)
    plan = Plan(model, how, wanted, folds, repeats, restarts, stability, loss, center, iterations, tolerance, seed)
    found = find_ranks(rows.X, every, plan, run)
    return _told(table, found, plan, _notes(found, plan, known is None))


def _of_tensor(
    tensor: Tensor, ranks: Any, folds: int, repeats: int, restarts: int, iterations: int, tolerance: float, seed: int,
    model: Any, run: Run,
) -> Ranks:  # fmt: skip
    from tenkai.learn._ranks import Plan
    from tenkai.learn._tensor import most_parts
    from tenkai.learn._tensor_ranks import find_tensor_ranks

    known = ~np.isnan(tensor.values)
    most = most_parts(tensor.shape) if model == "cp" else max(tensor.shape)
    wanted = _named(ranks, most, f"a tensor of {' x '.join(map(str, tensor.shape))}")
    if int(known.sum()) < 2 * folds:
        raise problem(
            "TK629",
            f"a tensor with {count(int(known.sum()), 'known cell')} is too small for {folds} folds.",
            allowed=f"Needed: {2 * folds} known cells or more.",
            setting="folds",
        )
    plan = Plan(
        model, "masked", wanted, folds, repeats, restarts, 0, "frobenius", False, iterations, tolerance, seed
    )  # fmt: skip
    found = find_tensor_ranks(tensor.values, known, plan, run)
    return _told(tensor, found, plan, _notes(found, plan, True))


def _require_model(table: Table | Tensor, model: str) -> None:
    tensors = model in ("cp", "tucker")
    if tensors == isinstance(table, Tensor):
        return
    fact = f"{model} is for {'tensors' if tensors else 'tables'}, and a {table.type_name} comes in."
    allowed = "Allowed: cp and tucker for a tensor, nmf and svd for a table."
    raise problem("TK628", fact, allowed=allowed, setting="model")


def _told(table: Table | Tensor, found: Found, plan: Plan, notes: list[Note]) -> Ranks:
    own = [*table.every_influence, Influence("learn.ranks", "chosen", table.identity.union())]
    scores = Scores.scored(_figures(found, plan), rows=table.identity, influences=own, about=FIGURES)
    return Ranks(
        scores.with_notes(notes), Table.from_(_frame(found, plan), notes=notes).influenced(own)
    )  # fmt: skip


def _wanted(ranks: list[int] | dict[str, list[int]] | None, rows: RowMatrix, how: str, folds: int) -> tuple[int, ...]:
    """Return the ranks in ascending order, each once."""
    n, p = rows.shape
    most, left = min(n, p), ""
    if how == "bi_cross_validation":
        # array_split: the largest part of n rows has ceil(n / folds).
        most = min(n - -(-n // folds), p - -(-p // folds))
        left = ", of which the smallest rest without a block allows"
    return _named(ranks, most, f"{count(n, 'row')} and {count(p, 'column')}{left}")


def _named(ranks: list[int] | dict[str, list[int]] | None, most: int, what: str) -> tuple[int, ...]:
    if ranks is None:
        return tuple(range(1, max(1, min(MOST, most)) + 1))
    given = range_values(*ranks["range"]) if isinstance(ranks, dict) else ranks
    for k in given:
        if k > most:
            allowed = f"{what}{'' if ', of' in what else ':'} a rank of 1 to {most}."
            raise problem("TK111", f"{k} is not allowed.", allowed=allowed, setting="ranks")
    return tuple(sorted(set(given)))


def _require_cells(rows: RowMatrix, known: int, how: str, folds: int) -> None:
    n, p = rows.shape
    have, what = (known, "known cells") if how == "masked" else (min(n, p), "rows" if n <= p else "columns")
    least = 2 * folds if how == "masked" else folds
    if min(n, p) < 2 or have < least:
        raise problem(
            "TK629",
            f"a matrix of {count(n, 'row')} and {count(p, 'column')} with {count(known, 'known cell')} is too small "
            f"for {folds} folds.",
            allowed=f"Needed: 2 rows and columns, and {least} {what} or more.",
            remedy="Take fewer folds." if folds > 2 else "",
            setting="folds",
        )


def _notes(found: Found, plan: Plan, complete: bool) -> list[Note]:
    errors, tried = found.errors, plan.ranks
    notes = []
    if len(tried) > 1 and errors.best in (0, len(tried) - 1) and tried[errors.best] > 1:
        end = "largest" if errors.best else "smallest"
        more = "beyond" if errors.best else "below"
        text = f"the error is least at rank {tried[errors.best]}, the {end} tried: the best may lie {more} it."
        notes.append(Note("TKW626", text))
    if found.unsettled:
        text = f"{found.unsettled} of {found.fits} fits had not settled after {plan.iterations} iterations."
        notes.append(Note("TKW640", text))
    if plan.model == "svd" and plan.stability and not complete:
        notes.append(Note("TKW627", "stability of singular vectors is not told where cells are missing."))
    return notes


def _figures(found: Found, plan: Plan) -> dict[str, Any]:
    errors = found.errors
    at, best = errors.chosen, errors.best
    stable = float(found.stability[at])
    return {
        "chosen_rank": float(plan.ranks[at]),
        "best_rank": float(plan.ranks[best]),
        "error": float(errors.error[at]),
        "error_best": float(errors.error[best]),
        "explained": float(errors.explained[at]),
        "stability": None if np.isnan(stable) else stable,
    }


def _frame(found: Found, plan: Plan) -> pl.DataFrame:
    errors = found.errors
    columns = {
        "rank": np.array(plan.ranks),
        "error": errors.error,
        "error_sd": errors.sd,
        "error_se": errors.se,
        "training_error": errors.training,
        "explained": errors.explained,
        "stability": found.stability,
        "chosen": np.arange(len(plan.ranks)) == errors.chosen,
    }
    return pl.DataFrame(columns).with_columns(pl.col("stability").fill_nan(None))


@ranks.check
def _check(
    *, model: str, ranks: list[int] | dict[str, list[int]] | None, how: str, loss: str, center: bool, missing: str,
    **_: object,
) -> None:  # fmt: skip
    if isinstance(ranks, dict):
        given = ranks.get("range", [])
        if set(ranks) != {"range"} or len(given) not in (2, 3) or given[0] < 1:
            raise problem(
                "TK627",
                "the ranks are {" + ", ".join(f"{name}: {values}" for name, values in ranks.items()) + "}.",
                allowed="Allowed: a list such as [1, 2, 5], or {range: [from, to, step]} from 1 on.",
                setting="ranks",
            )
        range_values(*given)
    wrong = (
        ("loss: kullback_leibler", "model: nmf", "loss") if model != "nmf" and loss != "frobenius"
        else ("center: true", "model: svd", "center") if model != "svd" and center
        else (f"how: {how}", "model: nmf or svd", "how") if model in ("cp", "tucker") and how != "masked"
        else ("missing: leave_out", "how: masked", "missing") if how != "masked" and missing != "refuse"
        else None
    )  # fmt: skip
    if wrong:
        raise problem("TK628", f"{wrong[0]} is for {wrong[1]} only.", remedy=f"Set {wrong[1]}.", setting=wrong[2])


@ranks.schema
def _schema(table: Schema | None, *, columns: Columns, **_: object) -> dict[str, Schema | None]:
    if table is not None:
        check_kinds(table, columns.resolve(table.columns))
    names = ("rank", "error", "error_sd", "error_se", "training_error", "explained", "stability")
    return {"ranks": Schema({**dict.fromkeys(names, "number"), "chosen": "category"})}
