"""Which code a step reaches: a hash over its functions and all they use inside the packages of steps.

Formatting, comments and docstrings do not count. Names are followed from the step's function through the
modules of its own package and of tenkai; what belongs to other libraries counts by its version.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from tenkai.step import Step

_PARSING = threading.Lock()
"""Python counts the depth of a tree for all threads together: two that parse at once fail (cpython issue 106905)."""


@dataclass(frozen=True)
class Reached:
    """The code a step reaches: one hash per definition, and the libraries used with their versions."""

    parts: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """Return one hash over all parts."""
        text = "\n".join(f"{name} {value}" for name, value in self.parts)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass
class _Module:
    """Top-level definitions of a module, by name, and where imported names come from."""

    name: str
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)


@lru_cache(maxsize=1024)
def reached(step: Step) -> Reached:
    """Return the code reached from a step's function and its shared variants."""
    functions = [step.function, *step.shared_by.values(), *([step.estimator_of] if step.estimator_of else [])]
    home = {f.__module__.split(".")[0] for f in functions} | {"tenkai"}
    waiting = [(f.__module__, f.__name__) for f in functions]
    parts: dict[str, str] = {}
    libraries: set[str] = set()
    while waiting:
        module_name, name = waiting.pop()
        key = f"{module_name}:{name}"
        if key in parts:
            continue
        module = _read(module_name)
        if module is None:
            continue
        if name in module.imports and name not in module.definitions:
            parts[key] = "import"
            waiting.extend(_follow(module.imports[name], home, libraries))
            continue
        parts[key], names = _definition(module_name, name)
        for used, attribute in names:
            waiting.extend(_use(module, used, attribute, home, libraries))
    return Reached(tuple(sorted(parts.items())), tuple((n, _version(n)) for n in sorted(libraries)))


def _use(
    module: _Module, name: str, attribute: str | None, home: set[str], libraries: set[str]
) -> list[tuple[str, str]]:
    if name in module.definitions:
        return [(module.name, name)]
    if name not in module.imports:
        return []
    target, inner = module.imports[name]
    if inner is None and attribute is not None and target.split(".")[0] in home:
        return [(target, attribute)]  # module.function
    return _follow((target, inner), home, libraries, attribute)


def _follow(
    target: tuple[str, str | None], home: set[str], libraries: set[str], attribute: str | None = None
) -> list[tuple[str, str]]:
    module, name = target
    top = module.split(".")[0]
    if top not in home:
        libraries.add(top)
        return []
    if name is None:
        found = _read(module)
        return [(module, n) for n in found.definitions] if found else []
    if _origin(f"{module}.{name}") is not None:  # `from package import module`
        inside = _read(f"{module}.{name}")
        return [
            (f"{module}.{name}", n) for n in ([attribute] if attribute else list(inside.definitions if inside else []))
        ]
    return [(module, name)]


def _names(statement: ast.stmt) -> set[tuple[str, str | None]]:
    """Names used in a statement, with the attribute read from them where there is one."""
    found: set[tuple[str, str | None]] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((node.value.id, node.attr))
        elif isinstance(node, ast.Name):
            found.add((node.id, None))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add((node.value, None))  # quoted annotations
    attributes = {name for name, attribute in found if attribute is not None}
    return {(n, a) for n, a in found if a is not None or n not in attributes}


@lru_cache(maxsize=4096)
def _origin(module: str) -> str | None:
    """Return the file of a module. Only packages above it are imported: what they hold may be heavy."""
    parent = module.rpartition(".")[0]
    if parent and not (_origin(parent) or "").endswith("__init__.py"):
        return None
    try:
        spec = importlib.util.find_spec(module)
    except (ModuleNotFoundError, AttributeError, ValueError):
        return None
    return spec.origin if spec is not None else None


@lru_cache(maxsize=4096)
def _read(module: str) -> _Module | None:
    origin = _origin(module)
    if origin is None or not origin.endswith(".py"):
        return None
    found = _Module(module)
    package = module if origin.endswith("__init__.py") else module.rpartition(".")[0]
    text = Path(origin).read_text(encoding="utf-8")
    with _PARSING:
        tree = ast.parse(text)
    for statement in tree.body:
        _define(found, statement)
    # Imports inside functions are names of the module for this purpose: nothing is missed.
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                found.imports[name] = (alias.name if alias.asname else alias.name.split(".")[0], None)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package.split(".")[: len(package.split(".")) - node.level + 1], base]).strip(".")
            for alias in node.names:
                found.imports[alias.asname or alias.name] = (base, alias.name)
    return found


def _define(module: _Module, statement: ast.stmt) -> None:
    names: list[str] = []
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        names = [statement.name]
        # `@pca.shared(...) def _ranks`: what is attached to a name belongs to it.
        for decorator in statement.decorator_list:
            names.extend(n.id for n in ast.walk(decorator) if isinstance(n, ast.Name))
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    elif isinstance(statement, ast.If | ast.Try | ast.With | ast.For):
        for inner in ast.walk(statement):
            if isinstance(inner, ast.FunctionDef | ast.ClassDef | ast.Assign):
                _define(module, inner)
    for name in names:
        module.definitions.setdefault(name, []).append(statement)


@lru_cache(maxsize=16384)
def _definition(module: str, name: str) -> tuple[str, frozenset[tuple[str, str | None]]]:
    """Return the hash of a definition and the names it uses. Many steps reach the same ones."""
    found = _read(module)
    statements = found.definitions.get(name, []) if found else []
    return _digest(statements), frozenset(n for s in statements for n in _names(s))


def _digest(statements: list[ast.stmt]) -> str:
    text = "\n".join(ast.dump(_without_docstrings(s), annotate_fields=False) for s in statements)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _without_docstrings(statement: ast.stmt) -> ast.stmt:
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return statement


@lru_cache(maxsize=1)
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


@lru_cache(maxsize=256)
def _version(library: str) -> str:
    """Return the version of the distribution that brings a top-level package; "" for the standard library."""
    for name in _distributions().get(library, []):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""
