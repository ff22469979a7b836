"""collect.images: a table of pictures from a folder or zip archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal

import polars as pl

from tenkai.collect._decoding import decode_all
from tenkai.collect._pictures import SUFFIXES, find_pictures
from tenkai.data import find_data
from tenkai.errors import TenkaiError, count, listing, problem
from tenkai.step import DataPath, Help, Length, Outputs, Range, Run, Shape, step
from tenkai.values import Kind, Schema, Table
from tenkai.values.hashing import digest_file
from tenkai.values.matrix import array_column

Labels = Literal["folders", "none"]


class Images(Outputs):
    """The pictures, and the files that could not be read."""

    table: Annotated[Table, Shape("n"), Help("one row per picture: image, file, and label where there are folders")]
    rejected: Annotated[Table, Help("files that could not be read, with the reason")]


@step("collect.images", version=1, title="Read pictures")
def images(
    *,
    path: Annotated[DataPath, Help("a folder or zip archive of pictures; subfolders are looked into")],
    size: Annotated[
        Annotated[list[Annotated[int, Range(1, 10_000)]], Length(2, 2)] | None,
        Help("height and width to give to all pictures; without it they must have the same"),
    ] = None,
    gray: Annotated[
        bool | Literal["auto"], Help("gray values instead of colors; auto: where no picture has colors")
    ] = "auto",
    labels: Annotated[Labels, Help("where the labels come from: names of subfolders, or nowhere")] = "folders",
    run: Run,
) -> Images:
    """Read pictures from a folder or zip archive: PNG, JPEG, BMP, TIFF, GIF, WebP.

    Every picture becomes a row, in natural order (2.png before 10.png), named after its file. The name of the
    folder a picture lies in becomes its label.

    Raises
    ------
    TenkaiError
        TK302 where no picture can be read; TK306 where the pictures have different sizes and none is set; TK307
        for an archive that is unsafe or unpacks to too much; TK212 where the pictures are too many and too
        large for a table.

    Notes
    -----
    Values are 0 to 255, or 0 to 65 535 where gray pictures have 16 bits. Transparent parts become white, of
    moving pictures the first frame is taken, pictures of cameras held upright are turned. To another size they
    are stretched. Files that cannot be read do not stop the run: see the port `rejected`.

    Source
    ------
    Pillow.

    Example
    -------
    >>> import tenkai as tk
    >>> from PIL import Image
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> for color in ("black", "white"):
    ...     (folder / color).mkdir()
    ...     Image.new("L", (3, 2), color).save(folder / color / "1.png")
    >>> table = tk.collect.images(path=str(folder)).table
    >>> table.ids.to_list(), table["label"].to_list(), table["image"].dtype.shape
    (['black/1', 'white/1'], ['black', 'white'], (2, 3))
    """
    place = find_data(path)
    with find_pictures(place) as (sources, refused):
        if not sources and not refused:
            ends = ", ".join(SUFFIXES)
            raise problem("TK302", f"there are no pictures in '{path}'.", allowed=f"Their names end in {ends}.")
        kept, pixels, more = decode_all(sources, (size[0], size[1]) if size else None, gray, run)
    refused = [*refused, *more]
    if refused:
        run.note("TKW309", f"{count(len(refused), 'file')} could not be read: {listing([r[0] for r in refused], 3)}.")
    every = [source.name for source in sources]
    names, folders = [every[i] for i in kept], _folders(every, labels)
    columns = {"image": array_column("image", pixels)}
    if folders:
        columns["label"] = pl.Series([folders[i] for i in kept], dtype=pl.String)
    columns["file"] = pl.Series(names, dtype=pl.String)
    table = Table.from_(columns, ids=_ids(names), kinds=_kinds(bool(folders)), source=digest_file(place))
    texts = pl.DataFrame(refused, schema={"file": pl.String, "reason": pl.String}, orient="row")
    return Images(table, Table.from_(texts, kinds={"file": "text", "reason": "text"}))


@images.schema
def _schema(*, path: str, size: list[int] | None, gray: bool | str, labels: Labels) -> Mapping[str, Schema] | None:
    try:
        with find_pictures(find_data(path)) as (sources, _):
            labeled = bool(_folders([source.name for source in sources], labels))
    except TenkaiError:
        return None  # the run says what is wrong
    rejected = Schema({"file": "text", "reason": "text"})
    return {"table": Schema(dict(_kinds(labeled))), "rejected": rejected}


def _kinds(labeled: bool) -> Mapping[str, Kind]:
    label: Mapping[str, Kind] = {"label": "category"} if labeled else {}
    return {"image": "image", **label, "file": "text"}


def _folders(names: Sequence[str], labels: Labels) -> list[str | None]:
    """Return the label of every picture: its first folder below what all have in common."""
    parts = [PurePosixPath(name).parts for name in names]
    if labels == "none" or not any(len(p) > 1 for p in parts):
        return []
    depth = 0
    while all(len(p) > depth + 2 for p in parts) and len({p[depth] for p in parts}) == 1:
        depth += 1  # an archive often holds one folder with everything in it
    return [p[depth] if len(p) > depth + 1 else None for p in parts]


def _ids(names: Sequence[str]) -> list[str]:
    """Return file names without their ends, where that keeps them apart."""
    short = [name.removesuffix(PurePosixPath(name).suffix) for name in names]
    return short if len(set(short)) == len(names) else list(names)
