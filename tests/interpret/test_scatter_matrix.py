import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


def test_every_pair_with_correlations_and_histograms(energies, look, pixels):
    names = ["dE", "rp_A", "EN_A"]
    figure = tk.interpret.scatter_matrix(energies, columns=names, color="structure")
    seen = look(figure)
    clouds = seen.marks("point")
    assert [(v["encoding"]["y"]["field"], v["encoding"]["x"]["field"]) for v in clouds] == [
        ("c1", "c0"),
        ("c2", "c0"),
        ("c2", "c1"),
    ]
    rows = {r["id"]: r for r in seen.rows(clouds[0])}
    first = energies.ids[0]
    assert rows[first]["c1"] == pytest.approx(energies["rp_A"][0], rel=1e-4)
    assert rows[first]["k"] == energies["structure"][0]
    wanted = np.corrcoef(energies.matrix(names), rowvar=False)
    assert seen.texts() == [f"{wanted[i, j]:.2f}" for i, j in ((0, 1), (0, 2), (1, 2))]
    assert len(seen.marks("rect")) == 3
    assert all(sum(r["n"] for r in seen.rows(v)) == 25 for v in seen.marks("rect"))
    # One copy of the rows for all panels, words along the left and the bottom only.
    assert len({v["data"]["name"] for v in clouds}) == 1
    assert clouds[2]["encoding"]["y"]["title"] is None and clouds[2]["encoding"]["x"]["title"] == "rp_A"
    assert len(seen.legend()) == 2
    assert pixels(seen.picture(), "#0072b2") > 50


def test_many_rows_are_sampled_and_it_is_said(look):
    random = np.random.default_rng(0)
    a = random.normal(size=6000)
    table = tk.Table.from_({"温度": a, "b": a + random.normal(size=6000), "c": np.zeros(6000)})
    figure = tk.interpret.scatter_matrix(table, sample=500)
    seen = look(figure)
    assert len(seen.rows(seen.marks("point")[0])) == 500
    assert "500 of 6,000 rows are drawn; histograms and correlations are of all." in seen.caption
    assert [n.code for n in figure.notes] == ["TKW727"]
    assert sum(r["n"] for r in seen.rows(seen.marks("rect")[0])) == 6000
    assert seen.texts()[1:] == ["none", "none"]  # a column that does not vary


def test_missing_cells_leave_rows_out(look):
    table = tk.Table.from_({"a": [1.0, 2.0, None, 4.0], "b": [1.0, 2.5, 3.0, 4.0], "t": ["x", "y", "x", None]})
    seen = look(tk.interpret.scatter_matrix(table, color="t"))
    assert len(seen.points()) == 3
    assert "1 rows without a value in one of the columns are left out." in seen.caption


def test_mistakes_are_told_with_the_remedy():
    table = tk.Table.from_({f"c{i}": [1.0, float(i)] for i in range(12)})
    with pytest.raises(TenkaiError, match=r"TK713 .*columns: 12 columns of numbers cannot be drawn .* 2 to 10"):
        tk.interpret.scatter_matrix(table)
    with pytest.raises(TenkaiError, match="TK713"):
        tk.interpret.scatter_matrix(table, columns=["c1"])
    with pytest.raises(TenkaiError, match="TK202"):
        tk.interpret.scatter_matrix(tk.Table.from_({"a": [1.0], "t": ["x"]}), columns=["a", "t"])
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.scatter_matrix(tk.Table.from_({"a": [1.0, None], "b": [None, 1.0]}))
