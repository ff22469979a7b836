import base64
import io
import json

import numpy as np
import polars as pl
import pytest
from PIL import Image

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret import _heatmap_raster
from tenkai.interpret._heatmap_cells import Cells
from tenkai.interpret._heatmap_raster import Part, Raster, Side, _round_numbers, reduced


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


def rasters(look, figure) -> list[np.ndarray]:
    """The images of a large heat map as pixels, (h, w, 3) each."""
    seen = look(figure)
    found = []
    for view in seen.marks("image"):
        (row,) = seen.rows(view)
        png = base64.b64decode(row["url"].removeprefix("data:image/png;base64,"))
        found.append(np.asarray(Image.open(io.BytesIO(png)).convert("RGB")))
    return found


@pytest.mark.row("I8")
def test_pixels_of_a_large_table_have_the_colors_of_the_scale(look):
    """One way from 0 to 1 the stops are white, #c6dbef, #7fb3d8, #2f7fb8, #08306b at quarters; between them, RGB."""
    X = np.zeros((200, 300))
    X[0, :6] = [0, 0.25, 0.5, 0.75, 1, 0.125]
    X[7, 7] = np.nan
    figure = tk.interpret.heatmap([tk.Table.from_({"v": X})])
    (image,) = rasters(look, figure)
    times = image.shape[1] // 300
    assert image.shape == (200 * times, 300 * times, 3)
    cells = image[::times, ::times]
    by_hand = ["ffffff", "c6dbef", "7fb3d8", "2f7fb8", "08306b", "e2edf7"]  # the last: halfway to #c6dbef
    for seen, color in zip(cells[0], by_hand, strict=False):
        # half of one of 254 levels is less than 1 of 255 here
        assert np.abs(seen.astype(int) - list(bytes.fromhex(color))).max() <= 1
    assert cells[7, 7].tolist() == list(bytes.fromhex("c9ced3"))
    assert (cells[100:] == 255).all()
    assert look(figure).caption == "Gray: 1 cell without a value."
    both = X - np.where(X == 0.5, 1.0, 0.0)
    (image,) = rasters(look, tk.interpret.heatmap([tk.Table.from_({"v": both})]))
    # -0.5 of -1 to 1 lies in the middle between the second and the third of the seven colors, #d98a2b and #fbd9ac.
    assert np.abs(image[0, 2 * times].astype(int) - [234, 177.5, 107.5]).max() <= 1.5
    assert image[150 * times, 150 * times].tolist() == [255, 255, 255]


