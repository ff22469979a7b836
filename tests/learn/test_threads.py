"""One thread where the bits depend on it, whoever asks and whichever thread asks."""

import threading

import numpy as np
import pytest
import scipy.linalg
from threadpoolctl import threadpool_info

from tenkai.learn._threads import blas_threads, one_thread, side_by_side
from tenkai.step import Run


def pools() -> list[int]:
    """Threads of each BLAS that is loaded."""
    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def loaded() -> None:
    scipy.linalg.svd(np.eye(3))
    assert pools()


def elsewhere(call) -> list[int]:
    found: list[int] = []
    other = threading.Thread(target=lambda: found.extend(call()))
    other.start()
    other.join()
    return found


def limited() -> list[int]:
    with one_thread():
        return pools()


def test_a_limit_holds_in_every_thread_whoever_came_first() -> None:
    # threadpoolctl 3.8 lets only the first thread that ever set a limit set another one.
    before = pools()
    for _ in range(2):
        assert set(limited()) == {1}
        assert set(elsewhere(limited)) == {1}
        assert pools() == before


def test_the_fewest_wins_and_the_first_state_returns() -> None:
    before = pools()
    with blas_threads(2):
        assert set(elsewhere(limited)) == {1}
        with one_thread():
            assert set(pools()) == {1}
            with blas_threads(2):
                assert set(pools()) == {1}
        assert max(pools()) <= 2
    assert pools() == before


def test_jobs_side_by_side_keep_one_thread() -> None:
    before = pools()
    found = side_by_side([lambda _: limited()] * 6, Run(2), together=2)
    assert {n for one in found for n in one} == {1}
    assert pools() == before
