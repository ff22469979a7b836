from pathlib import Path

import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import Run

STEP = tk.learn.ranks


def planted(model: str, rank: int = 4, noise: float = 0.3, shape: tuple[int, int] = (60, 40), seed: int = 0):
    """A matrix of a known rank, and noise of a known share of its spread."""
    random = np.random.default_rng(seed)
    if model == "svd":
        X = random.standard_normal((shape[0], rank)) @ random.standard_normal((rank, shape[1]))
    else:
        X = random.gamma(0.6, 1.0, (shape[0], rank)) @ random.gamma(0.6, 1.0, (rank, shape[1]))
    X += noise * X.std() * random.standard_normal(shape)
    return X if model == "svd" else np.maximum(X, 0)


@pytest.mark.row("L22", "L25")
@pytest.mark.parametrize("how", ["masked", "bi_cross_validation"])
@pytest.mark.parametrize("model", ["nmf", "svd"])
def test_the_planted_rank_is_chosen(model, how):
    noise = 0.3
    X = planted(model, noise=noise)
    found = STEP(tk.Table.from_(X), model=model, how=how, ranks={"range": [1, 8]}, repeats=2)
    assert found.figures["chosen_rank"] == found.figures["best_rank"] == 4
    frame = found.ranks.frame
    assert frame["rank"].to_list() == list(range(1, 9))
    assert frame.filter("chosen")["rank"].to_list() == [4]
    # No better than the noise, and not much worse; fitted cells always look better.
    level = noise * X.std() if model == "svd" else noise * planted("nmf", noise=0.0).std()
    assert 0.9 * level < found.figures["error"] < 1.5 * level
    assert (frame["training_error"] < frame["error"]).all()
    assert (frame["training_error"].diff().drop_nulls() < 0).all()
    # Parts that are there come out alike; those that describe noise do not.
    assert frame["stability"][3] > 0.97
    assert frame["stability"][5] < frame["stability"][3] - 0.04
    assert found.figures["stability"] == frame["stability"][3]


@pytest.mark.row("L22")
@pytest.mark.parametrize("how", ["masked", "bi_cross_validation"])
def test_counts_by_their_divergence(how):
    X = np.random.default_rng(1).poisson(6 * planted("nmf", rank=3, noise=0.0)).astype(float)
    found = STEP(tk.Table.from_(X), loss="kullback_leibler", how=how, ranks=[1, 2, 3, 5], iterations=500, stability=2)
    assert found.figures["chosen_rank"] == 3
    assert 0.5 < found.figures["explained"] < 1


def test_centred_columns_need_one_rank_less():
    X = planted("svd", rank=2, noise=0.1) + 10 * np.random.default_rng(5).random(40)
    for how in ("masked", "bi_cross_validation"):
        settings = {"model": "svd", "ranks": [1, 2, 3, 4], "how": how, "stability": 0}
        assert STEP(tk.Table.from_(X), **settings).figures["chosen_rank"] == 3
        centred = STEP(tk.Table.from_(X), center=True, **settings)
        assert centred.figures["chosen_rank"] == 2
        assert centred.figures["stability"] is None
        assert centred.ranks["stability"].null_count() == 4


@pytest.mark.parametrize("model", ["nmf", "svd"])
def test_missing_cells_are_neither_fitted_nor_held_out(model):
    X = planted(model, rank=3)
    gone = np.random.default_rng(2).random(X.shape) < 0.15
    table = tk.Table.from_(np.where(gone, np.nan, X))
    found = STEP(table, model=model, ranks=[1, 2, 3, 4, 5], missing="leave_out")
    assert found.figures["chosen_rank"] == 3
    notes = [n.code for n in found.figures.notes]
    assert ("TKW627" in notes) == (model == "svd")


@pytest.mark.parametrize("how", ["masked", "bi_cross_validation"])
@pytest.mark.parametrize("model", ["nmf", "svd"])
def test_same_bits_for_any_number_of_threads(model, how, run_with, assert_same):
    table = tk.Table.from_({"x": np.abs(planted("nmf", shape=(600, 90))).astype(np.float32)})
    settings = {"model": model, "how": how, "ranks": [2, 7, 30], "iterations": 12, "stability": 2}
    assert_same(run_with(STEP, table, threads=1, **settings), run_with(STEP, table, threads=3, **settings))


def test_a_rank_does_not_depend_on_those_beside_it():
    table = tk.Table.from_(planted("nmf"))
    for model in ("nmf", "svd"):
        alone, among = (STEP(table, model=model, ranks=r, seed=3).ranks for r in ([4], [6, 4, 1, 4]))
        assert among["rank"].to_list() == [1, 4, 6]
        assert among.frame.drop("chosen").row(1) == alone.frame.drop("chosen").row(0)


