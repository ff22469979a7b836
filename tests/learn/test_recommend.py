from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.learn._recommend import Names


def compounds(data_dir: Path) -> tk.Table:
    frame = pl.read_csv(data_dir / "mi" / "group131415_div1.csv")
    return tk.Table.from_(frame[:, 1:], ids=frame[:, 0])


def toy(data_dir: Path) -> tk.Table:
    return tk.Table.from_(pl.read_csv(data_dir / "mi" / "simple_existence.csv"))


PUBLISHED = {
    "SnAs": ["Sn^As", "5^5^R-3m"],
    "InSb": ["In^Sb", "5^5^P6/mmm"],
    "In6Sb4": ["In^Sb", "6^4^I41/amd"],
    "In2Sb8": ["In^Sb", "2^8^R-3m"],
}


def blocks() -> tk.Table:
    """Three blocks of ones, with one cell of the first left out."""
    X = np.kron(np.eye(3), np.ones((4, 4)))
    X[1, 2] = 0
    return tk.Table.from_(pl.DataFrame(X, schema=[f"c{j}" for j in range(12)]), ids=[f"r{i}" for i in range(12)])


def test_worked_example():
    found = tk.learn.recommend(blocks(), rank=3, ranks=4, repeats=5)
    assert found.list.ids[0] == "r1 c2"
    assert found.list.frame.row(0, named=True)["row"] == "r1"
    low = found.table.matrix()
    U, S, V = np.linalg.svd(blocks().matrix())
    np.testing.assert_allclose(low, (U[:, :3] * S[:3]) @ V[:3], atol=1e-12)
    np.testing.assert_allclose(found.difference.matrix(), low - blocks().matrix(), atol=1e-12)
    assert found.list["score"][0] == pytest.approx(low[1, 2])
    assert found.list.height == 144 - 47
    assert found.figures["top"] == "r1 c2"
    assert found.list["known_in_row"][0] == 3


@pytest.mark.row("C6", "L21")
def test_the_hole_of_the_toy_is_filled_first(data_dir: Path):
    found = tk.learn.recommend(toy(data_dir), rank=1, cells={"lone": ["Row1", "4"]})
    assert sorted(found.list.ids[:10]) == sorted(f"Row2 {j}" for j in range(5, 15))
    assert found.figures["lone"] == pytest.approx(0, abs=1e-12)


@pytest.mark.row("T4", "T5", "I9")
def test_published_cells_and_tops_at_two_ranks(data_dir: Path):
    matrix = compounds(data_dir)
    at_3, at_10 = (tk.learn.recommend(matrix, rank=k, cells=PUBLISHED, repeats=5) for k in (3, 10))
    assert [at_3.figures[n] for n in PUBLISHED] == pytest.approx([0.3076, 0.1901, 0.1223, 0.0237], abs=5e-5)
    assert [at_10.figures[n] for n in PUBLISHED] == pytest.approx([0.030, 0.011, 0.499, 0.004], abs=5e-4)
    assert (at_3.figures["known"], at_3.figures["matrix_rank"]) == (92, 29)
    assert at_3.list.ids[0] == "P^Sn 2^8^R-3m"
    assert at_3.list["mirror"][0] == "Sn^P 8^2^R-3m"
    assert at_3.list["score"][0] == pytest.approx(0.5346, abs=5e-5)
    assert at_10.list["mirror"][0] == at_10.figures["top_mirror"] == "Sn^As 4^6^R-3m"
    assert at_10.list["score"][0] == pytest.approx(0.5121, abs=5e-5)
    # Merged: half of the 1794 - 92 zeros, each by one name only.
    assert at_3.list.height == 851
    assert not set(at_3.list.ids) & set(at_3.list["mirror"])


