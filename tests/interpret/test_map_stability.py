import itertools

import numpy as np
import pytest
from scipy.spatial import procrustes

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Sweep


def swept(layouts, name="seed"):
    tables = [tk.Table.from_({"x": a[:, 0], "y": a[:, 1]}, source="rows") for a in layouts]
    points = tuple({name: i} for i in range(len(tables)))
    return Sweep((Axis(name, f"learn.tsne.{name}", name, tuple(range(len(tables)))),), points, tuple(tables))


@pytest.mark.row("I20")
def test_similarity_over_pairs_agrees_with_scipy(look):
    random = np.random.default_rng(0)
    first = random.normal(size=(40, 2))
    layouts = [first, first + random.normal(size=(40, 2)) * 0.3, random.normal(size=(40, 2))]
    found = tk.interpret.map_stability(swept(layouts))
    pairs = [1 - procrustes(a, b)[2] for a, b in itertools.combinations(layouts, 2)]
    assert found.scores["similarity_mean"] == pytest.approx(np.mean(pairs), abs=1e-9)
    assert found.scores["similarity_min"] == pytest.approx(min(pairs), abs=1e-9)
    assert found.scores["maps"] == 3
    seen = look(found.figure)
    cells = {(r["a"], r["b"]): r["v"] for r in seen.rows(seen.marks("rect")[0])}
    assert cells["0", "1"] == cells["1", "0"] == pytest.approx(pairs[0], rel=1e-4)
    assert seen.marks("rect")[0]["encoding"]["x"]["title"] == "seed"


def test_shift_scale_turn_and_mirror_change_nothing():
    first = np.random.default_rng(0).normal(size=(10, 2))
    turned = first @ np.array([[0.0, 1.0], [1.0, 0.0]]) * 7 + 3
    assert tk.interpret.map_stability(swept([first, turned])).scores["similarity_min"] == pytest.approx(1)


def test_rows_are_matched_by_id():
    random = np.random.default_rng(0)
    one = tk.Table.from_({"x": random.normal(size=9), "y": random.normal(size=9)})
    mixed = one.take([4, 2, 0, 1, 3, 8, 7, 6, 5])
    assert tk.interpret.map_stability([one, mixed]).scores["similarity_min"] == pytest.approx(1)


def test_mistakes_are_told_with_the_remedy():
    one = tk.Table.from_({"x": [0.0, 1.0], "y": [0.0, 2.0]})
    with pytest.raises(
        TenkaiError, match=r"TK708 .* there are 1 maps\. Allowed: 2 to 40, such as a sweep over seeds\."
    ):
        tk.interpret.map_stability([one])
    with pytest.raises(TenkaiError, match=r"TK708 .* the maps have 2 and 1 rows"):
        tk.interpret.map_stability([one, one.take([0])])
    flat = tk.Table.from_({"x": [0.0, 0.0], "y": [0.0, 0.0]})
    with pytest.raises(
        TenkaiError, match=r"TK708 .* maps 2 and 1 cannot be compared: all rows of a map lie on one point"
    ):
        tk.interpret.map_stability([one, flat])
