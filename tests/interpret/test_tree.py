import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.fixture
def nodes():
    """By hand: radius asks first, then charge; two leaves at the first yes."""
    return tk.Table.from_(
        {
            "node": [0, 1, 2, 3, 4, 5, 6],
            "parent": [None, 0, 1, 1, 0, 4, 4],
            "branch": [None, "yes", "yes", "no", "no", "yes", "no"],
            "column": ["radius", "電荷", None, None, "mass", None, None],
            "threshold": [1.51234, 2.0, None, None, 7.25, None, None],
            "rows": [10, 6, 4, 2, 4, 3, 1],
            "value": [0.5, 0.2, 0.1, 0.4, 0.9, 1.0, 0.6],
            "share": [None] * 7,
            "depth": [0, 1, 2, 2, 1, 2, 2],
        },
        kinds={"share": "number"},
    )


@pytest.mark.row("L13")
def test_boxes_tell_questions_answers_and_rows(nodes, look, pixels):
    seen = look(tk.interpret.tree(nodes))
    boxes = {r["id"]: r for r in seen.rows(seen.marks("rect")[0])}
    assert set(boxes) == {
        "radius ≤ 1.512 · 0.5 · 10 rows",
        "電荷 ≤ 2 · 0.2 · 6 rows",
        "mass ≤ 7.25 · 0.9 · 4 rows",
        "0.1 · 4 rows",
        "0.4 · 2 rows",
        "1 · 3 rows",
        "0.6 · 1 row",
    }
    # Left is the top of the tree, yes goes up.
    root, yes, no = (boxes[k] for k in boxes if "≤" in k)
    assert root["x"] < yes["x"] == no["x"]
    assert yes["y"] < root["y"] < no["y"]
    assert root["y"] == (yes["y"] + no["y"]) / 2
    words = [r["t"] for v in seen.marks("text") for r in seen.rows(v) if r["t"] in ("yes", "no")]
    assert sorted(words) == ["no"] * 3 + ["yes"] * 3
    assert seen.figure.text.startswith(
        "Decision tree of 7 nodes: radius ≤ 1.512? yes: [電荷 ≤ 2? yes: 0.1 (4 rows); no: "
    )
    assert pixels(seen.picture(), "#202428") > 200


def test_a_depth_cuts_and_says_what_follows(nodes, look):
    seen = look(tk.interpret.tree(nodes, depth=1))
    boxes = [r["id"] for r in seen.rows(seen.marks("rect")[0])]
    assert boxes[1] == "電荷 ≤ 2 · 0.2 · 6 rows · 2 more nodes"
    assert "3 of 7 nodes: the first question." in seen.caption


@pytest.mark.row("L13")
def test_trees_of_our_own_draw_and_large_ones_are_cut(look):
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 3))
    table = tk.Table.from_({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": random.normal(size=400)})
    deep = tk.learn.tree(table, target="y", depth=None).nodes
    seen = look(tk.interpret.tree(deep, depth=20))
    ends = seen.rows(seen.marks("rect")[0])
    assert len(ends) < deep.height and f"of {deep.height:,} nodes" in seen.caption
    classes = table.with_columns(table.frame.with_columns(y=np.where(x[:, 0] > 0.2, "高", "低")), {"y": "category"})
    figure = tk.interpret.tree(tk.learn.tree(classes, target="y").nodes)
    assert "no: 高 100%" in figure.text
    chips = look(figure).marks("rect")[1]
    assert chips["encoding"]["color"]["scale"]["domain"] == ["低", "高"]


def test_one_node_draws(nodes, look):
    table = nodes.take([0])
    lone = table.with_columns(table.frame.with_columns(column=None, threshold=None), {"threshold": "number"})
    assert tk.interpret.tree(lone).text == "Decision tree of 1 node: 0.5 (10 rows)."


def test_nodes_that_do_not_hang_together_are_refused(nodes):
    def text(**columns):
        table = nodes.with_columns(nodes.frame.with_columns(**{k: _series(v) for k, v in columns.items()}))
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.tree(table)
        return str(caught.value)

    assert "TK714 interpret.tree: the tree has 2 roots." in text(parent=[None, 0, 1, 1, None, 4, 4])
    assert "the parent 9 of node 6 does not exist" in text(parent=[None, 0, 1, 1, 0, 4, 9])
    assert "has node 1 again" in text(node=[0, 1, 1, 3, 4, 5, 6])
    assert "Allowed: one yes and one no." in text(branch=[None, "yes", "yes", "yes", "no", "yes", "no"])
    assert "the tree has 0 roots" in text(parent=[4, 0, 1, 1, 0, 4, 4])
    circle = text(parent=[None, 2, 1, 0, 0, 4, 4], branch=[None, "yes", "yes", "yes", "no", "yes", "no"])
    assert "node 1 does not hang below the root" in circle
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.tree(tk.Table.from_({"node": [1]}))


def _series(values):
    import polars as pl

    return pl.Series(values)
