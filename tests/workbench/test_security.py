"""Whoever is not the page of this server is turned away, and it is logged."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tenkai.workbench.project import safe_name
from tenkai.workbench.routes import GETS, POSTS

HOST = "127.0.0.1:4321"
ORIGIN = f"http://{HOST}"
# Taken from the tables of the server: a new route cannot be forgotten here.
API = [f"/api/{path}" for path in GETS]
SHOWN = ["/", "/index.html", "/assets/index.js", *API]


def everything(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder, but for the store, which a look may make."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*") if p.is_file() and "cache" not in p.relative_to(folder).parts
    }  # fmt: skip


def told(answer: Any) -> str:
    (problem,) = answer.json()["problems"]
    assert problem["code"] == "TK540"
    return str(problem["fact"])


@pytest.mark.parametrize("path", SHOWN)
def test_without_the_token_nothing_is_shown(client: TestClient, path: str) -> None:
    client.cookies.clear()
    answer = client.get(path)
    assert answer.status_code == 403
    assert told(answer) == "the request is refused: the token is missing or wrong."


@pytest.mark.parametrize("path", POSTS)
def test_without_the_token_nothing_is_done(client: TestClient, folder: Path, path: str) -> None:
    client.cookies.clear()
    before = everything(folder)
    answer = client.post(f"/api/{path}", json={"file": "flow.yaml"}, headers={"x-tenkai": "1"})
    assert answer.status_code == 403
    assert told(answer) == "the request is refused: the token is missing or wrong."
    assert everything(folder) == before


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80", "tenkai.evil.example:4321"])
@pytest.mark.parametrize("path", [*API, *(f"POST /api/{p}" for p in POSTS)])
def test_every_route_refuses_a_foreign_host_and_a_foreign_origin(
    client: TestClient, folder: Path, path: str, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    method, _, path = path.rpartition(" ")
    before = everything(folder)
    with caplog.at_level(logging.WARNING, "tenkai.workbench"):
        for bad in ({"host": host}, {"origin": f"http://{host}"}):
            answer = client.request(method or "GET", path, json={"file": "flow.yaml"}, headers={"x-tenkai": "1", **bad})
            assert answer.status_code == 403
            assert host in told(answer)
    assert caplog.text.count(f"refused: {method or 'GET'} {path}") == 2
    assert everything(folder) == before


def test_a_wrong_token_is_no_token(client: TestClient) -> None:
    client.cookies.clear()
    assert client.get("/?token=wrong", follow_redirects=False).status_code == 403
    assert client.get("/api/project?token=a-token-for-tests").status_code == 403


def test_the_start_address_becomes_a_cookie_that_no_script_reads(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.get("/?token=a-token-for-tests", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["set-cookie"] == "tenkai-4321=a-token-for-tests; HttpOnly; SameSite=Strict; Path=/"
    assert client.get("/api/project").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:80", f"{HOST}.evil.example", "[::1]:4321", ""]
)
def test_a_foreign_host_is_refused_as_dns_rebinding_would_bring_one(
    client: TestClient, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "tenkai.workbench"):
        answer = client.get("/api/project", headers={"host": host})
    assert answer.status_code == 403
    assert f"the Host is '{host}'" in told(answer)
    assert "refused: GET /api/project" in caplog.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", f"https://{HOST}"])
def test_a_foreign_origin_is_refused(client: TestClient, origin: str) -> None:
    answer = client.get("/api/project", headers={"origin": origin})
    assert f"the Origin is '{origin}'" in told(answer)
    answer = client.post("/api/run", json={"file": "flow.yaml"}, headers={"origin": origin, "x-tenkai": "1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}])
def test_a_websocket_of_another_page_is_closed(client: TestClient, headers: dict[str, str]) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("ws://127.0.0.1:4321/api/events", headers=headers),
    ):
        pass


def test_a_websocket_without_the_token_is_closed(client: TestClient) -> None:
    client.cookies.clear()
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("ws://127.0.0.1:4321/api/events", headers={"origin": ORIGIN}),
    ):
        pass


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "text/plain", "x-tenkai": "1"},
        {"content-type": "application/x-www-form-urlencoded", "x-tenkai": "1"},
        {"x-tenkai": "1"},
    ],
)
def test_a_form_of_another_page_changes_nothing(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/workflow/undo", content=b'{"file": "flow.yaml"}', headers=headers)
    assert told(answer) == "the request is refused: a change that the page did not send."


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    assert f"the method is {method}" in told(client.request(method, "/api/project"))


PATHS = ["../flow.yaml", "/etc/passwd", "..\\flow.yaml", "sub/../../x.yaml", "%2e%2e/flow.yaml", ".", "", "flow.yaml\0"]


WITHOUT_FILE = {"project", "steps", "report/preview", "POST workflow/new", "POST upload", "POST upload/ask"}
"""Routes that name no workflow file; those that name something else are looked at below."""
FULL = {
    "ref": "rows", "column": "a", "position": 0, "start": 0, "count": 1, "positions": [0], "side": 32, "rows": "",
    "version": 1, "ops": [], "figures": [], "finding": "", "nodes": ["rows"], "digest": "", "to": {"ref": "rows"},
    "within": "",
    "ids": [], "marks": [], "height": 1.0,
}  # fmt: skip
"""What any route could ask for."""


@pytest.mark.parametrize("file", PATHS)
@pytest.mark.parametrize("path", sorted({*GETS, *(f"POST {p}" for p in POSTS)} - WITHOUT_FILE))
def test_no_route_leads_out_of_the_folder(page: Any, path: str, file: str, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "flow.yaml").write_text("steps: {}\n")
    before = everything(tmp_path)
    if path.startswith("POST "):
        more = {k: v for k, v in FULL.items() if not (path == "POST run" and k == "to")}
        answer = page.post(path.removeprefix("POST "), **more, file=file)
    else:
        answer = page.get(path, **{k: v for k, v in FULL.items() if isinstance(v, str | int)}, file=file)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "TK541")
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", PATHS)
def test_no_report_is_shown_but_those_that_were_made(page: Any, name: str) -> None:
    answer = page.get("report/preview", page=name)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "TK580")


@pytest.mark.parametrize("file", [*PATHS, "../project/rows.csv"])
def test_no_workflow_is_made_from_a_file_elsewhere(page: Any, file: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text("steps: {}\n")
    for kind in ("upload", "study"):
        answer = page.post("workflow/new", **{"from": f"{kind}:{file}"})
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "TK541")


def test_a_workflow_that_is_a_link_to_elsewhere_is_none_of_the_folder(page: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("steps: {rows: {collect.digits: {}}}\n")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    assert page.get("workflow", file="link.yaml").status_code == 404
    assert [w["file"] for w in page.get("project").json()["workflows"]] == ["flow.yaml"]


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/..%2f..%2fapp.py", "/assets/../../app.py", "/%2e%2e/app.py"])
def test_the_page_itself_leads_nowhere_else(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Starlette" not in answer.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".hidden", "hidden"),
        ("表 1.csv", "表_1.csv"),
        ("a" * 300, "a" * 120),
    ],
)
def test_an_upload_has_a_plain_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_an_upload_stays_in_the_folder_and_overwrites_nothing(page: Any, folder: Path, tmp_path: Path) -> None:
    headers = {"x-tenkai": "1", "content-type": "application/octet-stream"}
    before = (folder / "rows.csv").read_bytes()
    names = [
        page.client.post("/api/upload", params={"name": name}, content=content, headers=headers).json()["name"]
        for name, content in (("../rows.csv", b"other"), ("rows.csv", before), ("rows.csv", b"other"))
    ]
    assert names == ["rows-2.csv", "rows.csv", "rows-2.csv"]
    assert (folder / "rows.csv").read_bytes() == before
    assert not (tmp_path / "rows.csv").exists()
    assert sorted(p.name for p in folder.iterdir()) == ["flow.yaml", "rows-2.csv", "rows.csv"]


def test_too_large_an_upload_is_refused_and_leaves_nothing(
    page: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenkai.workbench.project.MOST_UPLOAD", 1000)
    headers = {"x-tenkai": "1", "content-type": "application/octet-stream"}

    def unannounced() -> Any:
        for _ in range(3):
            yield b"x" * 500

    for content in (b"x" * 1001, unannounced()):
        answer = page.client.post("/api/upload", params={"name": "big.bin"}, content=content, headers=headers)
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (413, "TK542")
    asked = page.post("upload/ask", name="big.bin", size=1001)
    assert (asked.status_code, asked.json()["problems"][0]["code"]) == (413, "TK542")
    assert page.post("upload/ask", name="big.bin", size=1000).status_code == 200
    assert sorted(p.name for p in folder.iterdir()) == ["flow.yaml", "rows.csv"]


def test_too_large_a_request_is_refused(page: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenkai.workbench.asking.MOST_JSON", 1000)
    before = everything(folder)
    for path in sorted(set(POSTS) - {"upload"}):
        answer = page.post(path, file="flow.yaml", filler="x" * 1000)
        assert (path, answer.status_code, answer.json()["problems"][0]["code"]) == (path, 413, "TK542")
    assert everything(folder) == before


def test_every_answer_forbids_other_hosts_and_framing(client: TestClient) -> None:
    for answer in (client.get("/"), client.get("/api/project"), client.get("/api/project", headers={"host": "x"})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert "unsafe-eval" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
