"""A step is declared once: what its signature says, and what is no declaration."""

from typing import Annotated, Any, Literal

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError, problem
from tenkai.step import (
    REQUIRED,
    Advanced,
    Column,
    DataPath,
    Help,
    Keys,
    Of,
    Outputs,
    Range,
    Run,
    Shape,
    Unit,
    get_step,
    open_package,
    registry,
    step,
    step_names,
)
from tenkai.step.declaration import declare
from tenkai.values import ALL_NUMBERS, Columns, Figure, Fitted, Schema, Scores, Sweep, Table


class Made(Outputs):
    table: Annotated[Table, Shape("n 2"), Help("coordinates")]
    fitted: Annotated[Fitted, Help("for new rows")]
    figures: Annotated[Scores, Keys("a", "b"), Help("figures")]


def everything(
    table: Annotated[Table, Shape("n p"), Help("rows")],
    other: Table | Figure | None = None,
    many: list[Table] | None = None,
    whole: Annotated[Sweep[Table] | None, Help("a sweep")] = None,
    *,
    rank: Annotated[int, Range(1, 9), Help("how many"), Unit("parts")],
    path: DataPath | None = None,
    columns: Columns = ALL_NUMBERS,
    by: Annotated[Column | None, Of("other", kinds=("number",))] = None,
    method: Annotated[Literal["fast", "slow"], Advanced] = "fast",
    run: Run,
) -> Made:
    """Do everything. At once."""
    raise NotImplementedError


@pytest.mark.row("F4")
def test_a_signature_says_it_all() -> None:
    found = declare(everything, "learn.everything")
    ports = found.ports
    assert list(ports) == ["table", "other", "many", "whole"]
    assert (ports["table"].types, ports["table"].optional, ports["table"].help) == ((Table,), False, "rows")
    assert ports["table"].shape == "n p"
    assert (ports["other"].types, ports["other"].optional) == ((Table, Figure), True)
    assert ports["other"].type_names == "table or figure"
    assert (ports["many"].many, ports["many"].gathers) == (True, False)
    assert (ports["whole"].many, ports["whole"].gathers) == (False, True)
    settings = found.settings
    assert list(settings) == ["rank", "path", "columns", "by", "method"]
    assert settings["rank"].default is REQUIRED
    assert settings["rank"].required
    assert (settings["rank"].help, settings["rank"].unit) == ("how many", "parts")
    assert settings["path"].is_path
    assert not settings["rank"].is_path
    assert settings["columns"].is_columns
    assert settings["columns"].of == Of("table")
    assert settings["by"].of == Of("other", kinds=("number",))
    assert settings["method"].advanced
    assert not settings["rank"].advanced
    assert found.takes_run
    assert not found.single
    assert {n: o.type for n, o in found.outputs.items()} == {"table": Table, "fitted": Fitted, "figures": Scores}
    assert found.outputs["figures"].keys == ("a", "b")


def test_a_single_output_is_called_after_its_type() -> None:
    def draw(table: Table) -> Figure:
        raise NotImplementedError

    found = declare(draw, "interpret.draw")
    assert found.single
    assert list(found.outputs) == ["figure"]
    assert not found.takes_run


def test_what_is_no_declaration() -> None:
    def bare(table) -> Table:  # type: ignore[no-untyped-def]
        return table  # type: ignore[no-any-return]

    def number(table: int) -> Table:
        raise NotImplementedError

    def nothing(table: Table) -> int:
        raise NotImplementedError

    for function, text in (
        (bare, "step learn.x: 'table' has no annotation."),
        (number, "step learn.x: port 'table' has type <class 'int'>, which is no value type."),
        (nothing, "step learn.x returns <class 'int'>. Allowed: a Value type or an Outputs class."),
    ):
        with pytest.raises(TenkaiError) as caught:
            declare(function, "learn.x")
        assert str(caught.value) == f"TK901: {text}"


