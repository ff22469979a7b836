"""nmf-replay: its 50 iterations, recomputed with the two formulas."""

from collections.abc import Callable

import numpy as np
import pytest

from tenkai.run.results import RunResult
from tenkai.values import Figure, Table

RunStudy = Callable[[str], RunResult]


@pytest.mark.row("L24", "L26")
def test_fifty_iterations_are_those_of_a_plain_loop(run_study: RunStudy) -> None:
    result = run_study("nmf-replay")
    points, kept, history = (result.value(n) for n in ("points", "nmf.replay", "nmf.history"))
    assert isinstance(points, Table)
    assert isinstance(kept, Table)
    assert isinstance(history, Table)
    Y = points.matrix(["x", "y"])
    # The start is uniform in [0, 1): all of W, part by part, then H.
    random = np.random.default_rng(32)
    W, H = random.random((2, 80)).T, random.random((2, 2))
    assert kept["iteration"].to_list() == list(range(51))
    all_W = kept.matrix(["coordinates"]).reshape(51, 80, 2)
    all_H = kept.matrix(["parts"]).reshape(51, 2, 2)
    losses = []
    for i in range(51):
        if i:
            W = W * (Y @ H.T) / (W @ H @ H.T)
            H = H * (W.T @ Y) / (W.T @ W @ H)
        np.testing.assert_allclose(all_W[i], W, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(all_H[i], H, rtol=1e-12, atol=1e-12)
        losses.append(0.5 * float(np.sum((Y - W @ H) ** 2)))
    np.testing.assert_allclose(history["loss"].to_numpy(), losses, rtol=1e-10)
    figures = result.figures()
    assert figures["loss_first"] == pytest.approx(losses[0], rel=1e-12)
    assert figures["loss_last"] == pytest.approx(losses[-1], rel=1e-10)


@pytest.mark.row("I16")
def test_the_page_that_moves_needs_nothing_from_outside(run_study: RunStudy) -> None:
    player = run_study("nmf-replay").value("replay.player")
    assert isinstance(player, Figure)
    page = player.to_html()
    assert page.count('"name": "shown"') == 1
    assert "<script src" not in page
    assert "cdn.jsdelivr" not in page


@pytest.mark.row("L26")
def test_the_first_iteration_finds_the_size_and_the_rest_the_directions(run_study: RunStudy) -> None:
    kept = run_study("nmf-replay").value("nmf.replay")
    assert isinstance(kept, Table)
    H = kept.matrix(["parts"]).reshape(51, 2, 2)
    angles = np.degrees(np.arctan2(H[..., 1], H[..., 0]))
    between = np.abs(np.diff(angles, axis=1))[:, 0]
    assert between[1] < 10 < 50 < between[50]
