from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tenkai.data import Places, looking_in
from tenkai.plan.check import checked
from tenkai.plan.graph import Graph, bind
from tenkai.plan.workflow import parse_workflow


@pytest.fixture
def plan(toys: Path, tmp_path: Path) -> Callable[..., Graph]:
    """Bind and check a workflow text called w.yaml, as `tenkai check` does."""

    def make(text: str, overrides: Mapping[str, Any] | None = None) -> Graph:
        workflow = parse_workflow(dedent(text).lstrip("\n"), "w", path=tmp_path / "w.yaml", shown="w.yaml")
        with looking_in(Places(tmp_path)):
            return checked(bind(workflow, overrides))

    return make


@pytest.fixture
def problems(plan: Callable[..., Graph]) -> Callable[..., list[str]]:
    """All problems of a workflow text, as they are told."""

    def of(text: str, overrides: Mapping[str, Any] | None = None) -> list[str]:
        return [str(p) for p in plan(text, overrides).problems]

    return of
