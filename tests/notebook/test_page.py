"""The page on notebooks runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tenkai as tk

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notebooks.md"


def test_every_line_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 2
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    seen, digits = names["seen"], names["digits"]
    assert seen.selection == ["Row7", "Row12"]
    assert seen.selected.ids.to_list() == seen.selection
    assert seen.color == "PCA1"
    kept = tk.process.filter(digits, rows=seen.selection)
    assert getattr(kept, "table", kept).ids.to_list() == seen.selection
