"""The data files the studies read: where each comes from, its checksum, its licence, whom to cite.

No content is shipped. A file is fetched once from the repository of its authors, at a fixed commit, into the
user's data folder; a checksum says that it is the very file the expected figures were computed from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from tenkai.data import SCHEME, data_folders
from tenkai.errors import listing, nearest, problem

_HOST = "https://raw.githubusercontent.com"
# Tables of the tutorial "KNIME for materials informatics" (National Institute for Materials Science).
_TUTORIAL = "nim-hrkn/mi_knime_tutorial"
_TUTORIAL_COMMIT = "81d647817a80b7c4f758e0ae06dc0ff31cf743e0"
_MIT = "MIT (README of the repository)"


@dataclass(frozen=True)
class DataSet:
    """One file of known content.

    Parameters
    ----------
    name
        What stands behind ``data:`` in a workflow.
    title
        Rows, columns, and what they are.
    repository, commit, path
        Where the authors keep it.
    sha256, size
        Checksum, and bytes.
    licence, citation
        Under which terms it is given, and whom to name.
    """

    name: str
    title: str
    repository: str
    commit: str
    path: str
    sha256: str
    size: int
    licence: str
    citation: str

    @property
    def url(self) -> str:
        """Address of the file."""
        return f"{_HOST}/{self.repository}/{self.commit}/{self.path}"


def _tutorial(name: str, title: str, sha256: str, size: int) -> DataSet:
    path = f"data_calculated/{name.rpartition('/')[2]}"
    cite = f"{_TUTORIAL} on GitHub, {path}, commit {_TUTORIAL_COMMIT[:7]}"
    return DataSet(name, title, _TUTORIAL, _TUTORIAL_COMMIT, path, sha256, size, _MIT, cite)


_ALL = (
    _tutorial(
        "mi/Carbon8_descriptor.csv",
        "3560 atoms of 445 carbon structures, 15 radial symmetry functions each",
        "5ec3b8f1d12774731ec8a4ef0e8f7eff497327d3f868cbaa76814c90bf72d1f5",
        1_061_394,
    ),
    _tutorial(
        "mi/Carbon8_descriptor_selected.csv",
        "144 of these atoms with their number of neighbors and the polytype of the structure",
        "e843d25d63075c79ac7f1f193cf4529c836f11e69196d107739e49a07440488f",
        44_367,
    ),
    _tutorial(
        "mi/Fe2_descriptor.csv",
        "42 iron configurations near bcc, fcc and hcp, 6 radial symmetry functions and 20 histogram bins",
        "245b54c2e82f6e5c176d4ede6a7d8c37d02bafacee9777595c4ad1d4e8561f17",
        9_579,
    ),
    _tutorial(
        "mi/Fe2_descriptor_newdata.csv",
        "6 further iron configurations in the same columns",
        "dac1ac301459ae5a1809a560ff0b1f762364b657ef9a4c93972807130f3e99e2",
        1_598,
    ),
)


@cache
def known() -> Mapping[str, DataSet]:
    """Return the data sets by name.

    >>> known()["mi/Fe2_descriptor.csv"].licence
    'MIT (README of the repository)'
    """
    return MappingProxyType({one.name: one for one in _ALL})


def fetch(name: str) -> Path:
    """Return the file of a data set in the user's data folder; fetch it when it is not there or not intact.

    Raises
    ------
    TenkaiError
        TK301 for a name that is not known; TK312 when the file cannot be fetched (no network, a full disk) or
        is not the one expected, with what to put where.
    """
    name = name.removeprefix(SCHEME)
    if name not in known():
        raise problem(
            "TK301",
            f"there is no data set '{name}' to fetch.",
            allowed=f"Known: {listing(known())}.",
            remedy=nearest(name, known()),
        )
    import logging

    import pooch

    one = known()[name]
    target = data_folders()[-1] / name
    pooch.get_logger().setLevel(logging.ERROR)  # the caller says what is fetched
    try:
        pooch.retrieve(one.url, f"sha256:{one.sha256}", fname=target.name, path=target.parent)
    except ValueError:  # pooch: the checksum does not fit
        raise problem(
            "TK312",
            f"what came from {one.url} is not the file '{name}': its checksum differs.",
            remedy=f"Try again, or put the file with sha256 {one.sha256} at {target}.",
        ) from None
    except OSError as error:
        raise problem(
            "TK312",
            f"the data set '{name}' cannot be fetched: {_why(error)}.",
            remedy=f"Put the file {one.url} ({one.size} bytes) at {target}, or name its folder with --data DIR "
            "or TENKAI_DATA.",
        ) from None
    return target


def _why(error: OSError) -> str:
    """Say in words what stopped a download: a folder, the server, or the way to it."""
    if error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"the server answers {answer.status_code} {answer.reason}"
    return f"there is no connection to {_HOST.rpartition('/')[2]}"
