"""@step: one declaration feeds the workflow file, Python, command line, forms, docs and generated tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from tenkai.errors import Place, Problem, TenkaiError, listing, nearest, problem
from tenkai.step.declaration import Declaration, Output, Outputs, Port, Setting, declare
from tenkai.step.run_context import Run
from tenkai.values.columns import missing_column
from tenkai.values.schema import Schema
from tenkai.values.sweep import Axis, Sweep
from tenkai.values.value import Value

STAGES = ("collect", "process", "learn", "interpret")
Schemas = Mapping[str, Schema | None]
SharedFunction = TypeVar("SharedFunction", bound=Callable[..., list[Any]])


class Step:
    """One operation: a function with ports (values in and out) and settings.

    Call it like the function; or by names through `run`. Settings are checked before the function runs,
    and the notes of what goes in stay attached to what comes out.
    """

    def __init__(self, function: Callable[..., Any], name: str, version: int, title: str) -> None:
        self.function = function
        self.name = name
        self.version = version
        self.title = title
        self.shared_by: dict[str, Callable[..., list[Any]]] = {}
        self._schema: Callable[..., Schemas | Schema | None] | None = None
        self._fingerprint: Callable[..., str] | None = None
        self._check: Callable[..., None] | None = None
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__signature__ = inspect.signature(function)

    def __repr__(self) -> str:
        return f"<step {self.name}: {self.title}>"

    # ---- what the declaration says ------------------------------------------------------------

    @cached_property
    def declaration(self) -> Declaration:
        """Ports, settings and outputs."""
        return declare(self.function, self.name)

    @property
    def stage(self) -> str:
        """One of collect, process, learn, interpret."""
        return self.name.split(".")[0]

    @property
    def ports(self) -> Mapping[str, Port]:
        """What goes in."""
        return self.declaration.ports

    @property
    def settings(self) -> Mapping[str, Setting]:
        """What can be set."""
        return self.declaration.settings

    @property
    def outputs(self) -> Mapping[str, Output]:
        """What comes out; the first is the main output."""
        return self.declaration.outputs

    @property
    def main(self) -> Output:
        """Return the main output."""
        return next(iter(self.outputs.values()))

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return inspect.getdoc(self.function).splitlines()[0] if self.function.__doc__ else ""  # type: ignore[union-attr]

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the settings, for forms."""
        return {
            "title": self.title,
            "description": self.summary,
            "type": "object",
            "properties": {n: s.json_schema() for n, s in self.settings.items()},
            "required": [n for n, s in self.settings.items() if s.required],
            "additionalProperties": False,
        }

    # ---- decorators of a step -----------------------------------------------------------------

    def shared(self, setting: str) -> Callable[[SharedFunction], SharedFunction]:
        """Register a function that computes many values of one setting together.

        It takes what the step takes, with a list for `setting`, and returns one result per value: the same
        results as separate calls.
        """

        def register(function: SharedFunction) -> SharedFunction:
            self.shared_by[setting] = function
            return function

        return register

    def schema(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register a function from input schemas and settings to output schema(s), without data."""
        self._schema = function
        return function

    def fingerprint(self, function: Callable[..., str]) -> Callable[..., str]:
        """Register a function of the settings that names the state of the world outside (a data base)."""
        self._fingerprint = function
        return function

    def check(self, function: Callable[..., None]) -> Callable[..., None]:
        """Register a function that raises TenkaiError when settings do not fit together."""
        self._check = function
        return function

    # ---- checking -----------------------------------------------------------------------------

    def convert(self, settings: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
        """Check settings and fill in defaults. All problems are told at once.

        `partial`: required settings may be missing (they come from elsewhere).

        Raises
        ------
        TenkaiError
            TK106 unknown setting, TK107 missing setting, TK111 value not allowed.
        """
        problems: list[Problem] = []
        result: dict[str, Any] = {}
        for name in settings:
            if name not in self.settings:
                problems.append(self.unknown_name(name))
        for name, setting in self.settings.items():
            if name in settings:
                try:
                    result[name] = setting.convert(settings[name])
                except TenkaiError as error:
                    problems.extend(error.problems)
            elif not setting.required:
                result[name] = setting.default
            elif not partial:
                problems.append(self.missing_setting(setting))
        if not problems and self._check is not None and not partial:
            try:
                self._check(**result)
            except TenkaiError as error:
                problems.extend(error.problems)
        if problems:
            raise TenkaiError(*problems).at(Place(step=self.name))
        return result

    def unknown_name(self, name: str) -> Problem:
        """The problem of a key that is neither port nor setting."""
        names = [*self.ports, *self.settings]
        return Problem(
            "TK106",
            f"'{name}' is neither a port nor a setting.",
            f"This step has {listing(names)}." if names else "This step has no ports or settings.",
            nearest(name, names),
            Place(step=self.name, setting=name),
        )

    def missing_setting(self, setting: Setting) -> Problem:
        """The problem of a required setting that is not given."""
        allowed = setting.allowed
        return Problem("TK107", f"'{setting.name}' is missing.", f"Give {allowed}.", place=Place(step=self.name))

    def check_columns(self, schemas: Schemas, settings: Mapping[str, Any]) -> None:
        """Check the columns named by settings against the schemas of their ports, where these are known.

        Raises
        ------
        TenkaiError
            TK201 for a column that does not exist, TK202 for one of the wrong kind; all together.
        """
        problems: list[Problem] = []
        for name, setting in self.settings.items():
            schema = schemas.get(setting.of.port) if setting.of else None
            if schema is None or setting.of is None:
                continue
            for column in setting.named_columns(settings.get(name)):
                if column not in schema:
                    problems.extend(missing_column(column, schema.columns, name).problems)
                elif (kind := schema.columns[column]) and setting.of.kinds and kind not in setting.of.kinds:
                    fact = f"column '{column}' is of kind {kind}."
                    allowed = f"Allowed here: {' or '.join(setting.of.kinds)}."
                    problems.append(Problem("TK202", fact, allowed, place=Place(setting=name)))
        if problems:
            raise TenkaiError(*problems).at(Place(step=self.name))

    def flow(self, schemas: Schemas, settings: Mapping[str, Any]) -> Schemas:
        """Return the schema of each table output, or None where it is not known without data."""
        unknown: Schemas = dict.fromkeys(self.outputs)
        if self._schema is None:
            return unknown
        try:
            result = self._schema(*(schemas.get(p) for p in self.ports), **settings)
        except TenkaiError as error:
            raise error.at(Place(step=self.name)) from None
        if result is None:
            return unknown
        if isinstance(result, Schema):
            return {**unknown, self.main.name: result}
        return {**unknown, **result}

    def outside(self, settings: Mapping[str, Any]) -> str:
        """Return the fingerprint of what the step reads from outside, beyond its files."""
        return self._fingerprint(**settings) if self._fingerprint else ""

    # ---- running ------------------------------------------------------------------------------

    def run(self, inputs: Mapping[str, Any], settings: Mapping[str, Any], run: Run | None = None) -> dict[str, Value]:
        """Run by names: values per port, checked settings; return one value per output."""
        context = run or Run()
        arguments = [inputs.get(p) for p in self.ports]
        extra = {"run": context} if self.declaration.takes_run else {}
        try:
            result = self.function(*arguments, **settings, **extra)
        except TenkaiError as error:
            raise error.at(Place(step=self.name)) from None
        return self._collect(result, inputs, context)

    def run_shared(
        self,
        setting: str,
        values: Sequence[Any],
        inputs: Mapping[str, Any],
        settings: Mapping[str, Any],
        run: Run | None = None,
    ) -> list[dict[str, Value]]:
        """Run many values of one setting together; return the outputs per value."""
        context = run or Run()
        arguments = [inputs.get(p) for p in self.ports]
        rest = {k: v for k, v in settings.items() if k != setting}
        extra = {"run": context} if self.declaration.takes_run else {}
        try:
            results = self.shared_by[setting](*arguments, **{setting: list(values)}, **rest, **extra)
        except TenkaiError as error:
            raise error.at(Place(step=self.name)) from None
        return [self._collect(r, inputs, context) for r in results]

    def _collect(self, result: Any, inputs: Mapping[str, Any], run: Run) -> dict[str, Value]:
        if isinstance(result, Outputs):
            values = {n: getattr(result, n) for n in self.outputs}
        else:
            values = {self.main.name: result}
        notes = [n for value in _all_values(inputs) for n in value.notes] + run.notes
        return {n: v.with_notes(notes) for n, v in values.items() if v is not None}

    def __call__(self, *values: Any, **settings: Any) -> Any:
        """Run as a Python function: ports by position or name, settings by name.

        A setting given as `tk.sweep(...)` gives a Sweep of the main output.
        """
        names = list(self.ports)
        if len(values) > len(names):
            raise problem("TK106", f"{self.name} takes {len(names)} values, {len(values)} were given.")
        inputs: dict[str, Any] = dict(zip(names, values, strict=False))
        for name in names:
            if name in settings:
                inputs[name] = settings.pop(name)
            if inputs.get(name) is None and not self.ports[name].optional:
                raise TenkaiError(Problem("TK107", f"'{name}' is missing.", place=Place(step=self.name)))
            if inputs.get(name) is not None:
                _check_type(self, self.ports[name], inputs[name])
        swept = {k: v for k, v in settings.items() if isinstance(v, SweepValues)}
        if swept:
            return self._call_swept(inputs, settings, swept)
        result = self.run(inputs, self.convert(settings))
        return self._python(result)

    def _python(self, result: dict[str, Value]) -> Any:
        if self.declaration.single:
            return result[self.main.name]
        returned = inspect.signature(self.function).return_annotation
        outputs = returned if isinstance(returned, type) else self.function.__globals__[str(returned)]
        return outputs(**{n: result.get(n) for n in self.outputs})

    def _call_swept(
        self, inputs: dict[str, Any], settings: dict[str, Any], swept: dict[str, SweepValues]
    ) -> Sweep[Any]:
        if len(swept) > 1:
            raise problem("TK112", "a call sweeps one setting.", remedy="Use a workflow for grids of several settings.")
        ((name, values),) = swept.items()
        points = [self.convert({**settings, name: v}) for v in values.values]
        if name in self.shared_by and points:
            results = self.run_shared(name, [p[name] for p in points], inputs, points[0])
        else:
            results = [self.run(inputs, p) for p in points]
        axis = Axis(name, self.name, name, tuple(values.values))
        return Sweep((axis,), tuple({name: v} for v in values.values), tuple(r[self.main.name] for r in results))


class SweepValues:
    """Many values of one setting, for calls from Python."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)


def step(name: str, *, version: int, title: str) -> Callable[[Callable[..., Any]], Step]:
    """Declare a function as a step.

    Parameters
    ----------
    name : str
        ``stage.result``, such as ``learn.pca``; the stage is collect, process, learn or interpret.
    version : int
        Raise it when results change: it renews the cache.
    title : str
        For palettes and pages.
    """
    if name.split(".", maxsplit=1)[0] not in STAGES or name.count(".") < 1:
        raise problem("TK901", f"the step name '{name}' has no stage.", allowed=f"Stages: {', '.join(STAGES)}.")

    def register(function: Callable[..., Any]) -> Step:
        return Step(function, name, version, title)

    return register


def _all_values(inputs: Mapping[str, Any]) -> list[Value]:
    found: list[Value] = []
    for value in inputs.values():
        if isinstance(value, Value):
            found.append(value)
        elif isinstance(value, list | tuple):
            found.extend(v for v in value if isinstance(v, Value))
    return found


def _check_type(step: Step, port: Port, value: Any) -> None:
    items = value if port.many and isinstance(value, list | tuple) else [value]
    for item in items:
        if isinstance(item, Sweep) and port.gathers:
            continue
        if not isinstance(item, Value) or not port.takes(type(item)):
            raise TenkaiError(
                Problem(
                    "TK109",
                    f"port '{port.name}' got {type(item).__name__}.",
                    f"It takes {port.wanted}.",
                    "Make one with tk.Table.from_(...)." if port.type_names == "table" else "",
                    Place(step=step.name),
                )
            )
