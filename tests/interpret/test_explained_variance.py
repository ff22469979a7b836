import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.mark.row("I1", "L1")
def test_the_ratios_of_carbon_as_bars_and_running_total(look, data_dir):
    table = tk.Table.from_(pl.read_csv(data_dir / "mi" / "Carbon8_descriptor_selected.csv"))
    scaled = tk.process.standardize(table, columns={"match": "a*_rp*"}).table
    made = tk.learn.pca(scaled, columns={"match": "a*_rp*"})
    figure = tk.interpret.explained_variance(made.ratios)
    seen = look(figure)
    (bars,) = seen.marks("bar")
    (line,) = seen.marks("line")
    shares = [r["v"] for r in seen.rows(bars)]
    # 0.818 and 0.911: recomputed for the requirements (row L1).
    assert len(shares) == 15
    assert shares[0] == pytest.approx(81.75, abs=0.05)
    assert seen.rows(line)[1]["v"] == pytest.approx(91.05, abs=0.05)
    np.testing.assert_allclose([r["v"] for r in seen.rows(line)], np.cumsum(shares), atol=0.01)
    assert bars["encoding"]["y"]["title"] == "share of the variance (%)"
    assert figure.text == "Component 1 explains 81.8 % of the variance, the first 2 together 91.1 %."
    assert {"81.8", "9.3", "91.1"} <= set(seen.texts())


@pytest.mark.row("I20")
def test_the_caution_stands_under_it(look):
    ratios = tk.Table.from_({"component": [1], "ratio": [1.0], "cumulative": [1.0]})
    figure = tk.interpret.explained_variance(ratios)
    assert [n.code for n in figure.notes] == ["TKW714"]
    assert figure.notes[0].text == "A large variance need not carry the target: small components may."
    assert figure.notes[0].text in look(figure).caption


def test_many_components_are_cut_and_said(look, pixels):
    ratio = np.full(64, 1 / 64)
    table = tk.Table.from_({"component": np.arange(1, 65), "ratio": ratio, "cumulative": ratio.cumsum()})
    seen = look(tk.interpret.explained_variance(table, limit=30))
    assert len(seen.rows(seen.marks("bar")[0])) == 30
    assert "The first 30 of 64 components." in seen.caption
    assert pixels(seen.picture(), "#d55e00") > 300


def test_a_table_that_is_no_ratios():
    with pytest.raises(TenkaiError, match=r"TK201 interpret\.explained_variance: there is no column 'component'"):
        tk.interpret.explained_variance(tk.Table.from_({"PCA1": [1.0]}))