@pytest.mark.row("F1")
@pytest.mark.parametrize("name", ["pca", "explore.pca", "Learn.pca", ""])
def test_every_step_has_one_of_four_stages(name: str) -> None:
    with pytest.raises(TenkaiError) as caught:
        step(name, version=1, title="T")
    assert str(caught.value) == (
        f"TK901: the step name '{name}' has no stage. Stages: collect, process, learn, interpret."
    )


@pytest.mark.row("F1")
def test_steps_are_listed_by_stage_in_their_order() -> None:
    stages = [name.split(".")[0] for name in step_names()]
    assert list(dict.fromkeys(stages)) == ["collect", "process", "learn", "interpret"]
    assert stages == sorted(stages, key=["collect", "process", "learn", "interpret"].index)


# ---- settings ---------------------------------------------------------------------------------


def toy(check: bool = False) -> Any:
    @step("process.toy", version=1, title="Toy")
    def toy(table: Table, *, low: float = 0.0, high: Annotated[float, Range(0, 9)], name: str = "x") -> Table:
        """Return the table."""
        return table.with_columns(table.frame.with_columns(x=table["x"] * high))

    if check:

        @toy.check
        def _check(*, low: float, high: float, name: str) -> None:
            if low > high:
                raise problem("TK111", f"low {low:g} is above high {high:g}.", setting="low")

    return toy


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(TenkaiError) as caught:
        toy().convert({"low": "x", "hihg": 1, "name": 5})
    assert str(caught.value).splitlines() == [
        "TK106 process.toy hihg: 'hihg' is neither a port nor a setting. This step has 'table', 'low', 'high', "
        "'name'. Did you mean 'high'?",
        "TK111 process.toy low: 'x' is not allowed. Allowed: a number.",
        "TK107 process.toy: 'high' is missing. Give a number, 0 to 9.",
        "TK111 process.toy name: 5 is not allowed. Allowed: text.",
    ]


def test_settings_that_do_not_fit_together() -> None:
    assert toy(check=True).convert({"low": 1, "high": 2}) == {"low": 1.0, "high": 2.0, "name": "x"}
    with pytest.raises(TenkaiError, match=r"TK111 process.toy low: low 3 is above high 2."):
        toy(check=True).convert({"low": 3, "high": 2})
    assert toy(check=True).convert({"low": 3}, partial=True) == {"low": 3.0, "name": "x"}


# ---- calls ------------------------------------------------------------------------------------

ROWS = Table.from_({"x": [1.0, 2.0]})


def test_a_step_is_called_like_its_function() -> None:
    one = toy()
    assert one(ROWS, high=2)["x"].to_list() == [2.0, 4.0]
    assert one(table=ROWS, high=3)["x"].to_list() == [3.0, 6.0]
    assert repr(one) == "<step process.toy: Toy>"
    assert (one.summary, one.stage) == ("Return the table.", "process")


@pytest.mark.parametrize(
    ("values", "settings", "told"),
    [
        ((), {"high": 1}, "TK107 process.toy: 'table' is missing."),
        ((None,), {"high": 1}, "TK107 process.toy: 'table' is missing."),
        ((ROWS, ROWS), {"high": 1}, "TK106: process.toy takes 1 values, 2 were given."),
        ((ROWS,), {"high": 10}, "TK111 process.toy high: 10 is not allowed. Allowed: a number, 0 to 9."),
        (
            ([1, 2],),
            {"high": 1},
            "TK109 process.toy: port 'table' got list. It takes a table. Make one with tk.Table.from_(...).",
        ),
        (
            (Scores({}),),
            {"high": 1},
            "TK109 process.toy: port 'table' got Scores. It takes a table. Make one with tk.Table.from_(...).",
        ),
        (
            (ROWS,),
            {"high": tk.sweep([1, 2]), "low": tk.sweep([1, 2])},
            "TK112: a call sweeps one setting. Use a workflow for grids of several settings.",
        ),
    ],
)
def test_a_wrong_call_is_told(values: tuple[Any, ...], settings: dict[str, Any], told: str) -> None:
    with pytest.raises(TenkaiError) as caught:
        toy()(*values, **settings)
    assert str(caught.value) == told


