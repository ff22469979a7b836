"""Tensors as values: what they are made of, what they say of themselves, and that files give them back."""

import json
from pathlib import Path

import numpy as np
import pytest

import tenkai as tk
from tenkai.values import Folder, Influence, Tensor, load


def small() -> Tensor:
    values = [[[1.0, 2.0, 3.0], [4.0, 5.0, np.nan]], [[0.0, 0.0, 0.0], [7.0, 8.0, 9.0]]]
    return Tensor.from_(values, {"el": ["鉄", "Al"], "ratio": ["1^9", "5^5"], "sg": ["a", "b", "c"]})


@pytest.mark.row("L23")
def test_it_comes_back_from_files(tmp_path: Path) -> None:
    rows = tk.process.standardize(tk.Table.from_({"a": ["x", "y"], "b": ["u", "v"], "v": [1.0, 3.0]}), columns=["v"])
    made = tk.process.tensor(rows.table, axes=["a", "b"], cells="mean", value="v")
    for name, tensor in (("small", small()), ("made", made)):
        tensor.save(tmp_path / name)
        back = load(Folder(tmp_path / name))
        assert isinstance(back, Tensor)
        np.testing.assert_array_equal(back.values, tensor.values)
        assert (back.axes, back.labels) == (tensor.axes, tensor.labels)
        np.testing.assert_array_equal(back.cells, tensor.cells)
        np.testing.assert_array_equal(back.identity.keys, tensor.identity.keys)
        assert [i.digest for i in back.influences] == [i.digest for i in tensor.influences]
    assert [i.step for i in made.every_influence] == ["process.standardize"]
    assert json.loads((tmp_path / "small/value.json").read_text())["type"] == "tensor"


def test_what_it_says_of_itself() -> None:
    tensor = small()
    assert repr(tensor) == "Tensor(axes=el 2 x ratio 2 x sg 3, cells=12)"
    assert tensor.measures() == {
        "order": 3, "cells": 12, "missing": 1, "nonzero": 8, "smallest": 0.0, "mean": 39 / 11, "largest": 9.0,
    }  # fmt: skip
    empty = Tensor.from_(np.full((1, 2), np.nan))
    assert empty.axes == ("axis1", "axis2")
    assert empty.measures() == {"order": 2, "cells": 2, "missing": 2, "nonzero": 0}


def test_as_a_long_table_every_cell_has_its_labels() -> None:
    frame = small().long()
    assert frame.columns == ["el", "ratio", "sg", "value"]
    assert frame.rows()[4:7] == [("鉄", "5^5", "b", 5.0), ("鉄", "5^5", "c", None), ("Al", "1^9", "a", 0.0)]
    assert Tensor.from_([[1.0]], ["value", "b"]).long().columns == ["value", "b", "value_"]


def test_influences_take_the_name_of_the_step_in_the_workflow() -> None:
    tensor = small().influenced([Influence("learn.cp", "prepared", np.array([1], np.uint64))])
    assert [i.step for i in tensor.called("learn.cp", "parts").every_influence] == ["parts"]
    assert [i.step for i in tensor.called("learn.svd", "low").every_influence] == ["learn.cp"]
    assert tensor.influenced(tensor.influences).influences == tensor.influences


@pytest.mark.parametrize(
    ("values", "axes", "code", "text"),
    [
        (np.zeros(3), None, "TK216", "there is 1 axis. Two or more."),
        (np.zeros((2, 2)), ["a", "a"], "TK216", "two axes are called 'a'. Names differ."),
        (np.zeros((2, 2)), {"a": ["x", "x"], "b": ["u", "v"]}, "TK216", "axis 'a' has the label 'x' twice."),
        (np.zeros((2, 2)), {"a": ["x"], "b": ["u", "v"]}, "TK216", "the array is 2 x 2, and the axes are 1 x 2."),
        (np.zeros((2, 2)), ["a", "b", "c"], "TK216", "the array is 2 x 2, and the axes are 3 names."),
    ],
)
def test_axes_that_do_not_fit_are_told(values, axes, code, text) -> None:
    with pytest.raises(tk.TenkaiError) as caught:
        Tensor.from_(values, axes)
    assert caught.value.problems[0].code == code
    assert text in str(caught.value)
