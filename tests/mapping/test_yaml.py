"""What is written is read back: every column name, however odd."""

from hypothesis import given
from hypothesis import strategies as st

from tenkai.mapping._yaml import Written, comment, scalar, value_text, workflow_text
from tenkai.plan.document import read_document

ODD = ["yes", "No", "null", "~", "", " a ", "a: b", "#1", "'", '"', "{x}", "[1]", "1e5", "0x10", "1_000", "_1", "-"]
ODD += [
    "組成 (％)",
    "温度: °C",
    "a\nb",
    "tab\there",
    "\x07",
    "\x85",
    "\u2028",
    "- x",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "=",
    "<<",
]
ODD += ["2024-01-01", "12:30:00", ".inf", ".nan", "😀", "a,b", "a]", "\\n", "C:\\data", "on", "y", "é"]


def read(text: str) -> object:
    document = read_document(text, "test")
    assert document.problems == []
    return document.data


def test_odd_names_come_back_one_by_one() -> None:
    for name in ODD:
        assert read(f"{{{scalar(name)}: [{scalar(name)}]}}") == {name: [name]}, name


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(names, st.lists(names, max_size=12), st.sampled_from([None, True, 3, 0.25, -1e-9]))
def test_any_text_comes_back(name: str, texts: list[str], value: object) -> None:
    assert read(f"x: {value_text({name: texts, 'value': value})}") == {"x": {name: texts, "value": value}}


@given(names)
def test_no_remark_breaks_the_file(text: str) -> None:
    lines = comment(text, 4)
    assert all(line.startswith("    # ") for line in lines)
    assert read("\n".join([*lines, "a: 1  # " + " ".join(lines)])) == {"a": 1}


def test_a_workflow_is_written_in_lines_and_read_back() -> None:
    many = [f"column {i}" for i in range(20)]
    long = {"match": "*", "except": [f"a rather long column name: {i}" for i in range(8)]}
    steps = [
        Written("data", "collect.csv", {"path": "x.csv"}, "The file.", {"path": "another file will do"}),
        Written("a", "process.select", {"table": "data", "columns": many}, "", {"columns": "take some out"}),
        Written("b", "process.select", {"table": "a", "columns": long}),
    ]
    text = workflow_text(
        head=["Made: by hand."], title="It's: a map", description="", steps=steps, results={"n": "a.rows"}
    )
    assert read(text) == {
        "title": "It's: a map",
        "description": "",
        "steps": {
            "data": {"collect.csv": {"path": "x.csv"}},
            "a": {"process.select": {"table": "data", "columns": many}},
            "b": {"process.select": {"table": "a", "columns": long}},
        },
        "results": {"n": "a.rows"},
    }
    assert "      path: x.csv  # another file will do\n" in text
    assert max(len(line) for line in text.splitlines()) <= 120
