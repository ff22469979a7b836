"""The thread pools of the numeric libraries, looked up once."""

from __future__ import annotations

import sys
from typing import Any

_found: dict[str, Any] = {}


def controller() -> Any:
    """Return the controller of the pools that are loaded; limit them with ``controller().limit(limits=n)``."""
    from threadpoolctl import ThreadpoolController

    # Looking for loaded libraries takes milliseconds: look again only after something was imported.
    if _found.get("modules") != len(sys.modules):
        _found.update(modules=len(sys.modules), controller=ThreadpoolController())
    return _found["controller"]
