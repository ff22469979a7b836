"""Progress in the terminal: a bar per running step, the whole run below; plain lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tenkai.run.events import Event, Listener, ignore


@contextmanager
def shown(quiet: bool) -> Iterator[Listener]:
    """Give a listener that shows progress on standard error while the block runs."""
    if quiet:
        yield ignore
    elif sys.stderr.isatty():
        with _bars() as listener:
            yield listener
    else:
        yield _lines()


def _lines() -> Listener:
    """Tell what takes longer than a second, one line each, for logs."""
    started: dict[str, float] = {}

    def listen(event: Event) -> None:
        if event.kind == "plan" and event.total > event.cached:
            print(f"{int(event.total)} tasks, {event.cached} already done", file=sys.stderr, flush=True)
        elif event.kind == "start":
            started[event.task] = time.monotonic()
        elif event.kind == "done" and event.seconds > 1:
            print(f"  {event.task}  {event.seconds:.1f} s", file=sys.stderr, flush=True)
        elif event.kind == "failed":
            print(f"  {event.task}  failed", file=sys.stderr, flush=True)

    return listen


@contextmanager
def _bars() -> Iterator[Listener]:
    import psutil
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    process = psutil.Process()
    columns: list[Any] = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("[dim]{task.fields[note]}"),
    ]
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        whole = progress.add_task("run", total=None, note="", visible=False)
        running: dict[str, Any] = {}

        def memory() -> str:
            return f"{process.memory_info().rss / 1e9:.1f} GB"

        def listen(event: Event) -> None:
            if event.kind == "plan":
                progress.update(whole, total=event.total, completed=event.cached, visible=True)
            elif event.kind == "start":
                running[event.task] = progress.add_task(f"{event.task}  [dim]{event.step}", total=None, note="")
            elif event.kind == "progress" and event.task in running:
                progress.update(running[event.task], total=event.total, completed=event.done, note=event.text)
            elif event.kind in ("done", "failed") and event.task in running:
                progress.remove_task(running.pop(event.task))
                mark = "[green]✓[/]" if event.kind == "done" else "[red]✗[/]"
                if event.kind == "failed" or event.seconds > 1:
                    progress.console.print(f"{mark} {event.task}  [dim]{event.seconds:.1f} s", highlight=False)
                progress.advance(whole, max(event.done, 1))
                progress.update(whole, note=memory())

        yield listen
