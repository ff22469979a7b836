"""Tables from and to other libraries."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Table

COLUMNS = {
    "密度 (g/cm3)": [2.7, None, 7.9],
    "Z": [13, 14, 26],
    "phase": ["fcc", None, "bcc"],
    "flag": [True, False, True],
}
KINDS = {"密度 (g/cm3)": "number", "Z": "number", "phase": "category", "flag": "category"}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: COLUMNS, id="mapping"),
        pytest.param(lambda: pl.DataFrame(COLUMNS), id="polars"),
        pytest.param(lambda: pl.LazyFrame(COLUMNS), id="polars lazy"),
        pytest.param(lambda: pd.DataFrame(COLUMNS), id="pandas"),
        pytest.param(lambda: pd.DataFrame(COLUMNS).astype({"phase": "category"}), id="pandas category"),
        pytest.param(lambda: pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow"), id="pandas on arrow"),
        pytest.param(lambda: pd.DataFrame(COLUMNS).convert_dtypes(), id="pandas nullable"),
        pytest.param(lambda: pa.table(COLUMNS), id="arrow"),
        pytest.param(
            lambda: pa.concat_tables([pa.table(COLUMNS).slice(0, 1), pa.table(COLUMNS).slice(1)]), id="chunks"
        ),
        pytest.param(lambda: nw.from_native(pl.DataFrame(COLUMNS)), id="narwhals"),
        pytest.param(lambda: nw.from_native(pl.LazyFrame(COLUMNS)), id="narwhals lazy"),
    ],
)
def test_the_same_table_from_everywhere(make):
    table = Table.from_(make())
    assert table.columns == list(COLUMNS)
    assert dict(table.kinds) == KINDS
    assert table.ids.to_list() == ["Row0", "Row1", "Row2"]
    assert table["Z"].to_list() == [13, 14, 26]
    assert table["phase"].to_list() == ["fcc", None, "bcc"]
    np.testing.assert_array_equal(table.matrix(["密度 (g/cm3)"])[:, 0], [2.7, np.nan, 7.9])


@pytest.mark.parametrize("way", ["to_pandas", "to_polars", "to_arrow"])
def test_there_and_back(way):
    table = Table.from_(COLUMNS, ids=["a", "b", "c"])
    out = getattr(table, way)()
    back = Table.from_(out, ids=None if way == "to_pandas" else "row id")
    assert back.ids.to_list() == ["a", "b", "c"]
    assert back.frame.equals(table.frame, null_equal=True)
    assert dict(back.kinds) == KINDS


@settings(max_examples=30)
@given(
    st.lists(st.floats(allow_nan=False) | st.none(), min_size=3, max_size=3),
    st.lists(st.text() | st.none(), min_size=3, max_size=3),
)
def test_any_cells_there_and_back(numbers, texts):
    frame = {"x": pl.Series(numbers, dtype=pl.Float64), "t": pl.Series(texts, dtype=pl.String)}
    table = Table.from_(frame, ids=["a", "b", "c"])
    for out in (table.to_polars(), table.to_arrow()):
        assert Table.from_(out, ids="row id").frame.equals(table.frame, null_equal=True)
    assert Table.from_(table.to_pandas())["t"].to_list() == table["t"].to_list()


def test_arrays():
    X = np.arange(6.0).reshape(3, 2)
    table = Table.from_(X)
    assert table.columns == ["x0", "x1"]
    np.testing.assert_array_equal(table.to_numpy(), X)
    assert Table.from_(np.array([1, 2])).columns == ["x0"]
    images = Table.from_(np.zeros((2, 4, 5, 3), dtype=np.uint8))
    assert dict(images.kinds) == {"image": "image"}
    assert images.frame.schema["image"] == pl.Array(pl.UInt8, (4, 5, 3))
    named = Table.from_(np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]))
    assert named.frame.rows() == [(1, 2.0)]


def test_lists_of_equal_length_are_vectors():
    table = Table.from_({"v": [[1, 2], [3, 4]], "ragged": [[1], [2, 3]], "m": np.arange(6.0).reshape(2, 3)})
    assert dict(table.kinds) == {"v": "vector", "ragged": "category", "m": "vector"}
    np.testing.assert_array_equal(table.matrix(["v", "m"]), [[1, 2, 0, 1, 2], [3, 4, 3, 4, 5]])


def test_vectors_go_to_pandas_as_arrays_in_cells():
    out = Table.from_({"v": np.arange(6.0).reshape(2, 3)}, ids=["a", "b"]).to_pandas()
    assert out.index.to_list() == ["a", "b"]
    np.testing.assert_array_equal(np.stack(out["v"]), np.arange(6.0).reshape(2, 3))


def test_a_pandas_index_names_the_rows():
    assert Table.from_(pd.DataFrame({"a": [1, 2]}, index=["p", "q"])).ids.to_list() == ["p", "q"]
    pairs = pd.MultiIndex.from_tuples([("Al", "As"), ("Ga", "N")])
    assert Table.from_(pd.DataFrame({"a": [1, 2]}, index=pairs)).ids.to_list() == ["Al^As", "Ga^N"]
    # rows that were filtered keep the numbers they had
    assert Table.from_(pd.DataFrame({"a": [1, 2, 3]}).iloc[[0, 2]]).ids.to_list() == ["0", "2"]


def test_mixed_cells_become_text_and_whole_numbers_meet_fractions():
    assert Table.from_({"a": [1, 2.5]})["a"].to_list() == [1.0, 2.5]
    assert Table.from_({"a": [1, "x", None]})["a"].to_list() == ["1", "x", None]
    mixed = pd.DataFrame({"a": pd.Series([1, "x", np.nan, pd.NA], dtype=object)})
    assert Table.from_(mixed)["a"].to_list() == ["1", "x", None, None]


def test_cells_of_other_types_become_what_kinds_speak_of():
    from datetime import timedelta
    from decimal import Decimal

    frame = pl.DataFrame(
        {
            "lasts": [timedelta(seconds=1.5), None],
            "price": [Decimal("1.25"), None],
            "long": pl.Series([2**70, None], dtype=pl.Int128),
            "bits": [[True, False], [False, False]],
            "parts": [{"a": 1}, None],
            "level": pl.Series(["low", None], dtype=pl.Enum(["low", "high"])),
        }
    )
    table = Table.from_(frame)
    assert table.frame.drop("bits").rows() == [(1.5, 1.25, 2.0**70, "{'a': 1}", "low"), (None,) * 5]
    assert dict(table.kinds) == dict.fromkeys(["lasts", "price", "long"], "number") | {
        "bits": "vector",
        "parts": "category",
        "level": "category",
    }


def test_equal_content_is_the_same_source():
    # Rows read twice are the same rows for the leak lens, whatever library brought them.
    a, b = Table.from_(pl.DataFrame({"x": [1.0, None]})), Table.from_(pa.table({"x": [1.0, None]}))
    assert (a.identity.keys == b.identity.keys).all()
    assert (a.identity.keys != Table.from_({"x": [1.0, 2.0]}).identity.keys).all()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (5, "a builtins.int cannot become a table. Allowed: pandas, polars, Arrow, NumPy"),
        (None, "a builtins.NoneType cannot become a table"),
        ([1, 2], "a builtins.list cannot become a table"),
        ({"a": {1, 2}}, "column 'a' is a set. A column is a list, an array or a series"),
        ({"a": 5}, "column 'a' is a int"),
        ({"*": [1]}, "the column name '*' is a pattern for several columns. Every name is allowed but '*' and '^...$'"),
        ({"a": [1, 2], "b": [1]}, "the columns have different numbers of rows: 'a' 2, 'b' 1"),
        (np.array([1 + 2j]), "an array of 1 axes and type complex128 cannot become a table"),
        (np.array(1.0), "an array of 0 axes"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns have the same name: 'a' 2 times"),
        (pa.table([[1], [2]], names=["a", "a"]), "two columns have the same name: 'a' 2 times"),
    ],
)
def test_what_cannot_become_a_table(data, told):
    with pytest.raises(tk.TenkaiError) as error:
        Table.from_(data)
    assert [p.code for p in error.value.problems] == ["TK801"]
    assert told in str(error.value)
