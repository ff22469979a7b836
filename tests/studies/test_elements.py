"""element-structures: two ways to tell four classes, and which elements fail."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tenkai.run.results import RunResult
from tenkai.run.studies import study_text
from tenkai.values import Sweep, Table


@pytest.fixture(scope="module")
def elements(run_study: Callable[[str], RunResult]) -> RunResult:
    return run_study("element-structures")


@pytest.mark.row("L9", "L7")
def test_both_ways_are_judged_on_rows_held_out(elements: RunResult) -> None:
    results, lens = elements.figures(), elements.lens()
    assert lens["train_accuracy"] == {"scored": 103, "prepared": 103, "fitted": 103, "chosen": 0}
    for name in ("ovr_accuracy", "multinomial_accuracy"):
        assert lens[name] == {"scored": 20 * 103, "prepared": 0, "fitted": 0, "chosen": 0}
        assert results["baseline_accuracy"] + 0.1 < results[name] < results["train_accuracy"] - 0.05
    assert results["baseline_accuracy"] == pytest.approx(45 / 103)


@pytest.mark.row("L9", "I20")
def test_the_two_ways_cannot_be_told_apart(elements: RunResult) -> None:
    ways = []
    for name in ("ovr_scores", "multi_scores"):
        swept = elements.value(name)
        assert isinstance(swept, Sweep)
        ways.append(np.array([each.figures["accuracy"] for each in swept.items]))
    first, second = ways
    assert abs(np.median(first) - np.median(second)) < first.std()
    assert first[0] < second[0]  # the first division alone would have preferred one


@pytest.mark.row("L9", "I21")
def test_the_page_names_the_elements_that_always_fail(elements: RunResult) -> None:
    drawn, failed = elements.value("ovr_drawn"), elements.value("always_fail")
    assert isinstance(drawn, Sweep)
    assert isinstance(failed, Table)
    wrong = np.array([(t["predicted"] != t["crystal_structure"]).to_numpy() for t in drawn.items])
    always = {s for s, each in zip(drawn.items[0]["symbol"], wrong.all(axis=0), strict=True) if each}
    assert set(failed["symbol"]) == always
    page = study_text("element-structures")
    for structure in ("bcc", "fcc", "hcp", "misc"):
        named = failed.frame.filter(pl.col("crystal_structure") == structure)["symbol"].to_list()
        assert f"of {structure} {', '.join(named)}" in page


@pytest.mark.row("L9")
def test_missing_values_are_zeros_in_this_file(data_dir: Path) -> None:
    frame = pl.read_csv(data_dir / "mi/mono_structure_str.csv")
    zero = frame.filter(pl.col("X") == 0)["symbol"].to_list()
    assert zero == ["He", "Ne", "Ar", "Pm", "Eu", "Tb", "Yb", "Rn", "Lr"]
    assert (frame["EA"] == 0).sum() == 23
    assert frame["EA"].min() == -19.7
    assert f"X is 0 for {', '.join(zero[:-1])} and Lr" in study_text("element-structures")
