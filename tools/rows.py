"""Which tests show which requirement row.

A test names its rows with ``@pytest.mark.row("L3", "I13")``, a module with
``pytestmark = pytest.mark.row(...)``.
``rows.py`` prints every row of docs/requirements.tsv with its tests, then the rows without one.
``rows.py --check`` only looks for ids that are no row.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Mark:
    """One id in one ``row`` mark: where it stands and the test it stands on."""

    id: str
    test: str
    place: str


def read_rows(table: Path) -> dict[str, str]:
    """Id → title, in the order of the table."""
    lines = table.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines[1:] if line.strip())


def find_marks(tests: Path) -> Iterator[Mark]:
    """Every id marked below the folder, read from the source: no test is imported."""
    for path in sorted(tests.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        yield from _marks_in(tree.body, path, path.relative_to(tests).as_posix())


def _marks_in(body: list[ast.stmt], path: Path, test: str) -> Iterator[Mark]:
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            yield from _ids(node.value, path, test)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{test}::{node.name}"
            for decorator in node.decorator_list:
                yield from _ids(decorator, path, name)
            if isinstance(node, ast.ClassDef):
                yield from _marks_in(node.body, path, name)


def _ids(expression: ast.expr, path: Path, test: str) -> Iterator[Mark]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.row"):
            for argument in node.args:
                id_ = argument.value if isinstance(argument, ast.Constant) else ast.unparse(argument)
                yield Mark(str(id_), test, f"{path.name}:{argument.lineno}")


def report(rows: dict[str, str], marks: list[Mark]) -> str:
    """The table of rows and tests, then the rows without a test."""
    tests: dict[str, list[str]] = {id_: [] for id_ in rows}
    for mark in marks:
        if mark.id in tests and mark.test not in tests[mark.id]:
            tests[mark.id].append(mark.test)
    lines = []
    for id_, title in rows.items():
        lines.append(f"{id_:<4} {title}")
        lines += [f"       {test}" for test in tests[id_]]
    bare = [id_ for id_ in rows if not tests[id_]]
    lines += ["", f"{len(rows) - len(bare)} of {len(rows)} rows have a test."]
    if bare:
        lines += ["Without one: " + " ".join(bare)]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    rows = read_rows(REPOSITORY / "docs" / "requirements.tsv")
    marks = list(find_marks(REPOSITORY / "tests"))
    unknown = [mark for mark in marks if mark.id not in rows]
    for mark in unknown:
        print(f"{mark.place}: no requirement row is called {mark.id!r}; see docs/requirements.tsv.")
    if "--check" not in arguments:
        print(report(rows, marks))
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
