"""Steps are copied as text and pasted under free names; workflows come from elsewhere; the graph stands by stage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tenkai.workbench.address import Address, forget, remember, remembered


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["problems"][0]["code"]


def copied(page: Any, *nodes: str) -> str:
    return str(page.post("workflow/copy", file="flow.yaml", nodes=list(nodes)).json()["text"])


def test_a_copy_is_what_the_file_says_of_these_steps(page: Any) -> None:
    assert copied(page, "rows", "pca") == (
        "# my rows\nsteps:\n  rows: {collect.csv: {path: rows.csv, row_id: name}}  # the file\n"
        "  pca: {learn.pca: {table: scaled, columns: [a, b], components: 2}}\n"
    )
    assert code_of(page.post("workflow/copy", file="flow.yaml", nodes=["none"])) == (404, "TK108")
    assert code_of(page.post("workflow/copy", file="flow.yaml", nodes=[])) == (400, "TK543")


def test_steps_pasted_beside_keep_their_wires_under_free_names(page: Any) -> None:
    state = page.edit({"op": "paste", "text": copied(page, "scaled", "pca", "map"), "x": 10, "y": 20}).json()
    nodes = {n["name"]: n for n in state["nodes"]}
    assert set(nodes) == {"rows", "scaled", "pca", "map", "scaled_2", "pca_2", "map_2"}
    wires = {(w["from"], w["to"]) for w in state["wires"]}
    # among themselves, and to what they came from: it is here, too
    assert {("scaled_2.table", "pca_2"), ("pca_2.map", "map_2"), ("rows.table", "scaled_2")} <= wires
    assert state["problems"] == []
    assert (nodes["scaled_2"]["x"], nodes["scaled_2"]["y"]) == (10, 20)
    assert len(page.post("workflow/undo", file="flow.yaml").json()["nodes"]) == 4


def test_steps_pasted_elsewhere_lose_only_wires_that_lead_nowhere(page: Any) -> None:
    text = copied(page, "pca", "map")
    file = page.post("workflow/new", **{"from": "empty"}).json()["file"]
    state = page.edit({"op": "paste", "text": text}, file=file).json()
    assert {(w["from"], w["to"]) for w in state["wires"]} == {("pca.map", "map")}
    assert state["nodes"][0]["given"] == {"columns": ["a", "b"], "components": 2}
    assert [p["code"] for p in state["problems"]] == ["TK107"]


def test_variables_and_gathered_wires_come_along(page: Any, folder: Path) -> None:
    (folder / "flow.yaml").write_text(
        "variables: {draw: {sweep: {seeds: 3}}, other: 1}\n"
        "steps:\n"
        "  rows: {collect.generate.cos2: {seed: {from: draw}}}\n"
        "  fit: {learn.lasso: {table: rows, target: y, alpha: {sweep: [0.1, 1]}}}\n"
        "  guess: {learn.predict: {table: rows, model: fit}}\n"
        "  score: {interpret.regression_scores: {table: guess, target: y}}\n"
        "  best: {interpret.best: {scores: {gather: score, over: alpha}, by: r2}}\n"
    )
    text = copied(page, "rows", "fit", "guess", "score", "best")
    assert "other" not in text
    file = page.post("workflow/new", **{"from": "empty"}).json()["file"]
    page.edit({"op": "paste", "text": text}, file=file)
    state = page.edit({"op": "paste", "text": text}, file=file).json()
    assert state["variables"] == {"draw": {"sweep": {"seeds": 3}}}
    (wire,) = [w for w in state["wires"] if w["to"] == "best_2"]
    assert (wire["from"], wire["over"]) == ("score_2.scores", ["alpha"])
    assert state["problems"] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "TK562"), ("steps: {}", "TK562"), ("hello", "TK562"), ("steps: [1]", "TK562"), ("a: [", "TK102")],
)
def test_what_is_no_workflow_is_neither_pasted_nor_brought(page: Any, folder: Path, text: str, code: str) -> None:
    assert code_of(page.edit({"op": "paste", "text": text})) == (400, code)
    assert code_of(page.post("workflow/new", **{"from": "text", "name": "x.yaml", "text": text})) == (400, code)
    assert sorted(p.name for p in folder.glob("*.yaml")) == ["flow.yaml"]


def test_a_workflow_from_elsewhere_gets_a_free_plain_name(page: Any, folder: Path) -> None:
    text = "steps: {digits: {collect.digits: {}}}\n"
    names = [
        page.post("workflow/new", **{"from": "text", "name": name, "text": text}).json()["file"]
        for name in ("flow.yaml", "../../up and away.YML", "flow.yaml", ".hidden.yaml")
    ]
    assert names == ["flow-2.yaml", "up_and_away.yaml", "flow-2.yaml", "hidden.yaml"]
    broken = "steps: {digits: {collect.digit: {}}}\n"
    file = page.post("workflow/new", **{"from": "text", "name": "flow.yaml", "text": broken}).json()["file"]
    assert [p["code"] for p in page.state(file)["problems"]] == ["TK105"]
    big = "#" * 5_000_001
    assert code_of(page.post("workflow/new", **{"from": "text", "name": "x.yaml", "text": big})) == (413, "TK542")


def test_a_workflow_of_knime_is_refused_with_what_to_do(page: Any, folder: Path) -> None:
    headers = {"x-tenkai": "1", "content-type": "application/octet-stream"}
    answer = page.client.post("/api/upload", params={"name": "a.knwf"}, content=b"PK", headers=headers)
    assert answer.json()["problems"][0] | {"place": None} == {
        "code": "TK563",
        "fact": "'a.knwf' is a workflow of KNIME, which cannot be read yet.",
        "allowed": "Workflows of tenkai are YAML files.",
        "remedy": "Export its table as CSV and drop that, or build the workflow from a study.",
        "place": None,
    }
    assert page.post("upload/ask", name="a.knwf", size=2).json() == answer.json()
    assert sorted(p.name for p in folder.iterdir()) == ["flow.yaml", "rows.csv"]


@pytest.mark.row("F1")
def test_the_graph_stands_by_stage_and_new_steps_find_their_place(page: Any) -> None:
    state = page.edit(
        {"op": "add", "step": "learn.k_means", "name": "groups", "given": {"table": "scaled"}},
        {"op": "add", "step": "process.sort", "name": "sorted", "given": {"table": "groups", "by": ["a"]}},
        {"op": "add", "step": "interpret.histogram", "name": "view", "given": {"table": "sorted", "column": "a"}},
    ).json()
    assert [(b["stage"], b["nodes"]) for b in state["bands"]] == [
        ("collect", ["rows"]), ("process", ["scaled"]), ("learn", ["pca", "groups"]), ("interpret", ["map"]),
        # rows that a cluster was learned from are processed again: the stages begin anew
        ("process", ["sorted"]), ("interpret", ["view"]),
    ]  # fmt: skip
    at = {n["name"]: n["x"] for n in state["nodes"]}
    for band in state["bands"]:
        assert all(band["x"] <= at[n] <= band["x"] + band["width"] - 180 for n in band["nodes"])
    ends = [b["x"] + b["width"] for b in state["bands"]]
    assert all(b["x"] >= end for b, end in zip(state["bands"][1:], ends, strict=False))


def test_a_step_that_was_moved_stays_others_keep_clear_and_arrange_takes_all_back(page: Any) -> None:
    def places(state: Any) -> dict[str, tuple[float, float]]:
        return {n["name"]: (n["x"], n["y"]) for n in state["nodes"]}

    before = places(page.state())
    where = {"x": before["pca"][0] + 20, "y": before["pca"][1]}
    page.edit({"op": "move", "node": "pca", **where})
    state = page.edit({"op": "add", "step": "learn.k_means", "name": "groups", "given": {"table": "scaled"}}).json()
    after = places(state)
    assert after["pca"] == (where["x"], where["y"])
    assert abs(after["groups"][1] - after["pca"][1]) > 60
    page.edit({"op": "remove", "node": "groups"})
    assert places(page.edit({"op": "arrange"}).json()) == before


def test_title_variables_and_results_are_written(page: Any, folder: Path) -> None:
    page.edit(
        {"op": "about", "key": "title", "text": "Other: rows"},
        {"op": "about", "key": "description", "text": "What it is."},
        {"op": "variable", "name": "draw", "value": {"sweep": {"seeds": 4}}},
        {"op": "result", "name": "columns", "ref": "rows.columns"},
        {"op": "unresult", "name": "rows"},
    )
    state = page.state()
    assert (state["title"], state["description"]) == ("Other: rows", "What it is.")
    assert state["variables"] == {"draw": {"sweep": {"seeds": 4}}}
    assert [r["name"] for r in state["results"]] == ["columns"]
    page.edit({"op": "variable", "name": "draw"}, {"op": "unresult", "name": "columns"})
    text = (folder / "flow.yaml").read_text()
    assert "variables" not in text
    assert "results" not in text
    assert code_of(page.edit({"op": "variable", "name": "a b", "value": 1})) == (400, "TK103")
    assert code_of(page.edit({"op": "about", "key": "steps", "text": "x"})) == (400, "TK543")


def test_wires_are_gathered_over_a_sweep_and_back(page: Any, folder: Path) -> None:
    page.edit(
        {"op": "add", "step": "learn.k_means", "name": "groups", "given": {"clusters": {"sweep": [2, 3]}}},
        {"op": "wire", "from": "scaled", "to": "groups", "port": "table"},
        {"op": "add", "step": "interpret.cluster_scores", "name": "scores", "given": {"table": "groups"}},
        {"op": "add", "step": "interpret.best", "name": "best", "given": {"by": "silhouette"}},
        {"op": "wire", "from": "scores", "to": "best", "port": "scores", "over": ["clusters"]},
    )  # fmt: skip
    assert "scores: {gather: scores, over: [clusters]}" in (folder / "flow.yaml").read_text()
    assert page.state()["axes"]["scores"] == ["clusters"]
    page.edit({"op": "wire", "from": "scores", "to": "best", "port": "scores", "over": None})
    assert "best: {interpret.best: {by: silhouette, scores: scores}}" in (folder / "flow.yaml").read_text()


def test_what_had_a_result_is_stale_for_a_new_server_too(page: Any, folder: Path, tmp_path: Path) -> None:
    from tenkai.workbench.session import Session

    page.run()
    assert Session(folder / "flow.yaml", None, tmp_path / "cache").seen == {"rows", "scaled", "pca", "map"}


def test_the_address_of_a_server_that_was_killed_is_taken_up_again(tmp_path: Path) -> None:
    root, cache = tmp_path / "a", tmp_path / "cache"
    root.mkdir()
    here = Address(4321, "t" * 43)
    assert remembered(cache, root) is None
    remember(cache, root, here)
    assert remembered(cache, root) == here
    assert remembered(cache, tmp_path) is None
    (file,) = (cache / "workbench").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    forget(cache, root, Address(4322, "t" * 43))
    assert remembered(cache, root) == here
    file.chmod(0o644)  # others could have written it
    assert remembered(cache, root) is None
    remember(cache, root, here)
    import os

    os.utime(file, (1e9, 1e9))  # long ago
    assert remembered(cache, root) is None
    remember(cache, root, Address(4321, "short"))
    assert remembered(cache, root) is None
    remember(cache, root, here)
    forget(cache, root, here)
    assert not file.exists()