@pytest.mark.row("T5")
def test_a_known_twin_gives_a_hidden_cell_away(data_dir: Path):
    merged, kept = (tk.learn.recommend(compounds(data_dir), rank=3, mirrors=m) for m in ("merge", "keep"))
    assert kept.list.height == 1702
    assert [n.code for n in kept.list.notes] == ["TKW631"]
    assert merged.list.notes == ()
    assert kept.figures["auc"] > merged.figures["auc"] + 0.05
    assert "mirror" not in kept.list.columns


def test_mirrors_are_recognised_by_names_and_cells():
    names = Names((("A^B", "B^A"), ("1^2^X", "2^1^X")), "^")
    np.testing.assert_array_equal(names.partner(), [[3, 2], [1, 0]])
    assert Names((("A^B", "B^C"), ("x",)), "^").partner() is None
    np.testing.assert_array_equal(Names((("A^B", "B^A"), ("x",)), "^").partner(), [[1], [0]])
    # Names that mirror do not make a matrix that does.
    lopsided = tk.Table.from_({"x": [1, 0, 1, 0], "y": [1, 1, 0, 0]}, ids=["A^B", "B^A", "C^D", "D^C"])
    found = tk.learn.recommend(lopsided, rank=1, repeats=2)
    assert "mirror" not in found.list.columns
    assert found.list.height == 4


def test_evidence_adds_up_to_the_score(data_dir: Path):
    found = tk.learn.recommend(compounds(data_dir), rank=3, repeats=2, top=2000, explain=4)
    for cell, score in zip(found.list.ids[:4], found.list["score"][:4], strict=True):
        parts = found.evidence.frame.filter(pl.col("cell") == cell)
        assert parts["contribution"].sum() == pytest.approx(score, abs=1e-6)
        assert parts["share"].sum() == pytest.approx(1, abs=1e-5)
    strongest = found.evidence.frame.row(0, named=True)
    assert strongest["known"] == "P^Sn 5^5^I4mm"


def test_hidden_cells_tell_methods_ranks_and_bands_apart():
    found = tk.learn.recommend(blocks(), rank=3, ranks=5, repeats=20)
    methods = {r["method"]: r for r in found.evaluation.frame.rows(named=True)}
    assert methods["low rank"]["auc"] > 0.95
    assert methods["popularity"]["auc"] < 0.7
    assert methods["neighbors"]["auc"] > 0.9
    assert methods["low rank"]["auc_low"] <= methods["low rank"]["auc"] <= methods["low rank"]["auc_high"]
    assert found.figures["auc"] == methods["low rank"]["auc"]
    ranks = found.ranks.frame
    assert ranks["rank"].to_list() == [1, 2, 3, 4, 5]
    assert ranks.filter("chosen")["rank"].to_list() == [3]
    assert ranks["auc"][2] == found.figures["auc"]
    row = found.list.frame.row(0, named=True)
    assert row["low"] < row["score"] <= row["high"] + 0.2
    assert row["share_top"] > 0.8


def test_the_rank_is_chosen_by_hidden_cells_and_measured_without_having_chosen_it():
    found = tk.learn.recommend(blocks(), ranks=5, repeats=20)
    assert found.figures["rank"] == found.figures["chosen_rank"] == 3
    given = tk.learn.recommend(blocks(), rank=3, ranks=5, repeats=20)
    np.testing.assert_array_equal(found.list["score"], given.list["score"])
    # Some hidings choose another rank, or the same: never a better one than hindsight.
    assert found.figures["auc"] <= max(found.ranks["auc"]) + 1e-12


def test_masked_cells(data_dir: Path):
    found = tk.learn.recommend(blocks(), rank=3, ranks=4, repeats=4, hide="cells")
    assert found.figures["auc"] > 0.9
    assert found.list.ids[0] == "r1 c2"


@pytest.mark.row("L22", "T4")
def test_a_sweep_of_ranks_gives_what_separate_calls_give(shared_equals_separate, data_dir: Path):
    inputs = {"table": compounds(data_dir)}
    shared_equals_separate(
        tk.learn.recommend, "rank", [3, "cv", 20], inputs, repeats=3, ranks=4, cells={"a": ["Sn^As", "5^5^R-3m"]}
    )


