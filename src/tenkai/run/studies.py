"""Studies: workflows shipped with tenkai, each with a page of text."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "studies"


def study_names() -> list[str]:
    """Return the names of all studies."""
    return sorted(p.stem for p in FOLDER.glob("*.yaml"))


def find_study(name: str) -> Path | None:
    """Return the workflow file of a study."""
    path = FOLDER / f"{name}.yaml"
    return path if name in study_names() else None


def study_text(name: str) -> str:
    """Return the page of a study (Markdown)."""
    page = FOLDER / f"{name}.md"
    return page.read_text(encoding="utf-8") if page.exists() else ""
