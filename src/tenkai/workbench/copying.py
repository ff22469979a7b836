"""Copies of steps: as YAML text, which another tab, another workflow or a mail can carry, and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tenkai.errors import TenkaiError, problem
from tenkai.plan.document import read_document
from tenkai.plan.graph import Graph
from tenkai.plan.workflow import Workflow, parse_workflow
from tenkai.plan.writeback import Editor

MOST_TEXT = 5_000_000
MOST_STEPS = 500


def copy_text(text: str, names: Sequence[str]) -> str:
    """Return some steps of a workflow, as they are written there, as a text of their own.

    Raises
    ------
    TenkaiError
        TK108 for a step that is not there.
    """
    editor = Editor(text)
    for name in names:
        editor.get(name, "")  # says which one is missing
    for name in list(editor.tree["steps"]):
        if name not in names:
            editor.remove(name)
    for key in list(editor.tree):
        if key not in ("steps", "variables"):
            del editor.tree[key]
    for key in list(editor.tree.get("variables") or {}):
        if not _names_variable(editor.tree["steps"], str(key)):
            del editor.tree["variables"][key]
    if not editor.tree.get("variables"):
        editor.tree.pop("variables", None)
    return editor.text()


def _names_variable(value: Any, name: str) -> bool:
    if isinstance(value, Mapping):
        return (set(value) == {"from"} and str(value["from"]) == name) or any(
            _names_variable(v, name) for v in value.values()
        )
    return isinstance(value, list) and any(_names_variable(v, name) for v in value)


def read_steps(text: str) -> Workflow:
    """Return the steps that a text holds.

    Raises
    ------
    TenkaiError
        TK542 for a text that is too long, TK562 for one that holds no steps, TK102 for one that is not YAML.
    """
    if len(text) > MOST_TEXT:
        raise problem("TK542", "the text is too long for a workflow.", allowed=f"At most {MOST_TEXT // 10**6} MB.")
    data = read_document(text, "the text").data
    steps = data.get("steps") if isinstance(data, dict) else None
    if not isinstance(steps, dict) or not steps:
        raise problem("TK562", "the text holds no steps.", allowed="A workflow holds 'steps:' with a name per line.")
    if len(steps) > MOST_STEPS:
        raise problem("TK562", f"the text holds {len(steps)} steps.", allowed=f"At most {MOST_STEPS}.")
    workflow = parse_workflow(text, "text")
    if not workflow.nodes:
        raise TenkaiError(*workflow.problems)
    return workflow


def paste(editor: Editor, graph: Graph, text: str, new_name: Callable[[str], str]) -> dict[str, str]:
    """Add the steps of a text; their wires among themselves are kept, those to steps that are not here are dropped.

    Returns the new name of each step that was added.
    """
    workflow = read_steps(text)
    there = set(graph.nodes) | {str(n) for n in editor.tree.get("steps") or {}}
    renamed: dict[str, str] = {}
    for name in workflow.nodes:
        renamed[name] = new_name(name)
        editor.add(renamed[name], workflow.nodes[name].step, {})
    variables = {str(v) for v in editor.tree.get("variables") or {}}
    for name, value in workflow.variables.items():
        if name not in variables:
            editor.put_in("variables", name, value)
    for node in workflow.nodes.values():
        ports = _ports(node.step)
        for key, value in node.given.items():
            kept = _renamed(value, renamed, {*there, *workflow.variables, *variables}, key in ports)
            if kept is not None or value is None:
                editor.set(renamed[node.name], key, kept)
    return renamed


def _ports(step: str) -> Collection[str]:
    from tenkai.step import get_step

    try:
        return get_step(step).ports
    except TenkaiError:
        return ()  # a step that is not known here is told when it is there


def _renamed(value: Any, renamed: Mapping[str, str], there: Collection[str], wired: bool) -> Any:
    """Return what was written, with new names; None where it leads to a step that is not here."""
    if isinstance(value, str) and wired:
        node, dot, rest = value.partition(".")
        return f"{renamed[node]}{dot}{rest}" if node in renamed else value if node in there else None
    if isinstance(value, list) and wired:
        kept = [r for v in value if (r := _renamed(v, renamed, there, True)) is not None]
        return kept or None
    if isinstance(value, dict):
        if set(value) == {"from"}:
            found = _renamed(value["from"], renamed, there, True)
            return None if found is None else {"from": found}
        if wired and "gather" in value:
            found = _renamed(value["gather"], renamed, there, True)
            return None if found is None else {**value, "gather": found}
    return value
