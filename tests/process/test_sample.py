import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_({"x": range(100), "class": ["a"] * 70 + ["b"] * 25 + ["c"] * 5})


@pytest.mark.row("P7")
def test_a_number_or_a_share_of_rows(table):
    for made in (tk.process.sample(table, rows=30, seed=3), tk.process.sample(table, fraction=0.3, seed=3)):
        assert made.height == 30
        assert made["x"].to_list() == sorted(set(made["x"]))  # each once, in the order of the table
        assert made.ids.to_list() == [f"Row{x}" for x in made["x"]]
        assert (made.identity.keys == table.identity.keys[made["x"].to_numpy()]).all()
    assert tk.process.sample(table, fraction=0.001).height == 1
    assert tk.process.sample(table, fraction=1).ids.to_list() == table.ids.to_list()


@pytest.mark.row("P7")
@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 2**32 - 1))
def test_a_larger_sample_contains_the_smaller(a, b, seed):
    table = tk.Table.from_({"x": range(100)})
    small, large = (set(tk.process.sample(table, rows=n, seed=seed)["x"]) for n in sorted((a, b)))
    assert small <= large


@pytest.mark.row("P7")
def test_the_same_seed_draws_the_same_rows(table):
    first = [tk.process.sample(table, rows=10, seed=s)["x"].to_list() for s in (0, 0, 1)]
    assert first[0] == first[1] != first[2]


def test_every_row_has_the_same_chance(table):
    # 2 000 draws of 10 of 100: each row is expected 200 times, with a deviation of 13.4.
    drawn = np.zeros(100)
    for seed in range(2000):
        drawn[tk.process.sample(table, rows=10, seed=seed)["x"].to_numpy()] += 1
    assert np.abs(drawn - 200).max() < 5 * 13.4


def test_classes_keep_their_shares(table):
    made = tk.process.sample(table, rows=20, stratify="class", seed=1)
    assert [made["class"].to_list().count(c) for c in "abc"] == [14, 5, 1]
    for rows, shares in ((3, [1, 1, 1]), (4, [2, 1, 1]), (100, [70, 25, 5]), (99, [69, 25, 5])):
        made = tk.process.sample(table, rows=rows, stratify="class")
        assert [made["class"].to_list().count(c) for c in "abc"] == shares


@given(st.lists(st.integers(0, 4), min_size=5, max_size=60), st.data())
def test_shares_are_as_even_as_whole_numbers_allow(classes, data):
    sizes = np.bincount(classes, minlength=5)
    kinds = int((sizes > 0).sum())
    rows = data.draw(st.integers(kinds, len(classes)))
    made = tk.process.sample(tk.Table.from_({"c": classes}), rows=rows, stratify="c")
    drawn = np.bincount(made["c"].to_list(), minlength=5)
    assert drawn.sum() == rows
    assert (drawn[sizes > 0] >= 1).all() and (drawn <= sizes).all()
    # Away from its exact share by less than one row, or by what one row for each class costs.
    exact = sizes * rows / len(classes)
    assert (np.abs(drawn - exact) < 1 + (np.maximum(1 - exact, 0)[sizes > 0]).sum()).all()


def test_mistakes(table, error_of):
    sample = tk.process.sample
    assert "neither 'rows' nor 'fraction'" in error_of(lambda: sample(table), "TK111")
    assert "both 'rows' and 'fraction'" in error_of(lambda: sample(table, rows=1, fraction=0.5), "TK111")
    assert "101 is not allowed. The table has 100 rows." in error_of(lambda: sample(table, rows=101), "TK111")
    error_of(lambda: sample(table, fraction=0), "TK111")
    error_of(lambda: sample(table, fraction=1.1), "TK111")
    told = error_of(lambda: sample(table, rows=2, stratify="class"), "TK211")
    assert "2 rows cannot hold 3 classes of 'class'" in told
    error_of(lambda: sample(table, rows=2, stratify="Class"), "TK201")
    holes = tk.Table.from_({"c": ["a", None]})
    error_of(lambda: sample(holes, rows=1, stratify="c"), "TK208")
    error_of(lambda: sample(table.take([]), rows=1), "TK205")
