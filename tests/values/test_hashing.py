import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tenkai.values.hashing import canonical, digest_array, digest_bytes, digest_file, digest_frame, digest_json

LONG = "a text that is too long to lie inside its view"
COLUMNS = [
    pytest.param([1.5, None, 3.0], 7.0, None, id="float"),
    pytest.param([1, None, 3], 7, None, id="int"),
    pytest.param([True, None, False], True, None, id="bool"),
    pytest.param([1.5, 2.0, 3.0], 7.0, None, id="float, whole"),
    pytest.param([True, True, False], True, None, id="bool, whole"),
    pytest.param([[1.0, 2.0], [3.0, 4.0]], [7.0, 7.0], pl.Array(pl.Float64, 2), id="vector, whole"),
    pytest.param([LONG, None, "b"], "junk" * 9, None, id="text"),
    pytest.param([LONG, LONG + "!", "b"], "junk" * 9, None, id="text, whole"),
    pytest.param([[1.0, 2.0], None, [3.0, 4.0]], [7.0, 7.0], pl.Array(pl.Float64, 2), id="vector"),
    pytest.param([[[1.0, 2.0]], None, [[3.0, 4.0]]], [[7.0, 7.0]], pl.Array(pl.Float64, (1, 2)), id="image"),
    pytest.param([dt.date(2020, 1, 1), None, dt.date(2021, 1, 1)], dt.date(2022, 1, 1), None, id="date"),
    pytest.param([None, None, None], 2.0, pl.Float64, id="nothing"),
]


def routes(values, junk, dtype) -> list[pl.DataFrame]:
    """The same column, come about in different ways: other bytes lie below its empty cells."""
    plain = pl.Series("a", values, dtype=dtype)
    full = pl.Series("a", [junk if v is None else v for v in values], dtype=dtype)
    known = pl.Series("known", [v is not None for v in values])
    masked = pl.select(pl.when(known).then(full).alias("a")).to_series()
    sliced = pl.Series("a", [junk, *values, junk, None], dtype=dtype)[1:-2]
    chunks = pl.concat([plain[:1], plain[1:]], rechunk=False)
    gathered = masked.gather(list(range(len(values))))
    emptied = pl.concat([plain, pl.Series("a", [None], dtype=plain.dtype)])[:-1]
    return [c.to_frame() for c in (plain, masked, sliced, chunks, gathered, emptied)]


@pytest.mark.parametrize(("values", "junk", "dtype"), COLUMNS)
def test_equal_frames_have_equal_digests_however_they_came_about(values, junk, dtype):
    frames = routes(values, junk, dtype)
    assert all(f.equals(frames[0]) for f in frames)
    assert len({digest_frame(f) for f in frames}) == 1
    assert all(canonical(f).equals(f) and canonical(f).schema == f.schema for f in frames)


def test_frames_that_differ_have_different_digests():
    base = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    others = [
        base.rename({"a": "c"}),
        base.cast({"a": pl.Float64}),
        base.reverse(),
        base.select("b", "a"),
        base.with_columns(b=pl.Series(["x", ""])),
        base.with_columns(a=pl.Series([1, 3])),
        base.head(1),
    ]
    assert len({digest_frame(f) for f in [base, *others]}) == len(others) + 1


def test_lengths_count_in_bytes_and_order_does_not_count_in_json():
    assert digest_bytes(b"ab", b"c") != digest_bytes(b"a", b"bc")
    assert digest_json({"a": 1, "b": [1, "密度"]}) == digest_json({"b": [1, "密度"], "a": 1})
    assert digest_json([1, 2]) != digest_json([2, 1])


def test_arrays_differ_by_type_and_shape_and_not_by_layout():
    a = np.arange(6.0).reshape(2, 3)
    assert digest_array(a) == digest_array(np.asfortranarray(a))
    assert len({digest_array(x) for x in (a, a.T, a.reshape(-1), a.astype(np.float32), -a)}) == 5


def test_files_and_folders_are_hashed_by_content_and_name(tmp_path: Path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text("hello")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.txt").write_text("hello")
    assert digest_file(tmp_path / "one") == digest_file(tmp_path / "two")
    assert digest_file(tmp_path / "one" / "a.txt") == digest_file(tmp_path / "two" / "a.txt")
    (tmp_path / "two" / "b.txt").write_text("")
    assert digest_file(tmp_path / "one") != digest_file(tmp_path / "two")
    (tmp_path / "two" / "b.txt").unlink()
    (tmp_path / "two" / "a.txt").write_text("hello!")
    assert digest_file(tmp_path / "one") != digest_file(tmp_path / "two")
