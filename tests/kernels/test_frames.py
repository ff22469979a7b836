import numpy as np

from tenkai.kernels.frames import Frames


def test_the_first_every_so_many_and_the_last_are_kept_as_copies():
    frames, state = Frames(3), np.zeros(2)
    for i in range(8):
        state[:] = i
        frames.add(i, float(i), state)
    frames.end(7, 7.5, state)
    assert [(f.iteration, f.value, f.arrays[0].tolist()) for f in frames.kept] == [
        (0, 0.0, [0, 0]), (3, 3.0, [3, 3]), (6, 6.0, [6, 6]), (7, 7.5, [7, 7])
    ]  # fmt: skip
    assert [frames.left(i) for i in (0, 1, 2, 3)] == [3, 2, 1, 3]
    frames.end(7, 8.0, state)
    assert frames.kept[-1].value == 8.0
    assert len(frames.kept) == 4


def test_what_would_be_too_much_is_thinned_evenly():
    frames = Frames(1, budget=5 * 16)
    for i in range(40):
        frames.add(i, float(i), np.array([i, i], np.float64))
    assert frames.every == 8
    assert [f.iteration for f in frames.kept] == [0, 8, 16, 24, 32]
