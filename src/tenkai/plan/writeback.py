"""Writing a workflow file back with its comments: change settings, add and remove steps."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tenkai.errors import Place, Problem, TenkaiError
from tenkai.plan.document import scalar

_SCALARS = "tag:yaml.org,2002:"
PLAIN = re.compile(r"[^\W\d][\w./-]*(:[\w./-]+)?", re.UNICODE)


class Editor:
    """A workflow text that can be changed without losing comments, order or layout."""

    def __init__(self, text: str) -> None:
        self._yaml = _keeping_scalars()
        self._yaml.width = 160
        self._yaml.preserve_quotes = True
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        self.tree: Any = self._yaml.load(text)

    @classmethod
    def open(cls, path: Path) -> Editor:
        """Open a file."""
        return cls(path.read_text(encoding="utf-8-sig"))

    def set(self, node: str, setting: str, value: Any) -> None:
        """Set one port or setting of a step. Raises TK108 when there is no such step."""
        given = self._given(node)
        given[setting] = self._flow(value)

    def unset(self, node: str, setting: str) -> None:
        """Take a setting out, so that its default holds again."""
        self._given(node).pop(setting, None)

    def add(self, node: str, step: str, given: Mapping[str, Any]) -> None:
        """Add a step at the end of the steps."""
        steps = self.tree.setdefault("steps", {})
        steps[node] = self._flow({step: dict(given)})

    def remove(self, node: str) -> None:
        """Take a step out."""
        self._given(node)
        del self.tree["steps"][node]

    def get(self, node: str, setting: str) -> Any:
        """Return what is written for a port or setting of a step: plain values, None where nothing is."""
        return _plain(self._given(node).get(setting))

    def put(self, key: str, value: Any) -> None:
        """Set one of the texts on top: title, description, finding."""
        self.tree[key] = self._flow(value)

    def put_in(self, part: str, key: str, value: Any) -> None:
        """Set one line of `results`, `variables` or `closing`."""
        if not isinstance(self.tree.get(part), Mapping):
            from ruamel.yaml.comments import CommentedMap

            self.tree[part] = CommentedMap()
        there: Any = self.tree[part]
        there[key] = self._flow(value)

    def take_out(self, part: str, key: str) -> None:
        """Take a line of `results`, `variables` or `closing` out, and the part with its last line."""
        there: Any = self.tree.get(part)
        if isinstance(there, Mapping) and key in there:
            del self.tree[part][key]
            if not self.tree[part]:
                del self.tree[part]

    def rename(self, node: str, to: str, ports: Mapping[str, Collection[str]]) -> None:
        """Give a step another name, there and wherever a port, a ``from`` or a result names it.

        `ports`: names of the ports of each step; other settings are texts that only look alike.
        """
        self._given(node)
        _rename_key(self.tree["steps"], node, to)
        for name, body in self.tree["steps"].items():
            given: Any = next(iter(body.values()), None) if isinstance(body, Mapping) else None
            for key in list(given) if isinstance(given, Mapping) else []:
                wired = key in ports.get(node if name == to else str(name), ())
                given[key] = self._renamed(given[key], node, to, wired)
        results: Any = self.tree.get("results")
        for key in list(results) if isinstance(results, Mapping) else []:
            results[key] = self._renamed(results[key], node, to, True)

    def _renamed(self, value: Any, node: str, to: str, wired: bool) -> Any:
        if isinstance(value, str) and wired and value.split(".", maxsplit=1)[0] == node:
            return self._flow(to + str(value)[len(node) :])
        if isinstance(value, Mapping):
            there: Any = value
            for key in list(there):
                there[key] = self._renamed(there[key], node, to, key == "from" or (wired and key == "gather"))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                value[i] = self._renamed(item, node, to, wired)
        return value

    def text(self) -> str:
        """Return the text."""
        out = io.StringIO()
        self._yaml.dump(self.tree, out)
        return out.getvalue()

    def save(self, path: Path) -> None:
        """Write the file in one move, so that nobody reads half of it."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.text())
        # mkstemp makes files nobody else may read.
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)

    def _given(self, node: str) -> Any:
        steps = self.tree.get("steps") or {}
        if node not in steps:
            raise TenkaiError(Problem("TK108", f"there is no step '{node}'.", place=Place(name=node)))
        body = steps[node]
        if isinstance(body, str):
            steps[node] = body = self._flow({body: {}})
        step = next(iter(body))
        if not isinstance(body[step], Mapping):
            body[step] = self._flow({})
        return body[step]

    def _flow(self, value: Any) -> Any:
        from ruamel.yaml.comments import CommentedMap, CommentedSeq

        if isinstance(value, Mapping):
            made = CommentedMap({k: self._flow(v) for k, v in value.items()})
            made.fa.set_flow_style()
            return made
        if isinstance(value, list | tuple):
            items = CommentedSeq([self._flow(v) for v in value])
            items.fa.set_flow_style()
            return items
        if isinstance(value, str) and not PLAIN.fullmatch(value):
            from ruamel.yaml.scalarstring import DoubleQuotedScalarString

            return DoubleQuotedScalarString(value)  # ruamel leaves some texts bare that it cannot read again
        return value


def _rename_key(mapping: Any, key: str, to: str) -> None:
    """Rename a key of a commented mapping in its place, its comments with it."""
    place = list(mapping).index(key)
    comments = mapping.ca.items.pop(key, None)
    mapping.insert(place, to, mapping.pop(key))
    if comments is not None:
        mapping.ca.items[to] = comments


def _plain(value: Any) -> Any:
    """Return what ruamel read as plain values."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    tag = getattr(value, "tag", "")
    if isinstance(value, str) and isinstance(tag, str) and tag.startswith(_SCALARS):
        return scalar(tag.removeprefix(_SCALARS), str(value))
    return str(value) if isinstance(value, str) else value


def _keeping_scalars() -> Any:
    """Return a YAML that writes numbers, dates and nulls back as they were written.

    ruamel would write them anew, and change the last digit of some numbers.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor
    from ruamel.yaml.representer import RoundTripRepresenter
    from ruamel.yaml.scalarstring import PlainScalarString

    class Written(PlainScalarString):
        """The text of a scalar that is no text."""

        tag = ""

    class Constructor(RoundTripConstructor):
        def keep(self, node: Any) -> Any:
            written = Written(node.value, anchor=node.anchor)
            written.tag = str(node.tag)
            return written

    class Representer(RoundTripRepresenter):
        def write(self, written: Any) -> Any:
            return self.represent_scalar(written.tag, str(written), anchor=written.yaml_anchor())

    for kind in ("int", "float", "bool", "null", "timestamp"):
        Constructor.add_constructor(f"tag:yaml.org,2002:{kind}", Constructor.keep)
    Representer.add_representer(Written, Representer.write)
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor, yaml.Representer = Constructor, Representer
    return yaml