@pytest.mark.row("F9")
def test_a_call_with_a_sweep_gives_a_sweep() -> None:
    found = toy()(ROWS, high=tk.sweep([1, 2, 3]))
    assert isinstance(found, Sweep)
    assert [t["x"][0] for t in found.items] == [1.0, 2.0, 3.0]
    assert found.at(high=2)["x"].to_list() == [2.0, 4.0]
    assert found.axes[0].values == (1, 2, 3)
    with pytest.raises(TenkaiError, match="TK111"):
        toy()(ROWS, high=tk.sweep([1, 20]))


def test_a_sweep_uses_the_shared_variant() -> None:
    one = toy()
    calls: list[list[float]] = []

    @one.shared("high")
    def _many(table: Table, *, low: float, high: list[float], name: str) -> list[Table]:
        calls.append(high)
        return [table] * len(high)

    one(ROWS, high=tk.sweep([1, 2, 3]))
    one(ROWS, low=tk.sweep([1, 2]), high=1)
    assert calls == [[1.0, 2.0, 3.0]]


def test_outputs_come_as_one_object_and_notes_go_along() -> None:
    noted = ROWS.with_notes([tk.errors.Note("TKW000", "mind")])  # type: ignore[attr-defined]
    made = tk.process.standardize(noted)
    assert [str(n) for n in made.table.notes] == ["TKW000: mind"]
    assert [str(n) for n in made.fitted.notes] == ["TKW000: mind"]


def test_schemas_flow_through_a_step() -> None:
    rows = Schema({"x": "number", "k": "category"})
    one = get_step("process.standardize")
    assert one.flow({"table": rows}, one.convert({}))["table"] == rows
    assert one.flow({"table": None}, one.convert({}))["table"] is None
    assert toy().flow({"table": rows}, {"low": 0.0, "high": 1.0, "name": "x"}) == {"table": None}


# ---- finding steps ----------------------------------------------------------------------------


def test_steps_are_attributes_of_their_stage() -> None:
    assert tk.process.standardize is get_step("process.standardize")
    assert "standardize" in dir(tk.process)
    assert "_rows" not in dir(tk.process)
    with pytest.raises(AttributeError, match=r"module 'tenkai.process' has no step 'standardise'"):
        _ = tk.process.standardise
    with pytest.raises(AttributeError, match="module 'tenkai' has no attribute 'procces'"):
        _ = tk.procces


def test_two_steps_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    points = [EntryPoint("process", "tenkai.process", registry.GROUP), EntryPoint("process", "clash", registry.GROUP)]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    monkeypatch.setattr(registry, "_modules", lambda package, prefix: [("process.sort", f"{package}.sort")])
    registry.step_modules.cache_clear()
    with pytest.raises(TenkaiError) as caught:
        registry.step_modules()
    registry.step_modules.cache_clear()
    assert str(caught.value) == "TK902: the step process.sort is in both tenkai.process.sort and clash.sort."


def test_a_package_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TenkaiError) as caught:
        registry._modules("no_such_package_here", "process")
    assert str(caught.value) == (
        "TK901: the step package no_such_package_here cannot be found. Reinstall what brings it."
    )


def test_a_file_without_its_step_is_told() -> None:
    with pytest.raises(TenkaiError) as caught:
        registry._load("process.errors", "tenkai.errors")
    assert str(caught.value) == "TK901: the file tenkai.errors does not declare the step process.errors."


def test_a_package_shows_its_steps_only_once_opened() -> None:
    open_package("tenkai.process")  # again: nothing happens
    assert tk.process.standardize.name == "process.standardize"
