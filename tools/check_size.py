"""No source file above 400 lines: a longer one holds a second responsibility.

Usage: check_size.py FOLDER...
"""

import sys
from pathlib import Path

LIMIT = 400


def main(folders: list[str]) -> int:
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    too_long = {path: lines for path, lines in sizes.items() if lines > LIMIT}
    for path, lines in too_long.items():
        print(f"{path}: {lines} lines, {LIMIT} allowed. Look for the second responsibility and split.")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
