import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.mark.row("I8")
def test_data_low_rank_and_difference_on_the_same_axes(look, data_dir, pixels):
    frame = pl.read_csv(data_dir / "mi" / "group131415_div1.csv")
    data = tk.Table.from_(frame[:, 1:], ids=frame[:, 0])
    low = tk.learn.svd(data, rank=3)
    figure = tk.interpret.heatmap([data, low.table, low.difference], titles=["data", "rank 3", "difference"])
    seen = look(figure)
    panels = seen.marks("rect")
    assert len(panels) == 3
    rows = [seen.rows(p) for p in panels]
    assert [len(r) for r in rows] == [46 * 39] * 3
    assert sum(r["v"] for r in rows[0]) == 92
    (cell,) = [r for r in rows[2] if r["r"] == "Sn^As" and r["c"] == "5^5^R-3m"]
    assert cell["v"] == pytest.approx(0.3076, abs=5e-5)
    domains = [p["encoding"]["color"]["scale"]["domain"] for p in panels]
    assert domains[0] == domains[1] == domains[2]
    assert domains[0][0] == -domains[0][1]
    assert [p["encoding"]["y"]["scale"]["domain"] for p in panels] == [data.ids.to_list()] * 3
    assert panels[1]["encoding"]["y"]["axis"]["values"] == []
    assert figure.text == "3 heat maps of 46 rows and 39 columns, -1 to 1.46."
    assert pixels(seen.picture(), "#3d8bc2") > 500


def test_a_scale_of_one_way_where_nothing_is_below_zero(look):
    (panel,) = look(tk.interpret.heatmap([tk.Table.from_({"a": [0.0, 2.0]})])).marks("rect")
    assert panel["encoding"]["color"]["scale"]["domain"] == [0, 2]
    both = tk.interpret.heatmap([tk.Table.from_({"a": [0.0, 2.0]})], scale="both_ways")
    assert look(both).marks("rect")[0]["encoding"]["color"]["scale"]["domain"] == [-2, 2]


@pytest.mark.row("I8")
def test_a_large_table_is_drawn_as_means_of_blocks(look):
    X = np.arange(1000.0 * 15).reshape(1000, 15)
    X[0, 0] = np.nan
    named = pl.DataFrame(X, schema=[f"c{j}" for j in range(15)])
    seen = look(tk.interpret.heatmap([tk.Table.from_(named)], most=100))
    cells = seen.rows(seen.marks("rect")[0])
    assert len(cells) == 100 * 15
    by_place = {(r["r"], r["c"]): r["v"] for r in cells}
    assert by_place["1 to 10", "c0"] == pytest.approx(np.nanmean(X[:10, 0]), rel=1e-4)
    assert by_place["991 to 1000", "c14"] == pytest.approx(X[990:, 14].mean(), rel=1e-4)
    assert "Each cell is the mean of 10 rows and 1 column." in seen.caption


def test_cells_without_a_value_are_gray(look, pixels):
    seen = look(tk.interpret.heatmap([tk.Table.from_({"a": [1.0, None], "b": [0.0, 1.0]})]))
    assert len(seen.rows(seen.marks("rect")[1])) == 3
    assert "Gray: 1 cell without a value." in seen.caption
    assert pixels(seen.picture(), "#c9ced3", 8) > 500


def test_a_sweep_is_drawn_as_panels_named_by_its_setting(look):
    rows = tk.Table.from_(np.random.default_rng(0).normal(size=(5, 4)))
    swept = tk.learn.svd(rows, rank=tk.sweep([1, 2]))
    spec = look(tk.interpret.heatmap(swept)).spec
    assert "rank = 1" in str(spec)
    assert "rank = 2" in str(spec)


def test_refusals():
    t = tk.Table.from_({"a": [1.0, 2.0]}, ids=["x", "y"])
    for other in (tk.Table.from_({"a": [1.0, 2.0]}, ids=["x", "z"]), t.take([0])):
        with pytest.raises(TenkaiError, match="TK750"):
            tk.interpret.heatmap([t, other])
    with pytest.raises(TenkaiError, match=r"TK750 .*2 titles for 1 tables"):
        tk.interpret.heatmap([t], titles=["a", "b"])
    with pytest.raises(TenkaiError, match="TK750"):
        tk.interpret.heatmap([])
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.heatmap([t.take([])])
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.heatmap([t, tk.Table.from_({"b": [1.0, 2.0]}, ids=["x", "y"])])
