"""collect.csv: memory grows with the numbers, not with the text."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

READ = """
import re, sys
from pathlib import Path
import tenkai as tk
table = tk.collect.csv(path=sys.argv[1])
# Not ru_maxrss: that of a child starts at the size of the process that started it.
print(table.height, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def write(file: Path, rows: int, codec: str) -> int:
    """Write rows of ten numbers and a word; return the size of the text."""
    numbers = [",".join(f"{(i * k) % 9973 / 997:.7f}" for k in range(1, 11)) for i in range(5000)]
    data = "".join(f"組成{i % 7},{row}\n" for i, row in enumerate(numbers)).encode(codec)
    with gzip.open(file, "wb", 1) if file.suffix == ".gz" else file.open("wb") as out:
        out.write(("name," + ",".join(f"c{k}" for k in range(10)) + "\n").encode(codec))
        for _ in range(rows // 5000):
            out.write(data)
    return len(data) * (rows // 5000)


def peak(file: Path) -> tuple[int, float]:
    run = subprocess.run([sys.executable, "-c", READ, str(file)], capture_output=True, text=True, check=True)
    rows, megabytes = run.stdout.split()
    return int(rows), float(megabytes)


@pytest.mark.slow
@pytest.mark.row("C1")
@pytest.mark.parametrize(("name", "codec"), [("table.csv", "utf-8"), ("table.csv.gz", "cp932")])
def test_memory_of_a_large_file(tmp_path: Path, name: str, codec: str):
    size = write(tmp_path / name, 1_200_000, codec) / 2**20
    rows, megabytes = peak(tmp_path / name)
    print(f"{name}: {size:.0f} MB of text, {megabytes:.0f} MB of memory at most")
    assert rows == 1_200_000
    # Measured: 120 MB of text take 470 MB, of which 60 are Python and its libraries and 100 the numbers;
    # 300 MB take 770, 1 GB of numbers 1300.
    assert megabytes < 5 * size
