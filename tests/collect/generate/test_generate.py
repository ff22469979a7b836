"""collect.generate.*: the formulas, the seeds, the identity of rows."""

import numpy as np
import pytest

import tenkai as tk
from tenkai.step import get_step, step_names

# Crystals have a test of their own: they have no rows to ask for.
NAMES = [n for n in step_names() if n.startswith("collect.generate.") and n != "collect.generate.crystals"]


@pytest.mark.row("C11")
def test_all_generators_are_there():
    found = [name.rsplit(".", 1)[1] for name in NAMES]
    assert found == ["cos2", "falling_body", "line", "low_variance_target", "sine", "swiss_roll"]


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_decides_the_rows(name: str):
    step = get_step(name)
    first, same, other = step(rows=50, seed=1), step(rows=50, seed=1), step(rows=50, seed=2)
    assert first.frame.equals(same.frame)
    assert first.identity.seen(same.identity.union()).all()
    assert not np.isin(first.matrix(), other.matrix()).any()
    assert not first.identity.seen(other.identity.union()).any()
    known = step.flow({}, step.convert({"rows": 50}))["table"]
    assert dict(known.columns) == first.kinds
    assert first.height == 50


@pytest.mark.row("C11")
def test_the_swiss_roll_is_rolled_up():
    roll = tk.collect.generate.swiss_roll(rows=5000)
    x, y, z, t = roll.matrix().T
    np.testing.assert_allclose(np.hypot(x, z), t)
    np.testing.assert_allclose(np.angle(np.exp(1j * (np.arctan2(z, x) - t))), 0, atol=1e-9)
    assert 1.5 * np.pi <= t.min() < t.max() <= 4.5 * np.pi
    assert 0 <= y.min() < y.max() <= 21
    # as in scikit-learn: even in t and y
    assert np.histogram(t, 10)[0].min() > 400
    assert np.histogram(y, 10)[0].min() > 400
    noisy = tk.collect.generate.swiss_roll(rows=5000, noise=0.5)
    np.testing.assert_allclose((noisy.matrix() - roll.matrix()).std(axis=0), [0.5, 0.5, 0.5, 0], atol=0.02)


@pytest.mark.row("C11")
def test_the_target_follows_the_narrow_axis():
    table = tk.collect.generate.low_variance_target(rows=4000, wide=5, narrow=0.5, noise=0.05)
    X, target = table.matrix(["a", "b"]), table["target"].to_numpy()
    _, s, V = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(s / np.sqrt(4000), [5, 0.5], rtol=0.05)
    wide, narrow = (X @ V.T).T
    assert abs(np.corrcoef(wide, target)[0, 1]) < 0.05
    assert abs(np.corrcoef(narrow, target)[0, 1]) > 0.99
    # at 45 degrees both columns vary alike, so standardizing does not help
    assert X.std(axis=0)[0] == pytest.approx(X.std(axis=0)[1], rel=0.02)
    assert table["class"].to_list() == ["low" if v < 0 else "high" for v in target]
    flat = tk.collect.generate.low_variance_target(rows=4000, angle=0.0).matrix(["a", "b"]).std(axis=0)
    np.testing.assert_allclose(flat, [5, 0.5], rtol=0.05)


@pytest.mark.row("C11")
def test_the_curves_follow_their_formulas():
    line = tk.collect.generate.line(rows=4000, slope=3.0, intercept=-1.0, noise=0.2)
    cos2 = tk.collect.generate.cos2(rows=4000)
    sine = tk.collect.generate.sine(rows=4000, periods=2.0, noise=0.0)
    x, y = line.matrix().T
    assert (y - (3 * x - 1)).std() == pytest.approx(0.2, rel=0.05)
    assert 0 <= x.min() < x.max() <= 1
    x, y = cos2.matrix().T
    assert (y - np.cos(x) ** 2 - 1).std() == pytest.approx(0.1, rel=0.05)
    assert 0.2 <= x.min() < x.max() <= 4.2
    x, y = sine.matrix().T
    np.testing.assert_array_equal(y, np.sin(x))
    assert 0 <= x[0] < x[-1] <= 4 * np.pi
    assert (np.diff(x) >= 0).all()


@pytest.mark.row("C11")
def test_defaults_of_the_source_articles():
    assert tk.collect.generate.line().height == 80
    curve = tk.collect.generate.cos2()
    assert curve.frame.equals(tk.collect.generate.cos2(rows=80, noise=0.1, seed=32).frame)
    assert curve.matrix().min() > 0


@pytest.mark.row("C11")
def test_a_body_falls_until_it_reaches_the_ground():
    """Thrown up with 10 m/s from 40 m at g = 10 m/s²: highest after 1 s at 45 m, down after 1 + 3 s."""
    body = tk.collect.generate.falling_body(rows=4000, height=40.0, speed=10.0, g=10.0, noise=0.0)
    t, h = body.matrix().T
    assert (np.diff(t) >= 0).all()
    assert 0 <= t[0] < 0.01
    assert 3.99 < t[-1] < 4
    assert h.max() == pytest.approx(45, abs=1e-4)
    assert t[h.argmax()] == pytest.approx(1, abs=0.01)
    assert h[-1] == pytest.approx(0, abs=0.3)
    noisy = tk.collect.generate.falling_body(rows=4000, noise=0.5)
    t, h = noisy.matrix().T
    square, linear, start = np.polyfit(t, h, 2)
    assert -2 * square == pytest.approx(9.80665, rel=0.02)
    assert (linear, start) == (pytest.approx(0, abs=0.2), pytest.approx(50, abs=0.1))
    assert (h - (50 - 9.80665 / 2 * t**2)).std() == pytest.approx(0.5, rel=0.05)
