"""A notebook page as strict as VS Code's: the widget's real module and real Python, a stand-in for what lies between.

VS Code has the page of a notebook in a webview, and widgets in it by the Jupyter extension. Here are the rules and
surroundings that a widget meets there. The loader is anywidget's own, found in the environment as the extension does.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from ipywidgets.widgets.widget import _remove_buffers
from playwright.sync_api import Page, Route

# The policy that VS Code sets with the setting notebook.experimental.enableCsp; without it there is none
# (microsoft/vscode, src/vs/workbench/contrib/notebook/browser/view/renderers/backLayerWebView.ts). Here it is stricter:
# no code from texts, no scripts in the page, nothing of another host, nothing to connect to. `blob:` is added, without
# which anywidget cannot import any module.
POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'none'; child-src 'none'"
)
HOST = "http://127.0.0.1:9/"
"""Nobody listens there: the page is given by the test."""

# What the extension says of every widget (src/webviews/webview-side/ipywidgets/renderer/styles.css of
# microsoft/vscode-jupyter), and colors of the editor as VS Code hands them to the page; no variable of JupyterLab.
PAGE = """<!DOCTYPE html><html><head><style>
  body { margin: 0; background: #1f1f1f; color: #cccccc; font: 13px sans-serif; }
  .cell-output-ipywidget-background { background: white !important; padding: 8px; margin-bottom: 8px; }
</style><script src="webview.js"></script><script src="anywidget.js"></script></head>
<body class="vscode-dark" data-vscode-theme-kind="vscode-dark"></body></html>"""

BETWEEN = Path(__file__).with_name("webview.js")


def nbextensions() -> Path:
    """Return where VS Code looks for widgets before it asks the network: below the prefix of the kernel's Python."""
    return Path(sys.prefix) / "share" / "jupyter" / "nbextensions"


def modules(folder: Path) -> dict[str, Path]:
    """Find the modules of widgets as the extension does: by the text of each `extension.js`, which is not run.

    After `extractRequireConfigFromWidgetEntry` in baseIPyWidgetScriptManager.ts of microsoft/vscode-jupyter, with
    anywidget's way to write it since version 2023.11 (pull request 14711).
    """
    found = {}
    for entry in sorted(folder.glob("*/extension.js")):
        text = entry.read_text(encoding="utf-8")
        at = max(text.find(start) for start in ("require.config({", "requirejs.config({", "requirejs?.config({"))
        if at < 0:
            continue
        inner = text[text.index("{", at) : text.index(")", at)].split("{")[-1].split("}")[0]
        for pair in filter(None, (part.strip() for part in inner.split(","))):
            name, _, path = pair.partition(":")
            found[name.strip("\"' ")] = folder.parent / (path.strip("\"' ") + ".js")
    return found


class Webview:
    """One page with the widget, which talks to the object in this process."""

    def __init__(self, page: Page, widget: Any) -> None:
        self.page, self._sent = page, []
        self.widget = widget
        widget.comm.publish_msg = self._publish
        page.route(HOST + "**", self._serve)
        page.expose_function("toPython", self._heard)
        page.goto(HOST)
        state, paths, buffers = _remove_buffers(widget.get_state())
        page.evaluate("(m) => start(m)", {"data": {"state": state, "buffer_paths": paths}, "buffers": _texts(buffers)})

    def _serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(HOST)
        scripts = {"webview.js": BETWEEN, "anywidget.js": modules(nbextensions())["anywidget"]}
        if name in scripts:
            route.fulfill(path=scripts[name], content_type="text/javascript")
        else:
            route.fulfill(body=PAGE, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    def _publish(self, kind: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        if kind == "comm_msg":
            self._sent.append({"data": data, "buffers": _texts(buffers or [])})

    def _heard(self, said: str) -> list[Any]:
        """Give the object what the page says; what it sends meanwhile is the answer."""
        message = json.loads(said)
        buffers = [memoryview(base64.b64decode(b)) for b in message["buffers"]]
        self.widget.comm.handle_msg({"content": {"data": message["data"]}, "buffers": buffers})
        return self._taken()

    def _taken(self) -> list[Any]:
        sent, self._sent = self._sent, []
        return sent

    def tell(self) -> None:
        """Bring to the page what was set in Python."""
        self.page.evaluate("(sent) => deliver(sent)", self._taken())

    def show(self) -> int:
        """Show the widget once more; return the number of this view."""
        return int(self.page.evaluate("() => show()"))

    def remove(self, number: int) -> None:
        """Take one view away, as a cell that runs again does."""
        self.page.evaluate("(n) => views[n].remove()", number)


def _texts(buffers: Any) -> list[str]:
    return [base64.b64encode(bytes(b)).decode() for b in buffers]
