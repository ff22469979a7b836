import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupShuffleSplit, train_test_split

import tenkai as tk
from tenkai.values import Lens, Schema


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_(
        {"x": range(40), "class": ["a"] * 28 + ["b"] * 12, "compound": [f"c{i // 4}" for i in range(40)]}
    )


@pytest.mark.row("P7")
def test_seventy_percent_of_the_compounds_of_the_source(read):
    # S1 p39 and T1: 82 rows give 57 to learn from and 25 to test on.
    parts = tk.process.split(read("mi/ZB_WZ_dE_rawdescriptor.csv"), test=0.3, seed=1)
    assert (parts.train.height, parts.test.height) == (57, 25)


@pytest.mark.row("P7")
@pytest.mark.parametrize("test", [0.3, 0.1, 7, 1])
@pytest.mark.parametrize("seed", [0, 8])
def test_the_rows_are_those_of_scikit_learn(table, test, seed):
    train, held = train_test_split(np.arange(40), test_size=test, random_state=seed)
    parts = tk.process.split(table, test=test, seed=seed)
    assert parts.train["x"].to_list() == sorted(train)
    assert parts.test["x"].to_list() == sorted(held)


def test_the_rows_are_those_of_scikit_learn_by_class_and_by_group(table):
    train, held = train_test_split(np.arange(40), test_size=0.25, random_state=3, stratify=table["class"].to_numpy())
    parts = tk.process.split(table, test=0.25, seed=3, stratify="class")
    assert parts.train["x"].to_list() == sorted(train)
    assert parts.test["x"].to_list() == sorted(held)
    groups = table["compound"].to_numpy()
    train, held = next(GroupShuffleSplit(1, test_size=0.2, random_state=3).split(groups, groups=groups))
    parts = tk.process.split(table, test=0.2, seed=3, groups="compound")
    assert parts.train["x"].to_list() == train.tolist()
    assert parts.test["x"].to_list() == held.tolist()


@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 1000))
def test_every_row_is_on_one_side(n, test, seed):
    table = tk.Table.from_({"x": range(n)})
    if not 0 < np.ceil(test * n) < n:
        with pytest.raises(tk.TenkaiError, match="TK211"):
            tk.process.split(table, test=test, seed=seed)
        return
    parts = tk.process.split(table, test=test, seed=seed)
    assert sorted([*parts.train["x"], *parts.test["x"]]) == list(range(n))
    assert not parts.train.identity.seen(parts.test.identity.union()).any()


@pytest.mark.row("P7")
def test_a_scaler_fitted_after_the_split_has_not_seen_the_test_rows(table):
    parts = tk.process.split(table, test=0.3)
    after = tk.process.apply(parts.test, tk.process.standardize(parts.train).fitted)
    assert Lens.look(after.identity, after.influences).prepared == 0
    before = tk.process.split(tk.process.standardize(table).table, test=0.3).test
    assert Lens.look(before.identity, before.influences).prepared == before.height


def test_classes_keep_their_shares_and_groups_stay_together(table):
    parts = tk.process.split(table, test=0.5, stratify="class")
    assert parts.test["class"].to_list().count("a") == 14
    parts = tk.process.split(table, test=3, groups="compound", seed=5)
    assert not set(parts.train["compound"]) & set(parts.test["compound"])
    assert parts.test["compound"].n_unique() == 3
    assert [n.text for n in parts.test.notes] == ["3 of 10 groups of 'compound' are test rows: 12 of 40 rows."]


def test_mistakes(table, error_of):
    split = tk.process.split
    told = error_of(lambda: split(tk.Table.from_({"c": ["a", "a", "a", "b", "c"]}), stratify="c"), "TK211")
    assert "'c' has 2 classes with a single row: 'b', 'c'." in told
    assert "process.label" in told
    told = error_of(lambda: split(table, test=1, stratify="class"), "TK211")
    assert "1 test and 39 training rows cannot both hold the 2 classes of 'class'" in told
    assert "one group only" in error_of(lambda: split(tk.Table.from_({"g": ["a"] * 4}), groups="g"), "TK211")
    assert "both given" in error_of(lambda: split(table, stratify="class", groups="compound"), "TK111")
    assert "test = 40 of 40 rows leaves none to learn from" in error_of(lambda: split(table, test=40), "TK211")
    assert "1 row cannot be split in two" in error_of(lambda: split(table.take([0])), "TK211")
    error_of(lambda: split(table, test=0), "TK111")
    error_of(lambda: split(table, test=1.5), "TK111")
    error_of(lambda: split(table, stratify="Class"), "TK201")
    error_of(lambda: split(tk.Table.from_({"c": ["a", None, "a"]}), stratify="c"), "TK208")


def test_mistakes_before_the_data(table):
    step = tk.process.split
    schema = Schema({"x": "number", "v": "vector"})
    assert step.flow({"table": schema}, step.convert({})) == {"train": schema, "test": schema}
    with pytest.raises(tk.TenkaiError, match="TK202"):
        step.flow({"table": schema}, step.convert({"groups": "v"}))
