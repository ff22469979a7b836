from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tenkai.run.project import Project, load


@pytest.fixture
def workflow(toys: Path, cache_dir: Path, tmp_path: Path) -> Callable[..., Project]:
    """Write a workflow and open it; one store for the test."""

    def make(text: str, name: str = "w.yaml", **options: Any) -> Project:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return load(path, **options)

    return make
