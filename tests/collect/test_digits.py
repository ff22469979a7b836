import numpy as np
import pytest
from sklearn.datasets import load_digits

import tenkai as tk


@pytest.mark.row("C9")
def test_the_digits_are_those_of_scikit_learn():
    table = tk.collect.digits()
    bunch = load_digits()
    assert table.kinds == {"image": "image", "digit": "category"}
    assert table["image"].dtype.shape == (8, 8)
    np.testing.assert_array_equal(table.matrix(["image"]), bunch.data)
    np.testing.assert_array_equal(np.array(table["image"].to_list()), bunch.images)
    assert table["digit"].to_list() == [str(d) for d in bunch.target]
    assert (table.height, table.ids[1118]) == (1797, "Row1118")


def test_the_same_rows_every_time():
    first, second = tk.collect.digits(), tk.collect.digits()
    assert first.identity.seen(second.identity.union()).all()
    assert dict(tk.collect.digits.flow({}, {})["table"].columns) == first.kinds
