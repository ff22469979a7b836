"""Pictures in a folder or a zip archive: finding them, in natural order, and decoding them to arrays."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.collect._archive import open_archive
from tenkai.collect._file import reading
from tenkai.collect._sources import Source, in_archive, in_folder
from tenkai.errors import problem

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp")
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")
MOST_PIXELS = 80_000_000  # of one picture
Mode = Literal["L", "RGB", "I"]  # gray, color, gray of 16 bits
# What Pillow raises for damaged files of all its formats.
_DAMAGE = (OSError, SyntaxError, EOFError, struct.error, zlib.error, TypeError, IndexError, KeyError, OverflowError)
_GRAY = ("1", "L", "LA", "I;16", "I;16B", "I;16L", "I;16N", "I")


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded."""

    height: int
    width: int
    gray: bool
    alpha: bool
    deep: bool
    frames: int


@contextmanager
def find_pictures(path: Path) -> Iterator[tuple[list[Source], list[tuple[str, str]]]]:
    """Give the pictures of a folder or zip archive in natural order, and what was refused with the reason.

    Raises
    ------
    TenkaiError
        TK302 for a file that is no archive, TK307 for an unsafe archive.
    """
    if path.is_dir():
        with reading(path):
            yield in_folder(path, _is_picture)
        return
    if path.suffix.lower() in SUFFIXES:
        raise problem("TK302", f"'{path.name}' is one picture.", remedy="Name the folder it lies in.", setting="path")
    with reading(path), open_archive(path) as archive:
        yield in_archive(archive, _is_picture), []


def _is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def look(data: bytes) -> Header:
    """Read the header of a picture. Raises ValueError with the reason."""
    with _opened(data) as image:
        width, height = image.size
        if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):  # a camera held upright
            width, height = height, width
        mode = str(image.mode)
        alpha = _transparent(image)
        frames = int(getattr(image, "n_frames", 1))
        return Header(height, width, mode in _GRAY and not alpha, alpha, mode.startswith("I"), frames)


def decode(data: bytes, size: tuple[int, int], mode: Mode) -> NDArray[Any]:
    """Return a picture as array (h, w), or (h, w, 3) for RGB, of a size; transparent parts are white.

    Raises ValueError with the reason when it is damaged.
    """
    from PIL import Image, ImageOps

    with _opened(data) as opened:
        image = ImageOps.exif_transpose(opened)
        if image.mode.startswith("I"):
            image = _sixteen_bits(image) if mode == "I" else _eight_bits(image)
        elif image.mode == "F":
            raise ValueError("its pixels are decimal numbers")
        elif _transparent(image):
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        if mode == "I" and image.mode != "I":  # 8 bits among 16: white stays white
            image = Image.fromarray(np.asarray(image.convert("L"), np.int32) * 257)
        image = image.convert(mode)
        if (image.height, image.width) != size:
            image = image.resize((size[1], size[0]), Image.Resampling.LANCZOS)
        pixels = np.asarray(image)
        return np.clip(pixels, 0, 65535).astype(np.uint16) if mode == "I" else pixels


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in image.info


def _sixteen_bits(image: Image.Image) -> Image.Image:
    from PIL import Image

    values = np.asarray(image)
    if values.min(initial=0) < 0 or values.max(initial=0) > 65535:
        raise ValueError("its pixels are no numbers from 0 to 65535")
    return Image.fromarray(values.astype(np.int32))


def _eight_bits(image: Image.Image) -> Image.Image:
    from PIL import Image

    return Image.fromarray((np.asarray(_sixteen_bits(image)) >> 8).astype(np.uint8))


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """Open a picture; whatever goes wrong while it is used becomes a ValueError with the reason."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"it has {image.width} × {image.height} pixels")
            yield image
    except UnidentifiedImageError:
        raise ValueError("it is no picture" if data else "it is empty") from None
    except Image.DecompressionBombError:
        raise ValueError("it has too many pixels") from None
    except _DAMAGE as error:
        raise ValueError(f"it is damaged ({str(error).splitlines()[0] if str(error) else error!r})") from None
