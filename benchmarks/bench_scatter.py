"""The scatter module in a browser without a GPU: first draw, pan, lasso, mosaic, memory; pixels are checked.

Data: a t-SNE map of 5 000 training images of MNIST; each of the N points is one of its rows, moved by a normal
deviate of 2 % of the map's deviation (no real map has 10 million rows). Peer: a Vega canvas of the same points
(`web/node_modules`), which is what the other figures of the page are drawn with. Also: 1 000 000 rows as three
typed arrays from the server to the page. Prints Markdown tables with the targets beside.

    python benchmarks/bench_scatter.py [rows ...]        (default 1000000 10000000)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from playwright.sync_api import Browser, Page, sync_playwright

import tenkai as tk
import tenkai.workbench

DATA = Path(os.environ.get("TENKAI_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
MODULE = Path(tenkai.workbench.__file__).parent / "static" / "scatter.js"
VEGA = Path(__file__).parent.parent / "web" / "node_modules" / "vega" / "build" / "vega.min.js"
PAGE = Path(__file__).parent / "scatter_page.js"
WIDTH, HEIGHT = 1440, 860
MAP_ROWS = 5000
PEER_ROWS = 1_000_000
TARGETS = {
    1_000_000: {"first draw": 4000, "pan p95": 60, "lasso": 400},
    10_000_000: {"all drawn": 1000, "pan p95": 100},
}


def real_map() -> tuple[np.ndarray, np.ndarray]:
    """Return places and digits of a t-SNE map, sorted by digit."""
    images = tk.collect.array(path=str(DATA / "mnist" / "train-images-idx3-ubyte.gz"))
    labels = np.frombuffer(_unpacked(DATA / "mnist" / "train-labels-idx1-ubyte.gz")[8:], np.uint8)[:MAP_ROWS]
    scores = tk.learn.pca(images.take(np.arange(MAP_ROWS)), components=50).map
    scores = scores.with_columns(scores.frame.select([c for c in scores.columns if c.startswith("PCA")]))
    found = tk.learn.tsne(scores, seed=0)
    table = getattr(found, "map", found)
    order = np.argsort(labels, kind="stable")
    return table.matrix(table.columns[:2])[order], labels[order]


def _unpacked(path: Path) -> bytes:
    import gzip

    return gzip.decompress(path.read_bytes())


def blank(browser: Browser, rows: int, places: np.ndarray, labels: np.ndarray) -> Page:
    """Return a page with the points in memory."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.set_default_timeout(0)
    page.on("pageerror", lambda error: sys.exit(f"the page failed: {error}"))
    page.set_content(f"<body style='margin:0'><div id=host style='width:{WIDTH}px;height:{HEIGHT}px'></div>")
    given: dict[str, Any] = {"source": MODULE.read_text(encoding="utf-8"), "n": rows, "codes": labels.tolist()}
    given |= {"x": places[:, 0].tolist(), "y": places[:, 1].tolist(), "deviation": float(0.02 * places.std())}
    page.evaluate(f"() => {{ {PAGE.read_text(encoding='utf-8')} }}")
    page.evaluate("(given) => prepare(given)", given)
    return page


def served(browser: Browser, rows: int, places: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return how long the rows take from a workbench to its page."""
    at = (np.arange(rows) * len(places)) // rows
    table = pl.DataFrame(
        {"x": places[at, 0], "y": places[at, 1], "kind": [str(d) for d in labels[at]]},
        schema_overrides={"kind": pl.String},
    )
    with tempfile.TemporaryDirectory() as folder:
        table.write_parquet(Path(folder) / "rows.parquet")
        flow = "title: Rows\nsteps:\n  rows: {collect.parquet: {path: rows.parquet}}\n"
        flow += "results: {rows: rows.rows}\nfinding: None yet.\n"
        (Path(folder) / "flow.yaml").write_text(flow, encoding="utf-8")
        command = [sys.executable, "-m", "tenkai"]
        places_ = ["--data", str(DATA), "--cache", str(Path(folder) / "cache")]
        subprocess.run(
            [*command, "run", str(Path(folder) / "flow.yaml"), *places_], check=True, capture_output=True, cwd=folder
        )
        server = subprocess.Popen(
            [*command, "open", folder, "--no-browser", "--port", "0", *places_],
            stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            assert server.stdout is not None
            address = next(m[0] for line in server.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+/\S*", line)))
            page = browser.new_page()
            page.goto(address)
            page.evaluate(f"() => {{ {PAGE.read_text(encoding='utf-8')} }}")
            page.evaluate("() => fetched()")
            best: dict[str, float] = min(
                (page.evaluate("() => fetched()") for _ in range(3)), key=lambda f: f["milliseconds"]
            )
            page.close()
            return best
        finally:
            server.terminate()
            server.wait()


def main(sizes: list[int]) -> None:
    chromium = os.environ.get("TENKAI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    places, labels = real_map()
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        print(f"load {os.getloadavg()[0]:.1f}, Chromium {browser.version}, {WIDTH} x {HEIGHT}\n")
        for rows in sizes:
            page = blank(browser, rows, places, labels)
            found = page.evaluate("() => measure()")
            page.screenshot(path=f"{tempfile.gettempdir()}/scatter-{rows}.png")
            page.close()
            print(f"| {rows:,} points | | target |\n|---|---|---|")
            for name, value in found.items():
                target = TARGETS.get(rows, {}).get(name)
                text = f"{value:,.4f}" if name == "pixels as expected" else f"{value:,.0f}"
                print(f"| {name} | {text} | {'' if target is None else f'{target:,}'} |", flush=True)
            print()
            assert found["drawn"] == rows and found["pixels as expected"] > 0.998, "the pixels are wrong"
            assert found["rows that differ"] == 0 and found["selected"] == found["inside, one by one"]
        page = blank(browser, PEER_ROWS, places, labels)
        page.add_script_tag(path=str(VEGA))
        peer = page.evaluate("() => peer()")
        assert peer["seen"] > 10_000, "the peer drew nothing"
        times = f"first draw {peer['first']:,.0f} ms, a frame of a pan {peer['frame']:,.0f} ms"
        print(f"Vega canvas, {PEER_ROWS:,} points: {times}")
        fetched = served(browser, 1_000_000, places, labels)
        print(f"1,000,000 rows over HTTP: {fetched['bytes'] / 1e6:.0f} MB in {fetched['milliseconds']:,.0f} ms")
        browser.close()
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [1_000_000, 10_000_000])
