import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Lens, Schema


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_(
        {
            "元素": ["Fe", "Al", "Fe", "Al", "Fe"],
            "phase": ["bcc", "fcc", "fcc", "fcc", "bcc"],
            "x": [1.0, 2.0, None, 6.0, float("nan")],
            "name": ["a", "b", "c", "d", None],
            "v": np.arange(10.0).reshape(5, 2),
        }
    )


def test_worked_example(table):
    made = tk.process.group(table, by=["元素"], aggregate={"x": "mean", "name": "count", "v": "first"}, size="rows")
    assert made.frame.rows() == [("Fe", 1.0, 2, [0.0, 1.0], 3), ("Al", 4.0, 2, [2.0, 3.0], 2)]
    assert made.ids.to_list() == ["Fe", "Al"]
    assert dict(made.kinds) == {"元素": "category", "x": "number", "name": "number", "v": "vector", "rows": "number"}
    assert [set(made.identity.of(i)) for i in range(2)] == [
        set(table.identity.keys[[0, 2, 4]]),
        set(table.identity.keys[[1, 3]]),
    ]
    two = tk.process.group(table, by=["元素", "phase"], aggregate={"x": "sum"})
    assert two.ids.to_list() == ["Fe^bcc", "Al^fcc", "Fe^fcc"]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-100, 100) | st.none()), min_size=1, max_size=25),
    st.sampled_from(["mean", "sum", "min", "max", "median", "std", "count", "first"]),
)
def test_agrees_with_pandas(rows, how):
    import pandas as pd

    keys = [r[0] for r in rows]
    values = pl.Series([r[1] for r in rows], dtype=pl.Float64)
    made = tk.process.group(tk.Table.from_({"k": keys, "x": values}), by=["k"], aggregate={"x": how})
    oracle = pd.DataFrame({"k": keys, "x": values.to_numpy()}).groupby("k", sort=False)["x"].agg(how)
    assert made["k"].to_list() == oracle.index.tolist()
    np.testing.assert_allclose(made.matrix(["x"])[:, 0], oracle.to_numpy(dtype=float), atol=1e-9)


def test_a_group_was_seen_when_one_of_its_rows_was(table):
    learned = tk.process.standardize(table.take([0, 1]), columns=["x"])
    made = tk.process.group(table, by=["phase"], aggregate={"name": "first"})
    lens = Lens.look(made.identity, learned.fitted.influences)
    assert (lens.scored, lens.prepared) == (2, 2)
    alone = tk.process.standardize(table.take([0]), columns=["x"])
    assert Lens.look(made.identity, alone.fitted.influences).prepared == 1


@pytest.mark.row("P1")
def test_groups_of_prepared_rows_are_not_taken_for_raw_or_prepared(error_of):
    raw = tk.Table.from_({"k": ["a", "a", "b"], "x": [1.0, 2.0, 9.0]})
    scaled = tk.process.standardize(raw)
    made = tk.process.group(scaled.table, by=["k"], aggregate={"x": "sum"})
    assert made.influences == scaled.table.influences
    assert "process.group" in error_of(lambda: tk.process.apply(made, scaled.fitted), "TK206")
    model = tk.process.min_max(made)
    error_of(lambda: tk.process.apply(raw, model.fitted), "TK206")
    # Rows that came the same way are welcome.
    new = tk.process.apply(tk.Table.from_({"k": ["z"], "x": [4.0]}), scaled.fitted)
    same_way = tk.process.group(new, by=["k"], aggregate={"x": "sum"})
    assert tk.process.apply(same_way, model.fitted).height == 1
    # Groups of raw rows are rows like any others.
    plain = tk.process.group(raw, by=["k"], aggregate={"x": "sum"})
    assert tk.process.apply(plain, scaled.fitted).height == 2


def test_mistakes(table, error_of):
    group = tk.process.group
    told = error_of(lambda: group(table, by=["元素"], aggregate={"name": "mean"}), "TK202")
    assert "column 'name' is of kind text and has no mean. Allowed for it: count, first, min, max." in told
    error_of(lambda: group(table, by=["元素"], aggregate={"v": "max"}), "TK202")
    error_of(lambda: group(table, by=["v"], aggregate={"x": "max"}), "TK202")
    assert "Did you mean '元素'?" in error_of(lambda: group(table, by=["元索"], aggregate={"x": "mean"}), "TK201")
    error_of(lambda: group(table, by=["元素"], aggregate={"X": "mean"}), "TK201")
    error_of(lambda: group(table, by=["x"], aggregate={"name": "first"}), "TK208")
    told = error_of(lambda: group(table, by=["元素"], aggregate={"元素": "first"}), "TK210")
    assert "'元素' would stand twice" in told
    error_of(lambda: group(table, by=["元素"], aggregate={"x": "mode"}), "TK111")
    error_of(lambda: group(table.take([]), by=["元素"], aggregate={"x": "mean"}), "TK205")


def test_the_schema_before_the_data():
    step = tk.process.group
    schema = Schema({"k": "category", "x": "number", "t": "text"})

    def flow(**settings: object) -> Schema:
        return step.flow({"table": schema}, step.convert({"by": ["k"], **settings}))["table"]

    made = flow(aggregate={"x": "std", "t": "first"}, size="n")
    assert made.columns == {"k": "category", "x": "number", "t": "text", "n": "number"}
    for aggregate, code in (({"t": "mean"}, "TK202"), ({"y": "mean"}, "TK201"), ({"k": "count"}, "TK210")):
        with pytest.raises(tk.TenkaiError, match=code):
            flow(aggregate=aggregate)


def test_a_million_rows():
    k = np.random.default_rng(0).integers(0, 100_000, 1_000_000)
    made = tk.process.group(tk.Table.from_({"k": k, "x": k}), by=["k"], aggregate={"x": "sum"}, size="n")
    np.testing.assert_array_equal(made["x"], made["k"] * made["n"])
    assert int(np.diff(made.identity.offsets).sum()) == 1_000_000
