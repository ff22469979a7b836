from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk


@pytest.mark.row("C7", "P12", "P14", "T5")
def test_the_published_matrix_from_the_list_of_compounds(data_dir: Path):
    compounds = tk.Table.from_(pl.read_csv(data_dir / "mi" / "group131415_elm1elm2.csv"))
    published = pl.read_csv(data_dir / "mi" / "group131415_div1.csv")
    keys = tk.process.composition(compounds, formula="formula")
    both = tk.process.symmetric_keys(
        keys, first=["element1", "ratio1"], second=["element2", "ratio2"], within=["sg"], keep="both"
    )
    found = tk.process.existence(both, rows=["element1", "element2"], columns=["ratio1", "ratio2", "sg"])
    assert found.ids.to_list() == published[:, 0].to_list()
    assert found.columns == published.columns[1:]
    np.testing.assert_array_equal(found.matrix(), published[:, 1:].to_numpy())
    assert found.matrix().sum() == 92


def test_worked_example():
    table = tk.Table.from_({"a": ["y", "x", "x", "x"], "k": [2.0, 1.0, 2.0, 2.0], "z": ["u", "u", "v", "v"]})
    found = tk.process.existence(table, rows=["a"], columns=["k", "z"])
    assert found.ids.to_list() == ["x", "y"]
    assert found.columns == ["1^u", "2^u", "2^v"]
    assert found.frame.rows() == [(1, 0, 1), (0, 1, 0)]
    counted = tk.process.existence(table, rows=["a"], columns=["k", "z"], cells="count", order="appearance")
    assert counted.ids.to_list() == ["y", "x"]
    assert counted.columns == ["2^u", "1^u", "2^v"]
    assert counted.frame.rows() == [(1, 0, 0), (0, 1, 2)]
    # A row of the matrix carries the rows it was made from.
    assert len(found.identity.of(0)) == 3


@pytest.mark.row("P14")
@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 4), min_size=1, max_size=30))
def test_any_parts_on_either_side_count_the_same_keys(keys: list[tuple[str, ...]]):
    table = tk.Table.from_(pl.DataFrame(keys, schema=["p", "q", "r", "s"], orient="row"))
    for rows, columns in ((["p", "q"], ["r", "s"]), (["s"], ["q", "p", "r"]), (["p"], ["r"])):
        found = tk.process.existence(table, rows=rows, columns=columns, cells="count")
        at = ["p", "q", "r", "s"]
        named = Counter(
            ("^".join(k[at.index(r)] for r in rows), "^".join(k[at.index(c)] for c in columns)) for k in keys
        )
        cells = {(i, c): v for i, r in zip(found.ids, found.frame.rows(named=True), strict=True) for c, v in r.items()}
        assert {k: v for k, v in cells.items() if v} == dict(named)


def test_refusals(error_of):
    t = tk.Table.from_({"a": ["x", "y"], "b": ["u", None]})
    error_of(lambda: tk.process.existence(t, rows=["a"], columns=["b"]), "TK208")
    error_of(lambda: tk.process.existence(t, rows=["a"], columns=["a"]), "TK210")
    error_of(lambda: tk.process.existence(t, rows=["a"], columns=["c"]), "TK201")
    error_of(lambda: tk.process.existence(t.take([]), rows=["a"], columns=["b"]), "TK205")


def test_too_many_columns_are_refused(error_of):
    many = tk.Table.from_({"a": ["x"] * 20_001, "b": np.arange(20_001)})
    assert "20001 columns" in error_of(lambda: tk.process.existence(many, rows=["a"], columns=["b"]), "TK212")
