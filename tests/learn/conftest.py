from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_digits

import tenkai as tk
from tenkai.step import Run, Step
from tenkai.values import Fitted, Neighbors, Scores, Table, Value


@pytest.fixture(scope="session")
def digits() -> Table:
    """1 797 digits of 8 x 8 pixels, 64 number columns, with their label."""
    data = load_digits()
    frame = pl.DataFrame(data.data, schema=[f"p{i}" for i in range(64)])
    return Table.from_(frame.with_columns(pl.Series("digit", data.target.astype(str))), kinds={"digit": "category"})


@pytest.fixture(scope="session")
def some_digits(digits: Table) -> Table:
    """The first 400 of them."""
    return digits.take(np.arange(400))


@pytest.fixture
def run_with() -> Callable[..., dict[str, Value]]:
    """Run a step by name of its ports, with a number of threads; give its outputs by name."""

    def run(step: Step, table: Table, threads: int = 1, **settings: Any) -> dict[str, Value]:
        graph = settings.pop("graph", None)
        inputs = {"table": table} | ({"graph": graph} if graph is not None else {})
        return step.run(inputs, step.convert(settings), Run(threads))

    return run


def _assert_same(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    assert a.notes == b.notes
    if isinstance(a, Table):
        assert a.frame.equals(b.frame)
        assert a.frame.schema == b.frame.schema
        assert a.kinds == b.kinds
        assert [p.digest for p in a.preparation] == [p.digest for p in b.preparation]
        assert [i.digest for i in a.influences] == [i.digest for i in b.influences]
    elif isinstance(a, Fitted):
        assert a.digest == b.digest
    elif isinstance(a, Scores):
        assert a.figures == b.figures
        assert a.lens == b.lens
    else:
        assert isinstance(a, Neighbors)
        assert a.indices.tobytes() == b.indices.tobytes()
        assert a.distances.tobytes() == b.distances.tobytes()
        assert a.summary() == b.summary()


@pytest.fixture
def assert_same() -> Callable[[dict[str, Value], dict[str, Value]], None]:
    """Check that two results of a step are the same, to the last bit."""

    def check(a: dict[str, Value], b: dict[str, Value]) -> None:
        assert a.keys() == b.keys()
        for name, value in a.items():
            _assert_same(value, b[name])

    return check


@pytest.fixture
def shared_equals_separate(assert_same: Callable[..., None]) -> Callable[..., None]:
    """Check that values of one setting computed together are what separate calls give."""

    def check(step: Step, setting: str, values: list[Any], inputs: dict[str, Value], **settings: Any) -> None:
        points = [step.convert({**settings, setting: v}) for v in values]
        together = step.run_shared((setting,), [{setting: p[setting]} for p in points], inputs, points[0], Run(2))
        for point, found in zip(points, together, strict=True):
            assert_same(found, step.run(inputs, point, Run(1)))

    return check


@pytest.fixture
def refused() -> Callable[..., str]:
    """Run something that must be refused with one code, and give the text."""

    def check(code: str, call: Callable[..., Any], *values: Any, **settings: Any) -> str:
        with pytest.raises(tk.TenkaiError) as caught:
            call(*values, **settings)
        assert [p.code for p in caught.value.problems] == [code]
        return str(caught.value)

    return check
