"""existence-toy and compound-recommender: their findings, recomputed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tenkai.run.results import RunResult
from tenkai.values import Table

RunStudy = Callable[[str], RunResult]


@pytest.mark.row("C6", "L22", "I8", "I9")
def test_the_hole_comes_first_at_rank_1_and_nowhere_at_rank_2(run_study: RunStudy, data_dir: Path) -> None:
    table = run_study("existence-toy").value("recommendations")
    assert isinstance(table, Table)
    X = pl.read_csv(data_dir / "mi" / "simple_existence.csv").to_numpy()
    U, S, V = np.linalg.svd(X)
    for k in (1, 2, 3):
        low = (U[:, :k] * S[:k]) @ V[:k]
        for row in table.frame.rows(named=True):
            i, j = int(row["row"].removeprefix("Row")), int(row["column"])
            assert X[i, j] == 0
            assert row[f"score rank = {k}"] == pytest.approx(low[i, j], abs=1e-9)
    hole = table.frame.filter((pl.col("row") == "Row2") & pl.col("column").is_in([str(j) for j in range(5, 15)]))
    assert sorted(hole["place rank = 1"]) == list(range(1, 11))
    assert hole["place rank = 2"].min() > 10
    assert table.frame.row(0, named=True)["place rank = 2"] == table.height
    lone = table.frame.filter((pl.col("row") == "Row1") & (pl.col("column") == "4"))
    assert [lone[f"score rank = {k}"][0] for k in (1, 2, 3)] == pytest.approx([0, 0, 0], abs=1e-12)


@pytest.mark.row("C7", "P12", "P14", "T4", "T5", "I9")
def test_the_list_of_compounds_at_every_rank(run_study: RunStudy, data_dir: Path) -> None:
    study = run_study("compound-recommender")
    matrix, published, table = (study.value(n) for n in ("matrix", "published", "recommendations"))
    assert isinstance(matrix, Table)
    assert isinstance(published, Table)
    assert isinstance(table, Table)
    np.testing.assert_array_equal(matrix.matrix(), published.matrix())
    assert matrix.ids.to_list() == published.ids.to_list()
    assert table.height == (46 * 39 - 92) / 2
    by_name = {i: n for n, i in enumerate(table.ids)} | {m: n for n, m in enumerate(table["mirror"])}
    at = by_name["Sn^As 5^5^R-3m"]
    assert table["score rank = 3"][at] == pytest.approx(0.3076, abs=5e-5)
    assert table["score rank = 10"][at] == pytest.approx(0.030, abs=5e-4)
    assert table["place rank = 3"][by_name["P^Sn 2^8^R-3m"]] == 1
    assert table["place rank = 10"][by_name["Sn^As 4^6^R-3m"]] == 1


def test_hidden_compounds_are_not_found(run_study: RunStudy) -> None:
    figures = run_study("compound-recommender").figures()
    assert figures["auc_low"] < 0.5 < figures["auc_high"]
    assert figures["auc_with_twins"] > figures["auc"] + 0.08
