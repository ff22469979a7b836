"""Reading a step's function: ports, settings and outputs, from its signature and nothing else."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, dataclass_transform, get_args, get_origin, get_type_hints

from tenkai.errors import nearest, problem
from tenkai.step.constraints import Advanced, Column, DataPath, Help, Keys, Of, Shape, Unit, marks_of
from tenkai.step.run_context import Run
from tenkai.step.types import bad_values, choices, convert, describe, json_schema, strip
from tenkai.values.columns import Columns
from tenkai.values.sweep import Sweep
from tenkai.values.value import Value


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


@dataclass_transform(frozen_default=True)
class Outputs:
    """Base of the named outputs of a step; the first one is the main output."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(frozen=True)(cls)


def a_value(kind: type[Value]) -> str:
    """Name a type of value in a sentence."""
    irregular = {"scores": "scores", "neighbors": "neighbors", "distances": "distances", "fitted": "a fitted step"}
    name = kind.type_name or "value"
    return irregular.get(name, f"a {name}")


@dataclass(frozen=True)
class Port:
    """A value that goes in.

    `many`: a list of values; `gathers`: takes a whole sweep; `types`: the value types allowed.
    """

    name: str
    types: tuple[type[Value], ...]
    optional: bool = False
    many: bool = False
    gathers: bool = False
    help: str = ""
    shape: str = ""

    def takes(self, kind: type[Value]) -> bool:
        """Say whether a value of this type may go in."""
        return any(issubclass(kind, t) for t in self.types)

    @property
    def type_names(self) -> str:
        """Say the allowed types in words."""
        return " or ".join(dict.fromkeys(t.type_name or "value" for t in self.types))

    @property
    def wanted(self) -> str:
        """Say the allowed types in a sentence: ``a table``, ``scores``."""
        return " or ".join(dict.fromkeys(a_value(t) for t in self.types))


@dataclass(frozen=True)
class Setting:
    """A setting: its annotation carries type, range and help."""

    name: str
    annotation: Any
    default: Any = REQUIRED
    help: str = ""
    unit: str = ""
    advanced: bool = False
    of: Of | None = None

    @property
    def required(self) -> bool:
        """Say whether a value must be given."""
        return self.default is REQUIRED

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return describe(self.annotation)

    @property
    def is_path(self) -> bool:
        """Say whether it names files."""
        return DataPath in _bases(self.annotation)

    @property
    def is_columns(self) -> bool:
        """Say whether it names columns."""
        return bool({Columns, Column} & _bases(self.annotation))

    def named_columns(self, value: Any) -> tuple[str, ...]:
        """Return the columns a value of this setting names outright."""
        if not self.is_columns or value is None:
            return ()
        if isinstance(value, Columns):
            return value.mentioned()
        if isinstance(value, list):  # also of lists: several columns in one place
            return tuple(name for item in value for name in self.named_columns(item))
        return (str(value),)

    def convert(self, value: Any) -> Any:
        """Return the value the step receives. Raises TK111 with what is allowed."""
        try:
            return convert(self.annotation, value)
        except ValueError:
            raise problem(
                "TK111",
                f"{value!r} is not allowed.",
                allowed=f"Allowed: {self.allowed}.",
                remedy=nearest(value, choices(self.annotation)) if isinstance(value, str) else "",
                setting=self.name,
            ) from None

    def bad_values(self) -> list[Any]:
        """Return values that must be refused."""
        return bad_values(self.annotation)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema, with title, help and default."""
        schema = json_schema(self.annotation)
        schema["title"] = self.name.replace("_", " ")
        for key, value in (
            ("description", self.help),
            ("unit", self.unit),
            ("port", self.of.port if self.of else ""),
        ):
            if value:
                schema[key] = value
        if self.advanced:
            schema["advanced"] = True
        if not self.required:
            schema["default"] = self.default.written() if isinstance(self.default, Columns) else self.default
        return schema


@dataclass(frozen=True)
class Output:
    """A value that comes out. `keys`: figures a Scores output always has."""

    name: str
    type: type[Value]
    help: str = ""
    shape: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """All a signature says."""

    ports: Mapping[str, Port]
    settings: Mapping[str, Setting]
    outputs: Mapping[str, Output]
    single: bool
    takes_run: bool


def declare(function: Callable[..., Any], name: str) -> Declaration:
    """Read a step's function. Raises TK901 where the signature is not a declaration."""
    hints = get_type_hints(function, include_extras=True)
    ports: dict[str, Port] = {}
    settings: dict[str, Setting] = {}
    takes_run = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in hints:
            raise problem("TK901", f"step {name}: '{parameter.name}' has no annotation.")
        annotation = hints[parameter.name]
        if strip(annotation)[0] is Run:
            takes_run = True
        elif parameter.kind is parameter.KEYWORD_ONLY:
            settings[parameter.name] = _setting(parameter, annotation, tuple(ports))
        else:
            ports[parameter.name] = _port(parameter, annotation, name)
    base, _ = strip(hints["return"])
    if isinstance(base, type) and issubclass(base, Outputs):
        fields = get_type_hints(base, include_extras=True)
        outputs = {n: _output(n, t) for n, t in fields.items()}
        return Declaration(ports, settings, outputs, False, takes_run)
    if not (isinstance(base, type) and issubclass(base, Value)):
        raise problem("TK901", f"step {name} returns {base!r}.", allowed="Allowed: a Value type or an Outputs class.")
    return Declaration(ports, settings, {base.type_name: _output(base.type_name, hints["return"])}, True, takes_run)


