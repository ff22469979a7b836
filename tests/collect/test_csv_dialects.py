"""collect.csv: delimiters, decimal marks, odd quotes, blank lines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.errors import TenkaiError


def read(folder: Path, text: str, **settings: object) -> tk.Table:
    file = folder / "table.csv"
    file.write_bytes(text.encode())
    return tk.collect.csv(path=str(file), **settings)


def notes(table: tk.Table) -> str:
    return "\n".join(map(str, table.notes))


@pytest.mark.parametrize(("mark", "word"), [(",", ""), (";", "semicolon"), ("\t", "tab"), ("|", "bar |")])
def test_the_delimiter_is_found_and_said(tmp_path: Path, mark: str, word: str):
    table = read(tmp_path, mark.join("abc") + "\n" + mark.join("123") + "\n")
    assert table.frame.rows() == [(1, 2, 3)]
    assert notes(table) == (f"TKW302: the cells are parted by a {word}." if word else "")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", 2),  # decimal commas
        ("name\tnote\nx\tone, two, three\ny\tfour, five\n", 2),  # commas in sentences
        ("a,b\n1;2,3\n4;5,6\n", 2),  # semicolons in cells
        ('"a;b","c;d"\n1,2\n', 2),
        ("a|b|c\n1,5|2|3\n", 3),
        ("compound id; SMILES; value\nmobley_1; CC(=O)C, x; 1.5\n", 3),
        ("x\n1,5\n2,5\n", 1),  # one column of decimal commas
        ("x\nword\n", 1),
        ("time (s),T (°C)\n0,300\n", 2),
    ],
)
def test_delimiters_that_are_easily_mistaken(tmp_path: Path, text: str, columns: int):
    assert len(read(tmp_path, text).columns) == columns


@given(
    st.sampled_from(",;\t|"),
    st.integers(2, 5),
    st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=30),
)
def test_numbers_come_back_with_any_delimiter(
    tmp_path_factory: pytest.TempPathFactory, mark: str, width: int, numbers: list[float]
):
    rows = [numbers[i : i + width] for i in range(0, len(numbers) - width + 1, width)]
    text = mark.join(f"c{i}" for i in range(width)) + "\n"
    text += "".join(mark.join(map(repr, row)) + "\n" for row in rows)
    table = read(tmp_path_factory.mktemp("csv"), text)
    assert table.matrix().tolist() == rows


def test_decimal_commas(tmp_path: Path):
    table = read(tmp_path, "a;b;c\n1,5;-2,25e-3;1.234,5\n2;,5;2.345,6\n")
    assert table.frame.rows() == [(1.5, -0.00225, "1.234,5"), (2.0, 0.5, "2.345,6")]
    assert "the commas in numbers were read as decimal marks." in notes(table)
    assert read(tmp_path, "a;b\n1,5;2\n", decimal=".")["a"].to_list() == ["1,5"]
    assert "They could be marks of thousands" in notes(read(tmp_path, "a;b\n1,500;x\n2,250;y\n"))


def test_a_decimal_comma_is_chosen(tmp_path: Path):
    table = read(tmp_path, "a;b\n1;2,5\n3;1.000\n", decimal=",")
    assert table["a"].to_list() == [1, 3]
    assert table["b"].to_list() == ["2,5", "1.000"]  # with a decimal comma the point is no decimal mark


def test_marks_of_thousands_stay_texts(tmp_path: Path):
    assert read(tmp_path, 'a,b\n"1,234",1\n"5,678",2\n')["a"].to_list() == ["1,234", "5,678"]


def test_one_column_with_blanks_says_so(tmp_path: Path):
    text = "x y z\n1 2 3\n4 5 6\n"
    assert "delimiter ' ' parts there" in notes(read(tmp_path, text))
    assert read(tmp_path, text, delimiter=" ").frame.rows() == [(1, 2, 3), (4, 5, 6)]


def test_a_header_of_numbers_is_doubted(tmp_path: Path):
    assert "set header: false" in notes(read(tmp_path, "1.5,2.5\n3,4\n"))


def test_a_header_with_line_breaks_is_one_name(tmp_path: Path):
    table = read(tmp_path, '"growth\ntemperature (°C)",b\n600,1\n')
    assert table.columns == ["growth temperature (°C)", "b"]
    assert table.frame.rows() == [(600, 1)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n\n\n3,4\n", [(1, 2), (3, 4)]),
        ("\n\na,b\n1,2\n", [(1, 2)]),
        ("a,b\r\n1,2\r\n\r\n3,4\r\n\r\n\r\n", [(1, 2), (3, 4)]),
        ("a,b\n1,2\n   \n3,4\n", [(1, 2), (3, 4)]),
        ("a,b\n1,2", [(1, 2)]),
        ("a,b\r\n1,2\r\n", [(1, 2)]),
        ("a,b\r1,2\r3,4\r", [(1, 2), (3, 4)]),
        ("a\n1\n\n2\n", [(1,), (2,)]),
    ],
)
def test_line_ends_and_blank_lines(tmp_path: Path, text: str, rows: list[tuple[int, ...]]):
    assert read(tmp_path, text).frame.rows() == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\n1, "x, y"\n2, "z"\n', [(1, "x, y"), (2, "z")]),
        ('a,b\n5" pipe,1\n6" x 8" pipe,2\n', [('5" pipe', 1), ('6" x 8" pipe', 2)]),
        ('a,b\n"say ""hi""",1\n', [('say "hi"', 1)]),
        ('a,b\n"x\r\ny",1\n', [("x\r\ny", 1)]),
        ('a,b\n"x\n\ny",1\n\n2,3\n', [("x\n\ny", "1"), ("2", "3")]),
        ('a,b\n"",1\n', [(None, 1)]),
        ('a;b\n5" pipe;"x;y"\n\n6" pipe;2,5\n', [('5" pipe', "x;y"), ('6" pipe', "2,5")]),
        ('a\tb\n5" pipe\t"x\ty"\n6" x 8"\t2\n', [('5" pipe', "x\ty"), ('6" x 8"', "2")]),
    ],
)
def test_quotes(tmp_path: Path, text: str, rows: list[tuple[object, ...]]):
    found = read(tmp_path, text).frame.rows()
    assert [tuple(map(str, row)) for row in found] == [tuple(map(str, row)) for row in rows]


