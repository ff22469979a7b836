"""Why a task is computed or taken from the store: its key, against the last one of the same step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tenkai.run.engine import Outcome
from tenkai.run.store import Store


@dataclass(frozen=True)
class Reason:
    """Why one task is a hit or a miss, in words."""

    task: str
    key: str
    hit: bool
    reasons: tuple[str, ...]


def why(outcome: Outcome, store: Store, nodes: Iterable[str]) -> list[Reason]:
    """Explain the tasks of some nodes."""
    wanted = set(nodes)
    return [_reason(name, outcome, store) for name, t in outcome.expansion.tasks.items() if t.node in wanted]


def _reason(name: str, outcome: Outcome, store: Store) -> Reason:
    key = outcome.keys[name]
    finished = outcome.finished.get(name)
    if finished is not None:
        text = f"finished before, in {finished.seconds:.2f} s; nothing that counts has changed since"
        return Reason(name, key.digest, True, (text,))
    task = outcome.expansion.tasks[name]
    upstream = [s.task for s in task.sources() if s.task not in outcome.finished]
    others = store.index.latest(task.step.name, task.node, key.digest)
    if store.index.knows(key.digest):
        return Reason(name, key.digest, False, ("its stored result was removed",))
    if not others:
        return Reason(name, key.digest, False, ("this cache holds no run of this step",))
    # Of a sweep, the point that differs least is the one the user means.
    changes = min((differences(json.loads(parts), key.parts) for parts in others), key=len)
    if upstream:
        changes.append(f"it waits for {', '.join(dict.fromkeys(upstream))}, which must be computed")
    return Reason(name, key.digest, False, tuple(changes))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say what differs between the parts of two keys."""
    said: list[str] = []
    if old["step"] != new["step"]:
        said.append(f"step: {old['step']} → {new['step']}")
    if old.get("name") != new.get("name"):
        said.append(f"name in the workflow: {old.get('name')} → {new.get('name')}")
    if old["code"] != new["code"]:
        said.append("the code of the step, or code it reaches, has changed")
    for kind in ("settings", "libraries"):
        for name in sorted({*old[kind], *new[kind]}):
            if old[kind].get(name) != new[kind].get(name):
                said.append(f"{name}: {_short(old[kind].get(name))} → {_short(new[kind].get(name))}")
    said.extend(f"the file of '{n}' has changed" for n in new["files"] if old["files"].get(n) != new["files"][n])
    for name in sorted({*old["inputs"], *new["inputs"]}):
        if old["inputs"].get(name) != new["inputs"].get(name):
            said.append(f"what comes in at '{name}' has changed")
    said.extend(f"'{n}' comes from elsewhere" for n in new["from"] if old["from"].get(n) != new["from"][n])
    if old.get("outside") != new.get("outside"):
        said.append("what it reads from outside (a data base) or computes on (a GPU) has changed")
    return said


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
