"""The commands that only tell: ``check``, ``why``, ``steps``, ``studies``."""

from __future__ import annotations

import json
import sys

from tenkai.errors import count
from tenkai.plan.check import schemas_of
from tenkai.run.project import Project
from tenkai.step import Step, get_step, step_names
from tenkai.step.page import page


def check(project: Project, *, as_json: bool) -> int:
    """Print the wires and what is wrong. Returns the exit code."""
    from tenkai.data import looking_in
    from tenkai.plan.lens import forecast
    from tenkai.plan.tasks import expand

    graph = project.graph
    if as_json:
        document = {
            "workflow": graph.workflow.name,
            "problems": [str(p) for p in project.problems],
            "warnings": [str(n) for n in project.warnings],
            "steps": list(graph.nodes),
            "lens": {f.score: dict(f.extent) for f in forecast(graph)} if not project.problems else {},
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 2 if project.problems else 0
    if project.problems:
        for problem in project.problems:
            print(problem, file=sys.stderr)
        print(count(len(project.problems), "problem"), file=sys.stderr)
        return 2
    with looking_in(project.places):
        schemas = schemas_of(graph)
        expansion = expand(graph)
    width = max((len(n) for n in graph.nodes), default=0)
    long = max((len(b.step.name) for b in graph.nodes.values()), default=0)
    for name, bound in graph.nodes.items():
        inputs = ", ".join(str(r) for w in bound.wires.values() for r in w.refs)
        schema = schemas.get((name, bound.step.main.name))
        columns = count(len(schema.columns), "column") if schema else ""
        points = len(expansion.of_node[name])
        facts = [f"from {inputs}" if inputs else "", columns, count(points, "point") if points > 1 else ""]
        print(f"{name:<{width}}  {bound.step.name:<{long}}  {'  '.join(f for f in facts if f)}")
    told = forecast(graph)
    if told:
        print("leak lens, as far as the plan tells:")
        for each in told:
            print(f"  {each.score:<{width}}  {each.sentence()}")
    for note in project.warnings:
        print(note, file=sys.stderr)
    print(f"{count(len(graph.nodes), 'step')}, {count(len(expansion.tasks), 'task')}, no problems")
    return 0


def explain(project: Project, step: str) -> None:
    """Print why the tasks of a step are hits or misses."""
    from tenkai.run.engine import Engine
    from tenkai.run.why import why

    graph = project.require_sound()
    node = step.split(".", maxsplit=1)[0]
    project.require_node(node)
    store = project.store()
    outcome = Engine(store, project.places).plan(graph, [node])
    for reason in why(outcome, store, [node]):
        print(f"{reason.task}: {'stored' if reason.hit else 'to compute'}  [{reason.key[:12]}]")
        for line in reason.reasons:
            print(f"  {line}")


def steps(name: str | None, *, as_json: bool) -> None:
    """Print all steps, or one."""
    if name is None:
        if as_json:
            print(json.dumps([{"name": n, **_facts(get_step(n))} for n in step_names()], ensure_ascii=False, indent=2))
            return
        width = max(len(n) for n in step_names())
        stage = ""
        for each in step_names():
            step = get_step(each)
            if step.stage != stage:
                stage = step.stage
                print(f"{stage}")
            print(f"  {each:<{width}}  {step.summary}")
        return
    step = get_step(name)
    if as_json:
        print(json.dumps({"name": name, **_facts(step)}, ensure_ascii=False, indent=2))
        return
    print(page(step), end="")


def _facts(step: Step) -> dict[str, object]:
    return {
        "title": step.title,
        "stage": step.stage,
        "version": step.version,
        "ports": {p.name: p.type_names for p in step.ports.values()},
        "outputs": {o.name: o.type.type_name for o in step.outputs.values()},
        "settings": step.json_schema(),
        "shared": sorted({name for names in step.shared_by for name in names}),
    }


def studies(name: str | None) -> None:
    """Print all studies, or the page of one."""
    from tenkai.plan.workflow import read_workflow
    from tenkai.run.project import find_workflow
    from tenkai.run.studies import FOLDER, study_names, study_text

    if name is not None:
        path = find_workflow(name)
        print(study_text(path.stem) or read_workflow(path).description)
        return
    width = max((len(n) for n in study_names()), default=0)
    for each in study_names():
        print(f"{each:<{width}}  {read_workflow(FOLDER / f'{each}.yaml').title}")
    print("\nRun one with: tenkai run NAME --out FOLDER")
