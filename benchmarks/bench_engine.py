"""Overhead of the engine per step: a workflow of 1 000 steps that do nothing, first and second run.

A no-op step comes from a plug-in package made in a temporary folder, by the same door as every step.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

STEP = '''
from tenkai.step import step
from tenkai.values import Table


@step("process.nothing", version=1, title="Nothing")
def nothing(table: Table, *, mark: int = 0) -> Table:
    """Return the table."""
    return table
'''
STEPS = 1000


def plug_in(folder: Path) -> None:
    """Make a package with the step and the metadata of an installed distribution."""
    package = folder / "bench_steps"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "nothing.py").write_text(STEP)
    info = folder / "bench_steps-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-steps\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tenkai.steps]\nprocess = bench_steps\n")
    sys.path.insert(0, str(folder))


def workflow(wide: bool) -> str:
    """Return the text of a chain, or of a fan, of no-op steps."""
    lines = ["steps:", "  s0: {collect.generate.line: {}}"]
    lines += [f"  s{i}: {{process.nothing: {{table: s{0 if wide else i - 1}, mark: {i}}}}}" for i in range(1, STEPS)]
    return "\n".join(lines) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plug_in(folder)
        import tenkai as tk

        for wide in (False, True):
            path = folder / f"{'fan' if wide else 'chain'}.yaml"
            path.write_text(workflow(wide))
            for label in ("first run", "second run"):
                start = time.perf_counter()
                project = tk.load(path, cache=folder / path.stem)
                planned = time.perf_counter()
                result = project.run()
                end = time.perf_counter()
                assert result.ok and len(result.outcome.computed) == (STEPS if label == "first run" else 0)
                each = 1000 / STEPS
                print(
                    f"{path.stem:6} {label:10}  read and check {each * (planned - start):.2f} ms/step, "
                    f"run {each * (end - planned):.2f} ms/step"
                )


if __name__ == "__main__":
    main()
