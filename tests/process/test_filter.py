import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Schema


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_(
        {
            "target": [12.0, 137.0, None, 26.4],
            "band gap": [1.0, float("nan"), 0.5, 0.2],
            "phase": ["α", "β", None, "α"],
        },
        ids=["p", "q", "r", "s"],
    )


@pytest.mark.row("P3")
def test_the_unusual_row_of_the_max_phases_stays_visible(read):
    # T7: one row of 107 has 137 where the next largest value is 26.4; the column name starts with a blank.
    table = read("mi/maxphase_property.csv")
    parts = tk.process.filter(table, where="` rho0 lambda lambda` < 30")
    assert (parts.table.height, parts.dropped.height) == (106, 1)
    assert parts.dropped[" rho0 lambda lambda"][0] == pytest.approx(137, abs=0.5)
    assert parts.table[" rho0 lambda lambda"].max() == pytest.approx(26.4, abs=0.05)
    (note,) = parts.table.notes
    assert note.code == "TKW205"
    assert "1 row of 107 was set aside (` rho0 lambda lambda` < 30): perhaps unusual, not wrong" in note.text


@pytest.mark.row("P3")
@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("target < 30", "ps"),
        ("target >= 26.4", "qs"),
        ("target == 12 or target == 137", "pq"),
        ("target != 12", "qs"),
        ("10 < target < 100", "ps"),
        ("phase == 'α'", "ps"),
        ("phase in ('β', 'γ')", "q"),
        ("target is missing", "r"),
        ("`band gap` is not missing", "prs"),
        ("target < 30 and `band gap` is not missing and phase == 'α'", "ps"),
        ("not (phase == 'α')", "q"),
        ("row_number <= 2", "pq"),
        ("row_number == 1", "p"),
        ("row_id in ('q', 's')", "qs"),
        ("row_id > 'p'", "qrs"),
        ("abs(log10(target) - 1) < 0.5", "ps"),
        ("true", "pqrs"),
    ],
)
def test_conditions(table, where, kept):
    parts = tk.process.filter(table, where=where)
    assert parts.table.ids.to_list() == list(kept)
    assert parts.dropped.ids.to_list() == [i for i in "pqrs" if i not in kept]


@pytest.mark.row("P3")
def test_rows_whose_condition_stays_open_are_counted(table):
    parts = tk.process.filter(table, where="target < 30")
    assert {n.code for n in parts.dropped.notes} == {"TKW205", "TKW206"}
    assert any("stays open for 1 row with a missing value, first 'r'" in n.text for n in parts.table.notes)
    sure = tk.process.filter(table, where="target is not missing")
    assert {n.code for n in sure.table.notes} == {"TKW205"}


def test_rows_by_id_and_without_holes(table):
    assert tk.process.filter(table, rows=["s", "q"]).table.ids.to_list() == ["q", "s"]
    assert tk.process.filter(table, missing=["target"]).table.ids.to_list() == ["p", "q", "s"]
    assert tk.process.filter(table, missing="all").table.ids.to_list() == ["p", "s"]
    both = tk.process.filter(table, where="target < 130", rows=["q", "s"], missing="numbers")
    assert both.table.ids.to_list() == ["s"]


def test_holes_inside_vectors():
    v = pl.Series([[1.0, 2.0], [1.0, float("nan")], None, [0.0, 0.0]], dtype=pl.Array(pl.Float64, 2))
    assert tk.process.filter(tk.Table.from_({"v": v}), missing=["v"]).table.ids.to_list() == ["Row0", "Row3"]
    assert tk.process.filter(tk.Table.from_({"v": v}), where="v is missing").table.ids.to_list() == ["Row2"]


def test_a_column_called_row_number_is_written_in_backticks():
    table = tk.Table.from_({"row_number": [5, 6, 7]})
    assert tk.process.filter(table, where="row_number == 1").table["row_number"].to_list() == [5]
    assert tk.process.filter(table, where="`row_number` == 7").table["row_number"].to_list() == [7]
    assert tk.process.filter(table, where="row_number + 4 == `row_number`").table.height == 3


