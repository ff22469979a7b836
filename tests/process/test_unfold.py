from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk

PARTS = ["element1", "element2", "ratio1", "ratio2", "sg"]
FOLDINGS = [
    (["element1", "element2"], ["ratio1", "ratio2", "sg"]),
    (["element1"], ["element2", "ratio1", "ratio2", "sg"]),
    (["sg", "element2"], ["ratio2", "element1", "ratio1"]),
    (["ratio1", "ratio2", "sg"], ["element1", "element2"]),
]


def same(a: tk.Table, b: tk.Table) -> None:
    assert a.frame.equals(b.frame)
    assert a.frame.schema == b.frame.schema
    assert a.ids.to_list() == b.ids.to_list()
    np.testing.assert_array_equal(a.identity.keys, b.identity.keys)
    np.testing.assert_array_equal(a.identity.offsets, b.identity.offsets)


@pytest.mark.row("P14")
def test_every_folding_of_one_array_is_an_existence_matrix(data_dir: Path):
    keys = tk.process.composition(
        tk.Table.from_(pl.read_csv(data_dir / "mi" / "group131415_elm1elm2.csv")), formula="formula"
    )
    array = tk.process.tensor(keys, axes=PARTS)
    for rows, columns in FOLDINGS:
        same(
            tk.process.unfold(array, rows=rows, columns=columns),
            tk.process.existence(keys, rows=rows, columns=columns),
        )


@pytest.mark.row("P14")
@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 4), min_size=1, max_size=30))
def test_unfolding_any_keys_is_existence(keys: list[tuple[str, ...]]):
    table = tk.Table.from_(pl.DataFrame(keys, schema=["p", "q", "r", "s"], orient="row"))
    array = tk.process.tensor(table, axes=["p", "q", ["r", "s"]], cells="count")
    for rows, parts in ((["p", "q"], ["r", "s"]), (["q"], ["p", "r", "s"])):
        columns = ["r^s"] if rows == ["p", "q"] else ["p", "r^s"]
        same(
            tk.process.unfold(array, rows=rows, columns=columns),
            tk.process.existence(table, rows=rows, columns=parts, cells="count"),
        )


def test_worked_example():
    x = tk.Tensor.from_([[[1.0, 0.5], [np.nan, 4.0]]], {"a": ["In"], "b": ["P", "As"], "k": ["10", "9"]})
    found = tk.process.unfold(x, rows=["b"])
    assert found.ids.to_list() == ["As", "P"]
    assert found.columns == ["In^10", "In^9"]
    assert found.frame.rows() == [(None, 4.0), (1.0, 0.5)]
    plain = tk.process.unfold(x, rows=["b"], columns=["k", "a"], order="axes", separator=" ")
    assert (plain.ids.to_list(), plain.columns) == (["P", "As"], ["10 In", "9 In"])


def test_rows_without_data_are_left_out_on_request_and_stay_left_out_in_a_low_rank():
    t = tk.Table.from_({"a": ["x", "y", "y"], "b": ["u", "u", "v"], "c": ["1", "2", "1"]})
    array = tk.process.tensor(t, axes=["a", "b", "c"])
    low = tk.learn.cp(array, rank=1).tensor
    assert (low.values != 0).sum() > 3
    for tensor in (array, low):
        assert tk.process.unfold(tensor, rows=["a", "b"]).ids.to_list() == ["x^u", "y^u", "y^v"]
        kept = tk.process.unfold(tensor, rows=["a", "b"], empty="keep")
        assert kept.ids.to_list() == ["x^u", "x^v", "y^u", "y^v"]
        # Also a row of nothing can be seen: the lens counts all that a method learned from.
        assert [len(kept.identity.of(i)) for i in range(4)] == [1, 1, 1, 1]
        assert tk.learn.svd(kept, rank=1).figures.lens.prepared == 4
    # What was learned travels on, and new rows cannot claim to be like it.
    wide = tk.process.unfold(low, rows=["a", "b"])
    assert [i.step for i in wide.every_influence] == ["learn.cp"]
    assert [f.step for f in wide.preparation] == ["process.unfold"]
    assert tk.process.unfold(array, rows=["a"]).preparation == ()


def test_refusals(error_of: Callable[..., str]):
    x = tk.Tensor.from_(np.zeros((2, 2, 2)), ["el1", "el2", "sg"])
    told = error_of(lambda: tk.process.unfold(x, rows=["els1"]), "TK218")
    assert "there is no axis 'els1'. Axes: 'el1', 'el2', 'sg'. Did you mean 'el1'?" in told
    assert "no axis is left" in error_of(lambda: tk.process.unfold(x, rows=["el1", "el2", "sg"]), "TK218")
    assert "'el1' stands twice" in error_of(lambda: tk.process.unfold(x, rows=["el1"], columns=["el1", "el2"]), "TK218")
    assert "'sg' stands on no side" in error_of(lambda: tk.process.unfold(x, rows=["el1"], columns=["el2"]), "TK218")
    wide = tk.Tensor.from_(np.zeros((1, 201, 100)))
    assert "20100 columns" in error_of(lambda: tk.process.unfold(wide, rows=["axis1"]), "TK212")
    twice = tk.Tensor.from_(np.zeros((2, 2, 1)), {"a": ["x", "x^y"], "b": ["y^z", "z"], "c": ["1"]})
    assert "two rows would be called 'x^y^z'" in error_of(lambda: tk.process.unfold(twice, rows=["a", "b"]), "TK207")
    assert "two columns" in error_of(lambda: tk.process.unfold(twice, rows=["c"]), "TK207")
