"""Estimators in files: skops, unpacked, with stable names, so that equal estimators give equal bytes."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from tenkai.errors import problem
from tenkai.values.hashing import digest_json
from tenkai.values.value import Folder

SCHEMA = "schema.json"
FILES = "files.json"


@dataclass(frozen=True)
class StoredEstimator:
    """An estimator that lies in files. Reading one imports scikit-learn, so it waits until it is used."""

    folder: Folder
    class_name: str

    def read(self) -> Any:
        """Read it."""
        return read_estimator(self.folder)

    def copy(self, target: Folder) -> None:
        """Write the same files elsewhere."""
        names = json.loads(self.folder.read(FILES))
        for name in (SCHEMA, FILES, *names):
            target.write(name, self.folder.read(name))


def digest_estimator(estimator: Any, context: Any) -> str:
    """Hash an estimator and the facts around it (in memory)."""
    import joblib

    return digest_json([joblib.hash(estimator), context])


def write_estimator(estimator: Any, folder: Folder) -> None:
    """Write an estimator as skops' schema and arrays."""
    import skops.io

    files: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(estimator))) as packed:
        for name in packed.namelist():
            files[name] = packed.read(name)
    # skops names objects by their address in memory; count them instead.
    schema = json.loads(files.pop(SCHEMA))
    names = {name: f"{i}.{name.rsplit('.', 1)[-1]}" for i, name in enumerate(_files_in(schema))}
    _renumber(schema, names, {})
    for name, content in files.items():
        folder.write(names[name], content)
    folder.write_text(FILES, json.dumps(sorted(names[n] for n in files)))
    folder.write_text(SCHEMA, json.dumps(schema))


def read_estimator(folder: Folder) -> Any:
    """Read an estimator. Only types of scikit-learn, NumPy, SciPy and of step packages are accepted."""
    import skops.io

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr(SCHEMA, folder.read(SCHEMA))
        for name in json.loads(folder.read(FILES)):
            out.writestr(name, folder.read(name))
    data = packed.getvalue()
    unknown = skops.io.get_untrusted_types(data=data)
    packages = trusted_packages()
    refused = [name for name in unknown if name.split(".")[0] not in packages]
    if refused:
        raise problem("TK802", f"the stored estimator holds objects of type {refused[0]}, which is not trusted.")
    return skops.io.loads(data, trusted=unknown)


def trusted_packages() -> set[str]:
    """Packages whose classes may be read back: the numeric libraries and those that bring steps."""
    own = {point.value.split(".")[0].split(":")[0] for point in entry_points(group="tenkai.steps")}
    return own | {"tenkai", "numpy", "scipy", "sklearn"}


def _files_in(node: Any) -> list[str]:
    found: list[str] = []
    if isinstance(node, dict):
        if isinstance(node.get("file"), str):
            found.append(node["file"])
        for _, value in sorted(node.items()):
            found.extend(_files_in(value))
    elif isinstance(node, list):
        for value in node:
            found.extend(_files_in(value))
    return list(dict.fromkeys(found))


def _renumber(node: Any, names: dict[str, str], ids: dict[int, int]) -> None:
    if isinstance(node, dict):
        if "__id__" in node:
            node["__id__"] = ids.setdefault(node["__id__"], len(ids) + 1)
        if isinstance(node.get("file"), str):
            node["file"] = names[node["file"]]
        for _, value in sorted(node.items()):
            _renumber(value, names, ids)
    elif isinstance(node, list):
        for value in node:
            _renumber(value, names, ids)
