"""How a run went and how to do it again: settings of every step, versions, times, commands."""

from __future__ import annotations

import json
import platform
import re
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenkai import __version__
from tenkai.data import SCHEME
from tenkai.plan.graph import Bound, Graph
from tenkai.plan.workflow import Workflow
from tenkai.report.numbers import number, seconds, setting, size
from tenkai.report.order import as_written
from tenkai.report.whymap import differs, value_of
from tenkai.run.results import RunResult
from tenkai.run.studies import find_study
from tenkai.values import Table

_PLAIN = re.compile(r"[^\W\d][\w./:^*-]*(?<!:)")  # text that YAML reads as it stands
SHOWN = {"computed": "computed", "cached": "from the cache", "failed": "failed", "not run": "not run"}


@dataclass(frozen=True)
class SettingRow:
    """One setting of a step; `changed` where it differs from the default."""

    name: str
    value: str
    changed: bool
    help: str


@dataclass(frozen=True)
class StepRow:
    """One step: where its values come from, its settings, and how its tasks went."""

    name: str
    step: str
    title: str
    wires: tuple[tuple[str, str], ...]
    settings: tuple[SettingRow, ...]
    state: str
    failed: bool
    seconds: str
    memory: str
    tasks: int


def step_rows(result: RunResult, tasks: Sequence[Mapping[str, Any]]) -> list[StepRow]:
    """Return one row per step of the workflow. `tasks`: what `RunResult.tasks` returned."""
    by_name = {t["task"]: t for t in tasks}
    rows: list[StepRow] = []
    for bound in as_written(result.graph):
        name = bound.name
        own = [by_name[t] for t in result.outcome.expansion.of_node.get(name, ())]
        states = dict.fromkeys(t["state"] for t in own) or {"not run": None}
        spent = [t["seconds"] for t in own if t["seconds"] is not None]
        memory = [t["memory"] for t in own if t["memory"]]
        rows.append(
            StepRow(
                name,
                bound.step.name,
                bound.step.title,
                tuple((port, ", ".join(map(str, wire.refs))) for port, wire in bound.wires.items()),
                tuple(_setting_rows(bound, result)),
                ", ".join(SHOWN[s] for s in states),
                "failed" in states,
                seconds(sum(spent)) if spent else "",
                size(max(memory)) if memory else "",
                len(own),
            )
        )
    return rows


def _setting_rows(bound: Bound, result: RunResult) -> list[SettingRow]:
    rows: list[SettingRow] = []
    for name, declared in bound.step.settings.items():
        text = value_of(bound, name, result.graph)
        rows.append(SettingRow(name, text or "", differs(bound, name), declared.help))
    return rows


def commands(graph: Graph) -> list[str]:
    """Return the commands that run the workflow again and print one of its tables."""
    workflow = graph.workflow
    study = workflow.path is not None and find_study(workflow.name) == workflow.path
    name = workflow.name if study else workflow_file(workflow)
    sets = "".join(f" --set {shlex.quote(f'{k}={_yaml(v)}')}" for k, v in overrides(workflow).items())
    found = [f"tenkai run {shlex.quote(name)}{sets} --out {shlex.quote(f'{workflow.name}-report')}"]
    tables = [b for b in as_written(graph) if issubclass(b.step.main.type, Table)]
    if tables:
        # What was learned is what people take along; the last table otherwise.
        step = next((b for b in tables if b.step.stage == "learn"), tables[-1]).name
        found.append(f"tenkai show {shlex.quote(name)} {shlex.quote(step)}{sets} --format csv")
    return found


def workflow_file(workflow: Workflow) -> str:
    """Return a plain file name for the workflow."""
    name = workflow.document.name.replace("\\", "/").rsplit("/", 1)[-1] or workflow.name
    return name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"


def overrides(workflow: Workflow) -> dict[str, Any]:
    """Return what was set from outside, over what the file says."""
    data = workflow.document.data if isinstance(workflow.document.data, dict) else {}
    steps = data.get("steps") or {}
    found: dict[str, Any] = {}
    for name, value in workflow.variables.items():
        if (data.get("variables") or {}).get(name) != value:
            found[name] = value
    for node in workflow.nodes.values():
        outer = steps.get(node.name)
        written = (outer.get(node.step) if isinstance(outer, dict) else None) or {}
        for key, value in node.given.items():
            if key not in written or written[key] != value:
                found[f"{node.name}.{key}"] = value
    return found


def _yaml(value: Any) -> str:
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value not in ("true", "false", "null")
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def names_data(workflow: Workflow) -> bool:
    """Say whether the workflow names data sets that are looked up in the data folders."""
    return any(isinstance(v, str) and v.startswith(SCHEME) for n in workflow.nodes.values() for v in n.given.values())


def run_facts(result: RunResult, tasks: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the facts of a run: when, with what, how long."""
    libraries = {k: v for t in tasks for k, v in t["libraries"].items() if v}
    seeds = dict.fromkeys(t["seed"] for t in tasks if t["seed"] is not None)
    memory = [t["memory"] for t in tasks if t["memory"]]
    done, made = len(result.outcome.finished), len(result.outcome.computed)
    facts = [
        ("Run", f"{result.record_name()}, {time.strftime('%Y-%m-%d %H:%M %z')}"),
        ("Tasks", f"{number(made)} computed, {number(done - made)} from the cache, {number(len(tasks))} in all"),
        ("Time", seconds(result.outcome.seconds)),
        ("Peak memory", size(max(memory)) if memory else ""),
        ("Seeds", ", ".join(setting(s) for s in seeds)),
        ("Executor", f"{result.on}, {result.threads} threads"),
        ("Versions", ", ".join((f"tenkai {__version__}", f"Python {platform.python_version()}"))),
        ("Libraries", ", ".join(f"{k} {v}" for k, v in sorted(libraries.items()))),
        ("System", f"{platform.system()} {platform.machine()}"),
    ]
    return [(name, text) for name, text in facts if text]
