from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError

FRAME = pl.DataFrame(
    {
        "name": ["a", "b", "c"],
        "x": [1, None, 3],
        "group": ["u", "u", "v"],
        "spectrum": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    }
)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "table.parquet"
    FRAME.write_parquet(path)
    return str(path)


def test_worked_example(file: str):
    table = tk.collect.parquet(path=file, row_id="name", kinds={"x": "category"})
    assert table.ids.to_list() == ["a", "b", "c"]
    assert table.kinds == {"x": "category", "group": "category", "spectrum": "vector"}
    assert table["x"].to_list() == [1, None, 3]
    np.testing.assert_array_equal(table.matrix(["spectrum"]), [[1, 2], [3, 4], [5, 6]])


def test_a_file_of_pandas_equals_the_csv_it_came_from(tmp_path: Path, data_dir: Path):
    pd.read_csv(data_dir / "mi" / "ZB_WZ_dE_3var.csv").to_parquet(tmp_path / "x.parquet")
    ours = tk.collect.parquet(path=str(tmp_path / "x.parquet"))
    assert ours.frame.equals(tk.collect.csv(path="data:mi/ZB_WZ_dE_3var.csv").frame)
    again = tk.collect.parquet(path=str(tmp_path / "x.parquet"))
    assert ours.identity.seen(again.identity.union()).all()


def test_the_schema(file: str):
    known = tk.collect.parquet.flow({}, tk.collect.parquet.convert({"path": file, "row_id": ["name", "group"]}))
    assert dict(known["table"].columns) == {"x": "number", "spectrum": None}


def test_errors(file: str, tmp_path: Path):
    text = tmp_path / "text.parquet"
    text.write_text("a,b\n1,2\n" * 10)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(Path(file).read_bytes()[:-30])
    cases = [
        ({"path": str(text)}, "TK302 collect.parquet path: 'text.parquet' is not a Parquet file, or is damaged"),
        ({"path": str(cut)}, "TK302 collect.parquet path: 'cut.parquet' is not a Parquet file, or is damaged"),
        ({"path": file, "row_id": "nmae"}, "TK201 collect.parquet row_id: there is no column 'nmae'."),
        ({"path": file, "row_id": "group"}, "TK207 collect.parquet: the row id 'u' stands for several rows."),
        ({"path": file, "kinds": {"name": "number"}}, "TK202 collect.parquet"),
        ({"path": file, "kinds": {"nmae": "text"}}, "Did you mean 'name'?"),
    ]
    for settings, text_ in cases:
        with pytest.raises(TenkaiError) as caught:
            tk.collect.parquet(**settings)
        assert text_ in str(caught.value)
