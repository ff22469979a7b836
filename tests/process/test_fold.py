import numpy as np
import polars as pl
import pytest
from sklearn.model_selection import KFold, StratifiedKFold

import tenkai as tk
from tenkai.step import Run
from tenkai.values import Lens


@pytest.fixture(scope="module")
def rows() -> tk.Table:
    random = np.random.default_rng(0)
    return tk.Table.from_(
        {"a": random.normal(size=23), "c": ["u"] * 8 + ["v"] * 15, "g": [f"g{i % 7}" for i in range(23)]}
    )


@pytest.mark.parametrize("stratify", [None, "c"])
def test_the_folds_of_scikit_learn(rows, stratify):
    maker = KFold if stratify is None else StratifiedKFold
    wanted = list(maker(4, shuffle=True, random_state=5).split(rows.frame, rows["c"]))
    for k, (train, test) in enumerate(wanted, start=1):
        part = tk.process.fold(rows, folds=4, fold=k, stratify=stratify, seed=5)
        assert part.train.ids.to_list() == rows.ids[train].to_list()
        assert part.test.ids.to_list() == rows.ids[test].to_list()
        assert Lens.look(part.test.identity, ()).scored == len(test)


def test_groups_stay_together_and_every_row_is_tested_once(rows):
    parts = [tk.process.fold(rows, folds=3, fold=k, groups="g") for k in (1, 2, 3)]
    assert sorted(i for p in parts for i in p.test.ids.to_list()) == sorted(rows.ids.to_list())
    for part in parts:
        assert not set(part.train["g"].to_list()) & set(part.test["g"].to_list())
        assert not set(part.train.identity.keys) & set(part.test.identity.keys)


def test_many_folds_at_once_are_the_same(rows):
    step = tk.process.fold
    settings = step.convert({"folds": 4, "fold": 1, "seed": 2})
    together = step.run_shared(("fold",), [{"fold": k} for k in (3, 1)], {"table": rows}, settings, Run())
    for k, found in zip((3, 1), together, strict=True):
        alone = step.run({"table": rows}, {**settings, "fold": k})
        for name in ("train", "test"):
            assert found[name].frame.equals(alone[name].frame)


def test_the_folds_of_cross_validation(rows):
    """The same code draws both; here through the steps themselves."""
    table = rows.with_columns(rows.frame.with_columns(y=pl.col("a") * 2))
    model = tk.learn.ridge(table, target="y", columns=["a"]).model
    out = tk.learn.cross_validate(table, model, folds=5, seed=1)
    for k in range(1, 6):
        test = tk.process.fold(table, folds=5, fold=k, seed=1).test
        assert out.frame.filter(pl.col("fold") == k)["a"].to_list() == test["a"].to_list()


def test_folds_that_cannot_be_drawn(rows, error_of):
    fold = tk.process.fold
    assert "there is no fold 6 of 5. Allowed: 1 to 5." in error_of(lambda: fold(rows, fold=6), "TK111")
    assert "24 folds need 24 rows; there are 23." in error_of(lambda: fold(rows, folds=24), "TK211")
    assert "8 folds need 8 groups; 'g' has 7." in error_of(lambda: fold(rows, folds=8, groups="g"), "TK211")
    assert "fewer rows than 9 folds: 'u'" in error_of(lambda: fold(rows, folds=9, stratify="c"), "TK211")
    error_of(lambda: fold(rows, stratify="c", groups="g"), "TK111")
    assert "Did you mean 'c'?" in error_of(lambda: fold(rows, stratify="C"), "TK201")