def test_what_travels_along(table):
    scaled = tk.process.standardize(tk.process.filter(table, missing=["target"]).table, columns=["target"]).table
    parts = tk.process.filter(scaled, where="target < 0")
    assert [f.step for f in parts.table.preparation] == ["process.standardize"]
    assert parts.table.influences == parts.dropped.influences == scaled.influences
    assert (parts.dropped.identity.keys == scaled.identity.keys[1:2]).all()
    assert parts.table.kinds == scaled.kinds


def test_no_row_left_says_what_there_is(table, error_of):
    told = error_of(lambda: tk.process.filter(table, where="target < 3 and phase == 'γ'"), "TK205")
    assert "none of 4 rows passes (target < 3 and phase == 'γ')" in told
    assert "'target' goes from 12 to 137." in told
    assert "'phase' is 'α', 'β'." in told
    error_of(lambda: tk.process.filter(table.take([]), where="true"), "TK205")


def test_mistakes(table, error_of):
    told = error_of(lambda: tk.process.filter(table, where="Target < 30"), "TK201")
    assert "process.filter where: there is no column 'Target'" in told
    assert "Did you mean 'target'?" in told
    assert "If it is a text, write 'omega' in quotes" in error_of(
        lambda: tk.process.filter(table, where="phase == omega"), "TK201"
    )
    assert "Write the column as `band gap`" in error_of(lambda: tk.process.filter(table, where="band gap < 1"), "TK209")
    assert "this gives numbers, not a condition" in error_of(lambda: tk.process.filter(table, where="target"), "TK209")
    assert "this gives texts" in error_of(lambda: tk.process.filter(table, where="phase"), "TK209")
    assert "Did you mean 'p'?" not in error_of(lambda: tk.process.filter(table, rows=["x", "y"]), "TK214")
    assert "there is no row 'P'. Row ids: 'p', 'q', 'r', 's'. Did you mean 'p'?" in error_of(
        lambda: tk.process.filter(table, rows=["P"]), "TK214"
    )
    assert "nothing to filter by" in error_of(lambda: tk.process.filter(table), "TK107")
    error_of(lambda: tk.process.filter(table, missing=["nothing"]), "TK201")


def test_mistakes_are_found_before_the_data():
    flow = tk.process.filter.flow
    none = {"where": None, "rows": None, "missing": None}
    schema = Schema({"a": "number", "c": "category"})
    assert flow({"table": schema}, {**none, "where": "a < row_number and c == 'x'"}) == {
        "table": schema,
        "dropped": schema,
    }
    for where, code in (("b < 3", "TK201"), ("a <", "TK209"), ("a + 1", "TK209"), ("a < 'x'", "TK209")):
        with pytest.raises(tk.TenkaiError, match=code):
            flow({"table": schema}, {**none, "where": where})
    with pytest.raises(tk.TenkaiError, match=r"TK209 process\.filter where"):
        flow({"table": None}, {**none, "where": "a <"})


@given(st.lists(st.floats(-10, 10) | st.none() | st.just(float("nan")), min_size=1, max_size=30), st.floats(-10, 10))
def test_every_row_is_kept_or_dropped(values, limit):
    table = tk.Table.from_({"x": pl.Series(values, dtype=pl.Float64)})
    by_hand = [i for i, v in enumerate(values) if v is not None and v < limit]
    if not by_hand:
        with pytest.raises(tk.TenkaiError, match="TK205"):
            tk.process.filter(table, where=f"x < {limit}")
        return
    parts = tk.process.filter(table, where=f"x < {limit}")
    assert parts.table.ids.to_list() == [f"Row{i}" for i in by_hand]
    assert sorted([*parts.table.ids, *parts.dropped.ids]) == sorted(table.ids)


def test_a_million_rows():
    n = 1_000_000
    x = np.random.default_rng(0).normal(size=n)
    table = tk.Table.from_({"x": x, "c": np.where(x > 0, "plus", "minus")})
    kept = tk.process.filter(table, where="-1 < x < 1 and c == 'plus'").table
    np.testing.assert_array_equal(kept["x"], x[(x > 0) & (x < 1)])
    assert (kept.identity.keys == table.identity.keys[(x > 0) & (x < 1)]).all()
