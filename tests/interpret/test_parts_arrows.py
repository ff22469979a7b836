import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret._arrows import HEAD_SHAPE
from tenkai.values import Table

H = [[3.0, 1.0], [0.5, 2.0]]  # neither symmetric nor sorted: wrong indices would show
W = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, 0.25]]


def made(order: tuple[str, ...] = ("part1", "part2")) -> tuple[Table, Table, Table]:
    """Data that the parts rebuild exactly, the parts, and the coordinates, whose columns may stand in any order."""
    rows = np.array(W) @ np.array(H)
    ids = ["a", "b", "c", "d"]
    data = tk.Table.from_({"x": rows[:, 0], "y": rows[:, 1]}, ids=ids)
    parts = tk.Table.from_({"x": [r[0] for r in H], "y": [r[1] for r in H]}, ids=["part1", "part2"])
    columns = {"part1": [w[0] for w in W], "part2": [w[1] for w in W]}
    return data, parts, tk.Table.from_({n: columns[n] for n in order}, ids=ids)


def heads(seen) -> list[dict]:
    """The records of the arrow heads, first panel."""
    view = next(v for v in seen.marks("point") if v["mark"].get("shape") == HEAD_SHAPE)
    return seen.rows(view)


def points(seen, panel: int, at: int) -> np.ndarray:
    """The places of one layer of points of a panel; the last layer of points but the heads holds those in color."""
    panels = seen.spec["vconcat"][0]
    panels = panels.get("hconcat", [panels])
    views = [v for v in seen.views(panels[panel]) if v["mark"]["type"] == "point" and "shape" not in v["mark"]]
    return np.array([[r["x"], r["y"]] for r in seen.rows(views[at])])


@pytest.mark.row("I16", "T10")
def test_arrow_k_is_row_k_of_the_parts(look):
    data, parts, _ = made()
    figure = tk.interpret.parts_arrows(data, parts, length="given")
    seen = look(figure)
    found = {r["t"]: [r["vx"], r["vy"]] for r in heads(seen)}
    assert found == {"part1": H[0], "part2": H[1]}
    assert figure.text == "4 rows by x and y, with 2 parts as arrows: part1 to (3, 1), part2 to (0.5, 2)."
    # The published script takes arrow 1 from the first column: (3, 0.5) instead of (3, 1).
    assert found["part1"] != [H[0][0], H[1][0]]


@pytest.mark.row("I16", "T10")
def test_shafts_and_rays_leave_the_origin_in_the_direction_of_the_part(look):
    data, parts, _ = made()
    for length in ("equal", "given"):
        seen = look(tk.interpret.parts_arrows(data, parts, length=length))
        rays, shafts = seen.marks("rule")
        for k, row in enumerate(seen.rows(shafts)):
            assert (row["x"], row["y"]) == (0, 0)
            assert row["y2"] / row["x2"] == pytest.approx(H[k][1] / H[k][0], rel=1e-4)
        for k, row in enumerate(seen.rows(rays)):
            assert row["y2"] / row["x2"] == pytest.approx(H[k][1] / H[k][0], rel=1e-4)
    lengths = [np.hypot(r["vx"], r["vy"]) for r in heads(look(tk.interpret.parts_arrows(data, parts)))]
    usual = np.sqrt((data.matrix(["x", "y"]) ** 2).sum(axis=1).mean())
    assert lengths == pytest.approx([0.4 * usual] * 2, rel=1e-4)


@pytest.mark.row("I16")
@pytest.mark.parametrize("order", [("part1", "part2"), ("part2", "part1")])
def test_what_the_parts_rebuild_stands_beside_the_data(look, order):
    data, parts, coordinates = made(order)
    figure = tk.interpret.parts_arrows(data.take([3, 1, 0, 2]), parts, coordinates)
    seen = look(figure)
    np.testing.assert_allclose(points(seen, 0, 0), np.array(W) @ np.array(H), rtol=1e-4)
    np.testing.assert_allclose(points(seen, 1, -1), np.array(W) @ np.array(H), rtol=1e-4)
    assert seen.caption.startswith("What the parts leave: ")
    assert figure.text.endswith("rebuilt up to 0.")


@pytest.mark.row("I16")
def test_the_error_of_nmf_stands_under_it(look):
    data = tk.collect.generate.cos2()
    found = tk.learn.nmf(data, rank=2, solver="multiplicative", iterations=20, tolerance=0)
    seen = look(tk.interpret.parts_arrows(data, found.parts, found.table))
    error, share = found.figures["error"], found.figures["relative_error"]
    assert seen.caption == f"What the parts leave: {error:.4g}, {100 * share:.1f} % of the data."


def test_arrows_are_really_drawn_for_huge_tiny_and_dead_parts(look, pixels):
    for unit in (1e6, 1e-6):
        data = tk.Table.from_({"x": [unit, 2 * unit], "y": [unit, 3 * unit]})
        parts = tk.Table.from_({"x": [0.6, 0.0], "y": [0.8, 0.0]}, ids=["part1", "part2"])
        seen = look(tk.interpret.parts_arrows(data, parts))
        assert [r["t"] for r in heads(seen)] == ["part1"]
        assert pixels(seen.picture(), "#d55e00", 30) > 300


def test_many_rows_are_thinned_and_columns_can_be_named(look):
    random = np.random.default_rng(0)
    data = tk.Table.from_(dict(zip("abc", random.random((3, 6000)), strict=True)))
    parts = tk.Table.from_({"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [1.0, 1.0]}, ids=["part1", "part2"])
    figure = tk.interpret.parts_arrows(data, parts, x="a", y="c")
    assert [n.code for n in figure.notes] == ["TKW727"]
    assert len(points(look(figure), 0, 0)) == 5000
    assert {r["t"]: (r["a"]) for r in heads(look(figure))}["part2"] == 0  # straight up


def test_what_has_no_arrows_is_refused():
    data, parts, coordinates = made()
    three = tk.Table.from_({"a": [1.0], "b": [1.0], "c": [1.0]})
    with pytest.raises(TenkaiError, match=r"TK713 .*the parts have 3 number columns, arrows on paper need 2"):
        tk.interpret.parts_arrows(three, three)
    with pytest.raises(TenkaiError, match=r"TK713 .*no number column 'part2'"):
        tk.interpret.parts_arrows(data, parts, tk.Table.from_({"part1": [1.0] * 4}, ids=list("abcd")))
    with pytest.raises(TenkaiError, match=r"TK703 .*the table of 'data' has no row 'd'"):
        tk.interpret.parts_arrows(data.take([0, 1, 2]), parts, coordinates)
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.parts_arrows(coordinates, parts)
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.parts_arrows(data, parts.take(range(0)))
