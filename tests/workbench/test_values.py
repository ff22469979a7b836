"""Computed values as the page takes them."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

A = [i % 7 for i in range(40)]
KIND = ["xy"[i % 2] for i in range(40)]


@pytest.fixture
def ran(page: Any) -> Any:
    assert page.run()[-1]["state"] == "finished"
    return page


def bits(rows: Any) -> str:
    return base64.b64encode(np.packbits(np.asarray(rows, bool), bitorder="little").tobytes()).decode()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["problems"][0]["code"]


@pytest.mark.row("F4", "F5")
def test_a_table_is_told_before_its_numbers(ran: Any) -> None:
    told = ran.get("value", file="flow.yaml", ref="rows").json()
    assert (told["type"], told["height"], told["axes"]) == ("table", 40, [])
    assert [(c["name"], c["kind"], c["missing"]) for c in told["columns"]] == [
        ("a", "number", 0), ("b", "number", 0), ("kind", "category", 0),
    ]  # fmt: skip


def test_numbers_and_codes_are_typed_arrays(ran: Any) -> None:
    answer = ran.get("numbers", file="flow.yaml", ref="rows", column="a")
    assert np.frombuffer(answer.content, "<f4").tolist() == A
    assert answer.headers["etag"]
    codes = np.frombuffer(ran.get("codes", file="flow.yaml", ref="rows", column="kind").content, "<u2")
    labels = ran.get("labels", file="flow.yaml", ref="rows", column="kind").json()
    assert [labels[c] for c in codes] == KIND


def test_rows_are_sorted_filtered_and_cut(ran: Any) -> None:
    ask = {"file": "flow.yaml", "ref": "rows"}
    page = ran.post("rows", **ask, start=1, count=3, sort={"column": "a", "descending": True}, columns=["a"]).json()
    order = sorted(range(40), key=lambda i: -A[i])[1:4]
    assert page == {
        "total": 40,
        "ids": [f"r{i}" for i in order],
        "positions": order,
        "columns": {"a": [A[i] for i in order]},
    }
    page = ran.post("rows", **ask, start=0, count=50, filter="R1").json()
    assert page["ids"] == [f"r{i}" for i in range(40) if f"r{i}".startswith("r1")]
    some = [i % 5 == 0 for i in range(40)]
    assert ran.post("rows", **ask, start=0, count=50, within=bits(some)).json()["positions"] == list(range(0, 40, 5))


def test_a_selection_is_contrasted_with_the_rest(ran: Any) -> None:
    """Effects by hand: A counted over all pairs; Cramér's V of a perfect table is 1."""
    inside = np.array(A) > 3
    told = ran.post("contrast", file="flow.yaml", ref="rows", rows=bits(inside)).json()
    assert (told["n"], told["of"]) == (int(inside.sum()), 40)
    by_name = {c["name"]: c for c in told["columns"]}
    assert told["columns"][0]["name"] == "a"
    assert by_name["a"]["effect"] == pytest.approx(1.0)
    b = np.array([(i * i) % 11 for i in range(40)])
    pairs = np.sign(b[inside][:, None] - b[~inside][None, :])
    assert by_name["b"]["effect"] == pytest.approx(pairs.mean())
    told = ran.post("contrast", file="flow.yaml", ref="rows", rows=bits([k == "x" for k in KIND])).json()
    assert told["columns"][0] == {
        "name": "kind", "column": "kind", "ref": "rows.table", "kind": "category",
        "effect": pytest.approx(1.0), "label": "x", "inside": "100 %", "outside": "0 %",
        "text": "x: 100 % inside, 0 % outside",
    }  # fmt: skip


def test_a_sample_stands_for_very_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    import tenkai as tk
    from tenkai.workbench.contrast import contrast
    from tenkai.workbench.wide import alone

    random = np.random.default_rng(0)
    x = random.normal(size=20_000)
    inside = (x + random.normal(size=len(x))) > 0
    table = alone(tk.Table.from_({"x": x, "noise": random.normal(size=len(x))}))
    whole = contrast(table, inside)
    monkeypatch.setattr("tenkai.workbench.contrast.MOST_COMPARED", 4000)
    monkeypatch.setattr("tenkai.workbench.contrast.LEAST_COMPARED", 4000)
    sample = contrast(table, inside)
    assert (whole["sample"], sample["sample"]) == (20_000, 4000)
    for a, b in zip(whole["columns"], sample["columns"], strict=True):
        assert a["name"] == b["name"]
        assert a["effect"] == pytest.approx(b["effect"], abs=0.06)  # four standard errors of 1/sqrt(4000)


def test_figures_come_as_specification_and_drawn(ran: Any) -> None:
    ask = {"file": "flow.yaml", "ref": "map"}
    assert "$schema" in ran.get("figure", **ask).json()
    assert ran.get("figure", **ask, form="svg").text.startswith("<svg")
    assert ran.get("figure", **ask, form="png").content.startswith(b"\x89PNG")
    assert code_of(ran.get("figure", **ask, form="bmp")) == (400, "TK548")
    assert code_of(ran.get("figure", file="flow.yaml", ref="pca")) == (400, "TK548")


