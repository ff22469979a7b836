"""Histories over the wire: frames, live looks, figures, films."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.workbench.conftest import ORIGIN, Page, opened

from tenkai.run.store import Store
from tenkai.step import Glimpse
from tenkai.values import Table
from tenkai.workbench.live import Seen, Window
from tenkai.workbench.packing import packed, spread, unpacked
from tenkai.workbench.runner import Spaced

ROWS = "name,a,b,c,kind\n" + "".join(
    f"r{i},{(i * 7) % 13},{(i * i) % 11},{i % 5 + 0.5},{'xyz'[i % 3]}\n" for i in range(60)
)
FLOW = """\
title: Learning
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}
  tsne: {learn.tsne: {table: rows, columns: [a, b, c], perplexity: 5, early_iterations: 40, iterations: 60,
    history: 10}}
  groups: {learn.k_means: {table: rows, columns: [a, b, c], clusters: 4, history: 1}}
  nmf: {learn.nmf: {table: rows, columns: [a, b], rank: 2, iterations: 20, tolerance: 0, history: 2}}
  plain: {learn.tsne: {table: rows, columns: [a, b, c], perplexity: 5, early_iterations: 2, iterations: 2}}
  pca: {learn.pca: {table: rows, columns: [a, b], components: 2}}
"""
LONG = """\
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}
  tsne: {learn.tsne: {table: rows, columns: [a, b, c], perplexity: 5, iterations: 100000}}
