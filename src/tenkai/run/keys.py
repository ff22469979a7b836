"""Content keys: what a task computes, before it is computed. Equal keys run once, in this run or ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenkai.data import find_data
from tenkai.errors import TenkaiError
from tenkai.plan.tasks import Expansion, Gathered, Source, Task
from tenkai.run.code import reached
from tenkai.values.columns import Columns
from tenkai.values.hashing import digest_file, digest_json

FORMAT = 2
"""Raised when keys or stored values change their form."""


@dataclass(frozen=True)
class Key:
    """The key of a task and what went into it, for `tenkai why`."""

    digest: str
    parts: Mapping[str, Any]


def task_keys(expansion: Expansion, place: Any) -> dict[str, Key]:
    """Return the key of every task. `place` gives the place of a node, for errors about files."""
    keys: dict[str, Key] = {}
    steps: dict[str, dict[str, Any]] = {}
    for task in expansion.tasks.values():
        if task.step.name not in steps:
            code = reached(task.step)
            steps[task.step.name] = {
                "step": f"{task.step.name} version {task.step.version}",
                "code": code.digest,
                "libraries": dict(code.libraries),
            }
        parts = {
            **steps[task.step.name],
            # What learns from rows signs with its name in the workflow: the leak lens must not quote another's.
            "name": task.node if task.step.signs else "",
            "settings": {n: _plain(v) for n, v in sorted(task.settings.items())},
            "files": _files(task, place),
            "inputs": {p: _input(v, keys) for p, v in sorted(task.inputs.items())},
            "from": {n: f"{keys[s.task].digest}.{s.output}.{k}" for n, (s, k) in sorted(task.froms.items())},
            "outside": "" if task.froms else task.step.outside(task.settings),
        }
        keys[task.id] = Key(digest_json([FORMAT, parts]), parts)
    return keys


def _files(task: Task, place: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, setting in task.step.settings.items():
        value = task.settings.get(name)
        if setting.is_path and isinstance(value, str) and "://" not in value:
            try:
                found[name] = digest_file(find_data(value))
            except TenkaiError as error:
                raise error.at(place(task.node, name)) from None
    return found


def _input(value: Any, keys: Mapping[str, Key]) -> Any:
    if isinstance(value, Source):
        return f"{keys[value.task].digest}.{value.output}"
    if isinstance(value, Gathered):
        points = [{k: _plain(v) for k, v in p.items()} for p in value.points]
        return {"points": points, "values": [_input(s, keys) for s in value.sources]}
    return [_input(v, keys) for v in value]


def _plain(value: Any) -> Any:
    if isinstance(value, Columns):
        return value.written()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
