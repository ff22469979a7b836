"""Pictures one after the other, written as GIF, WebP or MP4."""

from __future__ import annotations

import io
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.extras import needed
from tenkai.values._film_palette import Palette

Pixels = NDArray[np.uint8]

WHITE = 255
WEBP: dict[str, Any] = {"lossless": True, "method": 4, "quality": 40, "kmin": 501, "kmax": 1000}
X264 = {"crf": "18", "preset": "medium", "threads": "1"}
BT709 = 1


def gif(pictures: Sequence[bytes], fps: float, pause: float) -> bytes:
    """Write a GIF that repeats; its clock counts hundredths of a second."""
    from PIL import Image

    palette = Palette(_pixels(pictures))
    colors = palette.shown.tobytes()
    frames = []
    for picture in _pixels(pictures):
        frame = Image.fromarray(palette.indices(picture))
        frame.putpalette(colors)
        frames.append(frame)
    memory = io.BytesIO()
    last = max(round(100 * pause), round(100 / fps))
    ends = [round(100 * k / fps) for k in range(len(frames))]
    times = [10 * t for t in (*np.diff(ends).tolist(), last)]
    frames[0].save(
        memory, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, disposal=1, optimize=True
    )
    return memory.getvalue()


def webp(pictures: Sequence[bytes], fps: float, pause: float) -> bytes:
    """Write an animated WebP that repeats, every pixel as drawn."""
    from PIL import Image

    first, *rest = (Image.fromarray(p) for p in _pixels(pictures))
    memory = io.BytesIO()
    ends = [round(1000 * k / fps) for k in range(len(pictures))]
    times = [*np.diff(ends).tolist(), max(round(1000 * pause), round(1000 / fps))]
    first.save(memory, "WEBP", save_all=True, append_images=rest, duration=times, loop=0, **WEBP)
    return memory.getvalue()


def mp4(pictures: Sequence[bytes], fps: float, pause: float) -> bytes:
    """Write H.264 in MP4, with the pixel format and the color space that every player takes."""
    import av
    from av.video.reformatter import ColorRange, Colorspace

    still = max(0, math.ceil(pause * fps) - 1)
    # A file, not memory: the index goes to its front when all else is written.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001), options=X264)
            stream.pix_fmt = "yuv420p"
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = BT709
            context.color_range = ColorRange.MPEG
            stream.width, stream.height = _size(pictures, even=True)
            for picture in _pixels([*pictures, *([pictures[-1]] * still)], even=True):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                yuv = frame.reformat(
                    format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
                )
                container.mux(stream.encode(yuv))
            container.mux(stream.encode(None))
        return path.read_bytes()


WRITERS: dict[str, Callable[[Sequence[bytes], float, float], bytes]] = {"gif": gif, "webp": webp, "mp4": mp4}


def require_writer(form: str) -> None:
    """Check that what writes a format is installed.

    Raises
    ------
    TenkaiError
        TK311 without the package av, TK526 when it has no H.264.
    """
    if form == "mp4":
        av = needed("av", "film", "Films as MP4")
        if "libx264" not in av.codecs_available:
            remedy = "Install it with: pip install --force-reinstall av; or write gif or webp."
            raise problem("TK526", "the package av was built without libx264, which writes MP4.", remedy=remedy)


def _size(pictures: Sequence[bytes], even: bool) -> tuple[int, int]:
    from PIL import Image

    sizes = np.array([Image.open(io.BytesIO(p)).size for p in pictures])
    width, height = (int(n) + (int(n) % 2 if even else 0) for n in sizes.max(axis=0))
    return width, height


def _pixels(pictures: Sequence[bytes], even: bool = False) -> Iterator[Pixels]:
    """Return pictures as pixels of one size, white where one is smaller; `even`: a size that yuv420p can have."""
    from PIL import Image

    width, height = _size(pictures, even)
    for picture in pictures:
        pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
        sheet = np.full((height, width, 3), WHITE, np.uint8)
        sheet[: pixels.shape[0], : pixels.shape[1]] = pixels
        yield sheet
