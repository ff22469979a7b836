"""Lloyd's iteration against scikit-learn's own, and against a loop written out in NumPy."""

import numpy as np
import pytest
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from tenkai.kernels.frames import Frames
from tenkai.kernels.k_means import lloyd

DIGITS = load_digits().data


def start_of(X, k, seed=0):
    return X[np.random.default_rng(seed).choice(len(X), k, replace=False)]


def plain(X, centers):
    """One round after the other, all distances at once; the states before the first round and after each."""
    states = []
    while True:
        d2 = np.square(X[:, None] - centers).sum(axis=2)
        labels = d2.argmin(axis=1)
        states.append((labels, centers, d2.min(axis=1).sum()))
        if len(states) > 1 and (labels == states[-2][0]).all():
            return states
        centers = np.array([X[labels == c].mean(axis=0) for c in range(len(centers))])


@pytest.mark.parametrize("k", [2, 10, 50])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_labels_and_centers_are_those_of_scikit_learn_to_the_last_bit(k, dtype):
    X = DIGITS.astype(dtype)
    with threadpool_limits(1):
        peer = KMeans(k, n_init=1, tol=0, random_state=3).fit(X)
    middle = X.mean(axis=0)
    start, _ = kmeans_plusplus(X - middle, k, random_state=np.random.RandomState(3))
    found = lloyd(X - middle, start)
    assert (found.labels == peer.labels_).all()
    assert (found.centers + middle == peer.cluster_centers_).all()
    assert (found.iterations, found.settled) == (peer.n_iter_, True)
    assert found.inertia == pytest.approx(peer.inertia_, rel=1e-14 if dtype == np.float64 else 1e-5)


def test_every_round_is_that_of_a_plain_loop():
    X = DIGITS[:400]
    frames = Frames(1)
    found = lloyd(X, start_of(X, 6), frames=frames)
    states = plain(X, start_of(X, 6))
    # The last round finds nothing to change, and counts.
    assert [f.iteration for f in frames.kept] == [*range(len(states)), len(states)]
    for frame, (labels, centers, inertia) in zip(frames.kept, [*states, states[-1]], strict=True):
        assert (frame.arrays[0] == labels).all()
        np.testing.assert_allclose(frame.arrays[1], centers, rtol=1e-12, atol=1e-12)
        assert frame.value == pytest.approx(inertia, rel=1e-12)
    assert (frames.kept[-1].arrays[0] == found.labels).all()
    assert (frames.kept[-1].arrays[1] == found.centers).all()
    assert found.iterations == len(states)


def test_a_center_without_rows_takes_the_farthest_row():
    # By hand: the third center is nearest to no row; row 9 lies farthest from its own, (0 + 1 + 2) / 3 away.
    X = np.array([[0.0], [1.0], [2.0], [9.0]])
    frames = Frames(1)
    found = lloyd(X, np.array([[0.0], [2.0], [50.0]]), frames=frames)
    assert frames.kept[0].arrays[0].tolist() == [0, 0, 1, 1]
    assert frames.kept[1].arrays[1].ravel().tolist() == [0.5, 2.0, 9.0]
    assert found.labels.tolist() == [0, 0, 1, 2]
    assert found.inertia == 0.5


def test_it_stops_by_tolerance_by_number_and_on_request():
    X = DIGITS[:300]
    assert lloyd(X, start_of(X, 5), tolerance=1e9).iterations == 1
    cut = lloyd(X, start_of(X, 5), iterations=2)
    assert (cut.iterations, cut.settled) == (2, False)

    def stop(done, labels, centers):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lloyd(X, start_of(X, 5), watch=stop)
    with pytest.raises(ValueError, match=r"Allowed: \(n, p\) and \(k, p\)"):
        lloyd(X, np.zeros((2, 3)))
