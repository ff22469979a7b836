"""Reading what a search looks through, from settings and tables: all mistakes at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tenkai.errors import Place, Problem, TenkaiError, count, listing, nearest, problem
from tenkai.learn._space import Dimension, Settings, Space
from tenkai.step import Setting, Step
from tenkai.step.spread import log_values, range_values
from tenkai.step.written import written
from tenkai.values import Table

MOST_SETTINGS = 100_000
NOT_SEARCHED = ("target", "columns", "task")
RANGE_COLUMNS = ("name", "start", "stop")
FORMS = "Allowed: a list of values, {range: [low, high, step]} or {log: [low, high, count]}."


def read_space(step: Step, space: Mapping[str, Any] | None, table: Table | None, *, grid: bool) -> Space:
    """Read what to search through; all mistakes are told at once.

    Parameters
    ----------
    step : the step of the model, which knows its settings
    space : setting name to a list, a range or a log range
    table : columns name, start, stop (step, type): one row per setting; or else one row per combination
    grid : a log range needs its number of values

    Raises
    ------
    TenkaiError
        TK106 for unknown settings, TK111 for values that are not allowed, TK660 for a space written wrongly,
        TK661 for a grid that is too large.
    """
    problems: list[Problem] = []
    forms: dict[str, tuple[Any, str]] = {n: (form, f"'{n}'") for n, form in (space or {}).items()}
    rows: tuple[Settings, ...] = ({},)
    if table is not None:
        if set(RANGE_COLUMNS) <= set(table.columns):
            for name, form, where in _ranges(table, problems):
                if name in forms:
                    problems.append(_wrong(f"'{name}' is given twice.", "Allowed: one line per setting.", where))
                forms[name] = (form, f"'{name}' (row '{where}')")
        else:
            rows = _rows(step, table, problems)
    found: list[Dimension] = []
    for name, (form, where) in forms.items():
        setting = _known(step, name, problems)
        if setting is None:
            continue
        if any(name in row for row in rows):
            problems.append(_wrong(f"'{name}' is also a column of the table of settings.", "Give it once."))
        try:
            found.append(_dimension(setting, form, where, grid))
        except TenkaiError as error:
            problems.extend(error.problems)
    if problems:
        raise TenkaiError(*dict.fromkeys(problems))
    whole = Space(tuple(found), rows)
    if not whole.names:
        example = f"{{{searchable(step)[0]}: [...]}}" if searchable(step) else "{alpha: [...]}"
        raise problem(
            "TK660",
            "there is nothing to search through.",
            allowed=FORMS,
            remedy=f"Give space: {example}, or wire a table to settings_table.",
            setting="space",
        )
    if grid and whole.grid_size > MOST_SETTINGS:
        raise problem(
            "TK661",
            f"the grid has {whole.grid_size} settings.",
            allowed=f"At most {MOST_SETTINGS}.",
            remedy="Take fewer values, or draw some: method: random, or adaptive.",
            setting="space",
        )
    return whole


def searchable(step: Step) -> list[str]:
    """Return the settings of a model that can be searched."""
    return [n for n in step.settings if n not in NOT_SEARCHED]


def _known(step: Step, name: str, problems: list[Problem]) -> Setting | None:
    names = searchable(step)
    if name in names:
        return step.settings[name]
    fact = f"{step.name} has no setting '{name}' to search."
    problems.append(
        Problem("TK106", fact, f"Its settings: {listing(names)}.", nearest(name, names), Place(setting="space"))
    )
    return None


def _wrong(fact: str, allowed: str = FORMS, row: str = "") -> Problem:
    place = Place(setting="settings_table" if row else "space")
    return Problem("TK660", f"row '{row}': {fact}" if row else fact, allowed, place=place)


@dataclass(frozen=True)
class _Spread:
    """The values of one setting as they are written, before the setting has seen them."""

    values: tuple[Any, ...]
    kind: Literal["list", "range", "log"] = "list"
    ends: tuple[float, float] = (0.0, 0.0)


def check_forms(space: Mapping[str, Any], *, grid: bool) -> None:
    """Refuse a space that is written wrongly, whatever the model. All mistakes are told at once."""
    problems: list[Problem] = []
    for name, form in space.items():
        try:
            _spread(form, f"'{name}'", grid)
        except TenkaiError as error:
            problems.extend(error.problems)
    if problems:
        raise TenkaiError(*problems)


def _spread(form: Any, where: str, grid: bool) -> _Spread:
    if isinstance(form, list | tuple):
        if not form:
            raise TenkaiError(_wrong(f"{where} has no values."))
        return _Spread(tuple(form))
    if isinstance(form, Mapping) and "sweep" in form:
        raise TenkaiError(_wrong(f"{where} is {form!r}: a search tries its values itself, without 'sweep'."))
    if not isinstance(form, Mapping) or len(form) != 1 or next(iter(form)) not in ("range", "log"):
        raise TenkaiError(_wrong(f"{where} is {form!r}."))
    ((kind, given),) = form.items()
    numbers = isinstance(given, list | tuple) and all(_is_number(a) for a in given)
    if not numbers or len(given) not in ((2, 3) if kind == "range" or not grid else (3,)):
        raise TenkaiError(_wrong(f"the {kind} of {where} is {given!r}."))
    try:
        values = range_values(*given) if kind == "range" else log_values(given[0], given[1], (*given, 2)[2])
    except TenkaiError as error:
        raise TenkaiError(*(_wrong(f"{where}: {p.fact}", p.allowed or FORMS) for p in error.problems)) from None
    return _Spread(tuple(values), kind, (float(given[0]), float(given[1])))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _dimension(setting: Setting, form: Any, where: str, grid: bool) -> Dimension:
    """Read the values of one setting."""
    spread = _spread(form, where, grid)
    told = spread.values
    whole = spread.kind == "log" and not takes(setting, 0.5 + math.floor(min(spread.ends)))
    if whole:
        told = tuple(dict.fromkeys(round(v) for v in told))
    values = tuple(_allowed(setting, v, where) for v in told)
    twice = next((v for i, v in enumerate(values) if len(values) <= 2000 and v in values[:i]), None)
    if twice is not None:
        raise TenkaiError(_wrong(f"{where} has the value {twice!r} twice.", "Allowed: each value once."))
    ends = spread.ends if spread.kind == "log" and not grid else None
    return Dimension(setting.name, values, ends, whole, ordered=_rising(values))


def _rising(values: Sequence[Any]) -> bool:
    """Say whether values are numbers that only go up, or only down."""
    if len(values) < 2 or not all(_is_number(v) for v in values):
        return False
    return list(values) in (sorted(values), sorted(values, reverse=True))


def _allowed(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.convert(value)
    except TenkaiError:
        place = Place(setting="space")
        raise TenkaiError(
            Problem("TK111", f"{where} cannot be {value!r}.", f"Allowed: {setting.allowed}.", place=place)
        ) from None


def takes(setting: Setting, value: float) -> bool:
    """Say whether a setting takes a value."""
    try:
        setting.convert(value)
    except TenkaiError:
        return False
    return True


# ---- tables of settings ---------------------------------------------------------------------------


def _ranges(table: Table, problems: list[Problem]) -> Iterator[tuple[str, Any, str]]:
    """Yield name, form and row of a table with one row per setting."""
    table.require(["name"], ("text", "category"), "settings_table")
    table.require(["start", "stop", *(["step"] if "step" in table.columns else [])], ("number",), "settings_table")
    for row, where in zip(table.frame.iter_rows(named=True), table.ids.to_list(), strict=True):
        kind = str(row.get("type") or "number").strip().lower()
        form = _KINDS.get(kind)
        ends = [row["start"], row["stop"]]
        third = row.get("step")
        if form is None:
            problems.append(_wrong(f"there is no type '{kind}'.", f"Allowed: {listing(_KINDS)}.", where))
        elif row["name"] is None or None in ends or any(math.isnan(e) for e in ends):
            problems.append(_wrong("name, start or stop is missing.", "Allowed: none of them is missing.", where))
        elif form == "log":
            yield row["name"], {"log": ends if third is None else [*ends, third]}, where
        else:
            numbers = [*ends, 1 if third is None else third]
            if all(float(v).is_integer() for v in numbers) and form != "double":
                numbers = [int(v) for v in numbers]
            elif form == "integer":
                problems.append(_wrong(f"{numbers} are no whole numbers.", "Allowed: type double.", where))
                continue
            yield row["name"], {"range": numbers}, where


_KINDS: dict[str, Literal["log", "integer", "double", "number"]] = {
    "log": "log",
    "integer": "integer",
    "int": "integer",
    "double": "double",
    "float": "double",
    "number": "number",
}


def _rows(step: Step, table: Table, problems: list[Problem]) -> tuple[Settings, ...]:
    """Return one combination per row; a missing cell leaves the setting of the model as it is."""
    if not table.height:
        problems.append(Problem("TK205", "the table of settings has no rows.", place=Place(setting="settings_table")))
        return ({},)
    found: list[Settings] = [{} for _ in range(table.height)]
    for name in table.columns:
        setting = _known(step, name, problems)
        if setting is None:
            continue
        for row, value, where in zip(found, table.frame[name].to_list(), table.ids.to_list(), strict=True):
            if value is None or (isinstance(value, float) and math.isnan(value)):
                continue
            try:
                row[name] = _allowed(setting, value, f"'{name}' of row '{where}'")
            except TenkaiError as error:
                problems.extend(error.problems)
    return tuple(found)


def require_fit(step: Step, base: Mapping[str, Any], found: Sequence[Settings]) -> None:
    """Refuse combinations that do not fit together (an L1 ratio without an elastic net).

    Parameters
    ----------
    base : all settings of the model, converted

    Raises
    ------
    TenkaiError
        TK111 with the first of them.
    """
    bad: list[tuple[Settings, Problem]] = []
    for settings in found:
        try:
            step.check_together({**base, **settings})
        except TenkaiError as error:
            bad.append((settings, error.problems[0]))
    if not bad:
        return
    settings, first = bad[0]
    told = ", ".join(f"{n} = {written(v)}" for n, v in settings.items())
    more = f" ({len(bad)} of {count(len(found), 'setting')} are refused.)" if len(bad) > 1 else ""
    raise TenkaiError(
        Problem("TK111", f"with {told}: {first.fact}{more}", first.allowed, first.remedy, Place(setting="space"))
    )
