"""How identities and influences lie in files: npy, each set of rows once."""

from __future__ import annotations

from typing import Any

from tenkai.values.lineage import Identity, Influence
from tenkai.values.value import Folder


def write_identity(identity: Identity, folder: Folder) -> dict[str, Any]:
    """Write keys, offsets and groups; return what `read_identity` needs."""
    folder.write_array("keys.npy", identity.keys)
    if identity.offsets is not None:
        folder.write_array("offsets.npy", identity.offsets)
    if identity.codes is not None:
        folder.write_array("codes.npy", identity.codes)
    every = {i.digest: i for group in identity.groups for i in group} if identity.codes is not None else {}
    place = {digest: at for at, digest in enumerate(every)}
    return {
        "grouped": identity.offsets is not None,
        "coded": identity.codes is not None,
        "groups": [[place[i.digest] for i in group] for group in identity.groups] if every else [],
        "influences": write_influences(tuple(every.values()), folder.sub("groups")),
    }


def read_identity(header: dict[str, Any], folder: Folder) -> Identity:
    """Read what `write_identity` wrote."""
    every = read_influences(header["influences"], folder.sub("groups"))
    return Identity(
        _load(folder, "keys"),
        _load(folder, "offsets") if header["grouped"] else None,
        _load(folder, "codes") if header["coded"] else None,
        tuple(tuple(every[i] for i in group) for group in header["groups"]),
    )


def _load(folder: Folder, name: str) -> Any:
    return folder.read_array(f"{name}.npy")


def write_influences(influences: tuple[Influence, ...], folder: Folder) -> list[list[str]]:
    """Write the row sets as npy; return step and kind of each."""
    for i, influence in enumerate(influences):
        folder.write_array(f"influence{i}.npy", influence.rows)
    return [[i.step, i.kind] for i in influences]


def read_influences(header: list[list[str]], folder: Folder) -> tuple[Influence, ...]:
    """Read what `write_influences` wrote."""
    return tuple(
        Influence(step, kind, _load(folder, f"influence{i}"))  # type: ignore[arg-type]
        for i, (step, kind) in enumerate(header)
    )
