import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import get_step


@pytest.mark.row("I12")
def test_rows_in_a_rectangle_sorted_along_an_axis(look, digits):
    plane, things = digits
    made = tk.interpret.strip(plane, things, label="label", x_range=[0, 10], y_range=[5, 12], limit=1000)
    xy = plane.matrix(["PCA1", "PCA2"])
    inside = np.flatnonzero((xy[:, 0] >= 0) & (xy[:, 0] <= 10) & (xy[:, 1] >= 5) & (xy[:, 1] <= 12))
    expected = [f"Row{i}" for i in inside[np.argsort(xy[inside, 0])]]
    assert made.chosen.ids.to_list() == expected
    assert made.chosen["order"].to_list() == list(range(len(expected)))
    seen = look(made.figure)
    assert f"{len(expected)} rows sorted by PCA1" in seen.caption
    assert [t for t in seen.texts() if t.isdigit() and len(t) > 1][:3] == [i[3:] for i in expected[:3]]
    # Beside it: where they lie, and the rectangle.
    (frame,) = [v for v in seen.marks("rect") if "encoding" in v]
    assert seen.rows(frame) == [{"x": 0.0, "x2": 10.0, "y": 5.0, "y2": 12.0}]


@pytest.mark.row("I12", "I11")
def test_the_pictures_stand_in_that_order_line_by_line(look):
    # Four pictures of one gray each, to be read 1, 3, 0, 2 in lines of three.
    gray = np.array([0.0, 100.0, 200.0, 255.0])
    table = tk.Table.from_(
        {"x": [3.0, 1.0, 4.0, 2.0], "y": [0.0] * 4, "image": gray[:, None, None] * np.ones((1, 2, 2))}
    )
    sheet = look(tk.interpret.strip(table, across=3, annotate=False).figure).tiles()
    high, wide = sheet.shape[0] // 2, sheet.shape[1] // 3
    centers = [sheet[r * high + high // 2, c * wide + wide // 2, 0] for r in range(2) for c in range(3)]
    assert centers == [100, 255, 0, 200, 255, 255]


@pytest.mark.row("T12")
def test_a_selection_can_be_kept_as_row_ids_and_fits_another_map(digits):
    plane, things = digits
    first = tk.interpret.strip(plane, things, x_range=[0, 3], y_range=[0, 3]).chosen
    turned = plane.with_columns(plane.frame.with_columns(PCA1=-pl.col("PCA2"), PCA2=pl.col("PCA1")))
    again = tk.interpret.strip(turned, things, rows=first.ids.to_list()).chosen
    assert set(again.ids) == set(first.ids)
    assert again["PCA1"].is_sorted()


def test_any_column_can_sort_and_rows_without_a_value_come_last():
    table = tk.Table.from_(
        {
            "x": [0.0] * 4,
            "y": [0.0] * 4,
            "t": ["P10", "P9", None, "P1"],
            "v": [2.0, None, 1.0, float("nan")],
            "image": np.zeros((4, 2, 2)),
        }
    )
    order = {
        ("t", False): [3, 1, 0, 2],
        ("t", True): [0, 1, 3, 2],
        ("v", False): [2, 0, 1, 3],
        ("v", True): [0, 2, 1, 3],
    }
    for (column, descending), expected in order.items():
        chosen = tk.interpret.strip(table, sort_by=column, descending=descending).chosen
        assert chosen.ids.to_list() == [f"Row{i}" for i in expected]


def test_more_rows_than_the_limit_are_drawn_evenly_and_all_chosen(look, digits):
    plane, things = digits
    made = tk.interpret.strip(plane, things, limit=50)
    assert made.chosen.height == 1797
    assert [n.code for n in made.figure.notes] == ["TKW704"]
    shown = look(made.figure).texts()
    assert len(shown) == 50
    assert shown[0] == made.chosen.ids[0][3:] and shown[-1] == made.chosen.ids[-1][3:]


def test_the_schema_is_what_comes_out(digits):
    plane, things = digits
    step = get_step("interpret.strip")
    settings = step.convert({"x_range": [0, 1]})
    made = step.run({"map": plane, "things": things}, settings)
    schema = step.flow({"map": plane.schema, "things": things.schema}, settings)
    assert dict(schema["chosen"].columns) == dict(made["chosen"].schema.columns)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"x_range": [900, 901]}, "TK704 interpret.strip x_range: no row lies in the rectangle. The map reaches over"),
        ({"x_range": [3, 1]}, "TK704 interpret.strip x_range: x_range [3.0, 1.0] runs backward."),
        ({"rows": ["Row1"], "y_range": [0, 1]}, "TK704 interpret.strip y_range: y_range and rows both select."),
        ({"rows": ["Row1", "Row1"]}, "TK703 interpret.strip rows: row 'Row1' is listed twice."),
        ({"rows": ["Row1", "row2"]}, "no row 'row2' (1 row of 2 are not there)"),
        ({"rows": ["Row1", "row2"]}, "Did you mean 'Row2'?"),
        ({"sort_by": "PCA"}, "TK201"),
    ],
)
def test_mistakes_are_told_with_the_remedy(digits, settings, text):
    with pytest.raises(TenkaiError) as caught:
        tk.interpret.strip(*digits, **settings)
    assert text in str(caught.value)
