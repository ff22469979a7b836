"""JupyterLab without a window: a server of its own, its settings and files far from the user's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
from playwright.sync_api import Page

TOKEN = "a-token-for-tests"


class Lab:
    """A running `jupyter lab` on loopback, whose kernels are this Python."""

    def __init__(self, root: Path, theme: str = "JupyterLab Light") -> None:
        self.root = root / "notebooks"
        homes = {
            n: root / n.lower() for n in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        for folder in (self.root, *homes.values(), homes["JUPYTER_CONFIG_DIR"] / "labconfig"):
            folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "@jupyterlab/apputils-extension:themes": {"theme": theme},
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        }
        overrides = homes["JUPYTER_CONFIG_DIR"] / "labconfig" / "default_setting_overrides.json"
        overrides.write_text(json.dumps(settings), encoding="utf-8")
        kernel = homes["JUPYTER_DATA_DIR"] / "kernels" / "python3"
        kernel.mkdir(parents=True)
        spec = {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
        }
        (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
            f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={TOKEN}",
            "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
            "--LabServerApp.extra_labextensions_path=[]",
        ]  # fmt: skip
        self.log = root / "lab.log"
        env = os.environ | {n: str(p) for n, p in homes.items()} | {"JUPYTERLAB_SETTINGS_DIR": str(root / "settings")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, env=env
            )
        self.address = self._address(homes["JUPYTER_RUNTIME_DIR"])

    def _address(self, runtime: Path) -> str:
        """Wait until the server has written where it listens, which it does last."""
        while self.process.poll() is None:
            for file in runtime.glob("jpserver-*.json"):
                try:
                    return str(json.loads(file.read_text(encoding="utf-8"))["url"])
                except (json.JSONDecodeError, KeyError):
                    continue  # half written
        raise AssertionError(self.log.read_text())

    def write(self, name: str, *cells: str) -> None:
        """Write a notebook of code cells."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.root / name)

    def open(self, page: Page, name: str) -> None:
        """Open a notebook by itself and wait for its kernel."""
        page.goto(f"{self.address}doc/tree/{name}?token={TOKEN}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(
            "() => { const p = window.jupyterapp?.shell.currentWidget; "
            "return p?.sessionContext?.session?.kernel?.status === 'idle'; }"
        )

    def run_cell(self, page: Page, number: int) -> str:
        """Run one cell again and return what it prints."""
        page.evaluate(
            "async (n) => { const p = window.jupyterapp.shell.currentWidget; p.content.activeCellIndex = n; "
            "await window.jupyterapp.commands.execute('notebook:run-cell'); }",
            number,
        )
        return self.printed(page, number)

    def printed(self, page: Page, number: int) -> str:
        """Return the text that a cell has put out."""
        return str(
            page.evaluate(
                "(n) => window.jupyterapp.shell.currentWidget.content.widgets[n].model.outputs.toJSON()"
                ".map(o => o.text ?? (o.traceback ?? []).join('')).flat().join('')",
                number,
            )
        )

    def stop(self) -> None:
        """End the server with its kernels."""
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
