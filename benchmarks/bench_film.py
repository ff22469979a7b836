"""Films: what a frame costs, and a whole film by one process and by several, beside vl-convert alone.

The film is that of the study nmf-replay: 51 frames of 1510 x 966 pixels. Prints Markdown tables.

    python benchmarks/bench_film.py
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable
from typing import Any

import vl_convert as vlc

import tenkai as tk
from tenkai.values._film_files import WRITERS
from tenkai.values._film_frames import frames
from tenkai.values.film import slider_of


def spec() -> dict[str, Any]:
    data = tk.collect.generate.cos2()
    settings: dict[str, Any] = {"solver": "multiplicative", "start": "uniform", "tolerance": 0, "seed": 32}
    found = tk.learn.nmf(data, rank=2, history=1, iterations=50, **settings)
    return tk.interpret.replay(data, found.replay, found.history).player.spec


def best(work: Callable[[], Any], repeats: int = 7) -> float:
    """Seconds of CPU of the fastest of some calls: others use the machine, too."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    moving = spec()
    slider = slider_of(moving)
    svg = vlc.vegalite_to_svg(moving, allowed_base_urls=[])
    empty = '<svg xmlns="http://www.w3.org/2000/svg" width="755" height="483"></svg>'
    print("| one frame | ms of CPU |\n|---|---|")
    for name, work in (
        ("Vega-Lite to SVG", lambda: vlc.vegalite_to_svg(moving, allowed_base_urls=[])),
        ("SVG to PNG", lambda: vlc.svg_to_png(svg, scale=2)),
        ("of that: an empty picture", lambda: vlc.svg_to_png(empty, scale=2)),
    ):
        print(f"| {name} | {1000 * best(work):.0f} |", flush=True)
    print(f"\n| {len(slider.places)} frames | seconds |\n|---|---|")
    start = time.perf_counter()
    still = copy.deepcopy(moving)
    for place in slider.places:
        still["params"][0]["value"] = place
        vlc.vegalite_to_png(still, scale=2, allowed_base_urls=[])
    print(f"| vl-convert alone, one after the other | {time.perf_counter() - start:.1f} |", flush=True)
    pictures: list[bytes] = []
    for workers in sorted({1, os.cpu_count() or 1}):
        start = time.perf_counter()
        pictures = list(frames(moving, slider.name, slider.places, 2.0, 1600, workers))
        print(
            f"| tenkai, {workers} process{'es' if workers > 1 else ''} | {time.perf_counter() - start:.1f} |",
            flush=True,
        )
    print("\n| format | seconds | kB |\n|---|---|---|")
    for form, writer in WRITERS.items():
        start = time.perf_counter()
        size = len(writer(pictures, 10, 2))
        print(f"| {form} | {time.perf_counter() - start:.1f} | {size // 1000} |", flush=True)


if __name__ == "__main__":
    main()
