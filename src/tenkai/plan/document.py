"""A YAML file as plain data with the line of every key. No tags, no repeated keys, bounded size."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tenkai.errors import Place, Problem, TenkaiError

MOST_BYTES = 5_000_000
MOST_NODES = 500_000
MOST_DEPTH = 40

Path = tuple[str | int, ...]


@dataclass
class Document:
    """Data of a file, the line of every key, and what was wrong with its shape."""

    data: Any
    name: str
    text: str = ""
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, *, step: str = "", name: str = "", setting: str = "") -> Place:
        """Return the place of a key, or of the nearest thing around it that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(step, name, setting, self.name, self.lines.get(path, 0))


def read_document(text: str, name: str) -> Document:
    """Read YAML text. Repeated keys and tags are collected as problems; broken YAML is raised.

    Raises
    ------
    TenkaiError
        TK102 when the text is not YAML, TK103 when it is too large or nested too deeply.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > MOST_BYTES:
        allowed = f"Allowed: {MOST_BYTES // 1_000_000} MB."
        raise TenkaiError(Problem("TK103", "the file is too large for a workflow.", allowed, place=Place(file=name)))
    if re.search(r"^%YAML\s+(?!1\.2\b)", text, re.MULTILINE):
        # In YAML 1.1 `no` is false and 010 is 8: nobody who writes a column name expects that.
        raise TenkaiError(
            Problem(
                "TK102", "the file asks for another YAML than 1.2.", "Take the line %YAML out.", place=Place(file=name)
            )
        )
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        told = [error.context] if str(error.problem or "but").startswith("but") else []
        what = " ".join(" ".join(str(t) for t in (*told, error.problem) if t).split()) or "it cannot be read"
        remedy = "Check indentation, brackets and quotes near this line."
        raise TenkaiError(
            Problem("TK102", f"this is not valid YAML: {what}.", remedy=remedy, place=Place(file=name, line=line))
        ) from None
    except RecursionError:
        raise TenkaiError(Problem("TK103", "the file is nested too deeply.", place=Place(file=name))) from None
    except (YAMLError, ValueError) as error:
        text = " ".join(str(error).split())
        raise TenkaiError(Problem("TK102", f"this is not valid YAML: {text}.", place=Place(file=name))) from None
    document = Document(None, name, text)
    if root is not None:
        document.data = _Builder(document).build(root, ())
    return document


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0

    def build(self, node: Any, path: Path) -> Any:
        self.nodes += 1
        line = node.start_mark.line + 1
        self.document.lines.setdefault(path, line)
        if self.nodes > MOST_NODES or len(path) > MOST_DEPTH:
            place = Place(file=self.document.name, line=line)
            raise TenkaiError(
                Problem("TK103", "the file is nested too deeply or repeats itself too often.", place=place)
            )
        kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        if kind not in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value", "merge"):
            tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
            self._problem("TK102", f"the tag {tag} is not allowed.", "Write plain values.", line)
            return None
        if kind == "map":
            return self._mapping(node, path)
        if kind == "seq":
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        try:
            return scalar(kind, node.value)
        except ValueError:
            what = {"bool": "neither true nor false"}.get(kind, "no number")
            text = node.value if len(node.value) <= 40 else f"{node.value[:37]}..."
            self._problem("TK102", f"{text} is {what}.", "Put it in quotes if it is a text.", line)
            return None

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key.value, str) else ""
            line = key.start_mark.line + 1
            if not name and key.value != "":
                self._problem("TK103", "a key is not a plain word.", "", line)
                continue
            if name in result:
                first = self.document.lines[(*path, name)]
                self._problem("TK104", f"the key '{name}' stands twice, first in line {first}.", "Rename one.", line)
                continue
            self.document.lines[(*path, name)] = line
            result[name] = self.build(value, (*path, name))
        return result

    def _problem(self, code: str, fact: str, remedy: str, line: int) -> None:
        place = Place(file=self.document.name, line=line)
        self.document.problems.append(Problem(code, fact, remedy=remedy, place=place))


def scalar(kind: str, text: str) -> Any:
    """Return the value of a YAML scalar of a resolved kind. Raises ValueError where it is none."""
    if kind == "null":
        return None
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise ValueError
        return text.lower() == "true"
    plain = text.replace("_", "").lower()
    if kind == "int":
        return int(plain, 0) if plain.lstrip("+-")[:2] in ("0x", "0o", "0b") else int(plain)
    if kind == "float":
        return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
    return text
