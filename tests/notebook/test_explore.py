"""tk.explore without a browser: what goes to it, and what comes back."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import tenkai as tk
from tenkai.errors import TenkaiError

ROWS = tk.Table.from_(
    {"x": [0.0, 1.0, 2.0, None], "y": [1.0, 0.0, 1.0, 2.0], "phase": ["hcp", None, "bcc", "bcc"]},
    ids=["a", "b", "c", "d"],
)
SHADES = tk.Table.from_({"image": np.arange(4 * 64, dtype=float).reshape(4, 8, 8)}, ids=["d", "c", "b", "a"])


def said_by(make: Any) -> str:
    with pytest.raises(TenkaiError) as caught:
        make()
    return str(caught.value)


def asked(widget: Any, **question: Any) -> tuple[dict[str, Any], list[bytes]] | None:
    """Ask as the page does; return what is sent back."""
    sent: list[Any] = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))
    widget._handle_custom_msg({"number": 5, **question}, [])
    return sent[0] if sent else None


@pytest.mark.row("I2")
def test_coordinates_and_colors_go_as_bytes() -> None:
    seen = tk.explore(ROWS, color="phase", x="x", y="y")
    np.testing.assert_array_equal(np.frombuffer(seen._x, "<f4"), np.array([0, 1, 2, np.nan], np.float32))
    np.testing.assert_array_equal(np.frombuffer(seen._y, "<f4"), [1, 0, 1, 2])
    # In natural order, as every figure has them; the row without a label has code 65535.
    assert seen._said["names"] == ["bcc", "hcp"]
    assert seen._said["counts"] == [2, 1]
    assert seen._said["missing"] == 1
    assert seen._said["colors"] == ["#0072b2", "#d55e00"]
    assert np.frombuffer(seen._cells, "<u2").tolist() == [1, 65535, 0, 0]
    state = seen.get_state()
    assert all(isinstance(state[name], bytes) for name in ("_x", "_y", "_cells", "_bits"))
    assert seen._about["columns"] == ["phase", "x", "y"]


def test_numbers_are_a_ramp_and_another_color_comes_with_its_cells() -> None:
    values = tk.Table.from_({"x": np.arange(12.0), "y": np.arange(12.0), "gap": [None, *np.linspace(0.5, 3, 11)]})
    seen = tk.explore(values)
    assert (seen.color, seen._said, seen._cells) == ("", {}, b"")
    seen.color = "gap"
    assert seen._said == {"kind": "ramp", "name": "gap", "low": 0.5, "high": 3.0, "missing": 1}
    cells = np.frombuffer(seen._cells, "<f4")
    assert np.isnan(cells[0])
    np.testing.assert_allclose(cells[1:], np.linspace(0.5, 3, 11), rtol=1e-6)


@pytest.mark.row("I12")
def test_the_selection_is_row_ids_both_ways() -> None:
    seen = tk.explore(ROWS, x="x", y="y", selection=["c"])
    heard: list[list[str]] = []
    seen.observe(lambda change: heard.append(change["new"]), names="selection")
    assert (seen.selection, seen._bits) == (["c"], b"\x04")
    seen.set_state({"_bits": memoryview(b"\x0b")})  # as the page sends it
    assert seen.selection == ["a", "b", "d"]
    assert seen.selected.ids.to_list() == ["a", "b", "d"]
    assert seen.selected["phase"].to_list() == ["hcp", None, "bcc"]
    seen.selection = ["d", "a", "d"]
    assert seen.selection == ["a", "d"]  # in the order of the table
    assert seen._bits == b"\x09"
    assert heard == [["a", "b", "d"], ["a", "d"]]


def test_bits_of_another_map_are_refused() -> None:
    import traitlets

    seen = tk.explore(ROWS, x="x", y="y")
    with pytest.raises(traitlets.TraitError, match="another map"):
        seen._bits = b"\x00\x00"


def test_labels_and_pictures_of_other_tables_are_matched_by_row_id() -> None:
    more = tk.Table.from_({"phase": [1.5, 2.5], "gap": [0.1, 0.2]}, ids=["c", "a"])
    seen = tk.explore(ROWS, x="x", y="y", labels=more, pictures=SHADES)
    assert seen._about["columns"] == ["phase", "phase (labels)", "gap", "x", "y"]
    seen.color = "gap"
    cells = np.frombuffer(seen._cells, "<u2" if seen._said["kind"] == "classes" else "<f4")
    np.testing.assert_array_equal(np.isnan(cells), [False, True, False, True])
    answer = asked(seen, ask="pictures", positions=[0, 3], side=8)
    assert answer is not None
    assert answer[0] == {"to": 5}
    sheet = np.asarray(Image.open(io.BytesIO(answer[1][0])).convert("L"))
    # Row 'a' has the last picture of the other table, row 'd' the first; 0 is black and 255 white.
    expected = np.rint(np.concatenate([np.arange(192, 256).reshape(8, 8), np.arange(64).reshape(8, 8)], axis=1))
    np.testing.assert_array_equal(sheet, expected)


def test_rows_are_named_when_asked_for() -> None:
    seen = tk.explore(ROWS, color="phase", x="x", y="y")
    answer = asked(seen, ask="rows", positions=[2, 1])
    assert answer is not None
    assert answer[0]["rows"] == [{"id": "c", "cells": [["phase", "bcc"]]}, {"id": "b", "cells": [["phase", "–"]]}]


@pytest.mark.parametrize(
    "question",
    [
        {"ask": "rows"},
        {"ask": "rows", "positions": [4]},
        {"ask": "rows", "positions": [-1]},
        {"ask": "rows", "positions": ["0"]},
        {"ask": "rows", "positions": [0] * 100_001},
        {"ask": "pictures", "positions": [0], "side": 4000},
    ],
)
def test_questions_without_sense_are_not_answered(question: dict[str, Any]) -> None:
    seen = tk.explore(ROWS, x="x", y="y", pictures=SHADES)
    answer = asked(seen, **question)
    assert answer is None


def test_what_cannot_be_drawn_is_answered_with_the_reason() -> None:
    answer = asked(tk.explore(ROWS, x="x", y="y"), ask="pictures", positions=[0], side=32)
    assert answer is not None
    assert answer[0] == {"to": 5, "error": "TK702: the rows of this map have no pictures."}


def test_a_step_that_gives_a_map_with_more_is_taken_by_its_map() -> None:
    table = tk.Table.from_({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 0, 5], "c": [1.0, 1, 0, 4]})
    found = tk.learn.pca(table, components=2)
    seen = tk.explore(found)
    assert (seen._about["x"], seen._about["y"]) == ("PCA1", "PCA2")
    assert repr(seen) == "Explorer(rows=4, x='PCA1', y='PCA2', color='', selected=0)"


def test_mistakes_teach() -> None:
    assert said_by(lambda: tk.explore(pl.DataFrame({"x": [1.0]}))) == (
        "TK570: 'map' is 'DataFrame', and a table is needed. "
        "Give a table: tk.Table.from_(data) makes one of pandas, polars or arrays."
    )
    table = tk.Table.from_({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 0, 5]})
    sweep = tk.learn.pca(table, components=tk.sweep([1, 2]))
    assert said_by(lambda: tk.explore(sweep)) == (
        "TK570: 'map' is a sweep, and a table is needed. Take one point of it, such as sweep.at(components=1)."
    )
    assert said_by(lambda: tk.explore(ROWS, x="x", y="y", labels=3)).startswith("TK570: 'labels' is 'int'")
    assert said_by(lambda: tk.explore(ROWS, x="x", y="y", selection=["e"])) == (
        "TK571 selection: the map has no row 'e' (1 of 1 are not there). Its rows: 'a' to 'd'."
    )
    others = tk.Table.from_({"gap": [1.0]}, ids=["z"])
    assert said_by(lambda: tk.explore(ROWS, x="x", y="y", labels=others)) == (
        "TK573: no row of the table of 'labels' belongs to the map. Rows are matched by row id: the map has 'a', 'b', "
        "'c' and 1 more, the table of 'labels' 'z'. Give the table the map was made from, or one with its row ids."
    )
    assert said_by(lambda: tk.explore(ROWS, x="x", y="y", height=10)) == (
        "TK574 height: the height is 10. Allowed: 200 to 2000 pixels."
    )
    assert said_by(lambda: tk.explore(ROWS, color="fase", x="x", y="y")).startswith(
        "TK201 color: there is no column 'fase'."
    )


def test_too_many_rows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenkai.report.explored.MOST_ROWS", 3)
    assert said_by(lambda: tk.explore(ROWS, x="x", y="y")) == (
        "TK572: the map has 4 rows. Up to 3 can be explored. Take fewer rows with process.sample."
    )


def test_without_anywidget_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert said_by(lambda: tk.explore(ROWS, x="x", y="y")) == (
        "TK311: Widgets in notebooks need the package anywidget, which is not installed. "
        "Install it with: pip install 'tenkai[jupyter]'"
    )


def test_the_module_fetches_nothing_and_needs_nothing() -> None:
    """Notebooks get one module with its styles beside it: no import, no address of anybody, no code from texts."""
    from tenkai.notebook._widget import static_text

    module, styles = static_text("widget.js"), static_text("explorer.css")
    for forbidden in (
        "import(",
        "import{",
        "import ",
        "await fetch(",
        "=fetch(",
        "XMLHttpRequest",
        "eval(",
        "importScripts",
        "new Function",
        "new Worker",
        "sendBeacon",
        "https://",
    ):
        assert forbidden not in module, forbidden
    assert "url(" not in styles
    assert "@import" not in styles
    assert len(module) < 120_000


def test_a_million_rows_are_ready_in_bytes() -> None:
    make = np.random.default_rng(0)
    n = 1_000_000
    rows = tk.Table.from_({"x": make.normal(size=n), "y": make.normal(size=n), "k": make.integers(0, 5, n)})
    seen = tk.explore(rows, color="k")
    assert (len(seen._x), len(seen._cells), len(seen._bits)) == (4 * n, 2 * n, n // 8)
    assert seen._said["counts"] == np.bincount(rows["k"].to_numpy()).tolist()
    np.testing.assert_array_equal(np.frombuffer(seen._cells, "<u2"), rows["k"].to_numpy())


def test_molecules_are_drawn_as_figures_draw_them() -> None:
    from tenkai.interpret._molecule_pictures import molecule_pixels

    texts = ["CCO", "c1ccccc1"]
    rows = tk.Table.from_({"x": [0.0, 1.0], "y": [0.0, 1.0], "molecule": texts}, kinds={"molecule": "molecule"})
    answer = asked(tk.explore(rows, x="x", y="y"), ask="pictures", positions=[1, 0], side=64)
    assert answer is not None
    sheet = np.asarray(Image.open(io.BytesIO(answer[1][0])))
    np.testing.assert_array_equal(sheet, np.concatenate(molecule_pixels(texts[::-1], 64), axis=1))
    assert (sheet < 128).any()
