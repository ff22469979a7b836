"""What a workflow asks for beyond tenkai and the open folder; it runs only when the user has agreed to it.

No step of tenkai runs code that a workflow file holds: formulas and filters have a grammar of their own. What is left
are steps that another package brings, which may do anything, and questions to data base servers, which leave this
machine. A workflow file from elsewhere may name both; who opens it has not agreed to them yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tenkai.data import SCHEME
from tenkai.errors import TenkaiError, problem
from tenkai.plan.graph import Bound, Graph
from tenkai.step.registry import step_modules

OWN = "tenkai."
QUERY = "collect.sql"
MOST_KEPT = 2000


@dataclass(frozen=True)
class Ask:
    """One thing that a step of a workflow would do."""

    node: str
    step: str
    kind: str
    """`package`: code of another package; `server`: a question to a data base."""
    what: str


def asks_of(graph: Graph) -> list[Ask]:
    """Return what a workflow asks for, in the order of its steps."""
    found: list[Ask] = []
    modules = step_modules()
    for name, bound in graph.nodes.items():
        module = modules.get(bound.step.name, "")
        if not module.startswith(OWN):
            found.append(Ask(name, bound.step.name, "package", module))
        if bound.step.name == QUERY:
            found += [Ask(name, bound.step.name, "server", text) for text in _servers(graph, bound)]
    return found


def _servers(graph: Graph, bound: Bound) -> Iterator[str]:
    """Return the addresses that a query may go to; a file of the open folder is none."""
    if "source" in bound.froms:
        yield f"what {bound.froms['source']} gives"
    drivers = _values(graph, bound, "driver")
    for source in _values(graph, bound, "source"):
        local = "://" not in str(source).removeprefix("sqlite:///") or str(source).startswith(SCHEME)
        if not local or drivers != ["auto"]:
            yield re.sub(r"//[^/@]*@", "//…@", str(source))  # without its password


def _values(graph: Graph, bound: Bound, setting: str) -> list[Any]:
    if setting in bound.sweeps:
        return list(bound.sweeps[setting].values)
    if setting in bound.variables:
        return list(graph.variables[bound.variables[setting]].values)
    return [bound.settings[setting]] if setting in bound.settings else []


def digest_of(path: Path, graph: Graph, asks: list[Ask]) -> str:
    """Return what a consent is given to: this file, and all that stands in the steps that ask."""
    given = {a.node: {k: str(v) for k, v in graph.nodes[a.node].node.given.items()} for a in asks}
    text = json.dumps([str(path.resolve()), [asdict(a) for a in asks], given], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def refusal(asks: list[Ask]) -> TenkaiError:
    """Return the problem of a workflow that is not run."""
    told = "; ".join(
        f"{a.node} ({a.step}) runs code of the package {a.what.split('.')[0]}"
        if a.kind == "package"
        else f"{a.node} asks {a.what}"
        for a in asks[:6]
    )
    return problem(
        "TK560",
        f"the workflow was not run: {told}.",
        allowed="Code of other packages and questions to servers need your consent.",
        remedy="Agree to it on the page if you trust this file, or take these steps out.",
    )


class Consents:
    """What the user has agreed to: kept in the cache folder, never beside the workflow, which others may write."""

    def __init__(self, cache: Path) -> None:
        self._file = cache / "workbench" / "consents.json"

    def given(self, digest: str) -> bool:
        """Say whether the user has agreed."""
        return digest in self._read()

    def give(self, digest: str) -> None:
        """Remember that the user agrees."""
        others = [d for d in self._read() if d != digest]
        write_secret(self._file, json.dumps([*others[-MOST_KEPT:], digest]))

    def _read(self) -> list[str]:
        kept = read_secret(self._file)
        return [d for d in kept if isinstance(d, str)] if isinstance(kept, list) else []


def write_secret(path: Path, text: str) -> None:
    """Write a file that only this user may read, in one move."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)  # which is made for this user alone
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def read_secret(path: Path) -> Any:
    """Return the JSON of such a file; None where there is none, or where others could have written it."""
    try:
        stat = path.stat()
        if hasattr(os, "getuid") and (stat.st_uid != os.getuid() or stat.st_mode & 0o077):
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
