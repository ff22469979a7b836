"""The pixels of large heat maps: what is told of each is what NumPy finds, and what the picture shows."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from tests.workbench.conftest import Page, opened

from tenkai.interpret._color_scale import ColorScale

ROWS, COLUMNS = 2500, 4
FLOW = """\
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}
  twice: {process.formula: {table: rows, formulas: {c0: c0 * 2}}}
  one_way: {process.formula: {table: rows, formulas: {c0: abs(c0), c1: abs(c1), c2: abs(c2), c3: abs(c3)}}}
  heat: {interpret.heatmap: {tables: [rows]}}
  both: {interpret.heatmap: {tables: [rows, twice]}}
  pale: {interpret.heatmap: {tables: [rows], pixels: mean}}
  blue: {interpret.heatmap: {tables: [one_way]}}
  part: {interpret.heatmap: {tables: [rows], window: [101, 300, 2, 3]}}
  small: {interpret.heatmap: {tables: [rows], window: [1, 20, 1, 4]}}
  bars: {interpret.histogram: {table: rows, column: c0}}
"""


def cells() -> np.ndarray:
    X = np.random.default_rng(7).normal(size=(ROWS, COLUMNS)).round(4)
    X[5, 2] = np.nan
    X[2000:2003, 1] = np.nan
    return X


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("pixels") / "project"
    folder.mkdir()
    X = cells()
    frame = pl.DataFrame({"name": [f"n{i}" for i in range(ROWS)]} | {f"c{k}": X[:, k] for k in range(COLUMNS)})
    frame.fill_nan(None).write_csv(folder / "rows.csv")
    (folder / "flow.yaml").write_text(FLOW, encoding="utf-8")
    with opened(folder, data_dir) as page:
        assert page.run()[-1]["state"] == "finished"
        yield page


def image(page: Page, ref: str) -> dict[str, Any]:
    answer = page.get("image", file="flow.yaml", ref=ref)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def pixel(page: Page, ref: str, down: int, across: int, panel: int = 0) -> dict[str, Any]:
    answer = page.get("pixel", file="flow.yaml", ref=ref, panel=panel, down=down, across=across)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def pictures(page: Page, ref: str) -> list[np.ndarray]:
    """The images that stand in a figure, (h, w, 3) each."""
    spec = page.get("figure", file="flow.yaml", ref=ref, form="json").json()
    found = [d["url"] for rows in spec["datasets"].values() for d in rows if "url" in d]
    raw = [base64.b64decode(url.removeprefix("data:image/png;base64,")) for url in found]
    return [np.asarray(Image.open(io.BytesIO(r)).convert("RGB")) for r in raw]


@pytest.mark.row("I8")
def test_a_pixel_of_many_cells_tells_the_one_it_shows(ran: Page) -> None:
    X, told = cells(), image(ran, "heat")
    down, across = told["down"], told["across"]
    assert (told["panels"], told["shown"], told["rows"], told["columns"]) == (1, "extreme", [0, ROWS], [0, COLUMNS])
    assert (down["block"], across) == (3, {"block": 1, "blocks": COLUMNS})
    assert down["blocks"] == -(-ROWS // 3)
    assert told["rows_key"] == ran.get("value", file="flow.yaml", ref="rows").json()["rows"]
    (picture,) = pictures(ran, "heat")
    colors = ColorScale.of(float(np.nanmin(X)), float(np.nanmax(X)), signed=True)
    for at in (0, 1, 300, 667, down["blocks"] - 1):
        for k in range(COLUMNS):
            one = pixel(ran, "heat", at, k)
            block = X[3 * at : 3 * at + 3, k]
            row = 3 * at + int(np.nanargmax(np.abs(block)))
            assert one["row"] == {"at": row, "name": f"n{row}"}
            assert one["column"] == {"at": k, "name": f"c{k}"}
            assert one["value"] == X[row, k]
            assert one["rows"] == [3 * at, min(3 * at + 3, ROWS)]
            # What is told has the color that is seen.
            seen = picture[at * picture.shape[0] // down["blocks"], int((k + 0.5) * picture.shape[1] / COLUMNS)]
            assert (seen == colors.palette()[colors.levels(np.array([one["value"]]))[0]]).all()


def test_a_mean_stands_for_all_rows_of_its_block_and_one_way_for_the_largest(ran: Page) -> None:
    X = cells()
    told = pixel(ran, "pale", 40, 1)
    assert told["value"] == pytest.approx(X[120:123, 1].mean())
    assert (told["row"], told["rows"], told["first"], told["last"]) == (
        None, [120, 123], {"row": "n120", "column": "c1"}, {"row": "n122", "column": "c1"},
    )  # fmt: skip
    largest = pixel(ran, "blue", 40, 1)
    assert largest["value"] == np.abs(X[120:123, 1]).max()
    assert largest["row"]["at"] == 120 + int(np.abs(X[120:123, 1]).argmax())


def test_windows_panels_and_cells_without_a_number(ran: Page) -> None:
    X, told = cells(), image(ran, "part")
    assert (told["rows"], told["columns"], told["down"]["block"]) == ([100, 300], [1, 3], 1)
    one = pixel(ran, "part", 199, 1)
    assert (one["row"], one["column"], one["value"]) == (
        {"at": 299, "name": "n299"}, {"at": 2, "name": "c2"}, X[299, 2],
    )  # fmt: skip
    assert image(ran, "both")["panels"] == 2
    blocks = image(ran, "both")["down"]["block"]
    rows = slice(0, blocks)
    for panel, factor in ((0, 1), (1, 2)):
        farthest = max(X[rows, 0] * factor, key=abs)
        assert pixel(ran, "both", 0, 0, panel)["value"] == pytest.approx(farthest)
    nothing = pixel(ran, "heat", 2001 // 3, 1)  # rows 2001 to 2003, of which the last has a number
    assert nothing["row"]["at"] == 2003
    told = ran.post("pick", file="flow.yaml", ref="part", marks=[{"at": 299}]).json()
    assert (told["ref"], told["n"]) == ("rows.table", 1)


def test_what_is_no_image_or_lies_outside_is_refused(ran: Page) -> None:
    def refused(path: str, **query: Any) -> tuple[str, str, str]:
        answer = ran.get(path, file="flow.yaml", **query)
        assert answer.status_code == 400
        (problem,) = answer.json()["problems"]
        return problem["code"], problem["fact"], problem["allowed"]

    assert refused("image", ref="bars") == ("TK548", "'bars.figure' is no heat map.", "A heat map is needed here.")
    assert refused("image", ref="small")[:2] == ("TK548", "'small.figure' is drawn cell by cell.")
    assert refused("pixel", ref="part", down=200, across=0) == (
        "TK581", "the image has no block down 200.", "0 to 199.",
    )  # fmt: skip
    assert refused("pixel", ref="part", down=0, across=-1)[:2] == ("TK581", "the image has no block across -1.")
    assert refused("pixel", ref="part", down=0, across=0, panel=1)[:2] == ("TK581", "the image has no panel 1.")
    assert refused("pixel", ref="part", down=0)[0] == "TK543"
