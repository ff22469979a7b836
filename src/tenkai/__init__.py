"""tenkai (展開, to unfold): a workbench for materials informatics.

Steps are functions: ``tk.learn.pca(table, components=2)``. Workflows are files: ``tk.load("x.yaml").run()``.
Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Attribute -> module and name inside it (None: the module itself).
_LAZY: dict[str, tuple[str, str | None]] = {
    "collect": ("tenkai.collect", None),
    "process": ("tenkai.process", None),
    "learn": ("tenkai.learn", None),
    "interpret": ("tenkai.interpret", None),
    "Table": ("tenkai.values", "Table"),
    "Tensor": ("tenkai.values", "Tensor"),
    "Fitted": ("tenkai.values", "Fitted"),
    "Scores": ("tenkai.values", "Scores"),
    "Figure": ("tenkai.values", "Figure"),
    "Sweep": ("tenkai.values", "Sweep"),
    "sweep": ("tenkai.plan.sweeps", "sweep"),
    "load": ("tenkai.run.project", "load"),
    "explore": ("tenkai.notebook", "explore"),
    "TenkaiError": ("tenkai.errors", "TenkaiError"),
}
__all__ = [
    "Figure",
    "Fitted",
    "Scores",
    "Sweep",
    "Table",
    "TenkaiError",
    "Tensor",
    "__version__",
    "collect",
    "explore",
    "interpret",
    "learn",
    "load",
    "process",
    "sweep",
]

if TYPE_CHECKING:
    from tenkai import collect, interpret, learn, process
    from tenkai.errors import TenkaiError
    from tenkai.notebook import explore
    from tenkai.plan.sweeps import sweep
    from tenkai.run.project import load
    from tenkai.values import Figure, Fitted, Scores, Sweep, Table, Tensor


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'tenkai' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    loaded = importlib.import_module(module)
    return loaded if attribute is None else getattr(loaded, attribute)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """Let values show themselves in a notebook; done by itself where tenkai is imported in one."""
    importlib.import_module("tenkai.notebook.displays").register(shell)


# A notebook has imported IPython before; nobody else pays for the look.
if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()) is not None:
    load_ipython_extension(_shell)
