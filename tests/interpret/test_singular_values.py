import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.mark.row("L21")
def test_values_and_shares_with_the_kept_ones_marked(look, pixels):
    X = np.diag([4.0, 2.0, 2.0, 1.0])
    found = tk.learn.svd(tk.Table.from_(X), rank=2)
    figure = tk.interpret.singular_values(found.S, rank=2)
    seen = look(figure)
    values, shares = (seen.rows(b) for b in seen.marks("bar"))
    assert [r["v"] for r in values] == [4, 2, 2, 1]
    assert [r["k"] for r in values] == [True, True, False, False]
    assert [r["v"] for r in shares] == pytest.approx([64, 80, 96, 100])
    assert figure.text == "4 singular values, 4 to 1; the first 2 hold 80.0 % of the sum of squares."
    assert pixels(seen.picture(), "#0072b2") > 1000


def test_many_values_are_cut_and_said(look):
    found = tk.learn.svd(tk.Table.from_(np.eye(9)), rank=1)
    seen = look(tk.interpret.singular_values(found.S, limit=5))
    assert len(seen.rows(seen.marks("bar")[0])) == 5
    assert "The first 5 of 9 values." in seen.caption


def test_a_table_that_holds_no_singular_values():
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.singular_values(tk.Table.from_({"value": [1.0]}))
    empty = tk.learn.svd(tk.Table.from_(np.eye(2)), rank=1).S.take([])
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.singular_values(empty)
