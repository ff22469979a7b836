"""Many pictures into one array: one size, one depth, in parallel, never more of them in memory than needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenkai.collect._pictures import Header, Mode, decode, look
from tenkai.collect._sources import Source
from tenkai.errors import count, problem
from tenkai.step import Run
from tenkai.values.matrix import MOST_CELLS

T = TypeVar("T")
Refused = list[tuple[str, str]]
_AT_ONCE = 256


def decode_all(
    sources: Sequence[Source], size: tuple[int, int] | None, gray: bool | Literal["auto"], run: Run
) -> tuple[list[int], NDArray[Any], Refused]:
    """Decode pictures.

    Returns
    -------
    kept
        Positions of the pictures that could be read.
    pixels : (kept, h, w) or (kept, h, w, 3)
    refused
        Name and reason of the others.

    Raises
    ------
    TenkaiError
        TK302 when none can be read, TK306 for different sizes, TK212 when there would be too much.
    """
    refused: dict[int, str] = {}
    headers: dict[int, Header] = {}
    for i, header in enumerate(_in_parallel(sources, lambda s: look(s.read()), "looking at the pictures", run)):
        if isinstance(header, str):
            refused[i] = header
        else:
            headers[i] = header
    _some_left(sources, len(headers), refused)
    shape = size or _common_size(sources, headers)
    mode = _mode(list(headers.values()), gray)
    at = list(headers)
    out = _room(len(at), shape, mode)
    colored = np.zeros(len(at), bool)
    chosen = [sources[i] for i in at]
    for k, pixels in enumerate(_in_parallel(chosen, lambda s: decode(s.read(), shape, mode), "decoding", run)):
        if isinstance(pixels, str):
            refused[at[k]] = pixels
        else:
            out[k] = pixels
            colored[k] = mode == "RGB" and bool((pixels != pixels[..., :1]).any())
    good = np.array([i not in refused for i in at])
    _some_left(sources, int(good.sum()), refused)
    if gray == "auto" and mode == "RGB" and not colored.any():
        out = np.ascontiguousarray(out[..., 0])  # files of colors without colors
        mode = "L"
    _say([headers[i] for i in at if i not in refused], shape, mode, int(colored.sum()), run)
    told = [(sources[i].name, reason) for i, reason in sorted(refused.items())]
    return [i for i in at if i not in refused], out if good.all() else out[good], told


def _in_parallel(items: Sequence[Source], work: Callable[[Source], T], text: str, run: Run) -> Iterator[T | str]:
    """Do the work on every item, in order; a reason (text) where it raised ValueError."""

    def careful(item: Source) -> T | str:
        try:
            return work(item)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(max(run.threads, 1)) as pool:
        for start in range(0, len(items), _AT_ONCE):
            run.progress(start, len(items), text)
            yield from pool.map(careful, items[start : start + _AT_ONCE])


def _some_left(sources: Sequence[Source], left: int, refused: dict[int, str]) -> None:
    if left == 0:
        first = next(iter(sorted(refused.items())), None)
        why = f": '{sources[first[0]].name}': {first[1]}" if first else ""
        raise problem("TK302", f"none of {count(len(sources), 'picture')} can be read{why}.", setting="path")


def _common_size(sources: Sequence[Source], headers: dict[int, Header]) -> tuple[int, int]:
    sizes = Counter((h.height, h.width) for h in headers.values())
    (common, often), *_ = sizes.most_common(1)
    if len(sizes) > 1:
        odd, header = next((i, h) for i, h in headers.items() if (h.height, h.width) != common)
        raise problem(
            "TK306",
            f"picture '{sources[odd].name}' is {header.height} × {header.width} (height × width), "
            f"{often} of {len(headers)} are {common[0]} × {common[1]}.",
            allowed="Pictures in a table have one size.",
            remedy=f"Give them one, for example size: [{common[0]}, {common[1]}].",
            setting="size",
        )
    return common


def _mode(headers: Sequence[Header], gray: bool | Literal["auto"]) -> Mode:
    if gray is True or (gray == "auto" and all(h.gray for h in headers)):
        return "I" if any(h.deep for h in headers) else "L"
    return "RGB"


def _room(n: int, shape: tuple[int, int], mode: Mode) -> NDArray[Any]:
    full = (n, *shape, 3) if mode == "RGB" else (n, *shape)
    if prod(full) > MOST_CELLS:
        raise problem(
            "TK212",
            f"{n} pictures of {' × '.join(map(str, full[1:]))} are {prod(full) / 1e9:.1f} billion values.",
            allowed=f"A column holds at most {MOST_CELLS / 1e9:.1f} billion.",
            remedy="Give them a smaller size.",
            setting="size",
        )
    dtype = np.dtype(np.uint16 if mode == "I" else np.uint8)
    return np.empty(full, dtype)


def _say(headers: Sequence[Header], shape: tuple[int, int], mode: Mode, colored: int, run: Run) -> None:
    resized = sum((h.height, h.width) != shape for h in headers)
    facts = [
        (resized, f"were given the size {shape[0]} × {shape[1]}"),
        (sum(h.alpha for h in headers), "have transparent parts, which became white"),
        (sum(h.frames > 1 for h in headers), "have several frames; the first was taken"),
        (len(headers) - colored if 0 < colored < len(headers) else 0, "have no colors, but others do"),
        (sum(h.deep for h in headers) if mode != "I" else 0, "of 16 bits were reduced to 8"),
    ]
    for n, fact in facts:
        if n:
            run.note("TKW310", f"{n} of {count(len(headers), 'picture')} {fact}.")