def test_lines_to_skip(tmp_path: Path):
    table = read(tmp_path, '# made with "care\n# 2024, x\na,b\n1,2\n3,4\n', skip=2)
    assert table.frame.rows() == [(1, 2), (3, 4)]
    assert read(tmp_path, "junk\n1,2\n3,4\n", skip=1, header=False).frame.rows() == [(1, 2), (3, 4)]
    free = tk.collect.csv(path="data:molecules/freesolv_v0.52.txt", skip=2)
    assert (free.height, len(free.columns)) == (642, 10)


def test_a_table_wider_than_a_block_and_longer_than_one(tmp_path: Path):
    wide = [f"name {i}" for i in range(3000)]
    table = read(tmp_path, ",".join(wide) + "\n" + ",".join("1" for _ in wide) + "\n")
    assert len(table.columns) == 3000
    # quoted cells with line breaks on every border of a block
    text = "a,b\n" + "".join(f'"line {i}\nof, two",{i}\n' for i in range(450_000))
    table = read(tmp_path, text)
    assert table.height == 450_000
    assert table["b"].to_list() == list(range(450_000))
    assert table["a"][449_999] == "line 449999\nof, two"


def test_a_delimiter_of_two_characters(tmp_path: Path):
    with pytest.raises(TenkaiError, match=r"TK111 collect.csv delimiter: ', ' cannot part the cells"):
        read(tmp_path, "a\n1\n", delimiter=", ")
    with pytest.raises(TenkaiError, match=r"cannot part the cells of a line"):
        read(tmp_path, "a\n1\n", delimiter='"')
