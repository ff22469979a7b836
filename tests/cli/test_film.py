"""`tenkai show` of a figure with a slider: films, and what is refused before anything runs."""

import io
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.row("F5", "I16")

TEXT = """
steps:
  rows: {collect.toy.rows: {n: 4}}
  moving: {interpret.toy.moving: {table: rows}}
  still: {interpret.toy.picture: {table: rows}}
"""


@pytest.fixture
def film(project: Path) -> Path:
    (project / "film.yaml").write_text(TEXT, encoding="utf-8")
    return project


def test_films_by_the_ending_of_the_file(tenkai, film: Path) -> None:
    for form, head in (("gif", b"GIF89a"), ("webp", b"RIFF"), ("mp4", b"\x00\x00\x00")):
        said = tenkai("show", "film.yaml", "moving", "--out", f"f.{form}", "--scale", "1", "-q")
        assert (said.code, said.out) == (0, f"f.{form}\n")
        assert (film / f"f.{form}").read_bytes().startswith(head)
    assert sorted(p.name for p in film.iterdir() if "part" in p.name) == []
    frames = Image.open(film / "f.gif")
    assert frames.n_frames == 4
    inks = []
    for k in range(4):
        frames.seek(k)
        inks.append(int((np.asarray(frames.convert("RGB")) == (76, 120, 168)).all(axis=2).sum()))
    assert inks == sorted(inks)
    assert inks[0] > 0
    assert inks[3] == pytest.approx(4 * inks[0], rel=0.05)


def test_settings_of_a_film(tenkai, film: Path) -> None:
    settings = ("--fps", "20", "--pause", "3", "--scale", "3", "--side", "100")
    said = tenkai("show", "film.yaml", "moving", "-f", "gif", "-o", "f.gif", "-q", *settings)
    assert said.code == 0
    picture = Image.open(film / "f.gif")
    assert max(picture.size) == 100
    times = []
    for k in range(4):
        picture.seek(k)
        times.append(picture.info["duration"])
    assert times == [50, 50, 50, 3000]


def test_a_scale_of_a_picture(tenkai, film: Path) -> None:
    sizes = []
    for scale in ("1", "3"):
        assert tenkai("show", "film.yaml", "still", "-o", "p.png", "--scale", scale, "-q").code == 0
        sizes.append(Image.open(io.BytesIO((film / "p.png").read_bytes())).width)
    assert sizes[1] == pytest.approx(3 * sizes[0], abs=3)


def test_progress_is_told(tenkai, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film that takes over a second has its line."""
    from tenkai.cli import showing

    assert tenkai("show", "film.yaml", "moving", "-q").code == 0
    clock = SimpleNamespace(perf_counter=iter([0.0, 2.5]).__next__)
    monkeypatch.setattr(showing, "time", clock)
    said = tenkai("show", "film.yaml", "moving", "-o", "f.gif", "--scale", "1")
    assert said.err.splitlines()[-1] == "  film  2.5 s"


def test_refusals_come_before_the_run(tenkai, film: Path, toys: Path) -> None:
    def told(*arguments: str) -> str:
        said = tenkai("show", "film.yaml", *arguments)
        assert said.code == 2
        return said.err

    forms = "table, csv, json, svg, png, pdf, html, gif, webp, mp4"
    assert told("moving", "-f", "avi") == f"TK502 --format: there is no format 'avi'. Allowed: {forms}.\n"
    assert told("moving", "-o", "nowhere/f.gif") == (
        "TK502 --out: the folder nowhere does not exist. Make it first, or name another.\n"
    )
    assert told("moving", "-f", "svg", "--fps", "5") == (
        "TK502 --fps: a svg has no fps. Allowed with --format gif, webp, mp4.\n"
    )
    assert told("moving", "--scale", "2") == (
        "TK502 --scale: without a format there is no scale. Allowed with --format png, gif, webp, mp4.\n"
    )
    assert told("moving", "-o", "f.gif", "--fps", "99").startswith(
        "TK502 tenkai: --fps: input should be less than or equal to 60."
    )
    assert toys.read_text() == "", "nothing ran"


def test_a_figure_without_a_slider_is_no_film(tenkai, film: Path) -> None:
    said = tenkai("show", "film.yaml", "still", "-o", "f.gif", "-q")
    assert said.code == 2
    assert said.err == (
        "TK522: the figure has no slider, so nothing in it moves. A film is drawn of a figure with one slider. "
        "Draw it as png, svg or pdf; interpret.replay makes a figure that moves, its output 'player'.\n"
    )
    assert not (film / "f.gif").exists()
    said = tenkai("show", "film.yaml", "rows", "-o", "f.gif", "-q")
    assert said.err == "TK502 --format: a table cannot be written as gif. Allowed: table, csv, json or html.\n"


def test_what_was_there_stays_when_nothing_new_comes(tenkai, film: Path) -> None:
    (film / "f.gif").write_bytes(b"old")
    assert tenkai("show", "film.yaml", "still", "-o", "f.gif", "-q").code == 2
    assert (film / "f.gif").read_bytes() == b"old"
    (film / "folder.gif").mkdir()
    said = tenkai("show", "film.yaml", "moving", "-o", "folder.gif", "-q", "--scale", "1")
    assert said.err == "TK502 --out: the file folder.gif cannot be written: Is a directory. Name another file.\n"


def test_no_step_of_it_prints_into_a_terminal(film: Path, tenkai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    said = tenkai("show", "film.yaml", "moving", "-f", "gif", "-q")
    assert said.err == "TK502: a picture cannot be printed in a terminal. Add --out FILE.\n"


def test_ctrl_c_ends_a_film_and_leaves_nothing(film: Path) -> None:
    (film / "long.yaml").write_text(TEXT.replace("n: 4", "n: 900"), encoding="utf-8")
    command = [sys.executable, "-m", "tenkai", "show", "long.yaml", "moving", "-o", "long.gif"]
    process = subprocess.Popen(command, cwd=film, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + 60
    drawing: list[str] = []
    while not drawing:
        assert time.monotonic() < until
        time.sleep(0.02)
        running = children.read_text().split()
        drawing = [c for c in running if "_film_worker" in Path(f"/proc/{c}/cmdline").read_text()]
    process.send_signal(signal.SIGINT)
    err = process.communicate()[1].decode()
    assert process.returncode == 1
    assert err.splitlines()[-1] == "TK404: stopped."
    assert not (film / "long.gif").exists()
    assert [p.name for p in film.iterdir() if "part" in p.name] == []
    while lives(drawing[0]):
        assert time.monotonic() < until
        time.sleep(0.02)


def lives(process: str) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
