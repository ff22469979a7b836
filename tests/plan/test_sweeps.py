"""The forms of a sweep."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.plan.sweeps import FORMS, parse_sweep
from tenkai.step.spread import MOST_POINTS, log_values, range_values


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ([1, 2, 5], [1, 2, 5]),
        (["a"], ["a"]),
        ([[1, 2], [3]], [[1, 2], [3]]),
        ({"range": [1, 4]}, [1, 2, 3, 4]),
        ({"range": [10, 200, 50]}, [10, 60, 110, 160]),
        ({"range": [0, 1, 0.25]}, [0, 0.25, 0.5, 0.75, 1.0]),
        ({"range": [0.1, 0.5, 0.1]}, [0.1, 0.2, 0.3, 0.4, 0.5]),
        ({"range": [3, 1, -1]}, [3, 2, 1]),
        ({"range": [5, 5]}, [5]),
        ({"log": [1e-5, 1, 6]}, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]),
        ({"log": [100, 1, 3]}, [100.0, 10.0, 1.0]),
        ({"seeds": 4}, [0, 1, 2, 3]),
    ],
)
def test_forms(written: Any, values: list[Any]) -> None:
    assert parse_sweep({"sweep": written}).values == tuple(values)


def test_a_range_of_whole_numbers_holds_whole_numbers() -> None:
    assert {type(v) for v in parse_sweep({"sweep": {"range": [1, 9, 2]}}).values} == {int}


def test_a_condition() -> None:
    spec = parse_sweep({"sweep": {"seeds": 2}, "when": {"method": "random", "size": [1, 2]}})
    assert spec.when == {"method": ("random",), "size": (1, 2)}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"sweep": []}, f"the sweep has no values. {FORMS}"),
        ({"sweep": 5}, f"a sweep cannot be 5. {FORMS}"),
        ({"sweep": None}, f"a sweep cannot be None. {FORMS}"),
        (
            {"sweep": {"range": [1, 2], "log": [1, 2, 3]}},
            "a sweep cannot be {'range': [1, 2], 'log': [1, 2, 3]}. " + FORMS,
        ),
        ({"sweep": {"rnge": [1, 2]}}, f"there is no sweep 'rnge'. {FORMS} Did you mean 'range'?"),
        ({"sweep": {"range": [1]}}, f"range is [1]. {FORMS}"),
        ({"sweep": {"range": "1-5"}}, f"range is '1-5'. {FORMS}"),
        ({"sweep": {"range": [1, "a"]}}, f"range is [1, 'a']. {FORMS}"),
        ({"sweep": {"range": [True, 5]}}, f"range is [True, 5]. {FORMS}"),
        ({"sweep": {"range": [1, math.inf]}}, f"range is [1, inf]. {FORMS}"),
        ({"sweep": {"range": [1, 5, 0]}}, "the range 1 to 5 never ends with steps of 0."),
        ({"sweep": {"range": [1, 5, -1]}}, "the range 1 to 5 never ends with steps of -1."),
        ({"sweep": {"range": [0, 1000, 0.001]}}, "the range has 1000001 values. Allowed: up to 100000."),
        ({"sweep": {"log": [0, 1, 5]}}, "a log range from 0 to 1 is impossible. Allowed: above 0."),
        ({"sweep": {"log": [1, 10, 1]}}, "a log range of 1 values is impossible. Allowed: 2 or more values."),
        ({"sweep": {"log": [1, 10, 2.5]}}, "a log range of 2.5 values is impossible. Allowed: 2 or more values."),
        ({"sweep": {"log": [1, 10]}}, f"log is [1, 10]. {FORMS}"),
        ({"sweep": {"seeds": 0}}, f"seeds is 0. Allowed: a count from 1 to {MOST_POINTS}."),
        ({"sweep": {"seeds": [1, 2]}}, f"seeds is [1, 2]. Allowed: a count from 1 to {MOST_POINTS}."),
        ({"sweep": {"seeds": True}}, f"seeds is True. Allowed: a count from 1 to {MOST_POINTS}."),
        ({"sweep": [1, 2, 1]}, "the value 1 stands twice in the sweep. Name each value once."),
        ({"sweep": [1, 2], "whn": {"a": 1}}, f"'whn' does not belong in a sweep. {FORMS} Did you mean 'when'?"),
        ({"sweep": [1, 2], "when": "pca"}, "'when' is 'pca'. Allowed: a mapping of settings to values."),
    ],
)
def test_what_is_no_sweep(written: Any, told: str) -> None:
    with pytest.raises(TenkaiError) as caught:
        parse_sweep(written)
    assert str(caught.value) == f"TK112: {told}"


numbers = st.integers(-1000, 1000) | st.floats(-1000, 1000).map(lambda x: round(x, 3))
steps = st.integers(1, 50) | st.floats(0.01, 50).map(lambda x: round(x, 2))


@given(numbers, st.integers(0, 60), steps, st.booleans())
def test_a_range_has_its_ends_and_even_steps(low: float, count: int, step: float, down: bool) -> None:
    step = -step if down else step
    high = low + count * step
    values = range_values(low, high, step)
    assert len(values) == count + 1
    assert values[0] == low
    assert values[-1] == pytest.approx(high, abs=1e-9)
    assert np.allclose(np.diff(values), step)


@given(numbers, numbers, steps)
def test_a_range_never_leaves_its_ends(low: float, high: float, step: float) -> None:
    assume((high - low) / step < 1000)
    if high < low:
        with pytest.raises(TenkaiError):
            range_values(low, high, step)
        return
    values = range_values(low, high, step)
    assert all(low <= v <= high + 1e-6 for v in values)
    assert values[-1] + step > high - 1e-6


@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9), st.integers(2, 60))
def test_a_log_range_has_equal_ratios(low: float, high: float, count: int) -> None:
    values = log_values(low, high, count)
    assert (len(values), values[0], values[-1]) == (count, low, high)
    assert np.allclose(values, np.geomspace(low, high, count), rtol=1e-9)  # the same from NumPy


@given(st.integers(-8, 0), st.integers(1, 8))
def test_powers_of_ten_are_exact(low: int, decades: int) -> None:
    assert log_values(10.0**low, 10.0 ** (low + decades), decades + 1) == [
        float(f"1e{low + i}") for i in range(decades + 1)
    ]


def test_the_same_from_python() -> None:
    assert tk.sweep([1, 2, 5]).values == [1, 2, 5]
    assert tk.sweep(10, 30, 10).values == [10, 20, 30]
    assert tk.sweep(1, 3).values == [1, 2, 3]
    assert tk.sweep(log=(1, 100, 3)).values == [1, 10, 100]
    assert tk.sweep(seeds=3).values == [0, 1, 2]
    with pytest.raises(TenkaiError, match=r"TK112: a sweep of 'abc' is not clear. See tk.sweep"):
        tk.sweep("abc")
