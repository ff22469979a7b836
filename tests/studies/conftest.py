from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import tenkai as tk
from tenkai.run.project import Project
from tenkai.run.results import RunResult

LoadStudy = Callable[[str, Path], Project]
RunStudy = Callable[[str], RunResult]

LIGHTER = {"faces-parts": {"rank": {"sweep": [40, 80, 120, 160]}}}
"""Sweeps with fewer values, of which the same is expected: all 20 ranks of faces would be a third of all tests."""


@pytest.fixture(scope="session")
def load_study(data_dir: Path) -> LoadStudy:
    """Load a study as the tests run it, with a store of its own."""
    return lambda name, cache: tk.load(name, settings=LIGHTER.get(name), data=data_dir, cache=cache)


@pytest.fixture(scope="session")
def run_study(tmp_path_factory: pytest.TempPathFactory, load_study: LoadStudy, worker_id: str) -> RunStudy:
    """Run a study, once per session; several test processes share one store, as several users may."""
    base = tmp_path_factory.getbasetemp()
    cache = (base if worker_id == "master" else base.parent) / "studies"
    done: dict[str, RunResult] = {}

    def run(name: str) -> RunResult:
        if name not in done:
            # One thread each: test processes share the cores, and a thread that waits for another one waits long.
            done[name] = load_study(name, cache).run(threads=1)
        return done[name]

    return run


@pytest.fixture(scope="session")
def unmet() -> Callable[[Any, Any], list[str]]:
    """Say what of an expectation a result does not meet. The forms are those of `expected:` in a study."""

    def compare(expected: Any, found: Any) -> list[str]:
        if isinstance(expected, list):
            by_point = {tuple(sorted(point["at"].items())): point["value"] for point in found}
            wrong: list[str] = []
            for one in expected:
                at = tuple(sorted((k, _number(v)) for k, v in one["at"].items()))
                wrong += compare({k: v for k, v in one.items() if k != "at"}, by_point.pop(at))
            return wrong + [f"nothing is expected at {at}" for at in by_point]
        if not isinstance(expected, Mapping):
            return [] if found == expected else [f"{found} is not {expected}"]
        forms = set(expected)
        if not (forms == {"value", "within"} or (forms and forms <= {"at_least", "at_most"})):
            return [f"no expectation: {expected}"]
        low = expected.get("at_least", expected["value"] - expected["within"] if "value" in expected else None)
        high = expected.get("at_most", expected["value"] + expected["within"] if "value" in expected else None)
        if not isinstance(found, int | float):
            return [f"{found!r} is no number"]
        return [
            f"{found} is not {word} {end}"
            for word, end, bad in (
                ("at least", low, low is not None and found < low),
                ("at most", high, high is not None and found > high),
            )
            if bad
        ]

    return compare


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
