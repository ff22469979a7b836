"""`tenkai show`: any value, where it arises, in every form."""

import io
import json
from pathlib import Path

import polars as pl
import pytest

from tenkai.cli.app import run_app

pytestmark = pytest.mark.row("F5")


def test_a_table_as_a_table(tenkai) -> None:
    said = tenkai("show", "w.yaml", "more", "-q")
    assert said.code == 0
    assert "Row0" in said.out
    assert "odd" in said.out


def test_a_table_as_csv_is_the_same_bytes_twice(tenkai) -> None:
    said = tenkai("show", "w.yaml", "more", "--format", "csv", "-q")
    assert said.out == "row id,x,label\nRow0,1.0,even\nRow1,2.0,odd\nRow2,3.0,even\nRow3,4.0,odd\n"
    assert tenkai("show", "w.yaml", "more.table", "--format", "csv", "-q") == said
    assert tenkai("show", "w.yaml", "more", "--format", "csv", "-q", "--cache", "fresh") == said


def test_a_table_as_json_and_html(tenkai) -> None:
    rows = tenkai("show", "w.yaml", "rows", "-f", "json", "-q").json
    assert rows[1] == {"row id": "Row1", "x": 1.0, "label": "odd"}
    page = tenkai("show", "w.yaml", "rows", "-f", "html", "-q").out
    assert page.startswith("<!doctype html>")
    assert "<td>Row1</td><td>1.0</td><td>odd</td>" in page


def test_a_swept_table_has_its_settings_first(tenkai) -> None:
    frame = pl.read_csv(io.StringIO(tenkai("show", "w.yaml", "moved", "-f", "csv", "-q").out))
    assert frame.columns == ["by", "row id", "x", "label"]
    assert frame["by"].to_list() == [1] * 4 + [2] * 4
    assert frame.filter(by=2)["x"].to_list() == [3, 4, 5, 6]
    assert len(tenkai("show", "w.yaml", "moved", "-f", "json", "-q").json) == 8


def test_scores(tenkai) -> None:
    frame = pl.read_csv(io.StringIO(tenkai("show", "w.yaml", "one", "-f", "csv", "-q").out))
    assert frame.to_dicts()[0] == {"name": "total", "value": 10.0, "about": "sum of x"}
    shown = tenkai("show", "w.yaml", "one", "-f", "json", "-q").json
    assert shown["figures"] == {"total": 10.0, "first": 1.0}
    assert shown["lens"]["scored"] == 4
    assert "None of the 4 rows scored was seen before." in tenkai("show", "w.yaml", "one", "-q").out
    swept = pl.read_csv(io.StringIO(tenkai("show", "w.yaml", "sum", "-f", "csv", "-q").out))
    assert swept.columns == ["by", "name", "value", "about"]


def test_a_fitted_step(tenkai) -> None:
    assert "StandardScaler" in tenkai("show", "w.yaml", "scaled.fitted", "-q").out
    assert tenkai("show", "w.yaml", "scaled.fitted", "-f", "json", "-q").json["step"] == "process.standardize"
    assert "estimator,StandardScaler" in tenkai("show", "w.yaml", "scaled.fitted", "-f", "csv", "-q").out


def test_a_figure(tenkai, project: Path) -> None:
    said = tenkai("show", "w.yaml", "picture", "-q")
    assert said.out.startswith("Points\nAll x on a line.\n")
    assert tenkai("show", "w.yaml", "picture", "-f", "svg", "-q").out.startswith("<svg")
    assert tenkai("show", "w.yaml", "picture", "-f", "json", "-q").json["mark"] == "point"
    assert "<svg" in tenkai("show", "w.yaml", "picture", "-f", "html", "-q").out
    for form, start in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<svg")):
        said = tenkai("show", "w.yaml", "picture", "-f", form, "-o", f"p.{form}", "-q")
        assert said.out == f"p.{form}\n"
        assert (project / f"p.{form}").read_bytes().startswith(start)
    tenkai("show", "w.yaml", "picture", "-o", "plain.svg", "-q")
    assert (project / "plain.svg").read_bytes().startswith(b"<svg")


