"""What the pages compare and results ask: against scikit-learn, SciPy, and the rows themselves."""

from __future__ import annotations

import base64
import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score
from tests.workbench.conftest import opened

HEIGHT = 40
FLOW = """\
title: Compared
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}
  pca: {learn.pca: {table: rows, columns: [a, b, c], components: 2}}
  mds: {learn.mds: {table: rows, columns: [a, b, c], seed: {sweep: [0, 1]}}}
  one: {learn.pca: {table: rows, columns: [a, b], components: 1}}
  quality: {interpret.map_quality: {map: mds, data: rows, columns: [a, b, c], label: kind, neighbors: 5}}
  tree: {learn.linkage: {data: rows, columns: [a, b, c]}}
  drawn: {interpret.dendrogram: {linkage: tree, table: rows, label: kind, clusters: 3}}
  model: {learn.k_nearest: {table: rows, target: kind, columns: [a, b, c], neighbors: {sweep: [1, 5, 20]}}}
  held: {learn.cross_validate: {table: rows, model: model, folds: 4, seed: 0}}
  scores: {interpret.classification_scores: {table: held, target: kind}}
  best: {interpret.best: {scores: scores.scores, by: accuracy}}
  confusion: {interpret.confusion_matrix: {table: held, target: kind}}
  guess: {process.formula: {table: rows, formulas: {predicted: a + 1}}}
  parity: {interpret.parity: {table: guess, target: b}}
  heat: {interpret.heatmap: {tables: [rows], columns: [a, b, c]}}
  part: {interpret.heatmap: {tables: [rows], columns: [a, b, c], window: [11, 20, 1, 2]}}
  folded: {process.tensor: {table: rows, axes: [kind, group]}}
  expected: {learn.recommend_tensor: {tensor: folded, rank: 1, ranks: 2, repeats: 3}}
  large: {interpret.heatmap: {tables: [rows], columns: [a, b, c], most: 10}}
results: {accuracy: scores.scores.accuracy}
"""


