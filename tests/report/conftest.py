from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tenkai.data import Places
from tenkai.plan.workflow import read_workflow
from tenkai.run.project import Project
from tenkai.run.results import RunResult

Made = Callable[..., RunResult]


@pytest.fixture
def made(toys: Path, tmp_path: Path) -> Made:
    """Run a workflow given as text."""

    def run(text: str, name: str = "trial.yaml", **settings: Any) -> RunResult:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        workflow = read_workflow(path)
        overrides = {k.replace("__", "."): v for k, v in settings.items()}
        return Project(workflow, overrides, Places(workflow.folder), tmp_path / "store").run(threads=1)

    return run


BLOCKS = ("p", "dt", "dd", "div", "th", "td", "li", "h1", "h2", "h3", "h4", "a", "b", "figcaption", "summary")


class Seen(HTMLParser):
    """What a browser would see: tags with attributes, and text by section."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.sections: dict[str, str] = {"": ""}
        self.here = ""
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        self.tags.append((tag, given))
        if tag == "section":
            self.here = given.get("id") or given.get("class", "")
            self.sections[self.here] = ""
        if tag in BLOCKS:
            self.sections[self.here] += " "
        if tag == "style":
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.sections[self.here] += data

    def text(self, section: str) -> str:
        return " ".join(self.sections[section].split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def seen() -> Callable[[Path], Seen]:
    """Read a report as a browser would."""
    return lambda path: Seen(path.read_text(encoding="utf-8"))
