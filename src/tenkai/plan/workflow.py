"""The workflow as written: steps wired by name, results, finding. Shape only; meaning is checked in `graph`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenkai.errors import Place, Problem, TenkaiError, listing, nearest
from tenkai.plan.document import Document, read_document

TOP_KEYS = ("title", "description", "variables", "steps", "results", "finding", "closing", "expected")
CLOSING = ("done", "found", "unknown")
NAME = re.compile(r"[^\W\d][\w-]*", re.UNICODE)


@dataclass(frozen=True)
class Node:
    """One step of a workflow: its name, which step it is, and what is written for its ports and settings."""

    name: str
    step: str
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Workflow:
    """A workflow file, read."""

    name: str
    document: Document
    path: Path | None = None
    title: str = ""
    description: str = ""
    finding: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    overridden: frozenset[str] = frozenset()
    """Settings (``step.setting``) whose values come from elsewhere than the file."""
    closing: Mapping[str, str] = field(default_factory=dict)
    """What was done, what was found, what is not known."""

    def place(self, node: str, key: str = "") -> Place:
        """Return the place of a step, or of one of its ports or settings."""
        step = self.nodes[node].step if node in self.nodes else ""
        if f"{node}.{key}" in self.overridden:
            return Place(step, node, key, "set for this run")
        path = ("steps", node, step, key) if key else ("steps", node)
        return self.document.place(path, step=step, name=node, setting=key)

    @property
    def folder(self) -> Path | None:
        """Folder of the file: relative paths start there."""
        return self.path.parent if self.path else None


def read_workflow(path: Path) -> Workflow:
    """Read a workflow file. Raises TK101 when it cannot be read, TK102 when it is not YAML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        why = {FileNotFoundError: "is not there", IsADirectoryError: "is a folder"}.get(type(error), "is not readable")
        siblings = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise TenkaiError(
            Problem("TK101", f"the workflow file {path} {why}.", remedy=nearest(path.name, siblings))
        ) from None
    except UnicodeDecodeError:
        raise TenkaiError(
            Problem("TK101", f"the workflow file {path} is not UTF-8 text.", remedy="Save it as UTF-8.")
        ) from None
    return parse_workflow(text, path.stem, path=path.resolve(), shown=path.name)


def parse_workflow(text: str, name: str, *, path: Path | None = None, shown: str = "") -> Workflow:
    """Read workflow text; problems of its shape are collected in `problems`."""
    document = read_document(text, shown or name)
    problems = list(document.problems)

    def wrong(code: str, fact: str, allowed: str, key: tuple[str | int, ...], remedy: str = "") -> None:
        problems.append(Problem(code, fact, allowed, remedy, document.place(key)))

    data = document.data
    if not isinstance(data, dict):
        wrong("TK103", "the file holds no mapping.", "A workflow starts with 'steps:'.", ())
        return Workflow(name, document, path, problems=tuple(problems))
    for key in data:
        if key not in TOP_KEYS:
            wrong(
                "TK103",
                f"'{key}' is no part of a workflow.",
                f"Parts: {listing(TOP_KEYS)}.",
                (key,),
                nearest(key, TOP_KEYS),
            )
    texts: dict[str, str] = {}
    for key in ("title", "description", "finding"):
        value = data.get(key)
        if value is not None and not isinstance(value, str):
            wrong("TK103", f"'{key}' is {value!r}.", "Allowed: text.", (key,))
        texts[key] = value if isinstance(value, str) else ""
    parts: dict[str, dict[str, Any]] = {}
    for key in ("variables", "steps", "results", "expected", "closing"):
        value = data.get(key)
        if value is not None and not isinstance(value, dict):
            wrong("TK103", f"'{key}' is no mapping.", "Write one name per line below it.", (key,))
        parts[key] = value if isinstance(value, dict) else {}
    nodes = {}
    told = {p.place.line for p in document.problems}
    for node_name, written in parts["steps"].items():
        if written is None and document.place(("steps", node_name)).line in told:
            continue
        node = _node(node_name, written, wrong)
        if node is not None:
            nodes[node_name] = node
    if not parts["steps"]:
        wrong("TK103", "the workflow has no steps.", "Write at least one below 'steps:'.", ())
    results = {}
    for key, value in parts["results"].items():
        if not isinstance(value, str):
            wrong(
                "TK103",
                f"the result '{key}' is {value!r}.",
                "Write a reference such as best.alpha.",
                ("results", key),
            )
        else:
            results[key] = value
    for key, value in parts["closing"].items():
        if key not in CLOSING or not isinstance(value, str):
            fact = f"'{key}' is {value!r}." if key in CLOSING else f"'{key}' is no part of a closing statement."
            allowed = "Allowed: text." if key in CLOSING else f"Parts: {listing(CLOSING)}."
            wrong("TK103", fact, allowed, ("closing", key), nearest(key, CLOSING) if key not in CLOSING else "")
    closing = {k: v for k, v in parts["closing"].items() if k in CLOSING and isinstance(v, str)}
    return Workflow(
        name, document, path, texts["title"], texts["description"], texts["finding"],
        parts["variables"], nodes, results, parts["expected"], tuple(problems),
        closing=closing,
    )  # fmt: skip


def _node(name: str, written: Any, wrong: Any) -> Node | None:
    key = ("steps", name)
    form = "Write NAME: {stage.step: {setting: value}}."
    if not NAME.fullmatch(name):
        wrong(
            "TK103",
            f"'{name}' cannot be the name of a step.",
            "Allowed: letters, digits, _ and -, with a letter or _ first.",
            key,
        )
        return None
    if isinstance(written, str):
        return Node(name, written, {})
    if not isinstance(written, dict) or len(written) != 1:
        what = f"names {len(written)} steps" if isinstance(written, dict) else f"is {written!r}"
        wrong("TK103", f"'{name}' {what}.", form, key)
        return None
    ((step, given),) = written.items()
    if given is not None and not isinstance(given, dict):
        wrong("TK103", f"'{name}' gives {step} the value {given!r}.", form, key)
        return None
    return Node(name, step, given or {})
