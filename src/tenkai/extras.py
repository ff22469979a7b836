"""Packages that a user may live without: imported when they are needed, and named when they are not there."""

from __future__ import annotations

import importlib
from typing import Any

from tenkai.errors import problem


def needed(module: str, extra: str, what: str) -> Any:
    """Import a module of an extra.

    Parameters
    ----------
    module : such as ``rdkit.Chem``
    extra : name of the extra in pyproject.toml that brings it
    what : who needs it, as the first words of the message: ``Molecules``

    Raises
    ------
    TenkaiError
        TK311 when the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.split(".", maxsplit=1)[0]
        if error.name is None or error.name.split(".")[0] != package:
            raise
        raise problem(
            "TK311",
            f"{what} need the package {package}, which is not installed.",
            remedy=f"Install it with: pip install 'tenkai[{extra}]'",
        ) from None