def test_the_chosen_rank_is_a_setting_of_another_step(tmp_path: Path, cache_dir: Path):
    tk.Table.from_(planted("nmf")).frame.write_csv(tmp_path / "x.csv")
    (tmp_path / "w.yaml").write_text(
        """
steps:
  x: {collect.csv: {path: x.csv}}
  ranks: {learn.ranks: {table: x, ranks: {range: [2, 6]}, stability: 2}}
  parts: {learn.nmf: {table: x, rank: {from: ranks.chosen_rank}}}
  curve: {interpret.rank_curve: {ranks: ranks.ranks}}
results: {rank: ranks.chosen_rank, parts: parts.parts.rows, error: parts.figures.error}
""",
        encoding="utf-8",
    )
    result = tk.load(tmp_path / "w.yaml").run()
    assert result.ok, result.to_json()
    said = result.to_json()["results"]
    assert said["rank"] == said["parts"] == 4
    # The rows had a say in the rank, and the parts remember.
    assert {(i.step, i.kind, len(i.rows)) for i in result.value("parts.parts").influences} >= {("ranks", "chosen", 60)}


def test_notes_say_where_the_best_rank_lies_and_what_had_not_settled():
    table = tk.Table.from_(planted("svd"))
    edge = STEP(table, model="svd", ranks=[1, 2, 3], stability=0, iterations=2)
    notes = {n.code: n.text for n in edge.ranks.notes}
    assert notes["TKW626"] == "the error is least at rank 3, the largest tried: the best may lie beyond it."
    assert notes["TKW640"] == "9 of 9 fits had not settled after 2 iterations."
    assert edge.figures.notes == edge.ranks.notes
    edge = STEP(table, model="svd", ranks=[4, 6, 8], stability=0)
    assert "the smallest tried: the best may lie below it" in {n.code: n.text for n in edge.ranks.notes}["TKW626"]
    assert "TKW626" not in {n.code for n in STEP(table, model="svd", ranks=[3, 4, 5], stability=0).ranks.notes}


def test_progress_and_cancelling():
    told = []
    table = tk.Table.from_(planted("nmf"))
    run = Run(2, lambda done, total, text: told.append(done / total))
    STEP.run({"table": table}, STEP.convert({"ranks": [1, 2, 3], "iterations": 30}), run)
    assert max(told) == pytest.approx(1)
    assert len(told) > 30


def test_small_matrices_compare_the_ranks_they_have():
    found = STEP(tk.Table.from_(planted("nmf", rank=2, shape=(9, 4))))
    assert found.ranks["rank"].to_list() == [1, 2, 3, 4]
    found = STEP(tk.Table.from_(planted("nmf", rank=2, shape=(9, 4))), how="bi_cross_validation")
    assert found.ranks["rank"].to_list() == [1, 2]


def test_refusals(refused):
    table = tk.Table.from_(planted("nmf", shape=(12, 6)))
    assert "12 rows and 6 columns: a rank of 1 to 6" in refused("TK111", STEP, table, ranks=[1, 7])
    text = refused("TK111", STEP, table, ranks=[5], how="bi_cross_validation")
    assert "the smallest rest without a block allows a rank of 1 to 4" in text
    for wrong in ({"log": [1, 5, 3]}, {"range": [3]}, {"range": [0, 3]}, {"range": [1, 3], "more": [1]}):
        assert "[1, 2, 5], or {range: [from, to, step]}" in refused("TK627", STEP, table, ranks=wrong)
    refused("TK112", STEP, table, ranks={"range": [5, 1]})
    text = refused("TK628", STEP, table, model="svd", loss="kullback_leibler")
    assert "loss: kullback_leibler is for model: nmf only" in text
    assert "center: true is for model: svd only" in refused("TK628", STEP, table, center=True)
    text = refused("TK628", STEP, table, how="bi_cross_validation", missing="leave_out")
    assert "Set how: masked" in text
    text = refused("TK629", STEP, table, folds=50)
    assert "12 rows and 6 columns with 72 known cells is too small for 50 folds" in text
    refused("TK629", STEP, table, folds=7, how="bi_cross_validation")
    refused("TK629", STEP, tk.Table.from_(np.ones((5, 1))))
    below = tk.Table.from_(-planted("nmf", shape=(12, 6)))
    refused("TK620", STEP, below)
    assert STEP(below, model="svd", ranks=[1, 2]).figures["best_rank"] >= 1
    for model in ("nmf", "svd"):
        refused("TK203", STEP, tk.Table.from_(np.zeros((5, 5))), model=model)
        assert "whose square is no number" in refused(
            "TK203", STEP, tk.Table.from_(1e150 * np.ones((5, 5))), model=model
        )
        holes = tk.Table.from_(np.where(np.eye(5) > 0, np.nan, 1.0))
        refused("TK208", STEP, holes, model=model)
        lost = np.ones((5, 5))
        lost[2] = np.nan
        text = refused("TK634", STEP, tk.Table.from_(lost, ids=list("abcde")), model=model, missing="leave_out")
        assert "row 'c' has no known cell" in text
    lonely = tk.Table.from_(np.where(np.eye(9) > 0, 1.0, np.nan))
    text = refused("TK629", STEP, lonely, missing="leave_out", ranks=[1])
    assert "most of the 9 known cells are alone in their row or column" in text
    infinite = tk.Table.from_(np.where(np.eye(5) > 0, -np.inf, 1.0))
    assert "holds -inf" in refused("TK203", STEP, infinite, model="svd", missing="leave_out")


