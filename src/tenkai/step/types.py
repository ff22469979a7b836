"""What a setting may be: check a value, say what is allowed, give JSON Schema and wrong values.

All four come from the same annotation, so the form, the error text and the generated tests agree.
"""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from tenkai.step.constraints import Column, DataPath, Length, Range, marks_of
from tenkai.values.columns import ALLOWED, Columns


def strip(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Split ``Annotated[T, ...]`` into T and its marks."""
    if get_origin(annotation) is Annotated:
        base, *marks = get_args(annotation)
        return base, tuple(marks)
    return annotation, ()


def convert(annotation: Any, value: Any) -> Any:
    """Return the value a step receives for a written one. Raises ValueError with what is allowed."""
    base, marks = strip(annotation)
    origin = get_origin(base)
    if origin in (Union, types.UnionType):
        for option in get_args(base):
            try:
                return convert(Annotated[option, *marks] if marks else option, value)
            except ValueError:
                continue
        raise ValueError(describe(annotation))
    ok, result = _fits(base, origin, value)
    if not ok:
        raise ValueError(describe(annotation))
    limits, length = marks_of(marks, Range), marks_of(marks, Length)
    if (
        limits is not None
        and isinstance(result, int | float)
        and not isinstance(result, bool)
        and not limits.holds(result)
    ):
        raise ValueError(describe(annotation))
    if length is not None and isinstance(result, list | dict) and not length.holds(len(result)):
        raise ValueError(describe(annotation))
    return result


def _fits(base: Any, origin: Any, value: Any) -> tuple[bool, Any]:
    if base is Any:
        return True, value
    if origin is Literal:
        same = [o for o in get_args(base) if o == value and type(o) is type(value)]
        return bool(same), value
    if base is Columns:
        return True, Columns.parse(value)
    if base is type(None) or base is None:
        return value is None, None
    if base is bool:
        return isinstance(value, bool), value
    if base is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, float) and value.is_integer():  # 1e3 is how YAML writes a thousand
            return True, int(value)
        return whole, value
    if base is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        # A comparison, since a whole number may be too large to become a float at all.
        fits = number and -sys.float_info.max <= value <= sys.float_info.max
        return fits, (float(value) if fits else value)
    if base in (str, Column, DataPath):
        return (isinstance(value, str) and value != "") or (base is str and isinstance(value, str)), value
    if origin is list:
        if not isinstance(value, list | tuple):
            return False, value
        (inner,) = get_args(base)
        return True, [convert(inner, v) for v in value]
    if origin is dict:
        if not isinstance(value, Mapping):
            return False, value
        _, inner = get_args(base)
        return True, {str(k): convert(inner, v) for k, v in value.items()}
    raise TypeError(f"settings of type {base!r} are not supported; see tenkai.step.types")


def describe(annotation: Any) -> str:
    """Say what is allowed, in words."""
    base, marks = strip(annotation)
    origin = get_origin(base)
    limits, length = marks_of(marks, Range), marks_of(marks, Length)
    if origin in (Union, types.UnionType):
        options = [describe(Annotated[o, *marks] if marks and o is not type(None) else o) for o in get_args(base)]
        return ", or ".join(dict.fromkeys(options))
    if origin is Literal:
        choices = [str(o) for o in get_args(base)]
        return choices[0] if len(choices) == 1 else "one of " + ", ".join(choices)
    if base is Columns:
        return ALLOWED
    if origin is list:
        text = f"a list of {_plural(describe(get_args(base)[0]))}"
        return f"{text} ({length})" if length else text
    if origin is dict:
        return f"a mapping of names to {_plural(describe(get_args(base)[1]))}"
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        Column: "the name of a column",
        DataPath: "the path of a file or folder, or data:name",
        type(None): "nothing (null)",
        Any: "any value",
    }
    text = names.get(base, str(base))
    return f"{text}, {limits}" if limits and base in (int, float) else text


def _plural(text: str) -> str:
    for one, many in (
        ("a whole number", "whole numbers"),
        ("a number", "numbers"),
        ("the name of a column", "column names"),
    ):
        if text.startswith(one):
            return text.replace(one, many, 1)
    return "texts" if text == "text" else text


def choices(annotation: Any) -> list[str]:
    """Return the words that are allowed by name; for "Did you mean"."""
    base, _ = strip(annotation)
    if get_origin(base) in (Union, types.UnionType):
        return [word for option in get_args(base) for word in choices(option)]
    return [o for o in get_args(base) if isinstance(o, str)] if get_origin(base) is Literal else []


def json_schema(annotation: Any) -> dict[str, Any]:
    """Return the JSON Schema of a setting, for forms."""
    base, marks = strip(annotation)
    origin = get_origin(base)
    if origin in (Union, types.UnionType):
        options = [json_schema(Annotated[o, *marks] if marks and o is not type(None) else o) for o in get_args(base)]
        return {"anyOf": options}
    if origin is Literal:
        return {"enum": list(get_args(base))}
    if base is Columns:
        texts = {"type": "array", "items": {"type": "string"}}
        chosen = {"except": texts, "match": {"type": "string"}, "kind": texts}
        forms: list[dict[str, Any]] = [
            {"enum": ["numbers", "all"]},
            texts,
            {"type": "object", "properties": chosen, "additionalProperties": False},
        ]
        return {"anyOf": forms, "format": "columns"}
    if origin is list:
        schema = {"type": "array", "items": json_schema(get_args(base)[0])}
        length = marks_of(marks, Length)
        if length:
            schema["minItems"] = length.low
            if length.high is not None:
                schema["maxItems"] = length.high
        return schema
    if origin is dict:
        return {"type": "object", "additionalProperties": json_schema(get_args(base)[1])}
    plain: dict[Any, dict[str, Any]] = {
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"type": "number"},
        str: {"type": "string"},
        Column: {"type": "string", "format": "column"},
        DataPath: {"type": "string", "format": "path"},
        type(None): {"type": "null"},
        Any: {},
    }
    schema = dict(plain[base])
    limits = marks_of(marks, Range)
    if limits and base in (int, float):
        schema |= limits.json_schema()
    return schema


def bad_values(annotation: Any) -> list[Any]:
    """Return values that must be refused, from the declaration itself."""
    _base, marks = strip(annotation)
    limits, length = marks_of(marks, Range), marks_of(marks, Length)
    candidates: list[Any] = [
        "no such thing",
        -1e30,
        1e30,
        0.5,
        math.nan,
        math.inf,
        True,
        "",
        [],
        {},
        None,
        [[]],
        {"x": {}},
    ]
    if limits is not None:
        if limits.low is not None:
            candidates += [limits.low - 1, limits.low - 1e-9] + ([limits.low] if limits.open_low else [])
        if isinstance(limits.high, int | float):
            candidates += [limits.high + 1] + ([limits.high] if limits.open_high else [])
    if length is not None and length.high is not None:
        too_long: Any = ["x"] * (length.high + 1)
        candidates.append(too_long)
    return [c for c in candidates if not _accepts(annotation, c)]


def _accepts(annotation: Any, value: Any) -> bool:
    try:
        convert(annotation, value)
    except ValueError:
        return False
    return True
