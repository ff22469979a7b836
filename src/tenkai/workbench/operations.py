"""Changes of a workflow by its page: one small operation each, written into the same text with its comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tenkai.errors import Place, Problem, TenkaiError, listing, nearest
from tenkai.plan.graph import Graph
from tenkai.plan.workflow import CLOSING, NAME
from tenkai.plan.writeback import Editor
from tenkai.step import get_step
from tenkai.workbench.layout import Layout, report_choice

MOST_OPS = 500
MOST_TEXT = 5_000_000
Touched = tuple[str, str]
"""A step and one of its ports or settings."""


def apply(
    text: str, layout: Layout, graph: Graph, ops: Sequence[Mapping[str, Any]]
) -> tuple[str, Layout, list[Touched]]:
    """Return text and layout after some operations, and what they set.

    Raises
    ------
    TenkaiError
        TK543 for an operation that is none; TK105, TK108 for steps that are not there.
    """
    if len(ops) > MOST_OPS:
        raise _wrong(f"{len(ops)} operations come at once.", f"At most {MOST_OPS}.")
    change = _Change(text, layout.copy(), graph)
    for op in ops:
        change.do(op)
    return change.text, change.layout, change.touched


class _Change:
    def __init__(self, text: str, layout: Layout, graph: Graph) -> None:
        self.layout = layout
        self.graph = graph
        self.touched: list[Touched] = []
        self._editor: Editor | None = None
        self._text = text

    @property
    def text(self) -> str:
        return self._editor.text() if self._editor is not None else self._text

    @property
    def editor(self) -> Editor:
        if self._editor is None:
            self._editor = Editor(self._text)
        return self._editor

    def do(self, op: Mapping[str, Any]) -> None:
        kind = op.get("op")
        known: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "add": self._add, "remove": self._remove, "rename": self._rename, "set": self._set, "unset": self._unset,
            "wire": self._wire, "unwire": self._unwire, "move": self._move, "text": self._replace,
            "finding": self._finding, "result": self._result, "select": self._select, "note": self._note,
            "closing": self._closing, "report": self._report,
        }  # fmt: skip
        if kind not in known:
            raise _wrong(f"'{kind}' is no operation.", f"Operations: {listing(known)}.", nearest(str(kind), known))
        try:
            known[kind](op)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _wrong(f"the operation '{kind}' is not complete: {error}.") from None

    # ---- steps --------------------------------------------------------------------------------

    def _add(self, op: Mapping[str, Any]) -> None:
        step = get_step(_text(op, "step"))
        name = str(op.get("name") or "") or self._new_name(step.name.rsplit(".", 1)[-1])
        self._require_free(name)
        given = dict(op.get("given") or {})
        self.editor.add(name, step.name, given)
        self.touched += [(name, key) for key in given]
        if "x" in op and "y" in op:
            self.layout.nodes[name] = (float(op["x"]), float(op["y"]))

    def _remove(self, op: Mapping[str, Any]) -> None:
        node = _text(op, "node")
        self.editor.remove(node)
        self.layout.nodes.pop(node, None)

    def _rename(self, op: Mapping[str, Any]) -> None:
        node, to = _text(op, "node"), _text(op, "to")
        if node == to:
            return
        self._require_free(to)
        ports = {b.name: set(b.step.ports) for b in self.graph.nodes.values()}
        self.editor.rename(node, to, ports)
        if node in self.layout.nodes:
            self.layout.nodes[to] = self.layout.nodes.pop(node)
        for note in self.layout.notes:
            note["ref"] = re.sub(rf"^{re.escape(node)}(?=\.|$)", to, note["ref"])

    def _set(self, op: Mapping[str, Any]) -> None:
        node, setting = _text(op, "node"), _text(op, "setting")
        self.editor.set(node, setting, op["value"])
        self.touched.append((node, setting))

    def _unset(self, op: Mapping[str, Any]) -> None:
        self.editor.unset(_text(op, "node"), _text(op, "setting"))

    # ---- wires --------------------------------------------------------------------------------

    def _wire(self, op: Mapping[str, Any]) -> None:
        source, node, port = _text(op, "from"), _text(op, "to"), _text(op, "port")
        bound = self.graph.nodes.get(node)
        many = bound is not None and port in bound.step.ports and bound.step.ports[port].many
        there = self.editor.get(node, port)
        if many and there is not None:
            listed = list(there) if isinstance(there, list) else [there]
            value: Any = listed if source in listed else [*listed, source]
        else:
            value = source
        self.editor.set(node, port, value)
        self.touched.append((node, port))

    def _unwire(self, op: Mapping[str, Any]) -> None:
        node, port = _text(op, "to"), _text(op, "port")
        there, source = self.editor.get(node, port), op.get("from")
        left = [s for s in there if s != source] if isinstance(there, list) and source is not None else []
        if left:
            self.editor.set(node, port, left)
        else:
            self.editor.unset(node, port)

    # ---- the rest -----------------------------------------------------------------------------

    def _move(self, op: Mapping[str, Any]) -> None:
        self.layout.nodes[_text(op, "node")] = (float(op["x"]), float(op["y"]))

    def _replace(self, op: Mapping[str, Any]) -> None:
        text = op["text"]
        if not isinstance(text, str) or len(text) > MOST_TEXT:
            raise ValueError("the text is none, or too long")
        self._editor, self._text = None, text

    def _finding(self, op: Mapping[str, Any]) -> None:
        self.editor.put("finding", str(op["text"]))

    def _closing(self, op: Mapping[str, Any]) -> None:
        part, text = _text(op, "part"), str(op["text"])
        if part not in CLOSING:
            raise ValueError(f"'{part}' is none of {listing(CLOSING)}")
        if text.strip():
            self.editor.put_in("closing", part, text)
        else:
            self.editor.drop_from("closing", part)

    def _report(self, op: Mapping[str, Any]) -> None:
        self.layout.report = report_choice(op["report"])

    def _result(self, op: Mapping[str, Any]) -> None:
        self.editor.put_in("results", _text(op, "name"), _text(op, "ref"))

    def _select(self, op: Mapping[str, Any]) -> None:
        """Keep a selection as a step: rows by their ids, so that it can be rerun."""
        name = str(op.get("name") or "") or self._new_name("selection")
        self._require_free(name)
        ids = [str(i) for i in op["ids"]]
        if not ids:
            raise ValueError("no row is selected")
        self.editor.add(name, "process.filter", {"table": _text(op, "ref"), "rows": ids})

    def _note(self, op: Mapping[str, Any]) -> None:
        ids = [str(i) for i in op["ids"]]
        self.layout.notes.append({"ref": _text(op, "ref"), "ids": ids, "text": str(op["text"])})

    def _names(self) -> list[str]:
        return [str(n) for n in (self.editor.tree.get("steps") or {})]

    def _new_name(self, stem: str) -> str:
        names, name, number = self._names(), stem, 1
        while name in names:
            number += 1
            name = f"{stem}_{number}"
        return name

    def _require_free(self, name: str) -> None:
        if not NAME.fullmatch(name):
            allowed = "Allowed: letters, digits, _ and -, with a letter or _ first."
            raise TenkaiError(Problem("TK103", f"'{name}' cannot be the name of a step.", allowed))
        if name in self._names():
            raise TenkaiError(Problem("TK104", f"there is a step '{name}' already.", place=Place(name=name)))


def _text(op: Mapping[str, Any], key: str) -> str:
    value = op[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"'{key}' is {value!r}")
    return value


def _wrong(fact: str, allowed: str = "", remedy: str = "") -> TenkaiError:
    return TenkaiError(Problem("TK543", fact, allowed, remedy))
