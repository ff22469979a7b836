"""Writing a workflow back: one setting changes, all else stays as the author wrote it."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenkai.errors import TenkaiError
from tenkai.plan.document import read_document
from tenkai.plan.writeback import Editor

TEXT = """\
# Which alloy?
title: "Alloys"   # in quotes

steps:
  # read
  rows: {collect.csv: {path: 'data:mi/x.csv', row_id: name}}   # the file

  scaled:
    process.standardize:
      table: rows        # raw
      # all but one
      columns: {except: [dE]}
  model: {learn.pca: {table: scaled, components: {sweep: [1, 2]}}}
  plain: interpret.report
  empty:
    process.sort:

results: {r: model.ratio_1}  # one figure
finding: >
  Folded
  text.
"""


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """Lines taken out and put in."""
    import difflib

    lines = [d for d in difflib.ndiff(before.splitlines(), after.splitlines()) if d[0] in "+-"]
    return [(d[0], d[2:].strip()) for d in lines]


def test_nothing_changes_without_a_change() -> None:
    assert Editor(TEXT).text() == TEXT


def test_numbers_stay_as_they_are_written() -> None:
    text = """\
steps:
  a: {collect.x: {a: 2.8762348159431122e-21, b: 1_000, c: 0x1F, d: ~, f: 1.50, g: 2020-01-01, h: True, i: null}}
  b: {collect.x: {a: &size 5.0, b: *size, c: &list [1, 2], d: *list, e: .5, f: +3, g: 1e3, h: "5", i: -.inf}}
