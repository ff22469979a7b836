"""Maps that a report carries whole: what is packed, what is left out, and what the page allows."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenkai.errors import TenkaiError
from tenkai.report.chosen import Choice, Wanted
from tenkai.report.page import make_page

FLOW = """
title: Digits
finding: Zeros stand apart.
steps:
  digits: {collect.digits: {}}
  few: {process.limit: {table: digits, rows: 120}}
  pca: {learn.pca: {table: few, columns: [image], components: 2}}
  map: {interpret.map: {map: pca, color: digit}}
  swept: {learn.pca: {table: few, columns: [image], components: {sweep: [2, 3]}}}
  maps: {interpret.map: {map: swept}}
  ratios: {interpret.explained_variance: {ratios: pca.ratios}}
"""
NOTE = {"ref": "pca", "ids": ["Row3", "Row0", "gone"], "text": "Three & more"}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tenkai.data import Places
    from tenkai.plan.workflow import parse_workflow
    from tenkai.run.project import Project

    folder = tmp_path_factory.mktemp("live")
    workflow = parse_workflow(FLOW, "digits")
    return Project(workflow, {}, Places(folder), folder / "store").run(threads=1)


def chosen(result: Any, *figures: Any, notes: Any = ()) -> str:
    return make_page(result, choice=Choice.read(result.graph, figures, notes))


def parts(page: str) -> list[bytes]:
    """Unpack the map of a page, as its script does."""
    (data,) = re.findall(r"<script [^>]*data-live>([^<]*)</script>", page)
    block = zlib.decompress(base64.b64decode(data))
    found = []
    while block:
        length = int.from_bytes(block[:4], "little")
        found.append(block[4 : 4 + length])
        block = block[4 + length :]
    return found


@pytest.mark.row("I2", "I15")
def test_a_map_is_packed_whole(result: Any) -> None:
    page = chosen(result, {"ref": "map", "caption": "All <120>", "live": True}, notes=[NOTE])
    head, xs, ys, ids, rows, sheet, codes = parts(page)
    about = json.loads(head)
    table = result.value("pca")
    assert ids.decode().split("\n") == table.ids.to_list()
    for name, content in (("x", xs), ("y", ys)):
        low, step = about["scale"][name]
        back = low + step * np.frombuffer(content, "<u2").astype(float)
        given = table[about[name]].to_numpy()
        # To half a step of 65,534 along the extent.
        assert np.abs(back - given).max() <= np.ptp(given) / 65534 * 0.51
    (said,) = about["columns"]
    assert [said["names"][c] for c in np.frombuffer(codes, "<u2")] == [str(d) for d in table["digit"].to_list()]
    # The pictures come from the table the map was made of, pixel by pixel.
    assert np.frombuffer(rows, "<u4").tolist() == list(range(120))
    tiles = np.asarray(Image.open(io.BytesIO(sheet)).convert("L"))
    assert about["thumbs"] == {"side": 8, "rows": 120}
    from sklearn.datasets import load_digits

    images = np.rint(load_digits().images * 255 / 16)
    for at in (0, 33, 119):
        y, x = divmod(at, 32)
        np.testing.assert_array_equal(tiles[y * 8 : y * 8 + 8, x * 8 : x * 8 + 8], images[at])
    assert about["notes"] == [{"text": "Three & more", "positions": [0, 3]}]
    assert about["left_out"] == []
    # In the page as texts too, for whoever has no scripts.
    assert "All &lt;120&gt;" in page
    assert "Three &amp; more" in page
    assert "3 rows: Row3, Row0, gone" in page
    assert page.count('<div class="card"><img') == 1


def test_the_page_runs_its_own_script_and_no_other(result: Any) -> None:
    page = chosen(result, {"ref": "map", "live": True})
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    styles = re.findall(r"<style>(.*?)</style>", page, re.S)

    def hashes(texts: list[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    assert (len(scripts), len(styles)) == (1, 2)
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; script-src {hashes(scripts)}; img-src data:; style-src {hashes(styles)}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(page) - len(chosen(result, "map")) < 250_000
    # What is not to be explored carries none of it.
    assert "<script" not in chosen(result, "map")
    assert "script-src" not in chosen(result, "map")


def test_figures_stand_in_the_order_chosen(result: Any) -> None:
    def figures(*wanted: Any) -> str:
        return re.split(r'<section id="figures">|<section id="tables">|<section id="why">', chosen(result, *wanted))[1]

    page = figures("ratios", {"ref": "map", "caption": "second"})
    assert page.index("<b>ratios</b>") < page.index("<b>map</b>") < page.index("second")
    assert "<b>maps</b>" not in page
    assert "<b>map</b>" not in figures("ratios")


def test_notes_of_figures_left_out_have_a_section_of_their_own(result: Any) -> None:
    page = chosen(result, "ratios", notes=[NOTE, {"ref": "nowhere", "ids": ["a"], "text": "lost"}])
    assert page.index('id="notes"') < page.index("Three &amp; more")
    assert "lost" not in page


def test_figures_of_no_single_map_cannot_be_explored(result: Any) -> None:
    page = chosen(result, {"ref": "ratios", "live": True}, {"ref": "maps", "live": True})
    assert "TK548" in page
    assert "the figure &#39;ratios&#39; shows no single map." in page
    assert "the figure &#39;maps&#39; is one of 2 of a sweep." in page
    assert "data-live" not in page


def test_bounds_are_kept_and_told(result: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenkai.report.live.MOST_ROWS", 50)
    monkeypatch.setattr("tenkai.report.live.MOST_THUMBS", 20)
    head, xs, _, ids, rows, *_ = parts(chosen(result, {"ref": "map", "live": True, "columns": ["PCA1"]}, notes=[NOTE]))
    about = json.loads(head)
    assert (len(xs), len(rows), about["n"]) == (100, 80, 50)
    assert about["left_out"] == [
        "50 of 120 rows, drawn at random",
        "1 further column not in this file",
        "pictures of 20 of 50 rows, drawn at random",
    ]
    assert about["color"] == "PCA1"
    assert len(set(ids.decode().split("\n")) & set(result.value("pca").ids.to_list())) == 50


def test_a_choice_that_is_none_is_told(result: Any) -> None:
    for given, code in (
        ([{"caption": "x"}], "TK548"),
        (["nowhere"], "TK108"),
        ([{"ref": "map", "columns": ["a"] * 13}], "TK548"),
        (["map"] * 501, "TK548"),
    ):
        with pytest.raises(TenkaiError, match=code):
            Choice.read(result.graph, given)
    (wanted,) = Choice.read(result.graph, ["map.figure"]).figures or ()
    assert isinstance(wanted, Wanted)


@pytest.mark.row("I21")
def test_the_closing_statement_says_what_was_done_found_and_is_not_known(made: Any, tmp_path: Any, seen: Any) -> None:
    from tenkai.report import write_report

    text = """
