from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import tenkai as tk


@pytest.fixture(scope="session")
def read(data_dir: Path) -> Callable[..., tk.Table]:
    """Read a CSV of the shared data without the step collect.csv."""

    def read_csv(name: str, **options: object) -> tk.Table:
        return tk.Table.from_(pl.read_csv(data_dir / name, **options))  # type: ignore[arg-type]

    return read_csv


@pytest.fixture
def error_of() -> Callable[[Callable[[], object], str], str]:
    """Return the text of the error an action raises, which must have this one code."""

    def told(action: Callable[[], object], code: str) -> str:
        with pytest.raises(tk.TenkaiError) as error:
            action()
        assert {p.code for p in error.value.problems} == {code}
        return str(error.value)

    return told
