"""YAML as plain data: the line of every key, nothing twice, no tags, nothing endless."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tenkai.errors import TenkaiError
from tenkai.plan.document import MOST_BYTES, MOST_DEPTH, read_document


def read(text: str) -> Any:
    document = read_document(text, "f.yaml")
    assert document.problems == []
    return document.data


def problems(text: str) -> list[str]:
    try:
        return [str(p) for p in read_document(text, "f.yaml").problems]
    except TenkaiError as error:
        return [str(p) for p in error.problems]


def test_every_key_and_item_has_its_line() -> None:
    text = "title: x\nsteps:\n  a:\n    process.sort:\n      by: [u,\n           v]\n  b: {process.sort: {by: w}}\n"
    lines = read_document(text, "f.yaml").lines
    assert lines["title",] == 1
    assert lines["steps", "a"] == 3
    assert lines["steps", "a", "process.sort"] == 4
    assert lines["steps", "a", "process.sort", "by"] == 5
    assert lines["steps", "a", "process.sort", "by", 1] == 6
    assert lines["steps", "b", "process.sort", "by"] == 7


def test_the_place_of_something_without_a_line_is_what_is_around_it() -> None:
    document = read_document("steps:\n  a:\n    x: 1\n", "f.yaml")
    assert str(document.place(("steps", "a", "y", "z"), step="s", name="a")) == 's "a" (f.yaml:2)'
    assert document.place(("nothing",)).line == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-3", -3), ("+3", 3), ("017", 17), ("0o17", 15), ("0x1F", 31), ("-0b11", -3), ("1_000", 1000),
        ("1.5", 1.5), ("1e3", 1000.0), ("1e-5", 1e-5), (".5", 0.5), ("-.inf", -math.inf), ("1e400", math.inf),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        # Words and dates stay what was written: a row may be called `no`, a column 2020-01-01.
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("2020-01-01", "2020-01-01"), ("1:30", "1:30"), ("=", "="),
        ("'1'", "1"), ('"\\u5c55\\u958b"', "展開"), ("!!str 5", "5"), ("1.2.3", "1.2.3"), ("0o8", "0o8"),
    ],
)  # fmt: skip
def test_scalars(text: str, value: Any) -> None:
    found = read(f"a: {text}")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3", ["TK104 (f.yaml:3): the key 'a' stands twice, first in line 1. Rename one."]),
        ("x: {a: 1, a: 2}", ["TK104 (f.yaml:1): the key 'a' stands twice, first in line 1. Rename one."]),
        ("? [a]\n: 1", ["TK103 (f.yaml:1): a key is not a plain word."]),
        ("a: !!python/object:os.system x", [
            "TK102 (f.yaml:1): the tag !!python/object:os.system is not allowed. Write plain values."
        ]),
        ("a: 1\nb: !mine {c: 1}", ["TK102 (f.yaml:2): the tag !mine is not allowed. Write plain values."]),
        ("a: !!binary aGk=", ["TK102 (f.yaml:1): the tag !!binary is not allowed. Write plain values."]),
        ("a: -_", ["TK102 (f.yaml:1): -_ is no number. Put it in quotes if it is a text."]),
        ("a: !!int x", ["TK102 (f.yaml:1): x is no number. Put it in quotes if it is a text."]),
        ("a: !!bool maybe", ["TK102 (f.yaml:1): maybe is neither true nor false. Put it in quotes if it is a text."]),
        ("a: " + "9" * 5000, [
            f"TK102 (f.yaml:1): {'9' * 37}... is no number. Put it in quotes if it is a text."
        ]),
        ("%YAML 1.1\n---\na: yes", [
            "TK102 (f.yaml): the file asks for another YAML than 1.2. Take the line %YAML out."
        ]),
        ("a: [1\nb: 2", [
            "TK102 (f.yaml:2): this is not valid YAML: expected ',' or ']', but got ':'. "
            "Check indentation, brackets and quotes near this line."
        ]),
        ("a: 1\n\tb: 2", [
            "TK102 (f.yaml:2): this is not valid YAML: found character '\\t' that cannot start any token. "
            "Check indentation, brackets and quotes near this line."
        ]),
        ("a: 1\n---\nb: 2", [
            "TK102 (f.yaml:2): this is not valid YAML: expected a single document in the stream but found another "
            "document. Check indentation, brackets and quotes near this line."
        ]),
        ("a: *there", [
            "TK102 (f.yaml:1): this is not valid YAML: found undefined alias 'there'. "
            "Check indentation, brackets and quotes near this line."
        ]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, told: list[str]) -> None:
    assert problems(text) == told


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = "a: !x 1\nb: 2\nb: 3\nc: {d: 1, d: 2}\ne: !!set {x}\n"
    assert [(p.code, p.place.line) for p in read_document(text, "f").problems] == [
        ("TK102", 1), ("TK104", 3), ("TK104", 4), ("TK102", 5),
    ]  # fmt: skip


def test_aliases_are_read_as_what_they_stand_for() -> None:
    text = "x: &common {a: 1, b: [2, 3]}\ny: *common\nz: [*common]\n"
    assert read(text) == {"x": {"a": 1, "b": [2, 3]}, "y": {"a": 1, "b": [2, 3]}, "z": [{"a": 1, "b": [2, 3]}]}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: &a [*a]",
        "a: &a {b: {c: *a}}",
        "[" * (MOST_DEPTH + 2) + "]" * (MOST_DEPTH + 2),
        "[" * 5000 + "]" * 5000,
        "{a: " * 3000 + "1" + "}" * 3000,
    ],
)
def test_what_never_ends_is_refused(text: str) -> None:
    [told] = problems(text)
    assert told.startswith("TK103 (f.yaml")
    assert "nested too deeply" in told


def test_a_huge_file_is_refused() -> None:
    assert problems("# " + "x" * MOST_BYTES) == ["TK103 (f.yaml): the file is too large for a workflow. Allowed: 5 MB."]


def test_nothing_is_none() -> None:
    assert read("") is None
    assert read("# only a comment") is None


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn"), blacklist_characters="\ufeff")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz_ 展開", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_any_json_is_read_as_json_reads_it(data: Any) -> None:
    """JSON is YAML: a second reader to compare with."""
    assert read(json.dumps({"a": data}, ensure_ascii=False, indent=1)) == {"a": data}


@given(plain)
def test_what_ruamel_writes_is_read_back(data: Any) -> None:
    import io

    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    # ruamel breaks long keys, and writes {a: ?0}, in a way it cannot read itself.
    yaml.width, yaml.default_flow_style = 10_000, False
    yaml.dump({"a": data}, out)
    assert read(out.getvalue()) == {"a": data}


@given(st.text(max_size=60))
def test_any_text_is_data_or_a_problem(text: str) -> None:
    """Never a traceback, whatever somebody feeds it."""
    try:
        read_document(text, "f.yaml")
    except TenkaiError as error:
        assert {p.code for p in error.problems} <= {"TK102", "TK103"}


@given(st.from_regex(r"[-+]?[0-9a-fxobE._:]{1,12}", fullmatch=True))
def test_anything_like_a_number_is_a_value_or_a_problem(text: str) -> None:
    try:
        document = read_document(f"a: {text}", "f.yaml")
    except TenkaiError as error:  # such as `a: :`
        assert [p.code for p in error.problems] == ["TK102"]
    else:
        assert document.problems or set(document.data) == {"a"}
