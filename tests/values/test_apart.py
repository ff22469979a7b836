"""Work in worker processes: the items at fault are told, the others are done, whatever happens to a worker."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest

from tenkai.values import apart as module
from tenkai.values.apart import Refused, apart


@pytest.fixture(autouse=True)
def fresh_workers() -> None:
    """Workers that other tests have left may stand in a folder from which this module cannot be imported."""
    module._stop_all()


def double(item: Any, common: Any) -> Any:
    if item == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if item == "hang":
        while True:
            pass
    if item == "refuse":
        raise Refused("it is not wanted")
    if item == "memory":
        return len(bytearray(1 << 40))
    if item == "fault":
        raise TypeError("a fault of the program")
    return common * item


@pytest.mark.parametrize("threads", [1, 3])
def test_every_item_gets_its_answer_in_order(threads: int) -> None:
    items: list[Any] = [1, "crash", 2, "refuse", 3, "hang", 4, "memory", 5, *range(300)]
    found = apart(double, items, 2, warm_up=0, threads=threads, seconds=0.3)
    assert [a.value for a in found if not a.reason] == [2, 4, 6, 8, 10, *range(0, 600, 2)]
    assert [a.reason for a in found if a.reason] == [
        "reading it ended the process (SIGSEGV)",
        "it is not wanted",
        "it takes longer than 0.3 s",
        "it takes too much memory",
    ]
    assert [i for i, a in enumerate(found) if a.reason] == [1, 3, 5, 7]


def test_a_fault_of_the_program_is_no_fault_of_an_item() -> None:
    with pytest.raises(RuntimeError, match="TypeError: a fault of the program"):
        apart(double, ["fault"], 2, warm_up=0)


def test_no_items_need_no_worker() -> None:
    assert apart(double, [], 2, warm_up=0) == []


def test_workers_wait_for_the_next_call_and_stop_when_asked() -> None:
    apart(double, [1], 1, warm_up=0)
    before = [w.process.pid for w in module._idle]
    apart(double, [1], 1, warm_up=0)
    assert [w.process.pid for w in module._idle] == before
    module._stop_all()
    assert module._idle == []
    assert apart(double, [2], 2, warm_up=0)[0].value == 4


def test_a_worker_that_died_while_it_waited_is_replaced() -> None:
    apart(double, [1], 1, warm_up=0)
    for worker in module._idle:
        worker.process.kill()
        worker.process.wait()
    assert apart(double, [2], 2, warm_up=0)[0].value == 4


def test_a_stop_asked_for_by_the_progress_ends_the_workers() -> None:
    class Stop(Exception):
        pass

    def stop(done: float, total: float) -> None:
        raise Stop

    start = time.monotonic()
    with pytest.raises(Stop):
        apart(double, ["hang"], 2, warm_up=0, seconds=100, progress=stop)
    assert time.monotonic() - start < 60  # and not the 100 seconds of the item


def test_one_that_neither_works_nor_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SILENCE", -1.5)
    found = apart(sleep, [9, 0], warm_up=0, seconds=0.1)
    assert [a.reason for a in found] == ["it takes longer than 0.1 s", ""]


def sleep(item: float, common: Any) -> float:
    time.sleep(item)
    return item
