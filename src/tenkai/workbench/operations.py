"""Changes of a workflow by its page: one small operation each, written into the same text with its comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tenkai.errors import Place, Problem, TenkaiError, listing, nearest
from tenkai.plan.graph import Graph
from tenkai.plan.workflow import CLOSING, NAME
from tenkai.plan.writeback import Editor
from tenkai.step import get_step
from tenkai.workbench.copying import MOST_TEXT, paste
from tenkai.workbench.layout import Layout, report_choice
from tenkai.workbench.selections import SELECTED_ID, write_selection

MOST_OPS = 500
MOST_WRITTEN = 5000  # row ids of a selection in the text of a workflow, which people read; more stand in a file
MOST_PINNED = 5000  # row ids of a note: every state of the workflow carries them
LONGEST_NOTE = 4000
NAMES = "Allowed: letters, digits, _ and -, with a letter or _ first."
Touched = tuple[str, str]
"""A step and one of its ports or settings."""


def apply(
    text: str, layout: Layout, graph: Graph, ops: Sequence[Mapping[str, Any]], folder: Path
) -> tuple[str, Layout, list[Touched]]:
    """Return text and layout after some operations, and what they set. A large selection becomes a file in the folder.

    Raises
    ------
    TenkaiError
        TK543 for an operation that is none; TK105, TK108 for steps that are not there; TK551 for a note that is not
        there, or pinned to too many rows; TK544 when a file cannot be written.
    """
    if len(ops) > MOST_OPS:
        raise _wrong(f"{len(ops)} operations come at once.", f"At most {MOST_OPS}.")
    change = _Change(text, layout.copy(), graph, folder)
    for op in ops:
        change.do(op)
    return change.text, change.layout, change.touched


class _Change:
    def __init__(self, text: str, layout: Layout, graph: Graph, folder: Path) -> None:
        self.layout = layout
        self.folder = folder
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
            "edit_note": self._edit_note, "remove_note": self._remove_note,
            "finding": self._finding, "about": self._about, "variable": self._variable, "result": self._result,
            "unresult": self._unresult, "select": self._select, "note": self._note, "paste": self._paste,
            "arrange": self._arrange, "closing": self._closing, "report": self._report,
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
        known = bound.step.ports.get(port) if bound is not None else None
        there, over = _apart(self.editor.get(node, port))
        if known is not None and known.many and there:
            value: Any = there if source in there else [*there, source]
        else:
            value = source
        over = op.get("over", over)
        self.editor.set(node, port, {"gather": value, "over": over} if over else value)
        self.touched.append((node, port))

    def _unwire(self, op: Mapping[str, Any]) -> None:
        node, port = _text(op, "to"), _text(op, "port")
        (there, over), source = _apart(self.editor.get(node, port)), op.get("from")
        left = [s for s in there if self._full(s) != self._full(source)] if source is not None else []
        if left:
            value = left if len(left) > 1 else left[0]
            self.editor.set(node, port, {"gather": value, "over": over} if over else value)
        else:
            self.editor.unset(node, port)

    def _full(self, ref: Any) -> str:
        """Return a reference with the name of its output, which the file may leave out."""
        bound = self.graph.nodes.get(str(ref))
        return f"{ref}.{bound.step.main.name}" if bound is not None else str(ref)

    # ---- the rest -----------------------------------------------------------------------------

    def _paste(self, op: Mapping[str, Any]) -> None:
        names = paste(self.editor, self.graph, str(op["text"]), self._new_name)
        if "x" in op and "y" in op:
            for i, name in enumerate(names.values()):
                self.layout.nodes[name] = (float(op["x"]) + 40 * i, float(op["y"]) + 90 * i)

    def _arrange(self, op: Mapping[str, Any]) -> None:
        self.layout.nodes.clear()

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
            self.editor.take_out("closing", part)

    def _report(self, op: Mapping[str, Any]) -> None:
        self.layout.report = report_choice(op["report"])

    def _about(self, op: Mapping[str, Any]) -> None:
        key = _text(op, "key")
        if key not in ("title", "description"):
            raise ValueError(f"'key' is '{key}'")
        self.editor.put(key, str(op["text"]))

    def _variable(self, op: Mapping[str, Any]) -> None:
        name = _text(op, "name")
        if not NAME.fullmatch(name):
            raise TenkaiError(Problem("TK103", f"'{name}' cannot be the name of a variable.", NAMES))
        if "value" in op:
            self.editor.put_in("variables", name, op["value"])
        else:
            self.editor.take_out("variables", name)

    def _unresult(self, op: Mapping[str, Any]) -> None:
        self.editor.take_out("results", _text(op, "name"))

    def _result(self, op: Mapping[str, Any]) -> None:
        self.editor.put_in("results", _text(op, "name"), _text(op, "ref"))

    def _select(self, op: Mapping[str, Any]) -> None:
        """Keep a selection as a step: rows by their ids, so that it can be rerun."""
        name = str(op.get("name") or "") or self._new_name("selection")
        self._require_free(name)
        ids = [str(i) for i in op["ids"]]
        if not ids:
            raise ValueError("no row is selected")
        if len(ids) > MOST_WRITTEN:
            self._select_by_file(name, _text(op, "ref"), ids)
        else:
            self.editor.add(name, "process.filter", {"table": _text(op, "ref"), "rows": ids})
        if op.get("note"):
            self._note({"ref": _text(op, "ref"), "ids": ids[:MOST_PINNED], "text": op["note"]})

    def _select_by_file(self, name: str, ref: str, ids: list[str]) -> None:
        """Keep a large selection: its row ids in a file, and the rows that are in it."""
        listed = f"{name}_rows"
        self._require_free(listed)
        path = write_selection(self.folder, name, ids)
        self.editor.add(listed, "collect.csv", {"path": path, "row_id": SELECTED_ID})
        given = {"left": ref, "right": listed, "how": "inner", "lookup": True}
        self.editor.add(name, "process.join", given)

    def _note(self, op: Mapping[str, Any]) -> None:
        ids, text = [str(i) for i in op["ids"]], str(op["text"]).strip()
        if not ids or not text:
            raise ValueError("a note needs rows and a text")
        if len(ids) > MOST_PINNED:
            fact = f"the note would be pinned to {len(ids)} rows."
            remedy = "Save the selection as a step, and pin the note to some of its rows."
            raise TenkaiError(Problem("TK551", fact, f"At most {MOST_PINNED}.", remedy))
        self.layout.notes.append({"ref": _text(op, "ref"), "ids": ids, "text": text[:LONGEST_NOTE]})

    def _edit_note(self, op: Mapping[str, Any]) -> None:
        text = str(op["text"]).strip()
        if not text:
            raise ValueError("a note needs a text")
        self.layout.notes[self._place_of_note(op)]["text"] = text[:LONGEST_NOTE]

    def _remove_note(self, op: Mapping[str, Any]) -> None:
        del self.layout.notes[self._place_of_note(op)]

    def _place_of_note(self, op: Mapping[str, Any]) -> int:
        at = op["index"]
        if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < len(self.layout.notes):
            raise TenkaiError(Problem("TK551", f"there is no note {at!r}.", f"There are {len(self.layout.notes)}."))
        return at

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
            raise TenkaiError(Problem("TK103", f"'{name}' cannot be the name of a step.", NAMES))
        if name in self._names():
            raise TenkaiError(Problem("TK104", f"there is a step '{name}' already.", place=Place(name=name)))


def _apart(written: Any) -> tuple[list[Any], Any]:
    """Return what is wired to a port as a list, and the axes it is gathered over."""
    over = None
    if isinstance(written, Mapping):
        written, over = written.get("gather"), written.get("over")
    if written is None:
        return [], over
    return (list(written) if isinstance(written, list) else [written]), over


def _text(op: Mapping[str, Any], key: str) -> str:
    value = op[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"'{key}' is {value!r}")
    return value


def _wrong(fact: str, allowed: str = "", remedy: str = "") -> TenkaiError:
    return TenkaiError(Problem("TK543", fact, allowed, remedy))
