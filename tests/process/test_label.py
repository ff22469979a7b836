import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Schema


@pytest.mark.row("P5")
def test_the_threshold_of_the_source_in_the_same_column(read):
    # S1 p9-10: dE >= 0 is zinc blende. Counted in the file by hand: 82 compounds.
    raw = read("mi/ZB_WZ_dE_rawdescriptor.csv")
    made = tk.process.label(raw, column="dE", edges=[0], names=["rocksalt", "zincblende"])
    assert made.columns == raw.columns
    assert made.kinds["dE"] == "category"
    by_hand = ["zincblende" if value >= 0 else "rocksalt" for value in raw["dE"]]
    assert made["dE"].to_list() == by_hand
    assert 0 < by_hand.count("rocksalt") < 82


def test_a_value_on_the_edge_belongs_to_the_class_above():
    table = tk.Table.from_({"x": [0.999, 1.0, 1.999, 2.0, 1e30, None, float("nan")]})
    made = tk.process.label(table, column="x", edges=[1, 2], names=["low", "mid", "high"], into="class")
    assert made["class"].to_list() == ["low", "mid", "mid", "high", "high", None, None]
    assert made["x"].to_list()[:2] == [0.999, 1.0]


def test_names_say_their_interval():
    made = tk.process.label(tk.Table.from_({"x": [0, 1.5, 7]}), column="x", edges=[1, 2.5])
    assert made["x"].to_list() == ["< 1", "1 to < 2.5", "≥ 2.5"]


def test_an_empty_class_is_told():
    made = tk.process.label(tk.Table.from_({"x": [0, 1]}), column="x", edges=[5, 9], names=["a", "b", "c"])
    assert [n.text for n in made.notes] == ["no row falls in 2 classes of 'x': 'b', 'c'."]
    assert [n.code for n in made.notes] == ["TKW213"]


@given(
    st.lists(st.floats(-10, 10), min_size=1, max_size=20),
    st.lists(st.integers(-9, 9), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_agrees_with_numpy(values, edges):
    made = tk.process.label(
        tk.Table.from_({"x": values}), column="x", edges=edges, names=[str(i) for i in range(len(edges) + 1)]
    )
    assert made["x"].cast(int).to_list() == np.digitize(values, edges).tolist()


@pytest.mark.row("P1", "P5")
def test_new_rows_get_the_same_classes():
    made = tk.process.label(tk.Table.from_({"x": [0, 2]}), column="x", edges=[1], names=["a", "b"], into="y")
    assert tk.process.apply(tk.Table.from_({"x": [5]}), made.preparation[0])["y"].to_list() == ["b"]
    assert made.influences == ()


def test_mistakes(error_of):
    table = tk.Table.from_({"x": [0, 2], "t": ["a", "b"]})
    label = tk.process.label
    assert "does not ascend" in error_of(lambda: label(table, column="x", edges=[2, 1]), "TK111")
    assert "does not ascend" in error_of(lambda: label(table, column="x", edges=[1, 1]), "TK111")
    told = error_of(lambda: label(table, column="x", edges=[1], names=["a", "b", "c"]), "TK111")
    assert "Give 2 different names." in told
    error_of(lambda: label(table, column="x", edges=[1], names=["a", "a"]), "TK111")
    error_of(lambda: label(table, column="t", edges=[1]), "TK202")
    error_of(lambda: label(table, column="X", edges=[1]), "TK201")


def test_the_schema_before_the_data():
    step = tk.process.label
    schema = Schema({"x": "number", "t": "text"})
    made = step.flow({"table": schema}, step.convert({"column": "x", "edges": [1], "into": "y"}))["table"]
    assert made.columns == {"x": "number", "t": "text", "y": "category"}
    with pytest.raises(tk.TenkaiError, match="TK202"):
        step.flow({"table": schema}, step.convert({"column": "t", "edges": [1]}))