def test_columns_are_known_before_data():
    schema = tk.Table.from_({"a": [1.0], "b": [1.0], "label": ["x"]}).schema
    flow = STEP.flow({"table": schema}, STEP.convert({}))
    found = STEP(tk.Table.from_(planted("nmf", shape=(9, 8))), stability=2)
    assert flow["ranks"].names == found.ranks.columns
    assert flow["ranks"].columns == found.ranks.kinds


def _planted_tensor(rank: int) -> tk.Tensor:
    random = np.random.default_rng(5)
    factors = [random.normal(size=(n, rank)) for n in (9, 8, 7)]
    exact = np.einsum("ir,jr,kr->ijk", *factors)
    noisy = exact + 0.05 * exact.std() * random.normal(size=exact.shape)
    noisy[random.random(exact.shape) < 0.05] = np.nan  # missing cells are neither fitted nor hidden
    return tk.Tensor.from_(noisy)


@pytest.mark.row("L22", "L23")
@pytest.mark.parametrize("model", ["cp", "tucker"])
def test_the_rank_of_a_planted_tensor_is_found(model: str) -> None:
    found = tk.learn.ranks(_planted_tensor(2), model=model, ranks=[1, 2, 3, 4], folds=4)
    assert found.figures["chosen_rank"] == 2
    assert found.figures["stability"] is None
    errors = found.ranks["error"].to_list()
    assert errors[1] < 0.2 * errors[0]


def test_a_fold_of_a_tensor_is_what_low_rank_fit_says_of_its_hidden_cells() -> None:
    """Oracle: the same folds, dealt and fitted here by hand."""
    from tenkai.kernels.held_out import cell_folds
    from tenkai.learn._tensor import low_rank_tensor

    X = _planted_tensor(1).values
    found = tk.learn.ranks(tk.Tensor.from_(X), model="cp", ranks=[1], folds=2, restarts=1, seed=3)
    (sequence,) = np.random.SeedSequence(3).spawn(1)
    folds = cell_folds(~np.isnan(X), 2, np.random.default_rng(sequence))
    errors = []
    for i in range(2):
        (seed,) = np.random.SeedSequence([3, i, 1]).generate_state(1)
        kept = np.where(folds.kept(i), X, np.nan)
        low = low_rank_tensor(kept, 1, seed=int(seed), starts=1, iterations=200, tolerance=1e-4)
        errors.append(np.sqrt(np.square((X - low)[folds.held(i)]).mean()))
    assert found.ranks["error"][0] == pytest.approx(np.mean(errors), rel=1e-12)


def test_tables_and_tensors_are_told_apart() -> None:
    tensor = _planted_tensor(1)
    with pytest.raises(TenkaiError) as caught:
        tk.learn.ranks(tensor)
    assert str(caught.value) == (
        "TK628 learn.ranks model: nmf is for tables, and a tensor comes in. "
        "Allowed: cp and tucker for a tensor, nmf and svd for a table."
    )
    for wrong, code in (({"how": "bi_cross_validation"}, "TK628"), ({"ranks": [99]}, "TK111")):
        with pytest.raises(TenkaiError, match=code):
            tk.learn.ranks(tensor, model="cp", **wrong)
    with pytest.raises(TenkaiError, match="TK629"):
        tk.learn.ranks(tk.Tensor.from_(np.ones((2, 2))), model="cp", folds=5)
