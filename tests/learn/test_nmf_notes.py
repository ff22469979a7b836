"""learn.nmf: what a factorization tells of itself."""

import numpy as np
import pytest

import tenkai as tk
from tenkai.kernels import nmf as kernel


def notes(found) -> dict[str, str]:
    return {n.code: n.text for n in found.table.notes}


def test_parts_in_no_row_are_told():
    """Data of rank 1: a start from singular vectors has nothing for the second part, and zeros stay zeros."""
    table = tk.Table.from_(np.outer(np.arange(1.0, 9.0), [1.0, 2.0, 3.0]))
    found = tk.learn.nmf(table, rank=2, start="nndsvd", solver="multiplicative")
    assert notes(found)["TKW621"].startswith("1 of 2 parts are in no row, first part2")
    assert found.shares["share"].to_list() == pytest.approx([1.0, 0.0], abs=1e-6)


def test_what_memory_does_not_hold_is_kept_less_often(monkeypatch):
    begin = kernel._Log.__init__

    def little(self, first, tolerance, keep_every, budget, watch, seen):
        begin(self, first, tolerance, keep_every, 4_000, watch, seen)

    monkeypatch.setattr(kernel._Log, "__init__", little)
    table = tk.Table.from_(np.random.default_rng(0).random((20, 6)))
    found = tk.learn.nmf(table, rank=2, solver="multiplicative", iterations=64, tolerance=0, history=1)
    assert "memory would not hold more" in notes(found)["TKW622"]
    # 52 numbers of 8 bytes per iteration: no more than nine fit.
    assert 2 <= found.replay["iteration"].n_unique() <= 9
