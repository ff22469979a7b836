"""What every study promises: it is sound, gives what it says, has a page, and leaves no question open."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tenkai as tk
from tenkai.run.project import Project
from tenkai.run.results import RunResult
from tenkai.run.studies import study_names, study_text
from tenkai.step import STAGES
from tenkai.values import Figure, Scores

RunStudy = Callable[[str], RunResult]
LARGE = ("digits-map", "faces-parts", "gap-learning-curve", "solubility", "swiss-roll", "zincblende-formulas")
# The large ones are run by `make test` only.
STUDIES = [pytest.param(n, marks=pytest.mark.slow) if n in LARGE else n for n in study_names()]
ALL = study_names()


def test_the_studies_are_there() -> None:
    assert {"digits-map", "carbon-map", "iron-map", "swiss-roll", "hidden-axis"} <= set(ALL)
    assert {"zincblende-stability", "zincblende-lasso", "zincblende-descriptors"} <= set(ALL)
    assert {"maxphase-forest", "element-structures", "carbon-clusters", "iron-clusters"} <= set(ALL)


def test_a_folder_of_the_same_name_hides_no_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits-map").mkdir()  # as `--out digits-map` makes it
    assert tk.load("digits-map").workflow.name == "digits-map"


@pytest.mark.parametrize("name", ALL)
def test_the_file_is_sound_before_it_runs(name: str, data_dir: Path) -> None:
    project = tk.load(name, data=data_dir)
    assert [str(p) for p in project.problems] == []
    assert [str(w) for w in project.warnings] == []


@pytest.mark.row("F1")
@pytest.mark.parametrize("name", ALL)
def test_it_goes_from_collect_to_interpret(name: str, data_dir: Path) -> None:
    nodes = tk.load(name, data=data_dir).graph.nodes.values()
    stages = [node.step.stage for node in nodes]
    assert set(stages) <= set(STAGES)
    assert {"collect", "learn", "interpret"} <= set(stages)
    for node in nodes:
        assert (node.step.stage == "collect") == (not node.sources())


@pytest.mark.row("I21")
@pytest.mark.parametrize("name", ALL)
def test_it_has_a_title_a_finding_and_a_page(name: str, data_dir: Path) -> None:
    workflow = tk.load(name, data=data_dir).workflow
    page = study_text(name)
    assert page.startswith(f"# {workflow.title}\n")
    parts = re.findall(r"^## (.+)$", page, flags=re.MULTILINE)
    assert parts == ["What it does", "What to expect", "Cautions", "Sources"]
    assert workflow.description.strip()
    finding = workflow.finding.strip()
    assert finding.endswith(".")
    assert finding.count(". ") == 0, "a finding is one sentence"


@pytest.mark.parametrize("name", ALL)
def test_every_result_is_expected(name: str, data_dir: Path) -> None:
    workflow = tk.load(name, data=data_dir).workflow
    assert set(workflow.expected) == set(workflow.results)


@pytest.mark.parametrize("name", STUDIES)
def test_it_gives_what_it_promises(name: str, run_study: RunStudy, unmet: Callable[[Any, Any], list[str]]) -> None:
    result = run_study(name)
    assert result.ok, str(result.error)
    figures = result.figures()
    expected = result.graph.workflow.expected
    assert {k: u for k in expected if (u := unmet(expected[k], figures[k]))} == {}


@pytest.mark.row("F5", "F13")
@pytest.mark.parametrize("name", STUDIES)
def test_a_second_run_computes_nothing_and_every_value_can_be_opened(
    name: str, run_study: RunStudy, load_study: Callable[[str, Path], Project]
) -> None:
    first = run_study(name)
    again = load_study(name, first.store.root).run()
    assert again.outcome.computed == []
    assert again.figures() == first.figures()
    for node in again.graph.nodes.values():
        assert again.value(node.name).summary()


@pytest.mark.parametrize("name", STUDIES)
def test_every_score_says_what_it_had_seen(name: str, run_study: RunStudy) -> None:
    result = run_study(name)
    scores = {
        n for n, ref in result.graph.results.items()
        if issubclass(result.graph.nodes[ref.node].step.outputs[ref.output].type, Scores)
    }  # fmt: skip
    assert scores
    lens = result.lens()
    assert set(lens) == scores
    seen = [max(c["prepared"], c["fitted"], c["chosen"]) / c["scored"] for c in lens.values()]
    steps = {node.step.name for node in result.graph.nodes.values()}
    if steps & {"process.split", "learn.cross_validate", "learn.learning_curve"}:  # rows seen beside rows held out
        assert set(seen) == {0, 1}
    else:  # a map has seen the rows it draws, and says so
        assert set(seen) == {1}


@pytest.mark.parametrize("name", STUDIES)
def test_its_pictures_can_be_drawn(name: str, run_study: RunStudy) -> None:
    result = run_study(name)
    figures = [n for n, b in result.graph.nodes.items() if issubclass(b.step.main.type, Figure)]
    drawn = [v for n in figures if isinstance(v := result.value(n), Figure)]
    assert drawn
    assert all(figure.text for figure in drawn)
    smallest = min(drawn, key=lambda f: len(str(f.spec)))
    assert smallest.to_png(scale=0.5).startswith(b"\x89PNG")