def test_points_of_a_sweep_are_told_apart(page: Any) -> None:
    page.edit(
        {"op": "set", "node": "pca", "setting": "components", "value": {"sweep": [1, 2]}},
        {"op": "remove", "node": "map"},
    )
    page.run()
    told = page.get("value", file="flow.yaml", ref="pca", point=1).json()
    assert told["points"] == [{"components": 1}, {"components": 2}]
    assert [c["name"] for c in told["columns"]] == ["PCA1", "PCA2", "kind"]
    assert code_of(page.get("value", file="flow.yaml", ref="pca", point=2)) == (404, "TK547")


def test_what_is_not_there_is_told(ran: Any) -> None:
    assert code_of(ran.get("value", file="flow.yaml", ref="nothing")) == (404, "TK108")
    assert code_of(ran.get("numbers", file="flow.yaml", ref="rows", column="c")) == (400, "TK201")
    assert code_of(ran.get("numbers", file="flow.yaml", ref="rows", column="kind")) == (400, "TK202")
    assert code_of(ran.get("numbers", file="flow.yaml", ref="map", column="a")) == (400, "TK548")
    ran.edit({"op": "set", "node": "pca", "setting": "components", "value": 1})
    assert code_of(ran.get("value", file="flow.yaml", ref="pca")) == (404, "TK547")
    for rows, column in (("?", "a"), (bits([True] * 200), "a"), (bits([False] * 40), "a"), (bits([True] * 40), "a")):
        assert code_of(ran.post("contrast", file="flow.yaml", ref="rows", rows=rows)) == (400, "TK548"), column
    assert code_of(ran.post("rows", file="flow.yaml", ref="rows", start=0, count=10**6)) == (400, "TK548")


def test_pictures_come_as_one_strip(page: Any) -> None:
    file = page.post("workflow/new", **{"from": "empty"}).json()["file"]
    page.edit({"op": "add", "step": "collect.digits", "name": "digits"}, file=file)
    page.run(file)
    positions = list(range(40))
    answer = page.post("pictures", file=file, ref="digits", column="image", positions=positions, side=16)
    strip = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    assert strip.shape == (2 * 16, 32 * 16)
    from sklearn.datasets import load_digits

    images = np.rint(load_digits().images * 255 / 16)  # the darkest pixel of the set is 0, the brightest 16
    for at in (0, 31, 32, 39):
        y, x = divmod(at, 32)
        tile = strip[y * 16 : y * 16 + 16 : 2, x * 16 : x * 16 + 16 : 2]
        np.testing.assert_array_equal(tile, images[at])
    assert code_of(page.post("pictures", file=file, ref="digits", column="image", positions=[9999], side=16)) == (
        400,
        "TK548",
    )


def test_the_report_shows_the_figures_chosen_and_the_finding(ran: Any) -> None:
    answer = ran.post("report", file="flow.yaml", figures=["map"], finding="Two kinds & no more.")
    assert answer.status_code == 200
    assert "Two kinds &amp; no more." in answer.text
    assert 'src="data:image/svg+xml' in answer.text or "<svg" in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    without = ran.post("report", file="flow.yaml", figures=[], finding="")
    assert len(without.text) < len(answer.text)


def test_values_of_the_same_rows_say_so_and_others_are_matched_by_row_id(ran: Any) -> None:
    of = {ref: ran.get("value", file="flow.yaml", ref=ref).json()["rows"] for ref in ("rows", "scaled", "pca")}
    assert len(set(of.values())) == 1
    ran.edit(
        {"op": "select", "name": "few", "ref": "rows", "ids": ["r3", "r5", "r30"]},
        {
            "op": "add",
            "step": "process.sort",
            "name": "sorted",
            "given": {"table": "few", "by": ["a"], "descending": True},
        },
    )
    ran.run()
    assert ran.get("value", file="flow.yaml", ref="sorted").json()["rows"] not in of.values()
    chosen = bits([i in (5, 7, 30) for i in range(40)])
    told = ran.post("match", file="flow.yaml", ref="rows", rows=chosen, to={"ref": "sorted"}).json()
    ids = ran.post("rows", file="flow.yaml", ref="sorted", start=0, count=9).json()["ids"]
    assert sorted(ids) == ["r3", "r30", "r5"]
    assert told == {"n": 2, "height": 3, "rows": bits([i in ("r5", "r30") for i in ids])}


def test_a_scaled_column_whose_ties_are_rounded_otherwise_is_told_once() -> None:
    from tenkai.workbench.contrast import _once

    found = [
        {"column": "mass", "name": "mass", "effect": -0.8402},
        {"column": "mass", "name": "mass (scaled)", "effect": -0.84025},
        {"column": "rings", "name": "rings", "effect": -0.8402},
        {"column": "mass", "name": "mass (other rows)", "effect": -0.6},
    ]
    assert [c["name"] for c in _once(found)] == ["mass", "rings", "mass (other rows)"]
