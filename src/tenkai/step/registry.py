"""Finding steps: packages named by the entry-point group ``tenkai.steps``, one step per file."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from functools import cache, lru_cache
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from tenkai.errors import TenkaiError, nearest, problem
from tenkai.step.step import Step

GROUP = "tenkai.steps"


@lru_cache(maxsize=1)
def step_modules() -> dict[str, str]:
    """Return the module of every step, by step name, without importing any.

    An entry point ``learn = "tenkai.learn"`` makes each file ``tenkai/learn/pca.py`` the step ``learn.pca``.
    """
    found: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.value != f"tenkai.{p.name}", p.value)):
        for name, module in _modules(point.value, point.name):
            if found.get(name, module) != module:
                raise problem("TK902", f"the step {name} is in both {found[name]} and {module}.")
            found[name] = module
    return found


def _modules(package: str, prefix: str) -> list[tuple[str, str]]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise problem("TK901", f"the step package {package} cannot be found.", remedy="Reinstall what brings it.")
    found: list[tuple[str, str]] = []
    for item in pkgutil.iter_modules(spec.submodule_search_locations):
        if item.name.startswith("_"):
            continue
        if item.ispkg:
            found.extend(_modules(f"{package}.{item.name}", f"{prefix}.{item.name}"))
        else:
            found.append((f"{prefix}.{item.name}", f"{package}.{item.name}"))
    return found


def step_names() -> list[str]:
    """Return the names of all steps, by stage and name."""
    from tenkai.step.step import STAGES

    return sorted(step_modules(), key=lambda n: (STAGES.index(n.split(".")[0]) if n.split(".")[0] in STAGES else 9, n))


def get_step(name: str) -> Step:
    """Return a step by name. Raises TK105 with the nearest name."""
    modules = step_modules()
    if name not in modules:
        raise unknown_step(name)
    return _load(name, modules[name])


@cache
def _load(name: str, module: str) -> Step:
    found = getattr(importlib.import_module(module), name.rsplit(".", 1)[1], None)
    if not isinstance(found, Step) or found.name != name:
        raise problem("TK901", f"the file {module} does not declare the step {name}.")
    return found


def unknown_step(name: str) -> TenkaiError:
    """The error for a step that does not exist."""
    return problem(
        "TK105",
        f"there is no step '{name}'.",
        allowed="See 'tenkai steps' for all.",
        remedy=nearest(name, step_names()),
    )


class StepPackage(ModuleType):
    """A package whose attributes are its steps: ``tk.learn.pca(table)`` calls the step in ``learn/pca.py``."""

    def __setattr__(self, name: str, value: Any) -> None:
        # Python binds an imported submodule as attribute of its package; we bind the step in it instead.
        if isinstance(value, ModuleType) and isinstance(getattr(value, name, None), Step):
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            if importlib.util.find_spec(f"{self.__name__}.{name}") is not None:
                importlib.import_module(f"{self.__name__}.{name}")
                return self.__dict__[name]
            # a step that another package brings: `tenkai.process` holds every process.NAME
            full = f"{self.__name__.partition('.')[2]}.{name}"
            if full in step_modules():
                return get_step(full)
        raise AttributeError(f"module {self.__name__!r} has no step {name!r}")

    def __dir__(self) -> list[str]:
        return sorted(m.name for m in pkgutil.iter_modules(self.__path__) if not m.name.startswith("_"))


def open_package(name: str) -> None:
    """Make a package show its steps as attributes; called in the package's ``__init__``."""
    sys.modules[name].__class__ = StepPackage
