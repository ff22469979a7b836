import json
import re
from pathlib import Path
from typing import Any

import pytest

from tenkai.errors import TenkaiError
from tenkai.report import write_report
from tenkai.report.page import make_page

ORDER = ["problems", "results", "figures", "tables", "about", "why", "settings", "warnings", "lens", "rerun"]

FULL = """
title: Do the rows add up?
description: Four rows, twice.
finding: They do.
steps:
  rows:  {collect.toy.rows: {n: 6}}
  more:  {process.toy.shift: {table: rows, by: {sweep: [1, 2.5]}}}
  each:  {interpret.toy.picture: {table: more}}
  one:   {interpret.toy.picture: {table: rows}}
  sum:   {interpret.toy.total: {table: rows}}
  sums:  {interpret.toy.total: {table: more}}
  stack: {interpret.toy.stack: {tables: more}}
results: {rows: rows.rows, total: sum.total, swept: sums.total, first: sums.first}
"""


def test_three_files(made: Any, tmp_path: Path) -> None:
    result = made(FULL)
    path = write_report(result, tmp_path / "deep" / "out")
    assert path == tmp_path / "deep" / "out" / "report.html"
    assert sorted(p.name for p in path.parent.iterdir()) == ["report.html", "run.json", "trial.yaml"]
    assert (path.parent / "trial.yaml").read_text() == FULL
    document = json.loads((path.parent / "run.json").read_text())
    assert document["results"]["total"] == 15.0
    assert len(document["tasks"]) == len(result.tasks()) == 10
    assert document == {**json.loads(json.dumps(result.to_json())), "tasks": document["tasks"]}


@pytest.mark.row("F2")
def test_everything_is_there_in_order(made: Any, tmp_path: Path, seen: Any) -> None:
    page = seen(write_report(made(FULL), tmp_path / "out", page="The *story* behind it."))
    assert [s for s in page.sections if s] == ["results", "figures", "tables", "about", "why", "settings",
                                               "warnings", "lens", "rerun"]  # fmt: skip
    assert "Do the rows add up? They do. Four rows, twice." in page.text("")
    assert "rows 6" in page.text("results")
    assert "total 15 sum of x" in page.text("results")
    assert "setting swept first by = 1 21 1.0 by = 2.5 30 2.5" in page.text("results")
    assert "All x on a line." in page.text("figures")
    assert "by = 1" in page.text("figures")
    assert "by = 2.5" in page.text("figures")
    assert "sum of x" in page.text("tables")
    assert "The story behind it." in page.text("about")
    assert "They do. collect" in page.text("why")
    assert "shifted 6 rows more" in page.text("warnings")
    assert "None of the 6 rows scored was seen before." in page.text("lens")
    assert "tenkai run trial.yaml --out trial-report" in page.text("rerun")
    assert len(page.all("img")) == 3


def test_pictures_have_texts_and_sizes(made: Any, tmp_path: Path, seen: Any) -> None:
    for image in seen(write_report(made(FULL), tmp_path)).all("img"):
        assert image["alt"] == "All x on a line."
        assert int(image["width"]) > 100
        assert image["src"].startswith("data:image/svg+xml;base64,")


def test_nothing_is_fetched_and_nothing_runs(made: Any, tmp_path: Path, seen: Any) -> None:
    path = write_report(made(FULL), tmp_path / "out", page="[paper](https://example.org/paper)")
    page = seen(path)
    links = [(t, a, a.get("src", "") + a.get("href", "")) for t, a in page.tags]
    outside = [(t, a) for t, a, link in links if link.startswith(("http", "//"))]
    assert outside == [("a", {"href": "https://example.org/paper", "rel": "noopener noreferrer"})]
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {t for t, _ in page.tags}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on") or a == "style"]
    html = path.read_text()
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    assert not re.search(r"url\(|@import|expression", style)