"""
    assert Editor(text).text() == text


def test_one_setting_changes_one_line() -> None:
    editor = Editor(TEXT)
    editor.set("model", "components", 3)
    assert changed(TEXT, editor.text()) == [
        ("-", "model: {learn.pca: {table: scaled, components: {sweep: [1, 2]}}}"),
        ("+", "model: {learn.pca: {table: scaled, components: 3}}"),
    ]


def test_comments_beside_a_changed_setting_stay() -> None:
    editor = Editor(TEXT)
    editor.set("scaled", "table", "other")
    assert changed(TEXT, editor.text()) == [
        ("-", "table: rows        # raw"),
        ("+", "table: other       # raw"),
    ]


def test_settings_can_be_added_and_taken_out() -> None:
    editor = Editor(TEXT)
    editor.set("rows", "decimal", ",")
    editor.unset("rows", "row_id")
    editor.unset("rows", "never there")
    editor.set("plain", "title", "T")
    editor.set("empty", "by", ["a"])
    data = read_document(editor.text(), "w").data["steps"]
    assert data["rows"] == {"collect.csv": {"path": "data:mi/x.csv", "decimal": ","}}
    assert data["plain"] == {"interpret.report": {"title": "T"}}
    assert data["empty"] == {"process.sort": {"by": ["a"]}}
    assert "# the file" in editor.text()
    assert "# all but one" in editor.text()


def test_steps_can_be_added_and_taken_out() -> None:
    editor = Editor(TEXT)
    editor.add("map", "interpret.map", {"table": "model", "color": "kind"})
    editor.remove("plain")
    text = editor.text()
    assert list(read_document(text, "w").data["steps"]) == ["rows", "scaled", "model", "empty", "map"]
    assert "  map: {interpret.map: {table: model, color: kind}}\n" in text
    assert "finding: >\n  Folded\n  text.\n" in text


def test_an_empty_file_can_be_begun() -> None:
    editor = Editor("title: new\n")
    editor.add("rows", "collect.csv", {"path": "x.csv"})
    assert read_document(editor.text(), "w").data == {
        "title": "new",
        "steps": {"rows": {"collect.csv": {"path": "x.csv"}}},
    }


def test_an_unknown_step_is_told() -> None:
    for change in (lambda e: e.set("x", "a", 1), lambda e: e.remove("x"), lambda e: e.unset("x", "a")):
        with pytest.raises(TenkaiError, match=r"TK108 \"x\": there is no step 'x'."):
            change(Editor(TEXT))


def test_the_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(0o644)
    editor = Editor.open(path)
    editor.set("rows", "path", "データ.csv")
    editor.save(path)
    assert (
        read_document(path.read_text(encoding="utf-8"), "w").data["steps"]["rows"]["collect.csv"]["path"]
        == "データ.csv"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["w.yaml"]
    assert path.stat().st_mode & 0o777 == 0o644, "others may still read it"


setting = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(
        st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn"), blacklist_characters="\ufeff"),
        max_size=20,
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(
    st.sampled_from(["rows", "scaled", "model", "plain", "empty"]), st.sampled_from(["path", "columns", "new"]), setting
)
def test_any_value_is_read_back_and_all_else_stays(node: str, name: str, value: Any) -> None:
    before = read_document(TEXT, "w").data
    editor = Editor(TEXT)
    editor.set(node, name, value)
    text = editor.text()
    after = read_document(text, "w").data
    step = next(iter(after["steps"][node]))
    assert after["steps"][node][step].pop(name) == value
    written = before["steps"][node]
    expected = {} if isinstance(written, str) else dict(next(iter(written.values())) or {})
    expected.pop(name, None)
    assert after["steps"][node] == {step: expected}
    assert {k: v for k, v in after["steps"].items() if k != node} == {
        k: v for k, v in before["steps"].items() if k != node
    }
    assert {k: v for k, v in after.items() if k != "steps"} == {k: v for k, v in before.items() if k != "steps"}
    for comment in ("# Which alloy?", "# in quotes", "# read", "# the file", "# one figure"):
        assert comment in text
    assert Editor(text).text() == text, "writing again changes nothing"


def test_it_reads_from_text_streams_of_windows() -> None:
    editor = Editor(io.StringIO(TEXT.replace("\n", "\r\n")).getvalue())
    editor.set("model", "components", 3)
    assert read_document(editor.text(), "w").data["steps"]["model"] == {
        "learn.pca": {"table": "scaled", "components": 3}
    }


def test_a_step_is_renamed_wherever_it_is_named_and_comments_stay() -> None:
    editor = Editor(TEXT)
    editor.rename("scaled", "unit", {"model": ["table"], "scaled": ["table"]})
    assert changed(TEXT, editor.text()) == [
        ("-", "scaled:"),
        ("+", "unit:"),
        ("-", "model: {learn.pca: {table: scaled, components: {sweep: [1, 2]}}}"),
        ("+", "model: {learn.pca: {table: unit, components: {sweep: [1, 2]}}}"),
    ]


def test_results_and_from_follow_a_renamed_step_but_texts_that_look_alike_do_not() -> None:
    text = """\
steps:
  best: {interpret.best: {scores: [a, best.x]}}
  b: {learn.lasso: {table: a, target: best, alpha: {from: best.alpha}, columns: [best, bestial]}}

results: {x: best.alpha, y: bestial.alpha}
"""
    editor = Editor(text)
    editor.rename("best", "top", {"best": ["scores"], "b": ["table"]})
    assert editor.text() == text.replace("  best:", "  top:").replace("best.x", "top.x").replace(
        "best.alpha}, c", "top.alpha}, c"
    ).replace("x: best.alpha", "x: top.alpha")


def test_what_is_written_can_be_asked_for() -> None:
    editor = Editor(TEXT)
    assert editor.get("model", "components") == {"sweep": [1, 2]}
    assert editor.get("rows", "row_id") == "name"
    assert editor.get("rows", "nothing") is None


def test_texts_and_results_can_be_put() -> None:
    editor = Editor("steps:\n  a: {collect.digits: {}}\n")
    editor.put("finding", "It works: yes.")
    editor.put_in("results", "rows", "a.rows")
    assert editor.text() == ('steps:\n  a: {collect.digits: {}}\nfinding: "It works: yes."\nresults:\n  rows: a.rows\n')
