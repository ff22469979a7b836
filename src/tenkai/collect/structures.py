"""collect.structures: a table of crystals from structure files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import polars as pl

from tenkai.collect._archive import open_archive
from tenkai.collect._file import packing, reading, unpacked
from tenkai.collect._sources import Source, in_archive, in_folder
from tenkai.data import find_data
from tenkai.errors import TenkaiError, count, listing, problem
from tenkai.step import DataPath, Help, Outputs, Run, Shape, step
from tenkai.values import Schema, Table
from tenkai.values.crystal_columns import FACTS, facts
from tenkai.values.crystal_files import MOST_TEXT, Format, guess_format, read_structures
from tenkai.values.crystals import Crystal
from tenkai.values.hashing import digest_file

SUFFIXES: dict[str, Format] = {
    ".cif": "cif",
    ".poscar": "poscar",
    ".vasp": "poscar",
    ".extxyz": "extxyz",
    ".xyz": "extxyz",
    ".xsf": "xsf",
}
NAMES = ("POSCAR", "CONTCAR")
MOST_CRYSTALS = 1_000_000


class Structures(Outputs):
    """The crystals, and the files (or frames) that could not be read."""

    table: Annotated[Table, Shape("n"), Help("one row per crystal: the crystal, its formula, cell, density and file")]
    rejected: Annotated[Table, Help("files and frames that could not be read, with the reason")]


@step("collect.structures", version=1, title="Read crystal structures")
def structures(
    *,
    path: Annotated[DataPath, Help("a file, a folder or a zip archive; subfolders are looked into")],
    format: Annotated[  # the word of the field
        Literal["auto", "cif", "poscar", "extxyz", "xsf"], Help("form of the files; auto: by name, then by content")
    ] = "auto",
    run: Run,
) -> Structures:
    r"""Read crystal structures: CIF, POSCAR and CONTCAR, extended XYZ, XSF.

    Every structure becomes a row, in natural order (2.cif before 10.cif), named after its file. Of a file with several
    (frames of extended XYZ, blocks of a CIF, steps of an XSF) the rows are named ``file^0``, ``file^1`` and so on.

    Columns: `crystal`, drawn as a picture in reports and galleries; `formula` in smallest whole numbers; `atoms` in the
    cell; `a`, `b`, `c` in ångström and `alpha`, `beta`, `gamma` in degrees; `volume` of the cell in Å³ and `density` in
    g/cm³; `file`.

    Raises
    ------
    TenkaiError
        TK317 where there is no structure, or none can be read; TK307 for an archive that is unsafe or unpacks to too
        much; TK311 without ASE.

    Notes
    -----
    The crystal stands in the table as extended XYZ of one frame, with every number in full: positions in ångström, the
    cell as three vectors. The whole cell of the file is taken, symmetry written out; sites that are occupied in part
    are refused. What cannot be read does not stop the run: see the port `rejected`. Names of files: ``.cif``,
    ``POSCAR...``, ``CONTCAR...``, ``.poscar``, ``.vasp``, ``.extxyz``, ``.xyz``, ``.xsf``, each also with ``.gz`` where
    it is the only file. Without a cell (molecules as XYZ) there is no crystal.

    Source
    ------
    CIF: S. R. Hall, F. H. Allen, I. D. Brown, Acta Cryst. A 47, 655 (1991). CIF and XSF are read by ASE: A. H. Larsen
    et al., J. Phys. Condens. Matter 29, 273002 (2017).

    Example
    -------
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "POSCAR"
    >>> _ = file.write_text("salt\n5.6\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n")
    >>> table = tk.collect.structures(path=str(file)).table
    >>> table["formula"].to_list(), table["volume"].round(2).to_list(), table["density"].round(2).to_list()
    (['NaCl'], [43.9], [2.21])
    """
    place = find_data(path)
    found: list[tuple[str, str, Crystal]] = []
    with _sources(place) as (sources, refused):
        if not sources and not refused:
            ends = ", ".join([*SUFFIXES, *NAMES])
            raise problem("TK317", f"there are no structures in '{path}'.", allowed=f"Names: {ends}.", setting="path")
        ids = dict(zip([s.name for s in sources], _ids([s.name for s in sources]), strict=True))
        for source in run.track(sources, len(sources), "reading structures"):
            try:
                every = _read(source, format, run)
            except ValueError as error:
                refused.append((source.name, str(error)))
                continue
            for k, crystal in enumerate(every):
                name = ids[source.name] if len(every) == 1 else f"{ids[source.name]}^{k}"
                if isinstance(crystal, str):
                    refused.append((source.name if len(every) == 1 else f"{source.name}^{k}", crystal))
                else:
                    found.append((name, source.name, crystal))
            if len(found) > MOST_CRYSTALS:
                raise problem("TK317", f"'{path}' holds more than {MOST_CRYSTALS} structures.", setting="path")
    if not found:
        name, reason = refused[0]
        more = f" ({count(len(refused), 'structure')} in all)" if len(refused) > 1 else ""
        raise problem("TK317", f"no structure can be read: '{name}': {reason}{more}.", setting="path")
    if refused:
        run.note(
            "TKW317", f"{count(len(refused), 'structure')} could not be read: {listing([r[0] for r in refused], 3)}."
        )
    columns = {**facts([c for _, _, c in found]), "file": pl.Series([f for _, f, _ in found], dtype=pl.String)}
    table = Table.from_(
        columns, ids=[i for i, _, _ in found], kinds={**FACTS, "file": "text"}, source=digest_file(place) + f"|{format}"
    )
    texts = pl.DataFrame(refused, schema={"file": pl.String, "reason": pl.String}, orient="row")
    return Structures(table, Table.from_(texts, kinds={"file": "text", "reason": "text"}))


@structures.schema
def _schema(*, path: str, format: str) -> dict[str, Schema]:
    return {"table": Schema({**FACTS, "file": "text"}), "rejected": Schema({"file": "text", "reason": "text"})}


@contextmanager
def _sources(place: Path) -> Iterator[tuple[list[Source], list[tuple[str, str]]]]:
    """Give the structure files of a folder or archive, or the one file itself, and what was refused."""
    if place.is_dir():
        with reading(place):
            yield in_folder(place, is_structure)
    elif place.suffix.lower() == ".zip":
        with reading(place), open_archive(place) as archive:
            yield in_archive(archive, is_structure), []
    else:
        yield [Source(place.name, lambda: _bytes(place))], []


def _bytes(path: Path) -> bytes:
    try:
        with unpacked(path) as file:
            data = file.read(MOST_TEXT + 1)
    except TenkaiError as error:
        raise ValueError(error.problems[0].fact.rstrip(".")) from None
    if len(data) > MOST_TEXT:
        raise ValueError(f"it has more than {MOST_TEXT >> 20} MB{' unpacked' if packing(path) else ''}")
    return data


def is_structure(name: str) -> bool:
    """Say whether the name of a file says that it holds structures."""
    return _form(name) is not None


def has_structures(place: Path) -> bool:
    """Say whether a folder or archive holds files of structures."""
    with _sources(place) as (sources, _):
        return bool(sources)


def _form(name: str) -> Format | None:
    """Return the format that a name tells."""
    plain = name.removesuffix(".gz")
    suffix = PurePosixPath(plain).suffix.lower()
    return SUFFIXES.get(suffix) or ("poscar" if plain.upper().startswith(NAMES) else None)


def _read(source: Source, form: str, run: Run) -> list[Crystal | str]:
    """Read the structures of a file. Raises ValueError with the reason."""
    data = source.read()
    if b"\0" in data[:4096]:
        raise ValueError("it is no text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # names of authors in old files; numbers and elements are ASCII
    known: Format | None = _form(PurePosixPath(source.name).name) if form == "auto" else form  # type: ignore[assignment]
    return read_structures(text.replace("\r\n", "\n").replace("\r", "\n"), known or guess_format(text))


def _ids(names: Sequence[str]) -> list[str]:
    """Return file names without their ends, where that keeps them apart."""
    short = [
        n.removesuffix(".gz").removesuffix(PurePosixPath(n.removesuffix(".gz")).suffix) if _form(n) else n
        for n in names
    ]
    return short if len(set(short)) == len(names) else list(names)
