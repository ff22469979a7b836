"""A workbench on an empty folder, asked as its page asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tenkai.workbench.app import make_app
from tenkai.workbench.project import Folder

PORT, TOKEN = 4321, "a-token-for-tests"
ORIGIN = f"http://127.0.0.1:{PORT}"

CSV = "name,a,b,kind\n" + "".join(f"r{i},{i % 7},{(i * i) % 11},{'xy'[i % 2]}\n" for i in range(40))
FLOW = """\
# my rows
title: Rows
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}  # the file
  scaled: {process.standardize: {table: rows, columns: [a, b]}}
  pca: {learn.pca: {table: scaled, columns: [a, b], components: 2}}
  map: {interpret.map: {map: pca, color: kind}}
results: {rows: rows.rows}
finding: None yet.
"""


class Page:
    """What the page of a workbench can ask."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client, self.folder = client, folder

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/{path}", params=query)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"/api/{path}", json=body, headers={"x-tenkai": "1"})

    def state(self, file: str = "flow.yaml") -> dict[str, Any]:
        answer = self.get("workflow", file=file)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def edit(self, *ops: dict[str, Any], file: str = "flow.yaml") -> Any:
        return self.post("workflow/edit", file=file, version=self.state(file)["version"], ops=list(ops))

    def node(self, name: str, file: str = "flow.yaml") -> dict[str, Any]:
        return next(n for n in self.state(file)["nodes"] if n["name"] == name)

    def run(self, file: str = "flow.yaml", **more: Any) -> list[dict[str, Any]]:
        """Run and wait for the end; return all that was said meanwhile."""
        said: list[dict[str, Any]] = []
        with self.client.websocket_connect("ws://127.0.0.1:4321/api/events", headers={"origin": ORIGIN}) as events:
            assert events.receive_json()["type"] == "hello"
            answer = self.post("run", file=file, **more)
            assert answer.status_code == 200, answer.text
            while True:
                said.append(events.receive_json())
                if said[-1]["type"] == "run" and said[-1]["state"] != "started":
                    return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "rows.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "project" / "flow.yaml").write_text(FLOW, encoding="utf-8")
    return tmp_path / "project"


@contextmanager
def opened(folder: Path, data: Path) -> Iterator[Page]:
    """Open a folder; what is computed lies beside it."""
    app = make_app(Folder(folder, data, folder.parent / "cache"), token=TOKEN, port=PORT)
    with TestClient(app, base_url=ORIGIN, cookies={f"tenkai-{PORT}": TOKEN}) as client:
        yield Page(client, folder)


@pytest.fixture
def page(folder: Path, data_dir: Path) -> Iterator[Page]:
    with opened(folder, data_dir) as page:
        yield page


@pytest.fixture
def client(page: Page) -> TestClient:
    return page.client
