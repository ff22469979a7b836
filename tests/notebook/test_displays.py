"""How values show themselves in IPython: bounded, escaped, drawn without a script."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tenkai as tk

TABLE = tk.Table.from_(
    {
        **{f"c{i}": np.arange(50.0) * (i + 1) for i in range(9)},
        "kind": ["<b>x</b>", "y"] * 25,
        "late": np.arange(50),
    }
)


@pytest.fixture(scope="module")
def shown() -> Iterator[Callable[[Any], dict[str, str]]]:
    """Return how IPython would show a value: by kind of medium."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    tk.load_ipython_extension(shell)
    yield lambda value: dict(shell.display_formatter.format(value)[0])


@pytest.mark.row("F5")
def test_a_table_shows_its_head_with_kinds(shown: Any) -> None:
    found = shown(TABLE)
    html = found["text/html"]
    assert "Table of 50 rows and 11 columns" in html
    assert "10 of 50 rows, 9 of 11 columns; not shown: kind, late" in html
    assert html.count("<small>number</small>") == 9
    assert html.count("<tr>") == 11
    assert found["text/plain"].startswith("Table(rows=50")
    assert "<script" not in html


def test_texts_of_data_stay_texts(shown: Any) -> None:
    html = shown(tk.Table.from_({"kind": ["<b>x</b>", "<script>1</script>"]}, ids=["<i>", "b"]))["text/html"]
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "<script>" not in html
    assert "&lt;i&gt;" in html


def test_things_are_small_pictures_and_a_map_says_how_it_is_explored(shown: Any) -> None:
    images = tk.Table.from_({"image": np.arange(4 * 9.0).reshape(4, 3, 3), "smiles": ["C", "CC", "CCO", "c1ccccc1"]})
    html = shown(images)["text/html"]
    assert html.count('<img class="tile" src="data:image/png;base64,') == 4
    assert "tk.explore" not in html
    found = tk.learn.pca(TABLE, columns=["c0", "c1", "late"], components=2)
    assert "tk.explore(...)" in shown(found.map)["text/html"]


def test_scores_tell_what_each_means_and_what_had_been_seen(shown: Any) -> None:
    rows = tk.Table.from_({"a": [1.0, 2, 3, 4, 5, 6], "b": [2.0, 1, 4, 3, 6, 5]})
    html = shown(tk.learn.pca(rows, components=2).figures)["text/html"]
    assert "share of the variance along PCA1" in html
    assert "was prepared on 6 of the 6 rows scored" in html


def test_fitted_sweeps_and_tensors(shown: Any) -> None:
    found = tk.learn.pca(TABLE, columns=["c0", "c1", "late"], components=2)
    html = shown(found.fitted)["text/html"]
    assert "Fitted by learn.pca" in html
    assert "PCA1, PCA2" in html
    sweep = tk.learn.pca(TABLE, columns=["c0", "late"], components=tk.sweep([1, 2]))
    html = shown(sweep)["text/html"]
    assert "Sweep of 2 points over components (2): table" in html
    assert "components = 1" in html
    html = shown(tk.Tensor.from_([[1.0, 2.0]], {"element": ["Al"], "ratio": ["1^9", "5^5"]}))["text/html"]
    assert "element 1 x ratio 2" in html


def test_a_figure_is_drawn_and_carries_no_script(shown: Any) -> None:
    figure = tk.interpret.histogram(TABLE, column="c0")
    figure = getattr(figure, "figure", figure)
    found = shown(figure)
    assert found["image/svg+xml"].startswith("<svg")
    assert base64.b64decode(found["image/png"]).startswith(b"\x89PNG")
    assert "text/html" not in found


def test_a_figure_with_a_slider_moves_in_a_frame_of_its_own(shown: Any) -> None:
    data = tk.Table.from_({"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 1.0]})
    found = tk.learn.nmf(data, rank=2, history=1, iterations=2, tolerance=0)
    html = shown(tk.interpret.replay(data, found.replay, found.history).player)["text/html"]
    assert html.startswith("<iframe")
    assert 'sandbox="allow-scripts"' in html
    assert "<script" not in html  # only inside of the frame, escaped


def test_a_sweep_of_figures_is_a_gallery(shown: Any) -> None:
    sweep = tk.learn.pca(TABLE, columns=["c0", "c1", "late"], components=tk.sweep([2, 3]))
    figures = tk.Sweep(sweep.axes, sweep.points, tuple(tk.interpret.map(m) for _, m in sweep))
    html = shown(figures)["text/html"]
    assert html.count("<img") == 2
    assert "components = 3" in html


def test_importing_tenkai_does_not_bring_notebooks(run_python: Any) -> None:
    out = run_python("import sys, tenkai; print([m for m in sys.modules if 'IPython' in m or 'notebook' in m])")
    assert out.strip() == "[]"


def test_in_a_notebook_it_is_done_by_the_import(run_python: Any) -> None:
    out = run_python(
        """
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        import tenkai as tk
        print("tenkai-value" in shell.display_formatter.format(tk.Table.from_({"a": [1]}))[0]["text/html"])
        """
    )
    assert out.strip().endswith("True")