finding: They do.
closing: {done: "Four rows were added.", unknown: "Whether more\\n\\nwould add up."}
steps: {rows: {collect.toy.rows: {n: 6}}}
"""
    page = seen(write_report(made(text), tmp_path / "out"))
    assert page.text("closing") == (
        "In closing What was done Four rows were added. What was found They do. "
        "What is not known Whether more would add up."
    )
    without = seen(write_report(made("steps: {rows: {collect.toy.rows: {n: 6}}}"), tmp_path / "two"))
    assert "closing" not in without.sections


def test_headings_are_japanese_where_that_is_wanted(result: Any) -> None:
    from tenkai.report import words

    page = make_page(result, choice=Choice.read(result.graph, ["map"], language="ja"))
    assert '<html lang="ja">' in page
    for heading in ("図", "なぜ：四つの段階", "全ステップの設定", "再実行"):
        assert f"<h2>{heading}</h2>" in page
    assert "<h2>Figures</h2>" not in page
    # Every word of the template is known, also those this page does not need.
    template = (Path(words.__file__).parent / "report.html.jinja").read_text(encoding="utf-8")
    asked = set(re.findall(r't\("([^"]+)"\)', template)) | {"collect", "process", "learn", "interpret"}
    closing = {"What was done", "What was found", "What is not known"}
    assert asked | closing == set(words.JAPANESE)