def test_same_seed_same_list_other_seed_other_bands():
    one, two, other = (tk.learn.recommend(blocks(), rank=2, seed=s, repeats=4) for s in (1, 1, 2))
    assert one.list.frame.equals(two.list.frame)
    assert one.figures.figures == two.figures.figures
    assert not one.list.frame.equals(other.list.frame)
    np.testing.assert_array_equal(one.table.matrix(), other.table.matrix())


@pytest.mark.row("I10")
def test_a_second_table_is_looked_up_by_name(data_dir: Path):
    matrix = compounds(data_dir)
    names = matrix.columns
    # A second table that knows the two first of the list, one of them by its mirror only, and not the others.
    other = np.zeros((2, len(names)))
    other[0, names.index("8^2^R-3m")] = 1
    second = tk.Table.from_(pl.DataFrame(other, schema=names), ids=["Sn^P", "Ge^P"])
    found = tk.learn.recommend(matrix, second, rank=3, repeats=2)
    assert found.list["second"][0] == 1
    assert found.list["second"][1] == 0
    told = found.list["second"].drop_nulls()
    assert found.figures["second_cells"] == len(told)
    assert found.figures["second_known"] == 1
    assert found.figures["second_auc"] == 1  # the one it knows is the first of all
    silent = found.list.frame.filter(pl.col("row") == "Al^Sb")["second"]
    assert silent.null_count() == len(silent)


def test_a_second_table_with_names_of_its_own_is_said(data_dir: Path, refused):
    matrix = compounds(data_dir)
    second = tk.Table.from_({matrix.columns[0]: [1.0, 0.0], "10^10^New": [1.0, 1.0]}, ids=["Al^As", "C^N"])
    found = tk.learn.recommend(matrix, second, rank=3, repeats=2)
    (note,) = [n for n in found.list.notes if n.code == "TKW632"]
    assert "1 of 2 rows and 1 of 2 columns" in note.text
    strange = tk.Table.from_({"z": [1.0]}, ids=["q"])
    assert "row 'q' and column 'z'" in refused("TK633", tk.learn.recommend, matrix, strange, rank=3)


def test_counts_rank_too():
    X = blocks().matrix() * 3
    found = tk.learn.recommend(tk.Table.from_(X), rank=3, repeats=2)
    assert found.list.ids[0] == "Row1 column 2" or found.list["row"][0] == "Row1"
    assert found.list.height == 144 - 47


def test_refusals(refused):
    t = blocks()
    assert "a rank of 1 to 12" in refused("TK111", tk.learn.recommend, t, rank=13)
    below = tk.Table.from_({"a": [1.0, -1.0], "b": [0.0, 1.0]})
    assert "holds -1 at row 'Row1'" in refused("TK630", tk.learn.recommend, below)
    for X in (np.zeros((3, 3)), np.ones((3, 3)), np.eye(3) * [1, 0, 0]):
        refused("TK631", tk.learn.recommend, tk.Table.from_(X))
    assert "Did you mean 'r11'" in refused("TK632", tk.learn.recommend, t, cells={"x": ["r111", "c1"]})
    assert "is known: it holds 1" in refused("TK632", tk.learn.recommend, t, cells={"x": ["r0", "c0"]})
    assert "Two: [row, column]" in refused("TK632", tk.learn.recommend, t, cells={"x": ["r0"]})
    assert "is a figure already" in refused("TK632", tk.learn.recommend, t, cells={"auc": ["r1", "c2"]})
    refused("TK208", tk.learn.recommend, tk.Table.from_({"a": [1.0, None], "b": [0.0, 1.0]}))


def test_a_matrix_too_large_to_rank_is_refused(refused, monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setattr(sys.modules["tenkai.learn.recommend"], "MOST_CELLS", 100)
    assert "has 144 cells" in refused("TK212", tk.learn.recommend, blocks())
