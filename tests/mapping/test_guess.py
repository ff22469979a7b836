"""The part each column plays, guessed from small tables made by hand."""

import numpy as np
import polars as pl
import pytest

from tenkai.errors import TenkaiError
from tenkai.mapping._guess import Roles, guess_roles
from tenkai.values import Table

N = 12
NOISE = np.random.default_rng(0).normal(size=N)


def guess(
    columns: dict[str, object], *, color: str | None = None, row_id: str | None = None, skip: tuple[str, ...] = ()
) -> Roles:
    return guess_roles(Table.from_(columns), color=color, row_id=row_id, skip=skip)


@pytest.mark.parametrize(
    ("columns", "ids"),
    [
        ({"x": NOISE, "formula": [f"A{i}" for i in range(N)]}, ("formula",)),
        # of two that would do, the one that is called so
        ({"remark": [f"r{i}" for i in range(N)], "試料名": [f"s{i}" for i in range(N)], "x": NOISE}, ("試料名",)),
        ({"No.": list(range(5, 5 + N)), "x": NOISE}, ("No.",)),
        # atoms of structures, as in the carbon tables
        ({"key": ["a"] * 6 + ["b"] * 6, "atom": [0, 1, 2, 3, 4, 5] * 2, "x": NOISE}, ("key", "atom")),
        ({"key": ["a"] * 6 + ["b"] * 6, "atom": [0, 1, 2, 3, 4, 4] * 2, "x": NOISE}, ()),
        # pairs of elements
        ({"A": ["Al", "Ga", "In"] * 4, "B": list("NNNPPPAAASSS"), "x": NOISE}, ("A", "B")),
        ({"A": ["Al", "Ga", "In"] * 4, "B": list("NNNPPPAAASSN"), "x": NOISE}, ()),
        # what is called a label stays one
        ({"phase": ["a"] * 6 + ["b"] * 6, "number": [0, 1, 2, 3, 4, 5] * 2, "x": NOISE}, ()),
        ({"type": ["Al", "Ga", "In"] * 4, "B": list("NNNPPPAAASSS"), "x": NOISE}, ()),
        ({"A": ["Al", "Ga", "Al"] * 4, "B": list("NNNPPPAAASSS"), "x": NOISE}, ()),
        ({"essay": [f"{i} " * 40 for i in range(N)], "x": NOISE}, ()),
        ({"name": ["a", None, *"cdefghijkl"], "x": NOISE}, ()),
        ({"x": NOISE}, ()),
    ],
)
def test_what_names_the_rows(columns: dict[str, object], ids: tuple[str, ...]) -> None:
    assert guess(columns).ids == ids


@pytest.mark.parametrize(
    ("columns", "label", "classes"),
    [
        ({"x": NOISE, "phase": ["fcc", "bcc"] * 6}, "phase", True),
        ({"color": ["red", "blue"] * 6, "polytype": ["a", "b", "c"] * 4, "x": NOISE}, "polytype", True),
        ({"color": ["red", "blue"] * 6, "種類": ["あ", "い", "う"] * 4, "x": NOISE}, "種類", True),
        ({"color": ["red", "blue"] * 6, "x": NOISE}, "color", True),
        ({"magnetic": [True, False] * 6, "x": NOISE}, "magnetic", True),
        ({"x": NOISE, "crystal_structure": [1, 2, 3] * 4}, "crystal_structure", True),
        ({"x": NOISE, "y": NOISE * 2, "z": NOISE}, "y", False),  # a number by its name
        ({"x": NOISE, "valence": [1, 2, 3] * 4}, "", True),  # a few numbers are still numbers
        ({"x": NOISE, "phase": ["only one"] * N}, "", True),
        ({"x": NOISE, "phase": [f"p{i % 11}" for i in range(N)]}, "", True),  # names, not classes
        ({"x": NOISE, "phase": [None] * 8 + ["fcc", "bcc"] * 2}, "phase", True),
    ],
)
def test_what_colors_the_map(columns: dict[str, object], label: str, classes: bool) -> None:
    roles = guess(columns)
    assert (roles.label, roles.classes) == (label, classes)
    assert label not in roles.features


