import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.mark.row("C10")
def test_the_first_of_each_class_stay_in_their_order():
    random = np.random.default_rng(0)
    who = random.integers(0, 5, 100)
    table = tk.Table.from_({"who": [f"person {w}" for w in who], "at": np.arange(100)})
    found = tk.process.limit(table, rows=7, by="who")
    # By hand: walk through the rows and count.
    seen: dict[int, int] = {}
    expected = []
    for at, w in enumerate(who.tolist()):
        seen[w] = seen.get(w, 0) + 1
        if seen[w] <= 7:
            expected.append(at)
    assert found.table["at"].to_list() == expected
    assert sorted(found.table["at"].to_list() + found.dropped["at"].to_list()) == list(range(100))
    assert [n.code for n in found.table.notes] == ["TKW205"]


def test_without_classes_the_first_rows_of_all():
    table = tk.Table.from_({"at": np.arange(10)})
    assert tk.process.limit(table, rows=3).table["at"].to_list() == [0, 1, 2]
    everything = tk.process.limit(table, rows=30)
    assert (everything.table.height, everything.dropped.height, everything.table.notes) == (10, 0, ())


def test_refusals():
    table = tk.Table.from_({"who": ["a", None, "b"]})
    with pytest.raises(TenkaiError, match="TK208"):
        tk.process.limit(table, rows=1, by="who")
    with pytest.raises(TenkaiError, match="TK201"):
        tk.process.limit(table, rows=1, by="whom")
