"""The address of a workbench that ended without warning, so that its pages find it again after a restart.

A server that is stopped forgets its address; one that is killed cannot. Who opens the same folder again then gets the
same port and the same token, and pages that are still open go on.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tenkai.workbench.trust import read_secret, write_secret

LONGEST = 12 * 3600  # seconds from the start of a server to the last moment its address may be taken up again


@dataclass(frozen=True)
class Address:
    """Where a workbench listens, and what its pages carry."""

    port: int
    token: str


def _file(cache: Path, root: Path) -> Path:
    name = hashlib.blake2b(str(root.resolve()).encode(), digest_size=12).hexdigest()
    return cache / "workbench" / f"address-{name}.json"


def remembered(cache: Path, root: Path) -> Address | None:
    """Return the address of a server of this folder that was killed not long ago."""
    path = _file(cache, root)
    kept = read_secret(path)
    try:
        if kept is None or not 0 <= time.time() - path.stat().st_mtime < LONGEST:
            return None
        found = Address(int(kept["port"]), str(kept["token"]))
    except (OSError, TypeError, ValueError, KeyError):
        return None
    return found if 0 < found.port < 65536 and len(found.token) >= 32 else None


def remember(cache: Path, root: Path, address: Address) -> None:
    """Keep the address while the server runs."""
    write_secret(_file(cache, root), json.dumps(asdict(address)))


def forget(cache: Path, root: Path, address: Address) -> None:
    """Forget the address of a server that ends; that of another server of the same folder stays."""
    if remembered(cache, root) == address:
        _file(cache, root).unlink(missing_ok=True)
