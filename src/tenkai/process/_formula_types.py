"""What a formula gives - number, text or truth - found without data, so that mistakes are told before a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as Choice

import polars as pl

from tenkai.errors import TenkaiError
from tenkai.process._formula import Literal, Name, Node, Operation, unknown_column
from tenkai.process._formula_text import wrong
from tenkai.values import Kind, Schema, Table

Type = Choice["number", "text", "truth", "vector", "image"]
Types = Mapping[str, Type | None]

_SAID: dict[Type | None, str] = {
    "number": "a number",
    "text": "a text",
    "truth": "a condition",
    "vector": "a vector",
    "image": "an image",
}
_OF_KIND: dict[Kind | None, Type | None] = {
    "number": "number",
    "text": "text",
    "molecule": "text",
    "crystal": "text",
    "vector": "vector",
    "image": "image",
}


def types_of(table: Table | Schema) -> dict[str, Type | None]:
    """Return the type of every column; None where it is not known before the data (a category)."""
    if isinstance(table, Schema):
        return {name: _OF_KIND.get(kind) for name, kind in table.columns.items()}
    return {name: _OF_KIND.get(kind) or _of_dtype(table.frame[name].dtype) for name, kind in table.kinds.items()}


def type_of(node: Node, text: str, columns: Types) -> Type | None:
    """Check a formula against columns and return its type, None where only the data tell.

    Raises
    ------
    TenkaiError
        TK201 for a column that is not there, TK209 for values that do not fit together.
    """
    if isinstance(node, Literal):
        return "truth" if isinstance(node.value, bool) else "text" if isinstance(node.value, str) else "number"
    if isinstance(node, Name):
        if node.name not in columns:
            raise unknown_column(text, node, columns)
        return columns[node.name]
    assert isinstance(node, Operation)
    if node.name == "in":
        _plain_list(node, text)
    found = [type_of(a, text, columns) for a in node.arguments]
    if node.name == "missing":
        return "truth"
    if node.name in ("and", "or", "not"):
        _need("truth", node, found, text)
        return "truth"
    if node.name == "where":
        _need("truth", node, found, text, first=0, last=1)
        return _alike(node, found, text, first=1)
    if node.name in ("compare", "in"):
        _compared(node, found, text)
        return "truth"
    _need("number", node, found, text)
    return "number"


def _need(
    wanted: Type, node: Operation, found: list[Type | None], text: str, *, first: int = 0, last: int | None = None
) -> None:
    for argument, kind in list(zip(node.arguments, found, strict=True))[first:last]:
        if kind not in (wanted, None):
            raise _unfit(argument, kind, f"'{_said_sign(node)}' needs {_SAID[wanted]}", text)


def _alike(node: Operation, found: list[Type | None], text: str, *, first: int = 0) -> Type | None:
    """Return the one type of several parts. Raises where they differ."""
    known = next((kind for kind in found[first:] if kind is not None), None)
    for argument, kind in list(zip(node.arguments, found, strict=True))[first:]:
        if kind in ("vector", "image"):
            raise _unfit(argument, kind, f"'{_said_sign(node)}' needs numbers or texts", text)
        if kind not in (known, None):
            raise _unfit(argument, kind, f"what it stands with is {_SAID[known]}", text)
    return known


def _compared(node: Operation, found: list[Type | None], text: str) -> None:
    if _alike(node, found, text) == "truth" and set(node.signs) - {"==", "!="}:
        raise wrong(text, node.at, "conditions have no order.", allowed="Allowed between them: == and !=.")


def _plain_list(node: Operation, text: str) -> None:
    for choice in node.arguments[1:]:
        signed = isinstance(choice, Operation) and choice.name == "sign" and isinstance(choice.arguments[0], Literal)
        if not isinstance(choice, Literal) and not signed:
            hint = f"For a text write '{choice.name}' in quotes." if isinstance(choice, Name) else ""
            raise wrong(text, choice.at, "a list after 'in' holds numbers or texts only.", remedy=hint)


def _said_sign(node: Operation) -> str:
    return node.signs[0] if node.signs else "-" if node.name == "sign" else node.name


def _unfit(argument: Node, kind: Type | None, needs: str, text: str) -> TenkaiError:
    name = f"column '{argument.name}' is " if isinstance(argument, Name) else "this is "
    remedy = "Turn it into numbers with where(condition, 1, 0)." if kind == "truth" else ""
    return wrong(text, argument.at, f"{name}{_SAID[kind]}: {needs}.", remedy=remedy)


def _of_dtype(dtype: pl.DataType) -> Type:
    if dtype == pl.Boolean:
        return "truth"
    return "number" if dtype.is_numeric() else "text"