def test_a_picture_on_standard_output_is_bytes(project: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run_app(["show", "w.yaml", "picture", "-f", "png", "-q"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"\x89PNG\r\n")


def test_notes_go_to_standard_error(tenkai) -> None:
    assert tenkai("show", "w.yaml", "moved", "-f", "csv", "-q").err == "TKW000: shifted 4 rows\n"


def test_a_value_for_one_run(tenkai) -> None:
    assert "Row5" in tenkai("show", "w.yaml", "rows", "--set", "rows.n=6", "-q").out


def test_vectors_and_pictures_become_one_column_per_number(tenkai, project: Path) -> None:
    import numpy as np

    np.savez(project / "v.npz", spectrum=np.arange(6.0).reshape(2, 3))
    (project / "v.yaml").write_text("steps: {a: {collect.array: {path: v.npz}}}")
    frame = pl.read_csv(io.StringIO(tenkai("show", "v.yaml", "a", "-f", "csv", "-q").out))
    assert frame.height == 2
    assert frame.width == 4


def test_a_sweep_over_columns_and_a_column_of_the_same_name(tenkai, project: Path) -> None:
    """Swept values that are lists, and an axis called like a column."""
    (project / "c.csv").write_text("by,b\n1,2\n3,5\n")
    (project / "c.yaml").write_text(
        "steps:\n  a: {collect.csv: {path: c.csv}}\n"
        "  s: {process.standardize: {table: a, columns: {sweep: [[by], [by, b], numbers]}}}\n"
        "  m: {process.sort: {table: a, by: {sweep: [[by], [b]]}}}\n"
    )
    for node, axis in (("s", "columns"), ("m", "by")):
        frame = pl.read_csv(io.StringIO(tenkai("show", "c.yaml", node, "-f", "csv", "-q").out))
        assert frame.columns[0].startswith(axis)
        assert set(frame.columns) >= {"by", "b"} if axis == "columns" else True
        assert '["by"]' in frame[frame.columns[0]].to_list()
        assert tenkai("show", "c.yaml", node, "-q").code == 0
        json.loads(tenkai("show", "c.yaml", node, "-f", "json", "-q").out)


def test_a_column_of_lists(tenkai, project: Path) -> None:
    pl.DataFrame({"a": [[1, 2], [3]], "d": [{"x": 1}, {"x": 2}]}).write_parquet(project / "l.parquet")
    (project / "l.yaml").write_text("steps: {a: {collect.parquet: {path: l.parquet}}}")
    said = tenkai("show", "l.yaml", "a", "-f", "csv", "-q")
    assert said.code in (0, 2)
    assert said.code == 2 or "[1, 2]" in said.out


@pytest.mark.row("L20")
def test_distances_and_trees(tenkai, project: Path) -> None:
    (project / "tree.yaml").write_text(
        "steps:\n  rows: {collect.csv: {path: rows.csv}}\n  near: {learn.distances: {table: rows, columns: [x]}}\n"
        "  tree: {learn.linkage: {data: near, method: single}}\n"
    )
    (project / "rows.csv").write_text("x\n0\n1\n5\n")
    near = tenkai("show", "tree.yaml", "near", "-f", "csv", "-q").out
    assert near == "row id,Row0,Row1,Row2\nRow0,0.0,1.0,5.0\nRow1,1.0,0.0,4.0\nRow2,5.0,4.0,0.0\n"
    tree = tenkai("show", "tree.yaml", "tree", "-f", "json", "-q").json
    assert tree == [
        {"joined": "Row0", "with": "Row1", "height": 1.0, "rows": 2},
        {"joined": "Row2", "with": "merge 1", "height": 4.0, "rows": 3},
    ]


@pytest.mark.row("L23")
def test_a_tensor_is_a_long_table(tenkai, project: Path) -> None:
    (project / "tensor.yaml").write_text(
        "steps:\n  rows: {collect.csv: {path: keys.csv}}\n"
        "  array: {process.tensor: {table: rows, axes: [a, b], cells: mean, value: v}}\n"
        "  low: {learn.cp: {tensor: array, rank: 1, missing: fill}}\n"
        "  wide: {process.unfold: {tensor: low, rows: [b]}}\n"
        "results: {missing: array.missing, share: low.figures.share, cells: low.cells}\n"
    )
    (project / "keys.csv").write_text("a,b,v\nx,p,1\nx,q,2\ny,p,3\n")
    array = tenkai("show", "tensor.yaml", "array", "-f", "csv", "-q").out
    assert array == "a,b,value\nx,p,1.0\nx,q,2.0\ny,p,3.0\ny,q,\n"
    low = tenkai("show", "tensor.yaml", "low", "-f", "json", "-q").json
    assert [row["value"] for row in low] == pytest.approx([1, 2, 3, 6], abs=1e-3)
    assert tenkai("show", "tensor.yaml", "low.tensor", "-q").out.count("x") >= 2
    assert tenkai("show", "tensor.yaml", "wide", "-f", "csv", "-q").out.startswith("row id,x,y\np,1.0")
    results = tenkai("run", "tensor.yaml", "--json", "-q").json
    assert results["results"] == {"missing": 1, "share": pytest.approx(1), "cells": 4}
    # The lens knows the step by its name in the workflow.
    assert results["lens"]["share"] == {"scored": 3, "prepared": 3, "fitted": 0, "chosen": 0}
