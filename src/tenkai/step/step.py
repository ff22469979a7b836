"""@step: one declaration feeds the workflow file, Python, command line, forms, docs and generated tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

from tenkai.errors import Place, Problem, TenkaiError, listing, nearest, problem
from tenkai.step.arguments import SweepValues, check_type, values_in
from tenkai.step.declaration import Declaration, Output, Outputs, Port, Setting, declare
from tenkai.step.rows import SOME, Rows
from tenkai.step.run_context import Run
from tenkai.values.columns import Columns, missing_column
from tenkai.values.fitted import Fitted
from tenkai.values.schema import Schema
from tenkai.values.sweep import Axis, Sweep
from tenkai.values.table import Table
from tenkai.values.value import Value

STAGES = ("collect", "process", "learn", "interpret")
Schemas = Mapping[str, Schema | None]
SharedFunction = TypeVar("SharedFunction", bound=Callable[..., list[Any]])


class Step:
    """One operation: a function with ports (values in and out) and settings.

    Call it like the function; or by names through `run`. Settings are checked before the function runs,
    and the notes of what goes in stay attached to what comes out.
    """

    def __init__(self, function: Callable[..., Any], name: str, version: int, title: str, rows: Rows) -> None:
        self.function = function
        self.name = name
        self.version = version
        self.title = title
        self.rows = rows
        self.shared_by: dict[tuple[str, ...], Callable[..., list[Any]]] = {}
        self.estimator_of: Callable[..., Any] | None = None
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
    def signs(self) -> bool:
        """Say whether it learns from rows: then what it makes carries its name in the workflow."""
        return self.rows.learns is not None or any(issubclass(o.type, Fitted) for o in self.outputs.values())

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

    def shared(self, *names: str) -> Callable[[SharedFunction], SharedFunction]:
        """Register a function that computes many points of a sweep over settings (or ports) together.

        It takes what the step takes, with lists of equal length, one entry per point, for `names`, and returns
        one result per point: the same results as separate calls.
        """

        def register(function: SharedFunction) -> SharedFunction:
            self.shared_by[names] = function
            return function

        return register

    def estimator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register a function from the settings of a model to its unfitted estimator (scikit-learn API)."""
        self.estimator_of = function
        return function

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
        if not problems and not partial:
            try:
                self.check_together(result)
            except TenkaiError as error:
                problems.extend(error.problems)
        if problems:
            raise TenkaiError(*problems).at(Place(step=self.name))
        return result

    def check_together(self, settings: Mapping[str, Any]) -> None:
        """Check that settings, converted before, fit together. Raises what the step's own check raises."""
        if self._check is not None:
            self._check(**settings)

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

    def sharing(self, swept: Collection[str]) -> tuple[str, ...] | None:
        """Return the names of the shared variant that serves most of the settings and ports swept."""
        served = [(sum(n in swept for n in names), names) for names in self.shared_by]
        most = max(served, key=itemgetter(0), default=(0, ()))
        return most[1] if most[0] else None

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
        return self._collect(result, inputs, settings, context)

    def run_shared(
        self,
        names: tuple[str, ...],
        points: Sequence[Mapping[str, Any]],
        inputs: Mapping[str, Any],
        settings: Mapping[str, Any],
        run: Run | None = None,
    ) -> list[dict[str, Value]]:
        """Run many points that differ in settings (or ports) with a shared variant; return the outputs per point."""
        context = run or Run()
        lists = {n: [p[n] for p in points] for n in names}
        arguments = [lists[p] if p in names else inputs.get(p) for p in self.ports]
        swept = {n: v for n, v in lists.items() if n in self.settings}
        rest = {k: v for k, v in settings.items() if k not in names}
        extra = {"run": context} if self.declaration.takes_run else {}
        try:
            results = self.shared_by[names](*arguments, **swept, **rest, **extra)
        except TenkaiError as error:
            raise error.at(Place(step=self.name)) from None
        found = []
        for point, result in zip(points, results, strict=True):
            own = {n: v for n, v in point.items() if n in self.settings}
            ports = {n: v for n, v in point.items() if n in self.ports}
            found.append(self._collect(result, {**inputs, **ports}, {**settings, **own}, context))
        return found

    def _collect(
        self, result: Any, inputs: Mapping[str, Any], settings: Mapping[str, Any], run: Run
    ) -> dict[str, Value]:
        if isinstance(result, Outputs):
            values = {n: getattr(result, n) for n in self.outputs}
        else:
            values = {self.main.name: result}
        notes = [n for value in values_in(inputs) for n in value.notes] + run.notes
        written = {n: v.written() if isinstance(v, Columns) else v for n, v in settings.items()}
        known: dict[str, Fitted] = {}

        def signed(fitted: Fitted) -> Fitted:
            """What was fitted here remembers the settings, so that other rows can be learned from in the same way."""
            if fitted.step != self.name or fitted.settings:
                return fitted
            return known.setdefault(fitted.digest, fitted.made_with(written))

        def finished(value: Value) -> Value:
            if isinstance(value, Fitted):
                value = signed(value)
            elif isinstance(value, Table):
                value = value.with_preparation(tuple(signed(f) for f in value.preparation))
            return value.with_notes(notes)

        return {n: finished(v) for n, v in values.items() if v is not None}

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
                check_type(self.name, self.ports[name], inputs[name])
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
        sharing = self.sharing({name})
        if sharing and points:
            results = self.run_shared(sharing, [{n: p[n] for n in sharing} for p in points], inputs, points[0])
        else:
            results = [self.run(inputs, p) for p in points]
        axis = Axis(name, self.name, name, tuple(values.values))
        return Sweep((axis,), tuple({name: v} for v in values.values), tuple(r[self.main.name] for r in results))


def step(name: str, *, version: int, title: str, rows: Rows = SOME) -> Callable[[Callable[..., Any]], Step]:
    """Declare a function as a step.

    Parameters
    ----------
    name : str
        ``stage.result``, such as ``learn.pca``; the stage is collect, process, learn or interpret.
    version : int
        Raise it when results change: it renews the cache.
    title : str
        For palettes and pages.
    rows : Rows
        What becomes of the rows that come in, and what learns from them: for the leak lens before a run.
    """
    if name.split(".", maxsplit=1)[0] not in STAGES or name.count(".") < 1:
        raise problem("TK901", f"the step name '{name}' has no stage.", allowed=f"Stages: {', '.join(STAGES)}.")

    def register(function: Callable[..., Any]) -> Step:
        return Step(function, name, version, title, rows)

    return register
