"""Films: every place of a slider is a frame, in its order, with its own time; what cannot be one is told."""

import io
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenkai.errors import TenkaiError
from tenkai.values import Figure
from tenkai.values._film_files import gif, mp4
from tenkai.values._film_palette import Palette, packed
from tenkai.values.film import film, slider_of

pytestmark = pytest.mark.row("I16", "L26")

COLORS = ["#0072b2", "#d55e00", "#009e73", "#202428"]
SETTINGS: dict[str, Any] = {"fps": 10, "scale": 1, "side": 1600, "pause": 1}


def square(**bind: Any) -> dict[str, Any]:
    """A square whose color is that of the place of the slider."""
    values = [{"k": k, "c": c} for k, c in enumerate(COLORS)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "params": [{"name": "k", "value": 3, "bind": {"input": "range", "min": 0, "max": 3, "step": 1, **bind}}],
        "transform": [{"filter": "datum.k == k"}],
        "mark": "rect",
        "encoding": {"color": {"field": "c", "scale": None}},
        "width": 41,
        "height": 31,
    }


@pytest.fixture(scope="module")
def films() -> dict[str, bytes]:
    return {form: Figure(square()).to_film(form, scale=1, pause=1) for form in ("gif", "webp", "mp4")}


def middles(content: bytes) -> list[tuple[list[int], int]]:
    """Color in the middle, and milliseconds, of each frame of a GIF or WebP."""
    picture = Image.open(io.BytesIO(content))
    found = []
    for k in range(picture.n_frames):
        picture.seek(k)
        picture.load()
        pixels = np.asarray(picture.convert("RGB"))
        found.append((pixels[pixels.shape[0] // 2, pixels.shape[1] // 2].tolist(), picture.info["duration"]))
    return found


def rgb(color: str) -> list[int]:
    return list(bytes.fromhex(color[1:]))


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_every_place_is_a_frame_in_its_exact_color_and_the_last_one_stays(films, form: str) -> None:
    assert middles(films[form]) == [(rgb(c), 1000 if c == COLORS[-1] else 100) for c in COLORS]
    assert Image.open(io.BytesIO(films[form])).info["loop"] == 0


def test_mp4_is_h264_that_every_player_takes(films) -> None:
    import av

    with av.open(io.BytesIO(films["mp4"])) as container:
        (stream,) = container.streams.video
        context = stream.codec_context
        assert (context.name, context.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 10)
        assert (stream.width % 2, stream.height % 2, context.colorspace) == (0, 0, 1)
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 3 + 10, "one second of the last"
    assert films["mp4"].index(b"moov") < films["mp4"].index(b"mdat"), "the index comes first"
    for frame, color in zip(frames, [*COLORS, COLORS[-1]], strict=False):
        middle = frame[frame.shape[0] // 2, frame.shape[1] // 2].astype(int)
        assert np.abs(middle - rgb(color)).max() <= 6


def test_the_same_bytes_for_any_number_of_processes(films) -> None:
    heard: list[tuple[int, int]] = []
    again = film(square(), "gif", **SETTINGS, workers=3, told=lambda done, total: heard.append((done, total)))
    assert again == films["gif"]
    assert heard == [(k, 4) for k in (1, 2, 3, 4)]
    assert film(square(), "webp", **SETTINGS, workers=1) == films["webp"]


def test_the_longer_side_is_kept_to() -> None:
    small = film(square(max=0), "gif", **{**SETTINGS, "scale": 5, "side": 40})
    assert max(Image.open(io.BytesIO(small)).size) == 40


def test_the_clock_of_a_gif_does_not_drift() -> None:
    sheets = [np.full((4, 4, 3), k * 8, np.uint8) for k in range(31)]
    sheets = [np.where(np.eye(4, dtype=bool)[..., None], 255 - s, s) for s in sheets]
    pictures = []
    for sheet in sheets:
        memory = io.BytesIO()
        Image.fromarray(sheet).save(memory, "PNG")
        pictures.append(memory.getvalue())
    content = gif(pictures, 30, 0.5)
    times = [t for _, t in middles(content)]
    assert sum(times[:-1]) == 1000, "thirty frames of a thirtieth of a second"
    assert set(times[:-1]) == {30, 40}
    assert times[-1] == 500


def test_a_color_that_many_frames_share_never_changes() -> None:
    """A palette for each frame would give the ground another shade as soon as other colors come in."""
    draw = np.random.default_rng(0)
    pictures = []
    for k in range(6):
        sheet = np.full((40, 40, 3), (250, 251, 252), np.uint8)
        sheet[:20] = draw.integers(0, 256, (20, 40, 3))  # 800 new colors in every frame
        sheet[39, 39] = (213, 94, 0) if k == 5 else (0, 114, 178)
        memory = io.BytesIO()
        Image.fromarray(sheet).save(memory, "PNG")
        pictures.append(memory.getvalue())
    picture = Image.open(io.BytesIO(gif(pictures, 10, 1)))
    for k in range(6):
        picture.seek(k)
        pixels = np.asarray(picture.convert("RGB"))
        assert (pixels[20:39] == (250, 251, 252)).all()


def test_a_rare_color_keeps_its_own_place_in_the_palette() -> None:
    """10 000 shades of gray-blue, and two red pixels among a million."""
    shades = np.stack(np.meshgrid(np.arange(100), np.arange(100), [200]), axis=-1).reshape(100, 100, 3).astype(np.uint8)
    big = np.tile(shades, (10, 10, 1))
    big[3, 4:6] = (255, 0, 0)
    palette = Palette([big])
    assert palette.shown[palette.indices(big)[3, 4]].tolist() == [255, 0, 0]
    away = np.sqrt(np.square(palette.shown[palette.indices(big)].astype(int) - big).sum(axis=-1))
    assert away.max() == pytest.approx(palette.error)
    assert palette.error < 10
    assert len(palette.shown) == 255
    assert packed(big)[3, 4] == 0xFF0000


def test_frames_of_unequal_size_stand_on_white() -> None:
    import av

    pictures = []
    for size in ((8, 6), (7, 5)):
        memory = io.BytesIO()
        Image.new("RGB", size, "black").save(memory, "PNG")
        pictures.append(memory.getvalue())
    picture = Image.open(io.BytesIO(gif(pictures, 10, 0)))
    picture.seek(1)
    assert picture.size == (8, 6)
    assert picture.convert("RGB").getpixel((7, 5)) == (255, 255, 255)
    assert picture.convert("RGB").getpixel((6, 4)) == (0, 0, 0)
    with av.open(io.BytesIO(mp4(pictures[1:], 10, 0))) as container:
        assert [(f.width, f.height) for f in container.decode(video=0)] == [(8, 6)]


def test_places_of_a_slider() -> None:
    assert slider_of(square()).places == [0, 1, 2, 3]
    assert all(isinstance(place, int) for place in slider_of(square()).places)
    assert slider_of(square(max=1, step=0.1)).places == pytest.approx([0.1 * k for k in range(11)])
    assert len(slider_of(square(min=-5, max=6, step=2)).places) == 6
    assert slider_of({**square(), "usermeta": {"frames": [0, 2]}}).places == [0, 2]


def refused(spec: dict[str, Any], form: str = "gif", **settings: Any) -> str:
    with pytest.raises(TenkaiError) as caught:
        Figure(spec).to_film(form, **settings)
    return str(caught.value)


def test_refusals() -> None:
    still = {**square(), "params": []}
    assert refused(still) == (
        "TK522: the figure has no slider, so nothing in it moves. A film is drawn of a figure with one slider. "
        "Draw it as png, svg or pdf; interpret.replay makes a figure that moves, its output 'player'."
    )
    two = {**square(), "params": square()["params"] * 2}
    assert refused(two).startswith("TK522: the figure has 2 sliders.")
    assert refused(square(step=0)) == "TK522: the slider 'k' goes from 0 to 3 by 0."
    assert refused(square(max=float("inf"))) == "TK522: the slider 'k' goes from 0 to inf by 1."
    assert refused(square(max=1000)) == (
        "TK523: the film would have 1001 frames. Most: 1000. Give interpret.replay fewer frames."
    )
    assert refused({**square(), "usermeta": {"frames": []}}).startswith("TK523: the film would have 0 frames.")
    assert refused(square(), "webm") == (
        "TK524: there is no film format 'webm'. Allowed: gif, webp, mp4. Did you mean 'webp'?"
    )
    assert refused(square(), "webp", fps=0) == "TK525 fps: fps is 0. Allowed: 0.1 to 60."
    assert refused(square(), "gif", fps=60) == "TK525 fps: fps is 60. Allowed: 0.1 to 50 in a GIF."
    assert refused(square(), side=5000) == "TK525 side: side is 5000. Allowed: 16 to 4096."
    assert refused(square(), pause=float("nan")).startswith("TK525 pause: pause is nan.")


def test_what_cannot_be_drawn_is_told_without_the_depths_of_the_library() -> None:
    told = refused(
        {**square(), "encoding": {"color": {"field": "c", "scale": 7, "type": "no"}}, "transform": [{"a": 1}]}
    )
    assert told.startswith("TK520: a frame of the film cannot be drawn: ")
    assert "\n" not in told


def test_a_process_that_dies_ends_the_film(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    script = tmp_path / "dead.py"
    script.write_text("import sys\nsys.exit(7)\n")
    monkeypatch.setattr("tenkai.values._film_frames._SCRIPT", script)
    assert refused(square()) == (
        "TK520: the process that draws a film ended with exit code 7. "
        "It may have run out of memory: try a smaller scale or fewer frames."
    )


def test_without_av_only_mp4_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import av

    with monkeypatch.context() as patched:
        patched.setattr(av, "codecs_available", {"mpeg4"})
        assert refused(square(), "mp4") == (
            "TK526: the package av was built without libx264, which writes MP4. "
            "Install it with: pip install --force-reinstall av; or write gif or webp."
        )
    monkeypatch.setitem(sys.modules, "av", None)
    assert refused(square(), "mp4") == (
        "TK311: Films as MP4 need the package av, which is not installed. Install it with: pip install 'tenkai[film]'"
    )
    assert Figure(square(max=0)).to_film("gif", scale=1)[:4] == b"GIF8"
