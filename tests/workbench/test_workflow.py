"""What the page sees of a workflow, and how it changes it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tenkai.errors import TenkaiError
from tenkai.workbench.serve import open_workbench
from tenkai.workbench.session import Session


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["problems"][0]["code"]


def test_the_folder_is_told(page: Any) -> None:
    told = page.get("project").json()
    assert told["workflows"] == [{"file": "flow.yaml", "title": "Rows"}]
    assert "digits-map" in [s["name"] for s in told["studies"]]


def test_every_step_is_in_the_catalog_with_all_that_a_form_needs(page: Any) -> None:
    from tenkai.step import get_step, step_names

    told = {s["name"]: s for s in page.get("steps").json()}
    assert sorted(told) == sorted(step_names())
    for name, step in told.items():
        assert list(step["schema"]["properties"]) == list(get_step(name).settings)
        assert [p["name"] for p in step["ports"]] == list(get_step(name).ports)
        assert step["page"].startswith("#")


@pytest.mark.row("F1", "F5")
def test_the_state_holds_nodes_wires_and_what_is_to_do(page: Any) -> None:
    state = page.state()
    assert [(n["name"], n["stage"], n["status"]["state"]) for n in state["nodes"]] == [
        ("rows", "collect", "new"), ("scaled", "process", "new"), ("pca", "learn", "new"), ("map", "interpret", "new"),
    ]  # fmt: skip
    assert [(w["from"], w["to"], w["port"]) for w in state["wires"]] == [
        ("rows.table", "scaled", "table"), ("scaled.table", "pca", "table"), ("pca.map", "map", "map"),
    ]  # fmt: skip
    xs = [n["x"] for n in state["nodes"]]
    assert xs == sorted(xs)
    assert state["problems"] == []


def test_a_run_is_heard_and_a_second_one_finds_all_stored(page: Any) -> None:
    said = page.run()
    assert said[-1]["state"] == "finished"
    assert {m["node"] for m in said if m["type"] == "progress"} == {"rows", "scaled", "pca", "map"}
    state = page.state()
    assert {n["status"]["state"] for n in state["nodes"]} == {"cached"}
    assert state["results"] == [{"name": "rows", "ref": "rows.table.rows", "value": 40}]
    assert [m for m in page.run() if m["type"] == "progress"] == []


def test_a_change_makes_what_follows_stale(page: Any) -> None:
    page.run()
    answer = page.edit({"op": "set", "node": "pca", "setting": "components", "value": 1})
    assert answer.status_code == 200
    states = {n["name"]: n["status"]["state"] for n in answer.json()["nodes"]}
    assert states == {"rows": "cached", "scaled": "cached", "pca": "stale", "map": "stale"}


def test_edits_are_written_with_comments_kept_and_undone(page: Any, folder: Path) -> None:
    before = (folder / "flow.yaml").read_text()
    changed = page.edit(
        {"op": "add", "step": "learn.k_means", "name": "groups"},
        {"op": "wire", "from": "scaled", "to": "groups", "port": "table"},
        {"op": "set", "node": "groups", "setting": "clusters", "value": {"sweep": [2, 3]}},
    ).json()
    text = (folder / "flow.yaml").read_text()
    assert text.startswith("# my rows\n") and "# the file" in text
    assert "groups: {learn.k_means: {table: scaled, clusters: {sweep: [2, 3]}}}" in text
    assert changed["can_undo"]
    undone = page.post("workflow/undo", file="flow.yaml").json()
    assert (folder / "flow.yaml").read_text() == before
    assert undone["can_redo"]
    assert page.post("workflow/redo", file="flow.yaml").json()["text"] == text


def test_a_wrong_wire_is_refused_with_the_reason_and_nothing_is_written(page: Any, folder: Path) -> None:
    before = (folder / "flow.yaml").read_text()
    answer = page.edit({"op": "wire", "from": "map", "to": "scaled", "port": "table"})
    assert code_of(answer) == (400, "TK109")
    assert answer.json()["problems"][0]["fact"] == "the port 'table' takes a table; 'map' is a figure."
    assert code_of(page.edit({"op": "wire", "from": "pca", "to": "scaled", "port": "table"})) == (400, "TK110")
    assert code_of(page.edit({"op": "set", "node": "pca", "setting": "components", "value": -1})) == (400, "TK111")
    assert (folder / "flow.yaml").read_text() == before
    assert not page.state()["can_undo"]


def test_what_is_not_finished_may_be_kept(page: Any) -> None:
    state = page.edit({"op": "add", "step": "learn.lasso"}).json()
    lasso = next(n for n in state["nodes"] if n["name"] == "lasso")
    assert {p["code"] for p in lasso["problems"]} == {"TK107"}
    page.post("run", file="flow.yaml")
    assert code_of(page.post("run", file="flow.yaml")) == (400, "TK107")


def test_a_step_is_renamed_with_all_that_names_it(page: Any) -> None:
    page.edit({"op": "move", "node": "pca", "x": 7, "y": 9})
    state = page.edit({"op": "rename", "node": "pca", "to": "components"}).json()
    assert next(w for w in state["wires"] if w["to"] == "map")["from"] == "components.map"
    moved = next(n for n in state["nodes"] if n["name"] == "components")
    assert (moved["x"], moved["y"]) == (7, 9)
    assert code_of(page.edit({"op": "rename", "node": "map", "to": "rows"})) == (400, "TK104")
    assert code_of(page.edit({"op": "rename", "node": "map", "to": "a b"})) == (400, "TK103")


def test_a_selection_becomes_a_step_by_row_ids(page: Any) -> None:
    page.edit({"op": "select", "name": "odd", "ref": "pca", "ids": ["r1", "r3"]})
    assert page.run()[-1]["state"] == "finished"
    rows = page.post("rows", file="flow.yaml", ref="odd", start=0, count=10).json()
    assert rows["ids"] == ["r1", "r3"]


def test_notes_and_places_lie_in_the_side_file(page: Any, folder: Path) -> None:
    before = (folder / "flow.yaml").read_text()
    state = page.edit(
        {"op": "note", "ref": "pca", "ids": ["r1"], "text": "外れ値"}, {"op": "move", "node": "pca", "x": 1, "y": 2}
    )
    assert state.json()["notes"] == [{"ref": "pca", "ids": ["r1"], "text": "外れ値"}]
    assert (folder / "flow.yaml").read_text() == before
    assert "外れ値" in (folder / "flow.layout.json").read_text()


def test_a_file_that_changes_on_disk_is_picked_up(page: Any, folder: Path) -> None:
    with page.client.websocket_connect(
        "ws://127.0.0.1:4321/api/events", headers={"origin": "http://127.0.0.1:4321"}
    ) as events:
        events.receive_json()
        page.state()
        path = folder / "flow.yaml"
        path.write_text(path.read_text().replace("title: Rows", "title: Other rows"))
        message = events.receive_json()
    assert message == {"type": "workflow", "file": "flow.yaml", "version": 2}
    assert page.state()["title"] == "Other rows"


def test_what_is_written_while_the_file_is_read_is_seen_at_the_next_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = folder / "flow.yaml", Path.read_text
    session = Session(path, cache=folder)

    def slow(self: Path, encoding: str) -> str:
        text = read(self, encoding)
        monkeypatch.setattr(Path, "read_text", read)
        self.write_text("title: Second\n", encoding)
        return text

    path.write_text("title: First of two\n", "utf-8")
    monkeypatch.setattr(Path, "read_text", slow)
    assert session.look_at_disk()
    assert session.look_at_disk()
    assert session.text == "title: Second\n"
    assert not session.look_at_disk()


def test_an_old_version_is_told_the_new_one(page: Any) -> None:
    old = page.state()["version"]
    page.edit({"op": "finding", "text": "It is so."})
    answer = page.post("workflow/edit", file="flow.yaml", version=old, ops=[{"op": "finding", "text": "Or so."}])
    assert code_of(answer) == (409, "TK549")
    assert answer.json()["state"]["finding"] == "It is so."


def test_broken_yaml_keeps_the_last_graph_in_view_and_says_what_is_wrong(page: Any) -> None:
    state = page.edit({"op": "text", "text": "steps: {a: [\n"}).json()
    assert state["problems"][0]["code"] == "TK102"
    assert [n["name"] for n in state["nodes"]] == ["rows", "scaled", "pca", "map"]
    assert page.post("workflow/undo", file="flow.yaml").json()["problems"] == []


@pytest.mark.parametrize(
    "op",
    [
        {"op": "explode"}, {"op": "set", "node": "pca"}, {"op": "add"},
        {"op": "move", "node": "pca", "x": "left", "y": 0}, {"op": "select", "ref": "pca", "ids": []},
        {"op": "text", "text": 5}, {"op": "result", "name": "x"},
    ],
)  # fmt: skip
def test_an_operation_that_is_none_is_refused(page: Any, op: dict[str, Any]) -> None:
    assert code_of(page.edit(op)) == (400, "TK543")


def test_no_json_and_no_object_are_told(page: Any) -> None:
    headers = {"x-tenkai": "1", "content-type": "application/json"}
    for content in (b"{", b"[]", b'{"file": "flow.yaml"}'):
        answer = page.client.post("/api/workflow/edit", content=content, headers=headers)
        assert code_of(answer) == (400, "TK543")


def test_a_run_can_be_stopped_and_what_is_done_stays(page: Any, folder: Path) -> None:
    (folder / "long.yaml").write_text(
        "steps:\n  rows: {collect.digits: {}}\n"
        "  tsne: {learn.tsne: {table: rows, perplexity: {sweep: {range: [5, 60, 1]}}}}\n"
    )
    with page.client.websocket_connect(
        "ws://127.0.0.1:4321/api/events", headers={"origin": "http://127.0.0.1:4321"}
    ) as events:
        events.receive_json()
        page.post("run", file="long.yaml")
        assert code_of(page.post("run", file="long.yaml")) == (400, "TK545")
        while (message := events.receive_json())["type"] != "progress" or message["node"] != "tsne":
            pass
        begin = time.monotonic()
        page.post("run/cancel", file="long.yaml")
        while (message := events.receive_json())["type"] != "run" or message["state"] == "started":
            pass
    assert message["state"] == "cancelled"
    assert time.monotonic() - begin < 10  # ended by force after three seconds at the latest
    assert page.node("rows", "long.yaml")["status"]["state"] == "cached"
    assert page.node("tsne", "long.yaml")["status"]["state"] in ("new", "stale")


def test_a_run_that_is_killed_is_told_and_what_is_done_stays(page: Any, folder: Path) -> None:
    (folder / "long.yaml").write_text(
        "steps:\n  rows: {collect.digits: {}}\n"
        "  tsne: {learn.tsne: {table: rows, perplexity: {sweep: {range: [5, 60, 1]}}}}\n"
    )
    origin = {"origin": "http://127.0.0.1:4321"}
    with page.client.websocket_connect("ws://127.0.0.1:4321/api/events", headers=origin) as events:
        events.receive_json()
        page.post("run", file="long.yaml")
        while (message := events.receive_json())["type"] != "progress" or message["node"] != "tsne":
            pass
        (runner,) = [
            p for p in psutil.Process().children(recursive=True) if "tenkai.workbench.runner" in " ".join(p.cmdline())
        ]
        runner.kill()
        while (message := events.receive_json())["type"] != "run" or message["state"] == "started":
            pass
    assert message["state"] == "failed"
    assert [p["code"] for p in message["problems"]] == ["TK546"]
    assert page.node("rows", "long.yaml")["status"]["state"] == "cached"
    assert not page.state("long.yaml")["running"]


def test_a_run_ends_with_its_server_also_where_a_shell_has_started_it_in_the_background(folder: Path) -> None:
    text = "steps:\n  rows: {collect.digits: {}}\n  tsne: {learn.tsne: {table: rows, iterations: 100000}}\n"
    order = {
        "path": str(folder / "flow.yaml"), "text": text, "to": None, "threads": 1, "data": None,
        "cache": str(folder / "cache"), "fence": str(folder),
    }  # fmt: skip
    command = ["bash", "-c", f"trap '' INT; exec '{sys.executable}' -m tenkai.workbench.runner"]
    runner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write(json.dumps(order).encode() + b"\n")
    runner.stdin.flush()
    while b'"tsne"' not in (said := runner.stdout.readline()):
        assert said
    runner.stdin.close()  # the server is gone
    runner.wait()
    runner.stdout.close()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TenkaiError) as caught:
            open_workbench(str(tmp_path), port=taken.getsockname()[1], browser=False)
    assert [p.code for p in caught.value.problems] == ["TK544"]
    assert caught.value.problems[0].remedy == "Leave --port out."


def test_a_failed_step_says_so_until_it_is_changed(page: Any) -> None:
    page.edit({"op": "add", "step": "process.filter", "name": "none", "given": {"table": "rows", "where": "a > 99"}})
    assert page.run()[-1]["state"] == "failed"
    status = page.node("none")["status"]
    assert (status["state"], status["problems"][0]["code"]) == ("failed", "TK205")
    page.edit({"op": "set", "node": "none", "setting": "where", "value": "a > 3"})
    assert page.node("none")["status"]["state"] == "new"


def test_new_workflows_come_from_studies_uploads_and_nothing(page: Any, folder: Path) -> None:
    study = page.post("workflow/new", **{"from": "study:digits-map"}).json()["file"]
    assert study == "digits-map.yaml"
    assert page.post("workflow/new", **{"from": "study:digits-map"}).json()["file"] == study
    empty = page.post("workflow/new", **{"from": "empty"}).json()["file"]
    assert page.state(empty)["nodes"] == []
    state = page.edit({"op": "add", "step": "collect.digits"}, file=empty).json()
    assert state["problems"] == []
    mapped = page.post("workflow/new", **{"from": "upload:rows.csv"}).json()["file"]
    assert {n["step"] for n in page.state(mapped)["nodes"]} >= {"collect.csv", "learn.pca", "learn.umap", "learn.tsne"}
    assert code_of(page.post("workflow/new", **{"from": "study:digits-mp"})) == (404, "TK541")
    assert code_of(page.post("workflow/new", **{"from": "elsewhere:x"})) == (404, "TK541")