@pytest.mark.row("I8")
@pytest.mark.parametrize(("row", "column"), [(1234, 777), (0, 0), (2999, 4999)])
def test_a_single_cell_among_millions_stays_visible(look, row: int, column: int):
    X = np.zeros((3000, 5655), np.float32)
    X[row, column] = 1
    figure = tk.interpret.heatmap([tk.Table.from_({"v": X})])
    (image,) = rasters(look, figure)
    (at,) = np.argwhere((image != 255).any(axis=2))
    assert at.tolist() == [row // 3, column // 6]
    assert image[tuple(at)].tolist() == list(bytes.fromhex("08306b"))
    assert "Each pixel is the largest value of 3 rows and 6 columns: no single cell is hidden" in look(figure).caption
    drawn = look(figure).picture()[:, :-160]  # without the legend
    assert (drawn[..., 2].astype(int) - drawn[..., 0] > 60).any()
    pale = tk.interpret.heatmap([tk.Table.from_({"v": X})], pixels="mean")
    assert (rasters(look, pale)[0].min(axis=(0, 1)) > 240).all()
    assert look(pale).caption == "Each pixel is the mean of 3 rows and 6 columns: single cells pale."


@pytest.mark.row("I8")
@pytest.mark.parametrize("shown", ["extreme", "mean"])
@pytest.mark.parametrize("band", [1, 7_000, 10**9])
def test_blocks_are_those_of_a_plain_loop_however_the_table_is_read(monkeypatch, shown: str, band: int):
    monkeypatch.setattr(_heatmap_raster, "BAND", band)
    X = np.random.default_rng(3).normal(size=(731, 905))
    X[5, 5] = np.nan
    X[-20:, -20:] = np.nan
    part = Part((10, 731), (0, 905))
    raster = Raster(Side(721, 4, 1), Side(905, 3, 1))
    for signed in (True, False):
        found = reduced(tk.Table.from_({"v": X}), ["v"], part, raster, shown, signed)
        assert found.shape == (181, 302)
        for i, j in ((0, 0), (1, 1), (90, 200), (179, 301), (180, 10), (178, 300)):
            block = X[10 + 4 * i : min(10 + 4 * i + 4, 731), 3 * j : 3 * j + 3]
            known = block[~np.isnan(block)]
            if not len(known):
                assert np.isnan(found[i, j])
            elif shown == "mean":
                assert found[i, j] == pytest.approx(known.mean())
            else:
                assert found[i, j] == (known[np.abs(known).argmax()] if signed else known.max())


@pytest.mark.row("I8")
def test_large_tables_share_one_scale_and_every_window_of_them_too(look):
    X = np.arange(400.0 * 500).reshape(400, 500) / (400 * 500)
    tables = [tk.Table.from_({"v": X}), tk.Table.from_({"v": X - 1})]
    large = tk.interpret.heatmap(tables)
    small = tk.interpret.heatmap(tables, window=[11, 14, 101, 150], titles=["a", "b"])
    image = tk.interpret.heatmap(tables, window=[11, 400, 101, 102])
    for figure, mark in ((large, "point"), (small, "rect"), (image, "point")):
        domains = [v["encoding"]["color"]["scale"]["domain"] for v in look(figure).marks(mark)]
        assert domains == [[-1, 1]] * 2
    cells = look(small).rows(look(small).marks("rect")[0])
    assert len(cells) == 4 * 50
    assert cells[0] == {"r": "Row10", "c": "v[100]", "v": pytest.approx(X[10, 100], rel=1e-4)}
    assert small.text == (
        "2 heat maps of rows 11 to 14 and columns 101 to 150, out of 400 rows and 500 columns, -1 to 1."
    )
    assert look(small).caption == ("Drawn: rows 11 to 14 and columns 101 to 150; the colors are those of the whole.")
    (x, y) = (look(image).marks("image")[0]["encoding"][c]["axis"] for c in "xy")
    assert x["labelExpr"] == '["v[100]", "v[101]"][datum.value - 0.5]'
    assert y["values"] == [n - 10 - 0.5 for n in (100, 200, 300, 400)]
    assert look(image).marks("image")[1]["encoding"]["y"]["axis"] is None


def test_few_columns_of_many_rows_are_named_and_wide_enough(look):
    named = pl.DataFrame(np.random.default_rng(0).random((1000, 15)), schema=[f"組成 {j}" for j in range(15)])
    figure = tk.interpret.heatmap([tk.Table.from_(named)])
    (view,) = look(figure).marks("image")
    assert "組成 14" in view["encoding"]["x"]["axis"]["labelExpr"]
    assert view["mark"]["width"] >= 15 * 8


def test_a_side_of_an_image():
    assert Side.of(5655, 1120) == Side(5655, 6, 1)
    assert Side.of(300, 700) == Side(300, 1, 2)
    assert (Side.of(5655, 1120).pixels, Side.of(15, 392).pixels) == (943, 390)
    tall = Raster.of((10_000, 2_000), alone=True)
    assert (tall.down.block, tall.across.block) == (9, 2)
    assert max(tall.size) <= 560
    assert _round_numbers(1, 1) == [1]
    assert _round_numbers(995, 1004) == [996, 998, 1000, 1002, 1004]


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
    with pytest.raises(TenkaiError) as caught:
        tk.interpret.heatmap([t], window=[1, 3, 1, 1])
    assert str(caught.value) == (
        "TK756 interpret.heatmap window: the window [1, 3, 1, 1] does not lie within the tables. "
        "Allowed: first and last of rows 1 to 2, then first and last of columns 1 to 1."
    )
    for window in ([0, 1, 1, 1], [2, 1, 1, 1], [1, 1, 1, 2], [1, 1, 0, 1]):
        with pytest.raises(TenkaiError, match="TK756"):
            tk.interpret.heatmap([t], window=window)
    with pytest.raises(TenkaiError, match=r"TK203 .*column 'a' at row 'y' holds -inf"):
        tk.interpret.heatmap([tk.Table.from_({"a": [1.0, -np.inf]}, ids=["x", "y"])])
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.heatmap([t, tk.Table.from_({"b": [1.0, 2.0]}, ids=["x", "y"])])


def test_a_side_of_few_cells_gets_room_and_its_names():
    few = Cells.of([f"row{i}" for i in range(82)], ["a", "b", "c"])
    assert few.cell == (26.0, pytest.approx(350 / 82))
    assert few.size == (78, 350)
    square = Cells.of([str(i) for i in range(40)], [str(j) for j in range(30)])
    assert square.cell == (8.75, 8.75)
    t = tk.Table.from_({n: [float(i % 7) for i in range(82)] for n in "abc"})
    axes = json.dumps(tk.interpret.heatmap([t]).spec)
    assert '"values": ["a", "b", "c"]' in axes
