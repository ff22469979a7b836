"""learn.tree: its predictions are scikit-learn's, its tables say what it does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import tenkai as tk
from tenkai.learn._tree import plain, rule, short


@pytest.fixture(scope="module")
def elements(data_dir) -> tk.Table:
    return tk.collect.csv(path=str(data_dir / "mi" / "mono_structure_str.csv"))


def walked(nodes: tk.Table, row: dict) -> object:
    """Follow the questions of the table of nodes to an answer."""
    frame, at = nodes.frame, 0
    while True:
        here = frame.filter(frame["node"] == at).row(0, named=True)
        if here["column"] is None:
            return here["value"]
        branch = "yes" if np.float32(row[here["column"]]) <= here["threshold"] else "no"
        at = frame.filter((frame["parent"] == at) & (frame["branch"] == branch))["node"][0]


@pytest.mark.row("L13")
@pytest.mark.parametrize("depth", [1, 2, 10])
def test_a_sine_by_depth(depth):
    table = tk.collect.generate.sine(rows=80, noise=0.1, seed=1)
    found = tk.learn.tree(table, target="y", depth=depth)
    peer = DecisionTreeRegressor(max_depth=depth, random_state=0).fit(table.matrix(["x"]), table["y"].to_numpy())
    told = tk.learn.predict(table, found.model)["predicted"].to_numpy()
    assert_array_equal(told, peer.predict(table.matrix(["x"])))
    assert found.figures["leaves"] == found.rules.height == peer.get_n_leaves()
    # Every leaf: its rows, and their mean, by the rule as it is written.
    x, y = table["x"].to_numpy().astype(np.float32), table["y"].to_numpy()
    reached = np.zeros(len(x), int)
    for way, rows, value in found.rules.frame.select("rule", "rows", "value").iter_rows():
        parts = way.replace("x", "").replace("<=", "<").split("<") if "<" in way else ["", "", ""]
        low = float(parts[0]) if "<" in way and parts[0].strip() else -np.inf
        low = float(way.split(">")[1]) if ">" in way else low
        high = float(parts[-1]) if "<" in way else np.inf
        here = (x > low) & (x <= high)
        assert here.sum() == rows
        assert value == pytest.approx(y[here].mean(), abs=1e-12)
        reached += here
    assert (reached == 1).all()


def test_by_hand():
    table = tk.Table.from_({"a": [1.0, 2.0, 3.0, 4.0], "b": [0.0, 1.0, 0.0, 1.0], "y": [0.0, 0.0, 8.0, 10.0]})
    found = tk.learn.tree(table, target="y", depth=2, min_split=2)
    assert found.rules["rule"].to_list()[0] == "a <= 2.5"
    assert sorted(found.rules["value"].to_list()) == [0.0, 8.0, 10.0]
    nodes = found.nodes.frame
    assert nodes.columns == ["node", "parent", "branch", "column", "threshold", "rows", "value", "share", "depth"]
    root = nodes.row(0, named=True)
    assert (root["parent"], root["branch"], root["column"], root["threshold"]) == (None, None, "a", 2.5)
    assert (root["rows"], root["value"], root["share"], root["depth"]) == (4, 4.5, None, 0)
    assert nodes["branch"].to_list() == [None, "yes", "no", "yes", "no"]


def test_the_nodes_lead_every_row_to_its_prediction(elements):
    found = tk.learn.tree(elements, target="crystal_structure", depth=None, min_leaf=3)
    told = tk.learn.predict(elements, found.model)
    for row in told.frame.iter_rows(named=True):
        assert walked(found.nodes, row) == row["predicted"]
    X = elements.matrix(elements.choose("numbers"))
    peer = DecisionTreeClassifier(min_samples_leaf=3, random_state=0).fit(X, elements["crystal_structure"].to_numpy())
    assert_allclose(told.matrix([f"P({c})" for c in peer.classes_]), peer.predict_proba(X))
    leaves = found.rules.frame
    assert leaves["rows"].sum() == 103 and leaves["rows"].min() >= 3
    assert ((leaves["share"] > 0) & (leaves["share"] <= 1)).all()
    assert "Decision tree" in tk.interpret.tree(found.nodes).text


def test_thresholds_are_short_and_right():
    assert short(7.251999855, np.array([7.1, 7.4], np.float32)) == "7.3"
    assert short(7.251999855, np.array([7.25, 7.26], np.float32)) == "7.25"
    assert short(7.251999855, np.array([7.251, 7.26], np.float32)) == "7.252"
    assert short(0.5, np.array([0, 1], np.float32)) == "0.5"
    assert short(1234567.0, np.array([1e6, 2e6], np.float32)) == "1200000"
    assert (plain("1e-09"), plain("0.00"), plain("-3.0")) == ("1e-09", "0", "-3")
    assert rule({"x": ("1", "2"), "y": ("", "3"), "z": ("4", "")}) == "1 < x <= 2 and y <= 3 and z > 4"
    assert rule({}) == "always"


def test_weights_of_classes(elements):
    table = tk.Table.from_({"x": [0.0, 1.0, 1.0, 1.0], "kind": ["a", "a", "a", "b"]})
    plain_tree, heavy = (tk.learn.tree(table, target="kind", class_weight=w).rules for w in (None, {"b": 5.0}))
    assert plain_tree["value"].to_list()[-1] == "a"
    assert heavy["value"].to_list() == ["a", "b"]
    assert heavy["share"].to_list() == pytest.approx([1.0, 5 / 7])


def test_refusals_and_notes(elements, refused):
    found = tk.learn.tree(elements, target="crystal_structure", min_leaf=80)
    assert [n.code for n in found.model.notes] == ["TKW650"]
    assert found.rules["rule"].to_list() == ["always"]
    refused("TK650", tk.learn.tree, elements, target="crystal_structure", class_weight={"iron": 1.0})
    assert "holds numbers" in refused("TK650", tk.learn.tree, elements, target="IP", class_weight={"iron": 1.0})
    refused("TK111", tk.learn.tree, elements, target="IP", depth=0)
    refused("TK201", tk.learn.tree, elements, target="structure")