def _port(parameter: inspect.Parameter, annotation: Any, step: str) -> Port:
    base, marks = strip(annotation)
    optional = parameter.default is None
    options = [o for o in _options(base) if o is not type(None)]
    many = gathers = False
    found: list[Any] = []
    for option in options:
        origin = get_origin(option)
        if origin is list:
            many = True
            found.extend(o for o in _options(strip(get_args(option)[0])[0]))
        elif origin is Sweep:
            gathers = True
            found.extend(o for o in _options(strip(get_args(option)[0])[0]))
        else:
            found.append(option)
    if not found or not all(isinstance(t, type) and issubclass(t, Value) for t in found):
        raise problem("TK901", f"step {step}: port '{parameter.name}' has type {annotation!r}, which is no value type.")
    shape, text = marks_of(marks, Shape), marks_of(marks, Help)
    return Port(
        parameter.name,
        tuple(found),
        optional,
        many,
        gathers,
        text.text if text else "",
        shape.text if shape else "",
    )


def _setting(parameter: inspect.Parameter, annotation: Any, ports: tuple[str, ...]) -> Setting:
    _base, marks = strip(annotation)
    text, unit, of = marks_of(marks, Help), marks_of(marks, Unit), marks_of(marks, Of)
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    if of is None and ports and {Columns, Column} & _bases(annotation):
        of = Of(ports[0])
    return Setting(
        parameter.name,
        annotation,
        default,
        text.text if text else "",
        unit.name if unit else "",
        any(m is Advanced for m in marks),
        of,
    )


def _output(name: str, annotation: Any) -> Output:
    base, marks = strip(annotation)
    text, shape, keys = marks_of(marks, Help), marks_of(marks, Shape), marks_of(marks, Keys)
    return Output(name, base, text.text if text else "", shape.text if shape else "", keys.names if keys else ())


def _options(base: Any) -> list[Any]:
    return list(get_args(base)) if get_origin(base) in (Union, types.UnionType) else [base]


def _bases(annotation: Any) -> set[Any]:
    base, _ = strip(annotation)
    found: set[Any] = set()
    for option in _options(base):
        inner = strip(option)[0]
        origin = get_origin(inner)
        if origin in (list, dict):
            found |= _bases(get_args(inner)[-1])
        elif origin is Annotated:
            found |= _bases(inner)
        else:
            found.add(inner if isinstance(inner, type) else None)
    return found