def test_numbers_that_tell_nothing_are_left_out_and_said() -> None:
    holes = [None] * 5 + list(NOISE[5:])
    roles = guess(
        {
            "index": list(range(N)),
            "step": list(range(7, 7 + N)),
            "same": [2.5] * N,
            "empty": pl.Series([None] * N, dtype=pl.Float64),
            "holes": holes,
            "few holes": [None, *NOISE[1:]],
            "nan": [float("nan"), *NOISE[1:]],
            "endless": [float("inf"), *NOISE[1:]],
            "x": NOISE,
            "secret": NOISE,
            "spectrum": NOISE.reshape(N, 1).repeat(4, axis=1),
        },
        row_id=None,
        skip=("secret", "index"),
    )
    assert roles.features == ("few holes", "nan", "x", "spectrum")
    assert roles.incomplete == {"few holes": 1, "nan": 1}
    assert roles.left_out == {
        "index": "left out by --skip",
        "secret": "left out by --skip",
        "step": "it numbers the rows",
        "same": "it is the same in all rows (2.5)",
        "empty": "it is empty",
        "holes": "42% of its cells are missing",
        "endless": "it holds infinite numbers",
    }


def test_a_table_of_counts_only_keeps_them() -> None:
    assert guess({"temperature": [300, 301, 302, 303, 304]}).features == ("temperature",)


def test_pictures_are_compared_where_there_are_no_other_numbers() -> None:
    images = np.random.default_rng(0).integers(0, 255, (N, 4, 4)).astype(np.uint8)
    assert guess({"image": images, "label": ["a", "b"] * 6}).features == ("image",)
    beside = guess({"image": images, "x": NOISE})
    assert beside.features == ("x",)
    assert beside.left_out == {"image": "the numbers beside it are compared"}
    twice = guess({"images": images, "data": images.reshape(N, 16).astype(float), "target": ["a", "b"] * 6})
    assert twice.features == ("images",)
    assert twice.left_out == {"data": "it holds the pixels of 'images'"}


def test_what_the_user_says_comes_first() -> None:
    columns = {
        "name": [f"a{i}" for i in range(N)],
        "phase": ["fcc", "bcc"] * 6,
        "x": NOISE,
        "z": NOISE,
        "site": list("ab") * 6,
    }
    assert guess(columns, color="z").label == "z"
    assert guess(columns, color="z").classes is False
    assert guess(columns, color="z").features == ("x",)
    assert guess(columns, color="name").ids == ()
    assert guess(columns, color="name").label == "name"
    assert guess(columns, skip=("phase",)).label == "site"
    assert guess({**columns, "code": list("abcdefghijkl")}, row_id="code").ids == ("code",)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"color": "phse"},
            "TK507 --color: there is no column 'phse'. The table has 'x', 'phase', 'image'. Did you mean 'phase'?",
        ),
        ({"row_id": "y"}, "TK507 --row-id: there is no column 'y'."),
        ({"skip": ("x", "w")}, "TK507 --skip: there is no column 'w'."),
        (
            {"color": "image"},
            "TK508 --color: the column 'image' holds images, which give no color. Allowed: numbers, texts.",
        ),
        ({"row_id": "phase"}, "TK508 --row-id: the column 'phase' holds 'fcc' several times: it cannot name the rows."),
        ({"row_id": "x"}, "TK508 --row-id: the column 'x' misses 1 cells: it cannot name the rows."),
        ({"row_id": "image"}, "TK508 --row-id: the column 'image' holds images."),
    ],
)
def test_wrong_wishes_are_told(options: dict[str, object], text: str) -> None:
    columns = {"x": [None, *NOISE[1:]], "phase": ["fcc", "bcc"] * 6, "image": np.zeros((N, 2, 2))}
    with pytest.raises(TenkaiError) as caught:
        guess(columns, **options)  # type: ignore[arg-type]
    assert str(caught.value).startswith(text)
