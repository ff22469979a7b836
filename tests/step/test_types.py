"""One annotation says what is allowed, checks a value, writes the JSON Schema and makes wrong values."""

import math
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenkai.step import Advanced, Column, DataPath, Help, Length, Range, get_step, step_names
from tenkai.step.types import bad_values, convert, describe, json_schema
from tenkai.values import Columns


@pytest.mark.parametrize(
    ("annotation", "written", "received"),
    [
        (bool, True, True),
        (int, 3, 3),
        (int, 1e3, 1000),  # how YAML writes a thousand
        (float, 3, 3.0),
        (float, 1e-300, 1e-300),
        (str, "", ""),
        (Column, "a b", "a b"),
        (DataPath, "data:x.csv", "data:x.csv"),
        (Literal["a", 1, None], 1, 1),
        (list[int], [1, 2.0], [1, 2]),
        (list[int], (1, 2), [1, 2]),
        (dict[str, float], {"a": 1, 2: 3}, {"a": 1.0, "2": 3.0}),
        (int | None, None, None),
        (int | str, "x", "x"),
        (Columns, "numbers", Columns(numbers=True)),
        (Columns, ["a", "b"], Columns(names=("a", "b"))),
        (Columns, "a", Columns(names=("a",))),
        (Columns, {"except": "a"}, Columns(without=("a",), numbers=True)),
        (Annotated[int, Range(1, 5)], 5, 5),
        (Annotated[float, Range(0, 1, open_low=True)], 1, 1.0),
        (Annotated[list[str], Length(1, 2)], ["a"], ["a"]),
        (Annotated[int | None, Range(1, 5), Help("x"), Advanced], None, None),
        (Annotated[list[Annotated[int, Range(0)]], Length(2)], [0, 1], [0, 1]),
    ],
)
def test_what_is_allowed(annotation: Any, written: Any, received: Any) -> None:
    found = convert(annotation, written)
    assert found == received
    assert type(found) is type(received)


@pytest.mark.parametrize(
    ("annotation", "written"),
    [
        (bool, 1), (bool, "true"), (bool, None),
        (int, True), (int, 1.5), (int, "1"), (int, math.inf), (int, math.nan), (int, None),
        (float, True), (float, "1"), (float, math.nan), (float, -math.inf), (float, 10**400),
        (str, 5), (str, None), (Column, ""), (Column, ["a"]), (DataPath, ""), (DataPath, 5),
        (Literal["a", 1], True), (Literal["a", 1], "A"), (Literal["a", 1], 1.0),
        (list[int], 1), (list[int], "12"), (list[int], [1, "a"]), (list[int], {"a": 1}),
        (dict[str, int], [1]), (dict[str, int], {"a": "b"}),
        (int | None, "x"), (int | str, None), (int | str, 1.5),
        (Columns, []), (Columns, [1]), (Columns, {"excpt": "a"}), (Columns, {"kind": "numbr"}), (Columns, {}),
        (Columns, {"match": 5}), (Columns, 5), (Columns, None),
        (Annotated[int, Range(1, 5)], 0), (Annotated[int, Range(1, 5)], 6),
        (Annotated[float, Range(0, 1, open_low=True)], 0), (Annotated[float, Range(0, 1, open_high=True)], 1.0),
        (Annotated[list[str], Length(1, 2)], []), (Annotated[list[str], Length(1, 2)], ["a", "b", "c"]),
        (Annotated[int | None, Range(1, 5)], 6),
        (Annotated[list[Annotated[int, Range(0)]], Length(2)], [0, -1]),
    ],
)  # fmt: skip
def test_what_is_not(annotation: Any, written: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        convert(annotation, written)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (Annotated[int, Range(1, 5)], "a whole number, 1 to 5"),
        (Annotated[float, Range(0, 1, open_low=True)], "a number, above 0 to 1"),
        (Annotated[float, Range(0, 1, open_high=True)], "a number, 0 to below 1"),
        (Annotated[float, Range(0, open_low=True)], "a number, above 0"),
        (Annotated[float, Range(high=2)], "a number, at most 2"),
        (Annotated[float, Range(high=2, open_high=True)], "a number, below 2"),
        (Annotated[int, Range(1, 1_000_000)], "a whole number, 1 to 1000000"),
        (Annotated[int, Range(1, "n - 1")], "a whole number, 1 to n - 1"),
        (Annotated[int | None, Range(2)], "a whole number, 2 or more, or nothing (null)"),
        (Literal["a", "b"], "one of a, b"),
        (Annotated[list[float], Length(2, 2)], "a list of numbers (2 items)"),
        (Annotated[list[Column], Length(1)], "a list of column names (1 or more items)"),
        (list[str], "a list of texts"),
        (dict[str, int], "a mapping of names to whole numbers"),
        (int | str, "a whole number, or text"),
    ],
)
def test_in_words(annotation: Any, words: str) -> None:
    assert describe(annotation) == words


ANNOTATIONS: list[Any] = [
    bool,
    int,
    float,
    Annotated[int, Range(1, 5)],
    Annotated[float, Range(0, 1, open_low=True, open_high=True)],
    Annotated[float, Range(0)],
    Literal["a", "b", 3],
    Annotated[list[int], Length(1, 3)],
    list[Annotated[float, Range(0, 1)]],
    dict[str, int],
    int | None,
    Annotated[int | None, Range(2)],
    bool | list[str],
    Columns,
    str,
]
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 8)
    | st.floats(-2, 2)
    | st.sampled_from(["a", "b", "numbers", "all", "x"])
    | st.lists(st.integers(-2, 6) | st.sampled_from(["a"]), max_size=4)
    | st.dictionaries(st.sampled_from(["a", "match", "except"]), st.integers(0, 3) | st.just("x"), max_size=2)
)


@given(st.sampled_from(ANNOTATIONS), VALUES)
def test_the_form_and_the_check_agree(annotation: Any, value: Any) -> None:
    """The JSON Schema accepts what `convert` accepts. One difference: a single column may stand without its list."""
    fits = jsonschema.Draft202012Validator(json_schema(annotation)).is_valid(value)
    try:
        convert(annotation, value)
        accepted = True
    except ValueError:
        accepted = False
    if annotation is Columns and isinstance(value, str | list | dict):
        assert accepted or not fits or value in ([], {})
        return
    assert accepted == fits, json_schema(annotation)


@pytest.mark.parametrize("annotation", [a for a in ANNOTATIONS if a is not str], ids=str)
def test_wrong_values_are_wrong_and_there_are_several(annotation: Any) -> None:
    wrong = bad_values(annotation)
    assert len(wrong) >= 3
    for value in wrong:
        with pytest.raises(ValueError, match=r".+"):
            convert(annotation, value)


@pytest.mark.parametrize("limits", [Range(1, 5), Range(0, 1, open_low=True, open_high=True), Range(low=2)])
def test_wrong_values_stand_just_outside_the_limits(limits: Range) -> None:
    wrong = [v for v in bad_values(Annotated[float, limits]) if isinstance(v, float | int) and v is not True]
    assert limits.low is not None
    assert any(limits.low - 1e-6 < v <= limits.low for v in wrong)
    assert (limits.low in wrong) == limits.open_low


@pytest.mark.parametrize("name", step_names())
def test_the_schema_of_every_step_is_one(name: str) -> None:
    schema = get_step(name).json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    required = set(schema["required"])
    defaults = {n: p["default"] for n, p in schema["properties"].items() if "default" in p}
    assert required | set(defaults) == set(schema["properties"])
    relaxed = {**schema, "required": []}
    jsonschema.Draft202012Validator(relaxed).validate(defaults)
