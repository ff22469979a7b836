from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.run.project import load
from tenkai.values import Axis, Lens, Scores, Sweep


def swept(points, make):
    names = list(points[0])
    axes = tuple(Axis(n, "step", n, tuple(p.get(n) for p in points)) for n in names)
    return Sweep(axes, tuple(points), tuple(make(p) for p in points))


@pytest.mark.row("F10")
def test_swept_values_become_columns_and_row_ids_say_the_pass():
    points = [{"k": k, "penalty": p} for k in (1, 2) for p in ("l1", "l2")]
    tables = swept(points, lambda p: tk.Table.from_({"x": [1.0 * p["k"], 5.0]}, ids=["a", "b"]))
    out = tk.process.stack(tables)
    assert out.columns == ["x", "k", "penalty"]
    assert out.frame.rows()[2:4] == [(1.0, 1, "l2"), (5.0, 1, "l2")]
    assert out.ids.to_list()[:3] == ["a^k=1, penalty=l1", "b^k=1, penalty=l1", "a^k=1, penalty=l2"]
    assert (out.kinds["k"], out.kinds["penalty"]) == ("number", "category")
    new = tk.process.stack(tables, ids="new", iteration="pass", append=False)
    assert new.columns == ["x", "pass"]
    assert new.ids.to_list() == [f"Row{i}" for i in range(8)]
    assert new["pass"].to_list() == [1, 1, 2, 2, 3, 3, 4, 4]


def test_values_that_are_no_plain_numbers():
    points = [{"depth": 3, "columns": ["a", "b"], "flag": True}, {"depth": None, "columns": ["c"], "flag": False}]
    out = tk.process.stack(swept(points, lambda p: tk.Table.from_({"x": [1.0]})))
    assert out["depth"].to_list() == [3, None]
    assert out["columns"].to_list() == ['["a", "b"]', '["c"]']
    assert out["flag"].to_list() == ["true", "false"]
    assert out.ids.is_unique().all()


def test_ids_that_do_not_repeat_stay_and_marks_never_clash():
    apart = swept([{"k": 1}, {"k": 2}], lambda p: tk.Table.from_({"x": [1.0]}, ids=[f"r{p['k']}"]))
    assert tk.process.stack(apart).ids.to_list() == ["r1", "r2"]
    odd = swept([{"k": 1}, {"k": 2}], lambda p: tk.Table.from_({"x": [1.0, 2.0]}, ids=["a", "a^k=1"]))
    assert tk.process.stack(odd).ids.n_unique() == 4


@pytest.mark.row("F11")
def test_scores_by_name_become_one_row_per_pass():
    """The slide's way: a column of names and values, transposed, one row per pass, stacked (S1 p17)."""

    def scores(point):
        names = tk.Table.from_({"figure": ["r2", "mae"], "value": [point["alpha"], 2.0]}, ids=["r2", "mae"])
        return tk.process.transpose(names, columns=["value"], names="figure")

    out = tk.process.stack(swept([{"alpha": 0.25}, {"alpha": 0.5}], scores), ids="new", iteration="iteration")
    assert out.columns == ["r2", "mae", "alpha", "iteration"]
    assert out.frame.rows() == [(0.25, 2.0, 0.25, 1), (0.5, 2.0, 0.5, 2)]
    # sorted, the best row is the first
    best = tk.process.sort(out, by=["r2"], descending=True)
    assert best["alpha"][0] == 0.5


def test_every_row_keeps_what_shaped_it():
    source = tk.Table.from_({"x": [1.0, 2.0, 4.0, 8.0]})
    halves = [np.array([0, 1]), np.array([2, 3])]

    def scaled(point):
        learned = tk.process.standardize(source.take(halves[point["h"]]))
        return tk.process.apply(source.take(halves[1 - point["h"]]), learned.fitted)

    out = tk.process.stack(swept([{"h": 0}, {"h": 1}], scaled))
    assert Lens.look(out.identity, out.influences).counts() == {"scored": 4, "prepared": 0, "fitted": 0, "chosen": 0}

    def seen(point):
        learned = tk.process.standardize(source.take(halves[point["h"]]))
        return learned.table if point["h"] else tk.process.apply(source.take(halves[1]), learned.fitted)

    mixed = tk.process.stack(swept([{"h": 0}, {"h": 1}], seen))
    # the second pass scaled its rows by themselves
    assert Lens.look(mixed.identity, mixed.influences).prepared == 2
    assert Scores.scored({}, rows=mixed.identity, influences=mixed.influences).lens.prepared == 2


LOOP = """
steps:
  rows: {collect.csv: {path: rows.csv}}
  parts: {process.fold: {table: rows, folds: 5, fold: {sweep: {range: [1, 5]}}, seed: 3}}
  scaled: {process.standardize: {table: parts.train, columns: {except: [y]}}}
  model: {learn.ridge: {table: scaled, target: y, alpha: 2}}
  said: {learn.predict: {table: parts.test, model: model}}
  all: {process.stack: {tables: said}}
  scores: {interpret.regression_scores: {table: all, target: y}}
  scaled_all: {process.standardize: {table: rows, columns: {except: [y]}}}
  model_all: {learn.ridge: {table: scaled_all, target: y, alpha: 2}}
  oof: {learn.cross_validate: {table: rows, model: model_all, folds: 5, seed: 3}}
results: {r2: scores.r2}
"""


@pytest.mark.row("F10")
def test_a_loop_over_folds_is_cross_validation(tmp_path: Path, cache_dir: Path):
    random = np.random.default_rng(0)
    X = random.normal(size=(40, 3))
    y = X @ [1.0, 2.0, -1.0] + 0.3 * random.normal(size=40)
    pl.DataFrame({"a": X[:, 0], "b": 50 * X[:, 1], "c": X[:, 2], "y": y}).write_csv(tmp_path / "rows.csv")
    (tmp_path / "w.yaml").write_text(LOOP)
    result = load(tmp_path / "w.yaml").run()
    assert result.ok
    loop, oof = (result.value(name).named().sort("row id") for name in ("all", "oof"))
    assert loop["fold"].to_list() == oof["fold"].to_list()
    for name in ("predicted", "baseline"):
        np.testing.assert_allclose(loop[name], oof[name], rtol=1e-9)
    assert result.to_json()["lens"]["r2"] == {"scored": 40, "prepared": 0, "fitted": 0, "chosen": 0}


def test_what_cannot_be_stacked(error_of):
    stack = tk.process.stack
    table = tk.Table.from_({"x": [1.0]})
    told = error_of(lambda: stack.run({"tables": table}, stack.convert({})), "TK210")
    assert "is not swept" in told and "process.concat" in told
    uneven = swept([{"k": 1}, {"k": 2}], lambda p: tk.Table.from_({f"x{p['k']}": [1.0]}))
    assert "table of k=1 has no 'x2'" in error_of(lambda: stack(uneven), "TK210")
    filled = stack(uneven, fill=True)
    assert filled["x2"].to_list() == [None, 1.0]
    clash = swept([{"k": 1}, {"k": 2}], lambda p: tk.Table.from_({"k": [9.0]}))
    assert "already have a column 'k'" in error_of(lambda: stack(clash), "TK210")
    same = swept([{"k": 1}, {"k": 2}], lambda p: tk.Table.from_({"k": [float(p["k"])]}))
    assert stack(same)["k"].to_list() == [1.0, 2.0]