"""
# So many that no machine comes to an end before it has been looked at.
MANY = "name,a,b,c\n" + "".join(f"r{i},{i % 37},{(i * i) % 101},{i / 7}\n" for i in range(1500))


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[Page]:
    """Return a workbench whose workflow has run; no test may change it."""
    folder = tmp_path_factory.mktemp("learned") / "project"
    folder.mkdir()
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    (folder / "flow.yaml").write_text(FLOW, encoding="utf-8")
    with opened(folder, data_dir) as page:
        assert page.run()[-1]["state"] == "finished"
        yield page


def history(page: Page, node: str, output: str = "history") -> Table:
    """Read what the run has stored, past the server."""
    from tenkai.run.project import load

    found = load(page.folder / "flow.yaml", cache=page.folder.parent / "cache").run().value(f"{node}.{output}")
    assert isinstance(found, Table)
    return found


def facts(page: Page, node: str) -> dict[str, Any]:
    answer = page.get("replay", file="flow.yaml", node=node)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def frames(page: Page, node: str, first: int, count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = page.get("frames", file="flow.yaml", node=node, first=first, count=count)
    assert answer.status_code == 200, answer.text
    return unpacked(answer.content)


def refused(answer: Any) -> str:
    assert answer.status_code in (400, 404), answer.text
    (told,) = answer.json()["problems"]
    return f"{told['code']} {told['fact']} {told['allowed']} {told['remedy']}"


@pytest.mark.row("L26")
def test_frames_are_what_the_run_has_stored(learned: Page) -> None:
    told, kept = facts(learned, "tsne"), history(learned, "tsne")
    assert (told["kind"], told["state"], told["measure"], told["rows"]) == ("map", "kept", "kl_divergence", 60)
    assert told["iterations"] == [*range(0, 101, 10)] == kept["iteration"].to_list()
    assert told["values"] == kept["kl_divergence"].to_list()
    assert told["data"] == {"ref": "rows.table", "point": 0}
    maps = kept.matrix(["coordinates"], np.float32).reshape(11, 60, 2)
    about, arrays = frames(learned, "tsne", 3, 4)
    assert (about["first"], about["count"], about["rows"]) == (3, 4, 60)
    assert (arrays["points"] == maps[3:7]).all()
    about, arrays = frames(learned, "tsne", 9, 50)
    assert (about["count"], arrays["points"].shape) == (2, (2, 60, 2))


def test_points_of_a_sweep_are_told_by_their_settings_before_they_are_computed(page: Page, folder: Path) -> None:
    steps = "  rows: {collect.csv: {path: rows.csv, row_id: name}}\n"
    steps += "  groups: {learn.k_means: {table: rows, clusters: {sweep: [2, 3]}, seed: {sweep: [0, 7]}, history: 1}}\n"
    (folder / "swept.yaml").write_text(f"steps:\n{steps}", encoding="utf-8")
    told = page.get("replay", file="swept.yaml", node="groups", point=2).json()
    assert (told["state"], told["points"]) == ("missing", 4)
    assert told["settings"] == [{"clusters": k, "seed": s} for k in (2, 3) for s in (0, 7)]
    (folder / "wrong.yaml").write_text(f"steps:\n{steps.replace('path', 'paht')}", encoding="utf-8")
    assert refused(page.get("replay", file="wrong.yaml", node="groups")) == (
        "TK547 'groups' cannot run: it, or what it needs, is not sound yet.  Mend the workflow."
    )


@pytest.mark.row("L26")
def test_rounds_of_k_means_are_labels_and_centers(learned: Page) -> None:
    told, kept = facts(learned, "groups"), history(learned, "groups")
    assert (told["kind"], told["measure"], told["centers"]) == ("clusters", "inertia", 4)
    assert told["features"] == ["a", "b", "c"]
    _, arrays = frames(learned, "groups", 0, 100)
    assert arrays["labels"].dtype == np.uint16
    assert (arrays["labels"] == kept.matrix(["labels"])).all()
    assert (arrays["centers"] == kept.matrix(["centers"]).reshape(-1, 4, 3).astype(np.float32)).all()


@pytest.mark.row("L26", "I16")
def test_factors_are_a_figure_that_moves(learned: Page) -> None:
    told, kept = facts(learned, "nmf"), history(learned, "nmf")
    losses = dict(zip(kept["iteration"].to_list(), kept["loss"].to_list(), strict=True))
    assert told["iterations"] == [*range(0, 21, 2)]
    assert told["values"] == [losses[i] for i in told["iterations"]]
    assert len(told["curve"]) == 21
    figure = learned.get("replay/figure", file="flow.yaml", node="nmf").json()
    assert figure["spec"]["params"][0]["name"] == "shown"
    assert figure["text"].startswith("Iterations 0 to 20 of learning 2 parts.")
    assert "TK577" in refused(learned.get("frames", file="flow.yaml", node="nmf", first=0, count=1))


def test_what_is_not_there_is_told(learned: Page) -> None:
    assert facts(learned, "plain")["state"] == "none"
    assert "TK576 'pca' (learn.pca) keeps no history." in refused(learned.get("replay", file="flow.yaml", node="pca"))
    assert "TK108" in refused(learned.get("replay", file="flow.yaml", node="nobody"))
    assert "TK547" in refused(learned.get("replay", file="flow.yaml", node="tsne", point=1))
    ask = {"file": "flow.yaml", "node": "tsne"}
    assert "TK577 there are no 1 frames from 11 on. 0 to 10." in refused(
        learned.get("frames", **ask, first=11, count=1)
    )
    assert "TK577" in refused(learned.get("frames", **ask, first=0, count=0))
    assert "TK577" in refused(learned.get("frames", **ask, first=-1, count=1))
    assert "TK543" in refused(learned.get("frames", **ask, first=0))
    assert "None is kept" in refused(learned.get("frames", file="flow.yaml", node="plain", first=0, count=1))
    assert learned.get("live/figure", file="flow.yaml").status_code == 204


def test_a_step_that_has_not_run_yet_is_known_with_its_rows(page: Page) -> None:
    (page.folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    (page.folder / "flow.yaml").write_text(FLOW, encoding="utf-8")
    told = facts(page, "groups")
    assert (told["state"], told["kind"], told["data"]) == ("missing", "clusters", {"ref": "rows.table", "point": 0})


def test_progress_is_not_told_too_often() -> None:
    spaced = Spaced(between=1000)
    assert [spaced.due("a"), spaced.due("a"), spaced.due("b"), spaced.due("a", always=True)] == [
        True,
        False,
        True,
        True,
    ]


def test_many_rows_are_thinned_alike_everywhere() -> None:
    assert spread(50_000).tolist() == list(range(50_000))
    some = spread(1_000_003)
    assert (len(some), some[0], len(np.unique(some))) == (50_000, 0, 50_000)
    assert set(np.diff(some)) == {20, 21}
    content = packed({"x": "é"}, {"a": np.arange(3, dtype=np.uint16), "b": np.eye(2, dtype=np.float32)})
    about, arrays = unpacked(content)
    assert about["x"] == "é"
    assert all(told["at"] % 8 == 0 for told in about["arrays"])
    assert arrays["a"].tolist() == [0, 1, 2]
    assert arrays["b"].tolist() == [[1, 0], [0, 1]]


def test_a_look_is_only_made_when_it_is_asked_for() -> None:
    said: list[dict[str, Any]] = []
    made: list[int] = []

    def offer(iteration: int) -> None:
        def make() -> Glimpse:
            made.append(iteration)
            return Glimpse("map", iteration, 9, "kl_divergence", float("nan"), {"points": np.ones((70_000, 3))})

        window.watch("tsne", make)

    window = Window(said.append)
    offer(0)
    assert made == []
    window.ask()
    offer(1)
    offer(2)
    assert made == [1]
    window.ask()
    offer(3)  # less than a fifth of a second later
    assert made == [1]
    seen = Seen()
    seen.hear(said[0]["glimpse"], str.upper)
    assert (seen.number, seen.facts["node"], seen.facts["rows"], seen.facts["value"]) == (1, "TSNE", 70_000, None)
    assert seen.arrays["points"].shape == (50_000, 3)
    assert seen.arrays["points"].dtype == np.float32


def looked(page: Page, after: int = 0) -> Any:
    """Wait for a look at the step that learns."""
    while (answer := page.get("live", file="flow.yaml", after=after)).status_code == 204:
        state = page.state()
        assert state["running"], [n["status"] for n in state["nodes"]]
    return answer


@pytest.mark.row("L26")
def test_a_step_can_be_watched_while_it_learns_and_leaves_nothing(page: Page, tmp_path: Path) -> None:
    (page.folder / "rows.csv").write_text(MANY, encoding="utf-8")
    (page.folder / "flow.yaml").write_text(LONG, encoding="utf-8")
    assert page.get("live", file="flow.yaml").status_code == 204
    with page.client.websocket_connect("ws://127.0.0.1:4321/api/events", headers={"origin": ORIGIN}) as events:
        assert page.post("run", file="flow.yaml").status_code == 200
        seen, after = [], 0
        while len(seen) < 3:
            about, arrays = unpacked(looked(page, after).content)
            seen.append((about["iteration"], arrays["points"]))
            after = about["number"]
            assert (about["node"], about["kind"], about["total"], about["rows"]) == ("tsne", "map", 100_250, 1500)
        assert [i for i, _ in seen] == sorted({i for i, _ in seen})
        assert not (seen[0][1] == seen[-1][1]).all()
        assert page.post("run/cancel", file="flow.yaml").status_code == 200
        told = []
        while not told or told[-1]["type"] != "run" or told[-1]["state"] == "started":
            told.append(events.receive_json())
    assert told[-1]["state"] == "cancelled"
    shown = [t for t in told if t["type"] == "frame"]
    assert [t["number"] for t in shown] == list(range(1, len(shown) + 1))
    assert {(t["node"], t["measure"]) for t in shown} == {("tsne", "kl_divergence")}
    assert page.node("tsne")["status"]["state"] == "new"
    # Of the step that was stopped nothing is stored, nor of the looks at it.
    files = [p for p in Store(tmp_path / "cache").root.rglob("*") if p.is_file()]
    assert not any("tsne" in p.name or p.suffix == ".part" for p in files)
    assert page.get("live", file="flow.yaml").status_code == 204


@pytest.mark.row("L26")
def test_factors_can_be_watched_as_the_figure_they_become(page: Page) -> None:
    (page.folder / "rows.csv").write_text(MANY, encoding="utf-8")
    text = LONG.replace("learn.tsne", "learn.nmf").replace(
        "[a, b, c], perplexity: 5, iterations: 100000", "[a, b], rank: 2, tolerance: 0, iterations: 1000000"
    )
    (page.folder / "flow.yaml").write_text(text.replace("tsne:", "nmf:"), encoding="utf-8")
    with page.client.websocket_connect("ws://127.0.0.1:4321/api/events", headers={"origin": ORIGIN}) as events:
        assert page.post("run", file="flow.yaml").status_code == 200
        about, arrays = unpacked(looked(page).content)
        assert (about["kind"], about["measure"], arrays) == ("parts", "loss", {})
        figure = page.get("live/figure", file="flow.yaml").json()
        assert figure["text"].startswith("Iterations ")
        assert '"what the parts rebuild"' in json.dumps(figure["spec"])
        page.post("run/cancel", file="flow.yaml")
        while (told := events.receive_json())["type"] != "run" or told["state"] == "started":
            pass


@pytest.mark.row("I16")
def test_a_film_has_one_frame_per_kept_iteration_and_tells_how_far_it_is(learned: Page) -> None:
    with learned.client.websocket_connect("ws://127.0.0.1:4321/api/events", headers={"origin": ORIGIN}) as events:
        answer = learned.post("film", file="flow.yaml", node="tsne", form="webp", frames=4, scale=0.3, color="kind")
        assert answer.status_code == 200, answer.text
        said = [events.receive_json()]
        while said[-1].get("done") != 4:
            said.append(events.receive_json())
    assert answer.headers["content-type"] == "image/webp"
    assert 'filename="tsne.webp"' in answer.headers["content-disposition"]
    assert Image.open(io.BytesIO(answer.content)).n_frames == 4
    assert [m["done"] for m in said if m["type"] == "film"] == [1, 2, 3, 4]
    rounds = learned.post("film", file="flow.yaml", node="groups", form="gif", scale=0.3, x="a", y="c", frames=2)
    assert Image.open(io.BytesIO(rounds.content)).n_frames == 2
    assert "TK524" in refused(learned.post("film", file="flow.yaml", node="tsne", form="avi"))
    assert "TK201" in refused(learned.post("film", file="flow.yaml", node="tsne", form="gif", color="nothing"))
    assert "TK205" in refused(learned.post("film", file="flow.yaml", node="plain", form="gif"))
    assert "TK543" in refused(learned.post("film", file="flow.yaml", node="tsne"))


def test_one_film_at_a_time(learned: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.Lock.locked", lambda self: True)
    told = refused(learned.post("film", file="flow.yaml", node="tsne", form="gif"))
    assert told == "TK578 a film is being made already.  Wait for it, or cancel it."


def test_a_curve_is_drawn_in_python_and_filled_by_the_page(learned: Page) -> None:
    curve = learned.get("curve", file="flow.yaml", measure="kl_divergence").json()
    assert curve["name"] == "KL divergence"
    for spec in (curve["linear"], curve["log"]):
        layers = spec["vconcat"][0]["layer"]
        assert [layer["data"] for layer in layers] == [{"name": "curve"}, {"name": "shown"}]
