import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Columns, Table
from tenkai.values.matrix import array_column


def error_of(action) -> str:
    with pytest.raises(tk.TenkaiError) as error:
        action()
    return str(error.value)


@pytest.fixture
def table() -> Table:
    return Table.from_(
        {
            "a": [1.0, 2.0, 3.0],
            "バンドギャップ": [0.5, None, float("nan")],
            "phase": ["fcc", "bcc", "fcc"],
            "v": np.arange(6.0).reshape(3, 2),
            "img": np.arange(12).reshape(3, 2, 2),
        },
        ids=["x", "y", "z"],
    )


# ---- rows ----------------------------------------------------------------------------------------------------


def test_row_ids_come_from_a_column_or_are_counted():
    assert Table.from_({"a": [1, 2]}).ids.to_list() == ["Row0", "Row1"]
    pairs = Table.from_({"pair": ["Al^As", "Ga^N"], "a": [1, 2]}, ids="pair")
    assert pairs.ids.to_list() == ["Al^As", "Ga^N"]
    assert pairs.columns == ["a"]
    assert Table.from_({"a": [1, 2]}, ids=[7, 8]).ids.to_list() == ["7", "8"]


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["p", "p"], "TK207: the row id 'p' stands for several rows. Row ids are unique."),
        (["p", None], "TK207: row 1 has no row id."),
        (["p"], "TK207: there are 1 row ids for 2 rows."),
        ("name", "TK201 row_id: there is no column 'name'. The table has 'names'. Did you mean 'names'?"),
    ],
)
def test_row_ids_that_do_not_name_rows(ids, told):
    assert told in error_of(lambda: Table.from_({"names": [1, 2]}, ids=ids))


def test_rows_are_taken_by_position_or_mask(table):
    taken = table.take([2, 0])
    assert taken.ids.to_list() == ["z", "x"]
    assert taken["a"].to_list() == [3.0, 1.0]
    assert (taken.identity.keys == table.identity.keys[[2, 0]]).all()
    assert table.take(np.array([True, False, True])).ids.to_list() == ["x", "z"]
    assert table.take([]).height == 0
    assert table.height == len(table) == 3  # the table itself never changes


# ---- columns -------------------------------------------------------------------------------------------------


def test_kinds_are_guessed_or_given(table):
    assert dict(table.kinds) == {
        "a": "number",
        "バンドギャップ": "number",
        "phase": "category",
        "v": "vector",
        "img": "image",
    }
    names = Table.from_({"name": [f"row {i}" for i in range(100)], "few": ["p", "q"] * 50})
    assert dict(names.kinds) == {"name": "text", "few": "category"}
    assert Table.from_({"smiles": ["C", "CC"]}, kinds={"smiles": "molecule"}).kinds["smiles"] == "molecule"
    assert "TK202: column 'a' holds" in error_of(lambda: Table.from_({"a": ["x"]}, kinds={"a": "number"}))


def test_changed_columns_keep_their_kind_where_it_still_fits():
    table = Table.from_({"a": [1, 2], "smiles": ["C", "CC"]}, kinds={"smiles": "molecule"})
    changed = table.with_columns(table.frame.with_columns(a=pl.lit("x"), b=pl.lit(1.0)))
    assert dict(changed.kinds) == {"a": "category", "smiles": "molecule", "b": "number"}


@pytest.mark.row("P2")
@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("numbers", ["a", "バンドギャップ", "v"]),
        ("all", ["a", "バンドギャップ", "phase", "v", "img"]),
        (["v", "a"], ["v", "a"]),
        ("phase", ["phase"]),
        ({"except": ["a", "phase"]}, ["バンドギャップ", "v"]),
        ({"match": "*ギャップ"}, ["バンドギャップ"]),
        ({"match": "*", "except": ["v", "img"]}, ["a", "バンドギャップ", "phase"]),
        ({"kind": "category"}, ["phase"]),
        ({"kind": ["vector", "image"]}, ["v", "img"]),
    ],
)
def test_a_choice_of_columns(table, written, found):
    assert table.choose(written) == found
    parsed = Columns.parse(written)
    assert Columns.parse(parsed.written()) == parsed


@pytest.mark.parametrize("written", [[], {}, 5, [1], {"only": ["a"]}, {"kind": "colour"}, {"match": 3}])
def test_what_is_no_choice_of_columns(written):
    with pytest.raises(ValueError, match="'numbers', 'all', a list of column names"):
        Columns.parse(written)


def test_errors_name_the_nearest_column(table):
    told = error_of(lambda: table.choose(["バンドキャップ"]))
    assert told.startswith("TK201 columns: there is no column 'バンドキャップ'. The table has 'a', 'バンドギャップ'")
    assert told.endswith("Did you mean 'バンドギャップ'?")
    assert "Did you mean 'phase'?" in error_of(lambda: table["Phase"])
    assert "there is no column 'b'" in error_of(lambda: table.choose({"except": ["b"]}))
    assert "TK204" in error_of(lambda: table.choose({"match": "z*"}))
    assert "TK202" in error_of(lambda: table.require(["phase"], ("number",)))


def test_missing_cells_are_told_with_their_row(table):
    told = error_of(lambda: table.require_complete(["バンドギャップ"]))
    assert "column 'バンドギャップ' misses 2 of 3 values, first at row 'y'" in told
    assert "process.impute" in told


# ---- matrices ------------------------------------------------------------------------------------------------


def test_columns_side_by_side(table):
    X = table.matrix(["a", "v", "img"])
    assert X.shape == (3, 7)
    assert X.flags["C_CONTIGUOUS"]
    assert X[1].tolist() == [2, 2, 3, 4, 5, 6, 7]
    assert table.layout(["a", "v", "img"]).features() == [
        "a",
        "v[0]",
        "v[1]",
        *(f"img[{i},{j}]" for i in (0, 1) for j in (0, 1)),
    ]
    assert table.matrix(["a"], np.float32).dtype == np.float32
    assert np.isnan(table.matrix()[1:, 1]).all()


def test_a_matrix_goes_back_to_where_it_came_from(table):
    names = ["a", "v", "img"]
    back = table.with_matrix(names, table.matrix(names) * 2)
    assert back.columns == table.columns
    np.testing.assert_array_equal(back.matrix(names), table.matrix(names) * 2)
    assert back.kinds == table.kinds


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 3))
def test_array_columns_of_any_size(n, h, w):
    values = np.arange(n * h * w, dtype=np.float64).reshape(n, h, w)
    series = array_column("x", values)
    assert series.dtype == pl.Array(pl.Float64, (h, w))
    if n:
        np.testing.assert_array_equal(Table.from_(series.to_frame()).matrix(["x"]), values.reshape(n, -1))


def test_one_whole_column_is_not_copied():
    values = np.random.default_rng(0).normal(size=(1000, 20))
    table = Table.from_(array_column("v", values).to_frame())
    assert np.shares_memory(table.matrix(["v"]), table.matrix(["v"]))


def test_it_shows_itself(table):
    assert repr(table).startswith("Table(rows=3, columns=5")
    assert table.measures() == {"rows": 3, "columns": 5}
    assert "バンドギャップ" in table._repr_html_()
    assert Table.from_({"row id": [1]}).to_polars().columns == ["row id_", "row id"]
