"""Write docs/steps/*.md from the declarations of the steps; with --check, fail when a page is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from tenkai.step import STAGES, get_step, step_names
from tenkai.step.page import page

FOLDER = Path(__file__).parent.parent / "docs" / "steps"


def pages() -> dict[str, str]:
    """Return every page by file name."""
    found = {f"{name}.md": page(get_step(name)) for name in step_names()}
    lines = ["# Steps", "", "Written from the declarations by `make pages`; `tenkai steps NAME` shows the same."]
    for stage in STAGES:
        lines += ["", f"## {stage}", ""]
        lines += [f"- [{n}]({n}.md): {get_step(n).summary}" for n in step_names() if n.startswith(f"{stage}.")]
    return {"README.md": "\n".join(lines) + "\n", **found}


def main(check: bool) -> int:
    """Write or compare the pages."""
    wanted = pages()
    there = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.glob("*.md")}
    stale = sorted(n for n in {*wanted, *there} if wanted.get(n) != there.get(n))
    if check:
        for name in stale:
            print(f"docs/steps/{name} is out of date: run `make pages`", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"{len(wanted)} pages, {len(stale)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