def test_the_page_forbids_the_browser_to_fetch(made: Any, tmp_path: Path, seen: Any) -> None:
    import base64
    import hashlib

    path = write_report(made(FULL), tmp_path)
    (policy,) = [m["content"] for m in seen(path).all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    html = path.read_text()
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert f"'sha256-{digest}'" in policy


EVIL = "<script>alert('1')</script>\"'&"
HOSTILE = f"""
title: {json.dumps(EVIL + "title")}
description: {json.dumps(EVIL + "description")}
finding: {json.dumps(EVIL + "finding")}
steps:
  rows:   {{collect.csv: {{path: hostile.csv}}}}
  points: {{interpret.map: {{map: rows, color: {json.dumps(EVIL + "color")}, title: {json.dumps(EVIL + "heading")}}}}}
  wrong:  {{process.toy.fail: {{table: rows, how: data}}}}
  sum:    {{process.sort: {{table: rows, by: [{json.dumps(EVIL + "x")}]}}}}
results: {{{json.dumps(EVIL + "result")}: rows.rows}}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> None:
    quoted = [f'"{(EVIL + n).replace(chr(34), chr(34) * 2)}"' for n in ("x", "y", "color")]
    cell = quoted[0].replace("x", "cell")
    lines = [",".join(quoted), *(f"{i},{i * i},{cell}{'' if i % 2 else '2'}".replace('"2', '2"') for i in range(8))]
    (tmp_path / "hostile.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.usefixtures("hostile")
def test_all_text_is_escaped(made: Any, tmp_path: Path, seen: Any) -> None:
    path = write_report(made(HOSTILE), tmp_path / "out", page=EVIL + "page")
    page = seen(path)
    assert "<script" not in path.read_text().lower()
    assert "script" not in {t for t, _ in page.tags}
    told = page.text("")
    for what in ("title", "description", "finding"):
        assert EVIL + what in told
    assert EVIL + "result" in page.text("results")
    assert EVIL + "heading" in page.text("figures")
    assert EVIL + "cell" in page.text("tables")
    assert EVIL + "page" in page.text("about")
    assert EVIL + "color" in page.text("settings")
    (picture,) = [i for i in page.all("img") if "Map of" in i["alt"]]
    assert EVIL + "color" in picture["alt"]


FAILED = """
steps:
  rows:  {collect.toy.rows: {}}
  bad:   {process.toy.fail: {table: rows, how: data}}
  after: {interpret.toy.picture: {table: bad}}
  fine:  {interpret.toy.picture: {table: rows}}
results: {rows: rows.rows, lost: bad.rows}
"""


def test_a_failed_run_has_its_problems_on_top_and_what_finished_below(made: Any, tmp_path: Path, seen: Any) -> None:
    page = seen(write_report(made(FAILED), tmp_path / "out"))
    assert list(page.sections)[1] == "problems"
    assert "2 of 4 tasks finished, 1 failed, 1 could not start." in page.text("problems")
    assert "TK203 process.toy.fail \"bad\" how (trial.yaml:4): row 'Row0' is not allowed." in page.text("problems")
    assert "rows 4" in page.text("results")
    assert "lost" not in page.text("results")
    assert len(page.all("img")) == 1
    document = json.loads((tmp_path / "out" / "run.json").read_text())
    assert document["problems"][0].startswith("TK203")
    assert [t["state"] for t in document["tasks"]] == ["computed", "failed", "computed", "not run"]


def test_a_sweep_that_failed_in_part_shows_the_rest(made: Any, tmp_path: Path, seen: Any) -> None:
    page = seen(
        write_report(
            made("""
steps:
  rows: {collect.toy.rows: {}}
  bad:  {process.toy.fail: {table: rows, how: {sweep: [not, value]}}}
  pics: {interpret.toy.picture: {table: bad}}
"""),
            tmp_path / "out",
        )
    )
    assert "how = not" in page.text("figures")
    assert len(page.all("img")) == 1


def test_the_original_is_not_touched(made: Any, tmp_path: Path) -> None:
    result = made(FAILED)
    original = tmp_path / "trial.yaml"
    original.write_text("edited meanwhile")
    write_report(result, tmp_path)
    assert original.read_text() == "edited meanwhile"
    assert (tmp_path / "report.html").exists()


def test_an_earlier_report_is_replaced_and_nothing_else_is_left(made: Any, tmp_path: Path) -> None:
    result = made(FULL)
    first = write_report(result, tmp_path / "out").read_text()
    again = write_report(result, tmp_path / "out").read_text()
    assert len(again) == len(first)
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_folder_that_cannot_be_written_to(made: Any, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(TenkaiError, match=r"TK521: the report cannot be written to .*out.*--out"):
        write_report(made(FAILED), tmp_path / "out")


def test_a_result_that_is_not_there_is_told_on_the_page_too(made: Any, tmp_path: Path, seen: Any) -> None:
    result = made("""
steps:
  rows: {collect.toy.rows: {}}
  part: {learn.pca: {table: rows, components: 1}}
results: {ratio_9: part.figures.ratio_9, ratio_1: part.figures.ratio_1}
""")
    with pytest.raises(TenkaiError, match="TK115"):
        write_report(result, tmp_path / "out")
    page = seen(tmp_path / "out" / "report.html")
    assert "TK115" in page.text("problems")
    assert "ratio_9" in page.text("problems")
    assert "ratio_1 1 share of the variance" in page.text("results")


def test_run_json_is_json(made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = made(FULL)
    monkeypatch.setattr(result, "figures", lambda: {"a": float("nan"), "b": [{"value": float("inf")}], "c": 1.5})
    write_report(result, tmp_path / "out")

    def refuse(name: str) -> None:
        raise AssertionError(name)

    document = json.loads((tmp_path / "out" / "run.json").read_text(), parse_constant=refuse)
    assert document["results"] == {"a": None, "b": [{"value": None}], "c": 1.5}


def test_the_same_run_gives_the_same_page(made: Any) -> None:
    result = made(FULL)
    assert re.sub(r"\d\d:\d\d", "", make_page(result)) == re.sub(r"\d\d:\d\d", "", make_page(result))
