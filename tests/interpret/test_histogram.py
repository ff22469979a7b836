import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.mark.row("P4", "T7", "C4")
def test_the_unusual_row_of_the_max_phases_is_seen_before_filtering(look, data_dir):
    table = tk.Table.from_(pl.read_csv(data_dir / "mi" / "maxphase_property.csv"))
    column = " rho0 lambda lambda"  # the name really starts with a blank
    figure = tk.interpret.histogram(table, column=column, threshold=30, bins=20)
    seen = look(figure)
    values = table[column].to_numpy()
    counts, edges = np.histogram(values, 20)
    bars = {r["a"]: r for r in seen.rows(seen.marks("rect")[0])}
    assert [bars[a]["n"] for a in sorted(bars)] == [n for n in counts if n]
    assert max(bars) == pytest.approx(edges[-2])
    assert "107 rows, " in figure.text and "to 137, median" in figure.text
    assert "1 row at or above 30." in seen.caption
    assert seen.rows(seen.marks("rule")[0])[0]["a"] == 30


def test_divided_bars_stack_to_the_whole(look):
    random = np.random.default_rng(0)
    values = random.normal(size=500)
    table = tk.Table.from_({"v": values, "c": ["a", "b", "b", None] * 125})
    seen = look(tk.interpret.histogram(table, column="v", color="c", bins=10))
    rows = seen.rows(seen.marks("rect")[0])
    assert all(r["hi"] - r["lo"] == r["n"] for r in rows)
    tops = {}
    for r in rows:
        tops[r["a"]] = max(tops.get(r["a"], 0), r["hi"])
    assert [tops[a] for a in sorted(tops)] == np.histogram(values, 10)[0].tolist()
    assert seen.legend() == {"a": "a (125)", "b": "b (250)", "missing": "missing (125)"}


def test_missing_values_are_counted(look):
    table = tk.Table.from_({"v": [1.0, None, float("nan"), 3.0]})
    seen = look(tk.interpret.histogram(table, column="v"))
    assert sum(r["n"] for r in seen.rows(seen.marks("rect")[0])) == 2
    assert seen.caption == "2 rows, 1 to 3, median 2; 2 without a value."


def test_labels_are_counted_one_by_one_in_natural_order(look, pixels):
    table = tk.Table.from_({"t": ["P10", "P9", "P9", None], "c": ["x", "x", "y", "y"]})
    seen = look(tk.interpret.histogram(table, column="t", color="c"))
    (bars,) = seen.marks("bar")
    assert bars["encoding"]["y"]["sort"] == ["P9", "P10"]
    assert [(r["t"], r["lo"], r["hi"], r["c"]) for r in seen.rows(bars)] == [
        ("P9", 0, 1, "x"),
        ("P9", 1, 2, "y"),
        ("P10", 0, 1, "x"),
    ]
    assert seen.caption == "3 rows, 2 labels; 1 without a value."
    assert pixels(seen.picture(), "#0072b2") > 1000


def test_one_value_and_one_row(look):
    seen = look(tk.interpret.histogram(tk.Table.from_({"v": [2.0]}), column="v"))
    assert [r["n"] for r in seen.rows(seen.marks("rect")[0])] == [1]


def test_mistakes_are_told_with_the_remedy():
    table = tk.Table.from_({"v": [None, None], "t": ["a", "b"]})
    with pytest.raises(TenkaiError, match=r"TK205 .* no row has a value in 'v'"):
        tk.interpret.histogram(table, column="v")
    with pytest.raises(TenkaiError, match=r"TK710 .* 't' holds labels: 3\.0 has no place among them"):
        tk.interpret.histogram(table, column="t", threshold=3)
    with pytest.raises(TenkaiError, match=r"TK201 .* no column 'w'"):
        tk.interpret.histogram(table, column="w")
