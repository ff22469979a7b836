import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenkai.kernels.grid import atlas_cells


def plain(xy, window, rows, cols):
    """The recipe, cell by cell."""
    x0, x1, y0, y1 = window
    px, py = (x1 - x0) / cols, (y1 - y0) / rows
    out = np.full((rows, cols), -1)
    for r in range(rows):
        for c in range(cols):
            left, low = x0 + px * c, y0 + py * (rows - 1 - r)
            best = np.inf
            for i, (x, y) in enumerate(xy):
                if left < x < left + px and low < y < low + py:
                    d = ((x - left) / px - 0.5) ** 2 + ((y - low) / py - 0.5) ** 2
                    if d < best - 1e-12:
                        best, out[r, c] = d, i
    return out


@pytest.mark.row("I13")
def test_by_hand():
    xy = [[0.5, 0.5], [0.4, 0.5], [1.5, 1.5], [1.0, 0.5], [0.5, 1.5], [0.5, 1.5], [5, 5]]
    # the top row of cells has the largest y; (1.0, 0.5) lies on an edge; equal points: the first
    np.testing.assert_array_equal(atlas_cells(xy, (0, 2, 0, 2), 2, 2), [[4, 2], [0, -1]])


@pytest.mark.row("I13")
@given(st.integers(0, 2**31), st.integers(1, 7), st.integers(1, 7))
def test_equal_to_the_recipe(seed, rows, cols):
    xy = np.random.default_rng(seed).normal(size=(80, 2))
    window = (-1.0, 1.3, -0.7, 1.1)
    np.testing.assert_array_equal(atlas_cells(xy, window, rows, cols), plain(xy, window, rows, cols))


@pytest.mark.row("I13")
def test_overview_of_many_rows_is_fast_and_shows_each_row_once():
    xy = np.random.default_rng(0).random((200_000, 2))
    cells = atlas_cells(xy, (0, 1, 0, 1), 50, 50)
    assert cells.min() >= 0
    assert len(np.unique(cells)) == 2500


@pytest.mark.parametrize(
    ("xy", "window", "rows", "text"),
    [
        (np.ones((3, 2)), (0, 0, 0, 1), 2, "x0 < x1"),
        (np.ones((3, 2)), (0, np.inf, 0, 1), 2, "window"),
        (np.ones((3, 2)), (0, 1, 0, 1), 0, "rows is 0"),
        (np.ones((3, 3)), (0, 1, 0, 1), 2, "xy has 3 columns"),
    ],
)
def test_bad_values(xy, window, rows, text):
    with pytest.raises(ValueError, match=text):
        atlas_cells(xy, window, rows, 2)
