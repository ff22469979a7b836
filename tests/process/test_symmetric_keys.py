import numpy as np
import pytest

import tenkai as tk

PAIRS = {"first": ["a", "x"], "second": ["b", "y"]}


def table() -> tk.Table:
    return tk.Table.from_(
        {
            "a": ["P", "Sn", "In", "Sn"],
            "x": [8, 2, 5, 3],
            "b": ["Sn", "P", "In", "P"],
            "y": [2, 8, 5, 7],
            "group": ["R", "R", "F", "R"],
        },
        ids=["p", "q", "r", "s"],
    )


@pytest.mark.row("T5")
def test_one_of_each_in_one_order():
    found = tk.process.symmetric_keys(table(), **PAIRS)
    assert found.frame.rows() == [("P", 8, "Sn", 2, "R"), ("In", 5, "In", 5, "F"), ("P", 7, "Sn", 3, "R")]
    assert found.ids.to_list() == ["p", "r", "s"]
    assert [n.text for n in found.notes] == ["2 rows were turned round; 1 had an equal key."]
    assert found.notes[0].code == "TKW214"


def test_both_orders_of_each():
    found = tk.process.symmetric_keys(table(), **PAIRS, keep="both")
    # p and q are mirrors already; r is its own mirror; s gets one.
    assert found.ids.to_list() == ["p", "q", "r", "s", "s^mirror"]
    assert found.frame.rows()[-1] == ("P", 7, "Sn", 3, "R")
    np.testing.assert_array_equal(found.identity.keys[3], found.identity.keys[4])


def test_both_and_then_one_is_one():
    both = tk.process.symmetric_keys(table(), **PAIRS, keep="both")
    one = tk.process.symmetric_keys(both, **PAIRS)
    assert sorted(one.frame.rows()) == sorted(tk.process.symmetric_keys(table(), **PAIRS).frame.rows())


def test_further_parts_of_the_key_keep_rows_apart():
    other = tk.Table.from_({"a": ["P", "Sn"], "b": ["Sn", "P"], "group": ["R", "F"]})
    assert tk.process.symmetric_keys(other, first=["a"], second=["b"]).height == 1
    assert tk.process.symmetric_keys(other, first=["a"], second=["b"], within=["group"]).height == 2
    both = tk.process.symmetric_keys(other, first=["a"], second=["b"], within=["group"], keep="both")
    assert both.height == 4


def test_refusals(error_of):
    t = table()
    error_of(lambda: tk.process.symmetric_keys(t, first=["a", "x"], second=["b"]), "TK210")
    error_of(lambda: tk.process.symmetric_keys(t, first=["a"], second=["a"]), "TK210")
    assert "holds numbers" in error_of(lambda: tk.process.symmetric_keys(t, first=["a"], second=["y"]), "TK210")
    error_of(lambda: tk.process.symmetric_keys(t, first=["a"], second=["z"]), "TK201")
    holes = tk.Table.from_({"a": ["P", None], "b": ["Sn", "P"]})
    error_of(lambda: tk.process.symmetric_keys(holes, first=["a"], second=["b"]), "TK208")
