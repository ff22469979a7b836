"""interpret.subset_density."""

from __future__ import annotations

import numpy as np
import pytest

import tenkai as tk
from tenkai.values import Figure

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def density() -> tk.Table:
    X = RNG.normal(size=(40, 5))
    columns = {f"x{j}": X[:, j] for j in range(5)} | {"y": 3 * X[:, 2] + X[:, 0] + 0.1 * RNG.normal(size=40)}
    return tk.learn.exhaustive_subsets(tk.Table.from_(columns), target="y").density


@pytest.mark.row("L12")
def test_it_draws_every_size_and_every_column_both_ways(density: tk.Table) -> None:
    figure = tk.interpret.subset_density(density, title="Which columns")
    assert isinstance(figure, Figure)
    left, right = figure.spec["vconcat"][0]["hconcat"]
    areas = [sum(layer["mark"]["type"] == "area" for layer in panel["layer"]) for panel in (left, right)]
    assert areas[1] == 10
    assert 4 <= areas[0] <= 6
    # The column with the largest coefficient stands first.
    assert "x2 most" in figure.text
    assert figure.text.startswith("Density of subsets: ")


def test_another_table_is_refused(density: tk.Table) -> None:
    other = density.with_columns(density.frame.with_columns(part=density["item"]))
    with pytest.raises(tk.TenkaiError, match="TK766") as caught:
        tk.interpret.subset_density(other)
    assert "this table is no density of subsets. The output density of learn.exhaustive_subsets." in str(caught.value)
