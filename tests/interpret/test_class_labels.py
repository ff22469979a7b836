import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenkai.interpret._class_labels import SIZE, densest, placed_labels
from tenkai.interpret._text import width_of


@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.sampled_from(["k", "クラス", "a longer name "]))
def test_names_never_overlap_and_never_leave_the_frame(seed, classes, word):
    random = np.random.default_rng(seed)
    xy = random.normal(size=(200, 2)) * random.choice([0.05, 1.0])
    names = [f"{word}{i}" for i in range(classes)]
    labels = [names[i] for i in random.integers(0, classes, 200)]
    window = (-4.0, 4.0, -4.0, 4.0)
    placed = placed_labels(xy, labels, names, window, 400, 300)
    assert placed
    boxes = []
    for _, text, x, y in placed:
        cx, cy, half = (x + 4) / 8 * 400, (y + 4) / 8 * 300, width_of(text, SIZE) / 2
        assert half <= cx <= 400 - half and SIZE / 2 <= cy <= 300 - SIZE / 2
        for a, b, other in boxes:
            assert abs(cx - a) >= half + other or abs(cy - b) >= SIZE * 0.9
        boxes.append((cx, cy, half))


def test_a_class_in_two_groups_is_named_on_the_larger():
    points = np.concatenate([np.random.default_rng(0).normal((0, 0), 5, (30, 2)), np.full((10, 2), 300.0)])
    x, y = densest(points)
    assert abs(x) < 5 and abs(y) < 5
