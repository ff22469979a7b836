"""Values of settings as text and as columns."""

import polars as pl
import pytest

from tenkai.step.written import setting_column, written


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1e-5, "1e-05"), (3, "3"), (None, "null"), (True, "true"), ("l1", "l1"), (["a", 1], '["a", 1]')],
)
def test_a_value_is_written_as_in_a_workflow(value, text):
    assert written(value) == text


def test_a_column_of_settings():
    whole = setting_column("k", [1, None, 3])
    assert (whole.dtype, whole.to_list()) == (pl.Int64, [1, None, 3])
    assert setting_column("k", [1, 0.5]).to_list() == [1.0, 0.5]
    assert setting_column("k", ["cv", 0.5, None]).to_list() == ["cv", "0.5", None]
    assert setting_column("k", [True, False]).to_list() == ["true", "false"]
    assert setting_column("k", [None]).dtype == pl.String
    assert setting_column("k", [2**70]).dtype == pl.Float64
