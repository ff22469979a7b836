"""Values in files: read back the same, written again as the same bytes."""

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tenkai as tk
from tenkai.errors import Note
from tenkai.values import Axis, Figure, Folder, Identity, Lens, Neighbors, Scores, Sweep, Table, Value, load
from tenkai.values.matrix import array_column


def written(value: Value, root: Path) -> dict[str, bytes]:
    value.save(root)
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def round_trip(value: Value, tmp_path: Path) -> Value:
    first = written(value, tmp_path / "first")
    back = load(Folder(tmp_path / "first"))
    assert type(back) is type(value)
    assert written(back, tmp_path / "second") == first
    assert back.notes == value.notes
    assert back.summary() == value.summary()
    return back


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "密度": [1.5, None, float("nan"), 2.0],
            "n": [1, 2, None, 4],
            "phase": ["fcc", None, "bcc", "fcc"],
            "name": ["α", "β" * 40, "", None],
            "flag": [True, None, False, True],
            "v": array_column("v", random.normal(size=(4, 3))),
            "img": array_column("img", random.integers(0, 255, (4, 5, 6), dtype=np.uint8)),
            "rgb": array_column("rgb", random.integers(0, 255, (4, 2, 2, 3), dtype=np.uint8)),
        }
    )
    made = Table.from_(frame, ids=["a", "b", "c", "あ"], kinds={"name": "molecule"}, source="here")
    return made.with_notes([Note("TKW9", "mind this")])


def test_a_table_of_every_kind(table, tmp_path):
    back = round_trip(table, tmp_path)
    assert back.frame.equals(table.frame)
    assert back.ids.to_list() == table.ids.to_list()
    assert dict(back.kinds) == dict(table.kinds)
    assert (back.identity.keys == table.identity.keys).all()


def test_a_table_with_its_past(table, tmp_path):
    rows = tk.process.filter(table, missing=["密度"]).table
    scaled = tk.process.min_max(tk.process.impute(rows, columns=["密度", "n"]).table, columns=["密度", "n"]).table
    grouped = tk.process.group(scaled, by=["phase"], aggregate={"密度": "mean"})
    for value in (scaled, grouped):
        back = round_trip(value, tmp_path / str(value.height))
        assert [f.digest for f in back.preparation] == [f.digest for f in value.preparation]
        assert [i.digest for i in back.influences] == [i.digest for i in value.influences]
        assert [list(back.identity.of(i)) for i in range(len(back))] == [
            list(value.identity.of(i)) for i in range(len(value))
        ]


def test_equal_tables_lie_in_equal_bytes_however_they_came_about(table, tmp_path):
    other = Table.from_({"密度": [9.0]}, ids=["z"])
    stacked = tk.process.concat([tk.process.select(table, columns=["密度", "phase"]), other], fill=True)
    there_and_back = tk.process.filter(stacked, where="row_number < 5").table
    direct = tk.process.select(table, columns=["密度", "phase"])
    plain = dataclasses.replace(there_and_back, notes=(), preparation=(), influences=())
    assert written(plain, tmp_path / "a") == written(dataclasses.replace(direct, notes=()), tmp_path / "b")


def test_a_table_without_rows(table, tmp_path):
    empty = table.take([])
    back = round_trip(empty, tmp_path)
    assert back.height == 0
    assert back.frame.schema == table.frame.schema


def test_fitted_steps(table, tmp_path):
    whole = tk.process.filter(table, missing="all").table
    rows = tk.process.concat([whole, whole, whole])
    made = tk.process.formula(rows, formulas={"x": "密度 * n", "y": "where(phase == 'fcc', 'yes', 'no')"})
    labeled = tk.process.label(made, column="x", edges=[2.0], names=["low", "high"], into="class")
    packed = tk.process.select(labeled, columns=["n", "密度"], as_vector="v")
    filled = tk.process.impute(labeled, columns=["密度", "phase"], method="most_frequent")
    found = [*labeled.preparation, *packed.preparation, filled.fitted, tk.process.standardize(rows).fitted]
    assert {f.step for f in found} >= {"process.formula", "process.label", "process.select", "process.impute"}
    for i, fitted in enumerate(found):
        back = round_trip(fitted, tmp_path / str(i))
        before = fitted.columns_for(labeled)
        assert back.columns_for(labeled).equals(before, null_equal=True)


def test_figures_scores_neighbors_and_sweeps(tmp_path):
    identity = Identity.fresh("s", 5)
    scores = Scores({"r2": 0.9, "n": 3, "best": "lasso", "none": None}, {"r2": "how much"}, Lens.look(identity, []))
    assert round_trip(scores, tmp_path / "scores").figures == scores.figures
    figure = Figure({"mark": "point", "data": {"values": [{"x": "日本"}]}}, "title", "text", (Note("TKW1", "n"),))
    assert round_trip(figure, tmp_path / "figure").spec == figure.spec
    graph = Neighbors(
        np.zeros((2, 1), np.int32), np.ones((2, 1)), pl.Series("row id", ["a", "b"]), "euclidean", "exact"
    )
    assert (round_trip(graph, tmp_path / "graph").indices == graph.indices).all()
    sweep = Sweep((Axis("k", "step", "k", (1, 2)),), ({"k": 1}, {"k": 2}), (scores, scores))
    assert round_trip(sweep, tmp_path / "sweep").at(k=2).figures == scores.figures


@settings(max_examples=25)
@given(
    st.lists(st.floats(width=64) | st.none(), min_size=1, max_size=6),
    st.lists(st.text(max_size=20) | st.none(), min_size=6, max_size=6),
)
def test_any_cells(tmp_path_factory, numbers, texts):
    made = Table.from_(
        {"x": pl.Series(numbers, dtype=pl.Float64), "t": pl.Series(texts[: len(numbers)], dtype=pl.String)}
    )
    back = round_trip(made, tmp_path_factory.mktemp("any"))
    assert back.frame.equals(made.frame, null_equal=True)


def test_a_value_of_a_later_version_is_refused(tmp_path):
    (tmp_path / "value.json").write_text('{"type": "hologram", "notes": []}')
    with pytest.raises(tk.TenkaiError, match=r"TK802: the stored value is a 'hologram'"):
        load(Folder(tmp_path))


def test_no_file_is_a_pickle(table, tmp_path):
    scaled = tk.process.standardize(tk.process.filter(table, missing=["密度"]).table, columns=["密度"])
    for name, content in (written(scaled.fitted, tmp_path / "f") | written(scaled.table, tmp_path / "t")).items():
        assert not name.endswith((".pkl", ".pickle"))
        assert b"\x80\x04" not in content[:2] and b"\x80\x05" not in content[:2]