def table() -> pl.DataFrame:
    random = np.random.default_rng(3)
    kind = [("x", "y", "z")[i % 3] for i in range(HEIGHT)]
    centers = {"x": (0, 0, 0), "y": (3, 1, 0), "z": (0, 3, 2)}
    cells = np.array([centers[k] for k in kind]) + random.normal(size=(HEIGHT, 3))
    names = [f"a compound with a long name, number {i}" for i in range(HEIGHT)]
    group = [{"x": "pq", "y": "qr", "z": "rs"}[k][i // 3 % 2] for i, k in enumerate(kind)]
    return pl.DataFrame(
        {"name": names, "a": cells[:, 0], "b": cells[:, 1], "c": cells[:, 2], "kind": kind, "group": group}
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Any:
    root = tmp_path_factory.mktemp("results")
    (root / "project").mkdir()
    table().write_csv(root / "project" / "rows.csv")
    (root / "project" / "flow.yaml").write_text(FLOW)
    with opened(root / "project", data_dir) as page:
        assert page.state()["problems"] == []
        assert page.run()[-1] == {"type": "run", "file": "flow.yaml", "state": "finished", "problems": []}
        yield page


def ask(page: Any, path: str, **body: Any) -> Any:
    answer = page.post(path, file="flow.yaml", **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: Any) -> tuple[int, str, str]:
    (problem,) = answer.json()["problems"]
    return answer.status_code, problem["code"], " ".join(filter(None, (problem["fact"], problem["allowed"])))


def picked(told: dict[str, Any]) -> list[int]:
    raw = np.frombuffer(base64.b64decode(told["bits"]), np.uint8)
    rows = np.unpackbits(raw, bitorder="little")[: told["height"]]
    assert rows.sum() == told["n"]
    return np.flatnonzero(rows).tolist()


# ---- maps -------------------------------------------------------------------------------------


@pytest.mark.row("I2")
def test_maps_come_with_the_scores_that_were_made_of_them(ran: Any) -> None:
    """A map with one coordinate is none; the two points of a sweep keep their own scores."""
    maps = ran.get("maps", file="flow.yaml").json()
    assert [(m["ref"], m["point"], m["method"], m["settings"]) for m in maps] == [
        ("pca", 0, "PCA", {}), ("mds", 0, "MDS", {"seed": 0}), ("mds", 1, "MDS", {"seed": 1}),
    ]  # fmt: skip
    assert [m["axes"] for m in maps] == [["PCA1", "PCA2"], ["MDS1", "MDS2"], ["MDS1", "MDS2"]]
    for m in maps[1:]:
        stored = ran.get("value", file="flow.yaml", ref="quality.scores", point=m["point"]).json()["measures"]
        own = ran.get("value", file="flow.yaml", ref="mds.figures", point=m["point"]).json()["measures"]
        told = {(q["by"], q["name"]): q["value"] for q in m["quality"]}
        assert told["quality", "trustworthiness"] == stored["trustworthiness"]
        assert told["quality", "label_accuracy"] == stored["label_accuracy"]
        assert told["mds", "stress"] == own["stress"]
        goals = {q["name"]: q["goal"] for q in m["quality"]}
        assert (goals["trustworthiness"], goals["stress"]) == ("maximize", "minimize")
    assert {q["by"] for q in maps[0]["quality"]} == {"pca"}  # nobody judged it


def test_a_map_that_is_not_computed_is_told_as_such(ran: Any) -> None:
    ran.edit({"op": "add", "step": "learn.pca", "name": "more", "given": {"table": "rows", "columns": ["a", "b"]}})
    more = ran.get("maps", file="flow.yaml").json()[-1]
    assert (more["ref"], more["id"], more["axes"], more["quality"]) == ("more", "", [], [])
    ran.post("workflow/undo", file="flow.yaml")


# ---- scores -----------------------------------------------------------------------------------


@pytest.mark.row("I5", "I7")
def test_scores_stand_side_by_side_with_what_they_have_seen(ran: Any) -> None:
    by_ref = {r["ref"]: r for r in ran.get("scores", file="flow.yaml").json()}
    scores = by_ref["scores"]
    assert (scores["axes"], [p["settings"] for p in scores["points"]]) == (
        ["neighbors"],
        [{"neighbors": 1}, {"neighbors": 5}, {"neighbors": 20}],
    )
    observed = table()["kind"].to_numpy()
    for p in scores["points"]:
        rows = ask(ran, "rows", ref="held", point=p["point"], start=0, count=HEIGHT)
        guess = np.array(rows["columns"]["predicted"])
        assert p["figures"]["accuracy"] == pytest.approx((guess == observed).mean())
        assert (p["lens"]["scored"], p["lens"]["fitted"], p["lens"]["chosen"]) == (HEIGHT, 0, 0)
    columns = {c["name"]: c for c in scores["columns"]}
    assert (columns["accuracy"]["goal"], columns["log_loss"]["goal"]) == ("maximize", "minimize")
    assert columns["accuracy"]["about"]


@pytest.mark.row("F6")
def test_a_choice_tells_the_best_setting_the_objective_and_that_rows_were_chosen_on(ran: Any) -> None:
    records = {r["ref"]: r for r in ran.get("scores", file="flow.yaml").json()}
    best, scores = records["best"], records["scores"]
    top = max(scores["points"], key=lambda p: p["figures"]["accuracy"])
    assert best["chosen"] == ["neighbors"]
    figures = best["points"][0]["figures"]
    assert figures["neighbors"] == top["settings"]["neighbors"]
    assert figures["accuracy"] == top["figures"]["accuracy"]
    assert best["points"][0]["lens"]["chosen"] == HEIGHT


@pytest.mark.row("I7")
def test_a_board_has_a_mark_for_every_setting_and_score_of_every_point(ran: Any) -> None:
    spec = ran.get("board", file="flow.yaml", ref="scores", score=["accuracy", "log_loss"]).json()
    marks = [d for rows in spec["datasets"].values() for d in rows if "p" in d]
    assert {(d["p"], d["k"]) for d in marks} == {
        (p, k) for p in range(3) for k in ("neighbors", "accuracy", "log_loss")
    }
    places = {(d["p"], d["k"]): d["y"] for d in marks}
    # Neighbors run on a logarithm: log 5 / log 20; the lowest loss is on top.
    assert places[1, "neighbors"] == pytest.approx(np.log(5) / np.log(20), abs=1e-4)
    record = next(r for r in ran.get("scores", file="flow.yaml").json() if r["ref"] == "scores")
    losses = [p["figures"]["log_loss"] for p in record["points"]]
    assert places[int(np.argmin(losses)), "log_loss"] == 1
    assert places[int(np.argmax(losses)), "log_loss"] == 0
    assert "Logarithmic: neighbors." in json.dumps(spec)


def test_a_board_needs_a_sweep(ran: Any) -> None:
    assert refused(ran.get("board", file="flow.yaml", ref="best")) == (
        400, "TK548", "'best' has one point: there is nothing to compare.",
    )  # fmt: skip
    assert refused(ran.get("board", file="flow.yaml", ref="pca"))[1:] == (
        "TK548", "'pca' holds no scores. Scores are needed here.",
    )  # fmt: skip
    assert refused(ran.get("board", file="flow.yaml", ref="scores", score="speed"))[1:] == (
        "TK548", "'scores' has no score 'speed'.",
    )  # fmt: skip
    assert refused(ran.get("board", file="flow.yaml", ref="nothing"))[:2] == (404, "TK108")


# ---- trees ------------------------------------------------------------------------------------


def codes(text: str) -> list[int]:
    return np.frombuffer(base64.b64decode(text), "<u2").tolist()


@pytest.mark.row("I3")
def test_a_cut_gives_the_clusters_of_scipy(ran: Any) -> None:
    X = table().select("a", "b", "c").to_numpy()
    merges = hierarchy.linkage(X, "average")
    for height in (0.0, 0.9, *merges[::7, 2], float(merges[-1, 2]), 99.0):
        told = ask(ran, "cut", ref="drawn", height=height, to={"ref": "pca"})
        theirs = hierarchy.fcluster(merges, height, "distance")
        ours = codes(told["codes"])
        assert told["clusters"] == len(set(theirs))
        assert adjusted_rand_score(theirs, ours) == 1
        sizes = np.bincount(ours).tolist()
        assert sizes == told["sizes"] == sorted(sizes, reverse=True)
        assert told["low"] <= height or told["clusters"] == HEIGHT
        assert told["high"] is None or height < told["high"]


@pytest.mark.row("I3")
def test_a_cut_begins_where_the_figure_has_it_and_is_drawn_there(ran: Any) -> None:
    told = ask(ran, "cut", ref="drawn", height=None, draw=True)
    assert told["clusters"] == 3
    assert told["height"] == pytest.approx((told["low"] + told["high"]) / 2)
    assert told["tree"] == {"ref": "tree.linkage", "point": 0, "method": "average", "metric": "euclidean"}
    figure = ran.get("figure", file="flow.yaml", ref="drawn").json()
    assert told["spec"]["datasets"] == figure["datasets"]
    two = ask(ran, "cut", ref="tree", height=told["high"], draw=True)
    assert (two["clusters"], two["leaves"], two["of"]) == (2, HEIGHT, "rows")
    assert two["spec"]["description"] != figure["description"]
    assert ask(ran, "cut", ref="tree", height=None)["clusters"] == 2


def test_rows_that_are_not_in_the_tree_have_no_cluster(ran: Any) -> None:
    ran.edit({"op": "add", "step": "process.sample", "name": "some", "given": {"table": "rows", "rows": 15}})
    ran.run(to=["some"])
    ran.edit({"op": "add", "step": "learn.linkage", "name": "small", "given": {"data": "some", "columns": ["a", "b"]}})
    ran.run(to=["small"])
    ids = ask(ran, "rows", ref="some", start=0, count=99)["ids"]
    told = codes(ask(ran, "cut", ref="small", height=1.0, to={"ref": "rows"})["codes"])
    names = table()["name"].to_list()
    assert [c != 65535 for c in told] == [n in ids for n in names]
    ran.post("workflow/undo", file="flow.yaml")
    ran.post("workflow/undo", file="flow.yaml")


def test_what_is_no_tree_is_not_cut(ran: Any) -> None:
    assert refused(ran.post("cut", file="flow.yaml", ref="pca", height=1.0)) == (
        400, "TK548", "'pca.map' is no tree. A tree, or a dendrogram of one.",
    )  # fmt: skip
    assert refused(ran.post("cut", file="flow.yaml", ref="parity", height=1.0))[1] == "TK548"
    assert refused(ran.post("cut", file="flow.yaml", ref="tree", height=-1.0))[1:] == (
        "TK548", "-1.0 is no height to cut at. A number of 0 or more.",
    )  # fmt: skip
    assert refused(ran.post("cut", file="flow.yaml", ref="tree", height="low"))[1] == "TK543"
    assert refused(ran.post("cut", file="flow.yaml", ref="tree", height=1.0, to={"ref": "parity"}))[1] == "TK548"


# ---- marks ------------------------------------------------------------------------------------


@pytest.mark.row("I5")
def test_a_cell_of_a_confusion_matrix_is_its_rows(ran: Any) -> None:
    for point in range(3):
        rows = ask(ran, "rows", ref="held", point=point, start=0, count=HEIGHT)
        observed, guess = rows["columns"]["kind"], rows["columns"]["predicted"]
        for o in "xyz":
            for p in "xyz":
                told = ask(ran, "pick", ref="confusion", point=point, marks=[{"o": o, "p": p, "n": 1}])
                assert (told["ref"], told["point"]) == ("held.table", point)
                assert picked(told) == [i for i in range(HEIGHT) if observed[i] == o and guess[i] == p]
    wrong = [{"o": o, "p": p} for o in "xyz" for p in "xyz" if o != p]
    told = ask(ran, "pick", ref="confusion", point=2, marks=wrong)
    assert picked(told) == [i for i in range(HEIGHT) if observed[i] != guess[i]]
    assert told["rows"] == ran.get("value", file="flow.yaml", ref="held", point=2).json()["rows"]


def test_points_of_a_figure_are_rows(ran: Any) -> None:
    names = table()["name"].to_list()
    spec = ran.get("figure", file="flow.yaml", ref="parity").json()
    marks = [d for rows in spec["datasets"].values() for d in rows if "id" in d]
    assert {m["id"] for m in marks} == set(names)
    told = ask(ran, "pick", ref="parity", marks=[{"id": names[7], "x": 1.0}, {"id": names[30]}])
    assert (told["ref"], picked(told)) == ("guess.table", [7, 30])


@pytest.mark.row("I8")
def test_cells_of_a_heat_map_are_rows_though_their_names_are_short(ran: Any) -> None:
    for ref, first, last in (("heat", 0, HEIGHT), ("part", 10, 20)):
        spec = ran.get("figure", file="flow.yaml", ref=ref).json()
        marks = [d for rows in spec["datasets"].values() for d in rows if d.get("c") == "a"]
        assert len({m["r"] for m in marks}) == last - first
        assert max(len(m["r"]) for m in marks) < 30
        found = [picked(ask(ran, "pick", ref=ref, marks=[m])) for m in marks]
        assert found == [[i] for i in range(first, last)]
    assert picked(ask(ran, "pick", ref="part", marks=[{"at": 12}])) == [12]


def test_marks_that_are_none_are_refused(ran: Any) -> None:
    assert refused(ran.post("pick", file="flow.yaml", ref="parity", marks=[{"x": 1}])) == (
        400, "TK548", "a mark has no 'id': it stands for no row. Marks of this figure.",
    )  # fmt: skip
    assert refused(ran.post("pick", file="flow.yaml", ref="confusion", marks=[{"o": "q", "p": "x"}]))[1:] == (
        "TK548", "there is no class 'q'. Marks of this figure.",
    )  # fmt: skip
    assert refused(ran.post("pick", file="flow.yaml", ref="part", marks=[{"at": 3}]))[1:] == (
        "TK548", "a row is not there. 10 to 19.",
    )  # fmt: skip
    assert refused(ran.post("pick", file="flow.yaml", ref="rows", marks=[{"id": "x"}]))[1:] == (
        "TK548", "'rows.table' has no rows behind its marks. A figure made from a table.",
    )  # fmt: skip
    assert refused(ran.post("pick", file="flow.yaml", ref="parity", marks=["x"]))[1] == "TK543"
    assert refused(ran.post("pick", file="flow.yaml", ref="parity", marks=[{"id": ""}] * 100_001))[1:] == (
        "TK548", "100001 marks come at once. At most 100000.",
    )  # fmt: skip


@pytest.mark.row("I8")
def test_a_recommended_cell_leads_to_its_row_and_its_evidence(page: Any, folder: Path) -> None:
    random = np.random.default_rng(0)
    cells = (random.random((9, 6)) < 0.45).astype(int)
    frame = pl.DataFrame({"key": [f"A{i}" for i in range(9)]} | {f"c{k}": cells[:, k] for k in range(6)})
    frame.write_csv(folder / "matrix.csv")
    steps = "  m: {collect.csv: {path: matrix.csv, row_id: key}}\n"
    steps += "  list: {learn.recommend: {table: m, rank: 2, ranks: 2, repeats: 2, mirrors: keep}}\n"
    (folder / "list.yaml").write_text(f"steps:\n{steps}")
    assert page.run("list.yaml")[-1]["state"] == "finished"
    rows = page.post("rows", file="list.yaml", ref="list.list", start=0, count=5).json()
    first = rows["columns"]["row"][0]
    told = page.post("pick", file="list.yaml", ref="list.list", marks=[{"row": first}]).json()
    assert (told["ref"], picked(told)) == ("m.table", [int(first[1:])])
    evidence = page.post("rows", file="list.yaml", ref="list.evidence", start=0, count=50).json()["columns"]
    assert rows["ids"][0] in evidence["cell"]


FOLDED = """\
steps:
  rows: {collect.csv: {path: seen.csv, row_id: name}}
  x: {process.tensor: {table: rows, axes: [A, B, [k, group]]}}
  list: {learn.recommend_tensor: {tensor: x, rank: 2, ranks: 2, repeats: 3, mirrors: merge}}
  measured: {collect.csv: {path: measured.csv, row_id: name}}
  means: {process.tensor: {table: measured, axes: [A, B], cells: mean, value: seen}}
  other: {learn.recommend_tensor: {tensor: means, rank: 1, ranks: 1, repeats: 3}}
"""


@pytest.mark.row("I8")
def test_labels_and_known_cells_of_a_tensor_lead_to_the_rows_that_were_folded(
    page: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells in both orders of A and B are one: a known one stands for the rows of both."""
    random = np.random.default_rng(1)
    pairs = [(a, b, k) for a in "PQRS" for b in "PQRS" for k in (1, 2) if a < b and random.random() < 0.7]
    pairs = [*pairs, *((b, a, k) for a, b, k in pairs)]
    rows = pl.DataFrame({
        "name": [f"r{i}" for i in range(len(pairs))], "A": [p[0] for p in pairs], "B": [p[1] for p in pairs],
        "k": [p[2] for p in pairs], "group": ["F-43m"] * len(pairs),
    })  # fmt: skip
    rows.write_csv(folder / "seen.csv")
    # A row without a value is not in a mean.
    lines = ["m0,P,u,", *(f"m{i + 1},{a},{b},{int(a < b)}" for i, (a, b) in enumerate(product("PQR", "uPv")))]
    (folder / "measured.csv").write_text("name,A,B,seen\n" + "\n".join(lines))
    (folder / "folded.yaml").write_text(FOLDED)
    assert page.state("folded.yaml")["problems"] == []
    page.run("folded.yaml")

    def pick(ref: str, *marks: dict[str, Any]) -> Any:
        return page.post("pick", file="folded.yaml", ref=ref, marks=list(marks))

    nothing = pick("list.list").json()
    assert (nothing["ref"], nothing["n"], nothing["height"]) == ("rows.table", 0, len(pairs))
    for axis, column, labels in ((0, "A", "PQRS"), (1, "B", "PQRS")):
        for label in labels:
            told = pick("list.list", {"axis": axis, "label": label}).json()
            assert picked(told) == np.flatnonzero(rows[column] == label).tolist()
    two = pick("list.list", {"axis": 0, "label": "P"}, {"axis": 2, "label": "2^F-43m"}).json()
    assert picked(two) == np.flatnonzero((rows["A"] == "P") | (rows["k"] == 2)).tolist()

    evidence = page.post("rows", file="folded.yaml", ref="list.evidence", start=0, count=50).json()["columns"]
    for known in set(evidence["known"]):
        a, b, k = known.split(" ")
        told = pick("list.list", {"known": known}).json()
        expected = [i for i, p in enumerate(pairs) if {p[0], p[1]} == {a, b} and k == f"{p[2]}^F-43m"]
        assert (picked(told), len(expected)) == (expected, 2)

    assert refused(pick("list.list", {"axis": 3, "label": "P"}))[1:] == (
        "TK548", "there is no label 'P' on axis 3. Labels of this tensor.",
    )  # fmt: skip
    assert refused(pick("list.list", {"axis": 0, "label": "Z"}))[1] == "TK548"
    assert refused(pick("list.list", {"known": "P P 1^F-43m"}))[1:] == (
        "TK548", "there is no known cell 'P P 1^F-43m'. Known cells of this tensor.",
    )  # fmt: skip
    assert picked(pick("other.list", {"axis": 0, "label": "P"}).json()) == [1, 2, 3]
    # What no rows of the workflow were folded into has none to show.
    monkeypatch.setattr("tenkai.workbench.folded.FOLDS", "process.another")
    assert refused(pick("list.list"))[1:] == (
        "TK548", "'list.list' has no rows behind its cells. A tensor made by process.another.",
    )  # fmt: skip
