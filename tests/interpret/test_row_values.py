import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


def test_cells_of_a_row_are_figures_and_the_lens_looks_at_that_row():
    t = tk.Table.from_({"x": [1.0, 2.0, 3.0, 9.0], "y": [1.0, 2.0, 3.0, np.nan]}, ids=list("abcd"))
    model = tk.learn.least_squares(t.take([0, 1, 2]), target="y", columns=["x"]).model
    said = tk.learn.predict(t, model)
    new = tk.interpret.row_values(said, row="d", columns=["predicted", "y"])
    assert new.figures["predicted"] == pytest.approx(9.0)
    assert new.figures["y"] is None
    assert new.lens.counts() == {"scored": 1, "prepared": 0, "fitted": 0, "chosen": 0}
    assert tk.interpret.row_values(said, row="b", columns=["y"]).lens.counts()["fitted"] == 1


def test_refusals():
    t = tk.Table.from_({"x": [1.0]}, ids=["C^C"])
    with pytest.raises(TenkaiError, match=r"TK703.*Did you mean 'C\^C'"):
        tk.interpret.row_values(t, row="C-C", columns=["x"])
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.row_values(t, row="C^C", columns=["y"])
