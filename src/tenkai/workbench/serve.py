"""Starting the server: a free port on loopback, an address with a token, a browser."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from tenkai.errors import TenkaiError, problem
from tenkai.run.project import find_workflow
from tenkai.run.store import default_folder
from tenkai.run.studies import find_study
from tenkai.workbench.address import Address, forget, remember, remembered
from tenkai.workbench.project import Folder
from tenkai.workbench.security import new_token

LOOPBACK = "127.0.0.1"


def open_workbench(
    target: str | None,
    *,
    port: int = 0,
    data: str | None = None,
    cache: str | None = None,
    browser: bool = True,
    told: Callable[[str], None] = print,
) -> None:
    """Serve a folder until Ctrl-C.

    Parameters
    ----------
    target : a workflow file, a folder, or the name of a study, which is copied into the current folder
    port : 0 for any free one

    Raises
    ------
    TenkaiError
        TK101 for a workflow that is not there; TK544 for a port that is taken.
    """
    import uvicorn

    from tenkai.workbench.app import make_app

    root, file = _target(target)
    folder = Folder(root, Path(data).absolute() if data else None, Path(cache).absolute() if cache else None)
    if file.startswith("study:"):
        file = folder.create(file)
    keep = folder.cache or default_folder()
    before = remembered(keep, root)
    with _listening_again(port, before) as listener:
        port = listener.getsockname()[1]
        token = before.token if before and before.port == port else new_token()
        here = Address(port, token)
        remember(keep, root, here)
        app = make_app(folder, token=token, port=port, ended=lambda: forget(keep, root, here))
        address = f"http://{LOOPBACK}:{port}/?token={token}" + (f"#workflow/{file}" if file else "")
        told(f"The workbench of {root} is at\n\n  {address}\n\nStop it with Ctrl-C.")
        sys.stdout.flush()
        logging.getLogger("tenkai.workbench").setLevel(logging.INFO)
        config = uvicorn.Config(app, log_level="warning", lifespan="on", ws="websockets-sansio", server_header=False)
        server = uvicorn.Server(config)
        if browser:
            threading.Timer(0.6, webbrowser.open, (address,)).start()
        server.run(sockets=[listener])


def _target(target: str | None) -> tuple[Path, str]:
    if target is None:
        return Path.cwd(), ""
    path = Path(target)
    if path.is_dir():
        return path.absolute(), ""
    found = find_workflow(target)
    if found == find_study(target):
        return Path.cwd(), f"study:{target}"
    if not found.is_file():
        from tenkai.plan.workflow import read_workflow

        read_workflow(found)  # which says what is not there
    return found.absolute().parent, found.name


def _listening_again(port: int, before: Address | None) -> socket.socket:
    """Listen at the port asked for; where any will do, at that of a server of this folder that was killed."""
    if not port and before:
        try:
            return _listening(before.port)
        except TenkaiError:
            pass  # somebody else has it by now
    return _listening(port)


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise problem(
            "TK544",
            f"port {port} cannot be used: {error.strerror or error}.",
            remedy="Leave --port out.",
            setting="--port",
        ) from None
    listener.listen(128)
    return listener
