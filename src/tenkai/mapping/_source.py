"""Which step reads a file or folder, by its name and first look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenkai.errors import TenkaiError, count, listing, problem
from tenkai.step import get_step
from tenkai.values import Table

if TYPE_CHECKING:
    from tenkai.collect._sources import Source as Picture

TEXT = (".csv", ".tsv", ".txt", ".tab", ".dat")
WORKBOOK = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PARQUET = (".parquet", ".pq")
ARRAY = (".npy", ".npz", ".idx", "-ubyte")
MOLECULES = {".smi": "smiles", ".smiles": "smiles", ".sdf": "sdf", ".sd": "sdf"}
DATABASE = (".db", ".sqlite", ".sqlite3")
PACKED = (".gz", ".zst")
TYPES = (
    "Allowed: tables (.csv, .tsv, .txt, .xlsx, .parquet; texts also as .gz or .zst), arrays (.npy, .npz, idx), "
    "molecules (.smi, .sdf), crystals (.cif, .xsf, .extxyz, POSCAR), and folders or .zip archives of pictures or of "
    "crystals."
)

# Pictures are compared pixel by pixel: beyond this many along a side, nothing is gained.
MOST_SIDE = 128
MOST_PIXELS = 400_000_000  # of all pictures together


@dataclass
class Source:
    """The step that reads the rows, and its settings beside the path."""

    step: str
    settings: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> bool:
        """Say whether it reads pictures."""
        return self.step == "collect.images"

    @property
    def named(self) -> bool:
        """Say whether it names the rows itself, after their files."""
        return self.step in ("collect.images", "collect.structures")

    def read(self, path: Path) -> Table:
        """Read the table as the workflow will."""
        made = get_step(self.step)(path=str(path), **self.settings)
        table = made if isinstance(made, Table) else made.table
        assert isinstance(table, Table)
        return table


def find_source(path: Path) -> Source:
    """Return how to read a file or folder.

    Raises
    ------
    TenkaiError
        TK503 for a type of file that no map can be made of, TK506 for a folder or archive without pictures.
    """
    from tenkai.collect.structures import is_structure

    name = path.name.casefold()
    for ending in PACKED:
        name = name.removesuffix(ending)
    if path.is_dir() or name.endswith(".zip"):
        return _pictures(path)
    for endings, step in ((TEXT, "csv"), (WORKBOOK, "excel"), (PARQUET, "parquet"), (ARRAY, "array")):
        if name.endswith(endings):
            return Source(f"collect.{step}")
    if (ending := Path(name).suffix) in MOLECULES:
        return Source(f"collect.{MOLECULES[ending]}")
    if is_structure(path.name):
        return Source("collect.structures")
    remedy = "Read other tables with the step collect.sql, in a workflow." if name.endswith(DATABASE) else ""
    what = f"files of type '{path.suffix}'" if path.suffix else f"'{path.name}'"
    raise problem("TK503", f"no map can be made of {what}.", allowed=TYPES, remedy=remedy)


def _pictures(path: Path) -> Source:
    from tenkai.collect._pictures import SUFFIXES, find_pictures
    from tenkai.collect.structures import has_structures

    with find_pictures(path) as (pictures, _):
        if not pictures and has_structures(path):
            return Source("collect.structures")
        if not pictures:
            raise _without_pictures(path, SUFFIXES)
        sizes = _sizes(pictures)
    source = Source("collect.images")
    if not sizes:  # none can be read: the step says why
        return source
    (height, width), often = sizes.most_common(1)[0]
    total = sum(sizes.values())
    side = min(MOST_SIDE, max(8, isqrt(MOST_PIXELS // total)))
    if max(height, width) > side:
        scale = side / max(height, width)
        height, width = max(1, round(height * scale)), max(1, round(width * scale))
        source.said.append(f"the pictures are large: they are compared at {height} × {width} pixels.")
    elif len(sizes) > 1:
        source.said.append(
            f"the pictures have {len(sizes)} sizes: all become {height} × {width} pixels, as {often} of {total} are."
        )
    else:
        return source
    source.settings["size"] = [height, width]
    return source


def _sizes(pictures: Sequence[Picture]) -> Counter[tuple[int, int]]:
    """Count heights and widths; what cannot be read is left to the step, which names it."""
    from tenkai.collect._pictures import look

    sizes: Counter[tuple[int, int]] = Counter()
    for picture in pictures:
        try:
            header = look(picture.read())
        except ValueError:
            continue
        sizes[header.height, header.width] += 1
    return sizes


def _without_pictures(path: Path, suffixes: Sequence[str]) -> TenkaiError:
    kind = "folder" if path.is_dir() else "archive"
    ends = ", ".join(suffixes)
    inside = sorted(p.name for p in path.iterdir() if p.is_file()) if path.is_dir() else []
    tables = [n for n in inside if n.casefold().endswith((*TEXT, *WORKBOOK, *PARQUET, *ARRAY, *PACKED))]
    remedy = ""
    if tables:
        remedy = f"It holds {count(len(tables), 'table')}: {listing(tables, 3)}. Name one of them."
    return problem(
        "TK506",
        f"the {kind} '{path.name}' holds no pictures and no crystals.",
        allowed=f"Names of pictures end in {ends}; of crystals in .cif, .xsf, .extxyz or .vasp.",
        remedy=remedy,
    )
