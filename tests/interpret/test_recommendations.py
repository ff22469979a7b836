import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


def ranked(cells: list[str], scores: list[float]) -> tk.Table:
    rows, columns = zip(*(c.split() for c in cells), strict=True)
    return tk.Table.from_(
        {"place": list(range(1, len(cells) + 1)), "row": list(rows), "column": list(columns), "score": scores},
        ids=cells,
    )


FIRST = ranked(["a x", "b y", "c z"], [0.9, 0.5, 0.1])
OTHER = ranked(["c z", "a x", "b y"], [0.8, 0.2, -0.3])


@pytest.mark.row("I9", "T4")
def test_lists_side_by_side_as_a_table(look):
    found = tk.interpret.recommendations([FIRST, OTHER], names=["k1", "k2"], by="k2")
    assert found.table.ids.to_list() == ["c z", "a x", "b y"]
    assert found.table.columns == ["row", "column", "score k1", "place k1", "score k2", "place k2"]
    assert found.table.frame.row(0) == ("c", "z", 0.1, 3, 0.8, 1)
    seen = look(found.figure)
    assert "0.800  (1)" in seen.texts()
    assert "-0.300  (3)" in seen.texts()
    assert found.figure.text == "3 cells; first at k2: c z, 0.8."


@pytest.mark.row("L22", "T4", "T5", "I9")
def test_a_sweep_of_ranks_over_compounds(look, data_dir, pixels):
    frame = pl.read_csv(data_dir / "mi" / "group131415_div1.csv")
    matrix = tk.Table.from_(frame[:, 1:], ids=frame[:, 0])
    lists = [tk.learn.recommend(matrix, rank=k, repeats=2).list for k in (3, 10)]
    found = tk.interpret.recommendations(lists, names=["rank 3", "rank 10"], limit=6)
    first = found.table.frame.row(0, named=True)
    assert (first["row"], first["column"], first["mirror"]) == ("P^Sn", "2^8^R-3m", "Sn^P 8^2^R-3m")
    assert first["place rank 3"] == 1
    assert first["place rank 10"] > 500
    cells = look(found.figure).rows(look(found.figure).marks("rect")[0])
    # Drawn: the best places of either list, three of each.
    assert {r["c"] for r in cells if r["n"] == "rank 10" and r["p"] <= 3} >= {"As^Sn 6^4^R-3m"}
    assert len(cells) == 12
    assert pixels(look(found.figure).picture(), "#08306b") > 300


def test_one_list_with_its_bands(look):
    banded = FIRST.with_columns(
        FIRST.frame.with_columns(low=pl.Series([0.7, None, 0.0]), high=pl.Series([1.0, None, 0.3]))
    )
    found = tk.interpret.recommendations([banded], limit=2)
    seen = look(found.figure)
    assert [r["v"] for r in seen.rows(seen.marks("point")[0])] == [0.9, 0.5]
    (band,) = seen.rows(seen.marks("rule")[-1])
    assert (band["c"], band["v"], band["w"]) == ("a x", 0.7, 1.0)
    assert "The first 2 of 3 cells." in seen.caption
    assert found.table.columns[:4] == ["row", "column", "score", "place"]


def test_refusals():
    with pytest.raises(TenkaiError, match=r"TK752 .*other cells"):
        tk.interpret.recommendations([FIRST, ranked(["a x"], [0.1])])
    with pytest.raises(TenkaiError, match=r"TK752 .*1 names for 2 lists"):
        tk.interpret.recommendations([FIRST, OTHER], names=["k"])
    with pytest.raises(TenkaiError, match=r"TK709 .*Did you mean 'k1'"):
        tk.interpret.recommendations([FIRST, OTHER], names=["k1", "other"], by="k")
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.recommendations([tk.Table.from_({"score": [1.0]})])
    with pytest.raises(TenkaiError, match=r"TK752 .*no list"):
        tk.interpret.recommendations([])
    with pytest.raises(TenkaiError, match=r"TK752 .*empty"):
        tk.interpret.recommendations([FIRST.take([])])
