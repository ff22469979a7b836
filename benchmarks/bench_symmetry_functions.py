"""Two-body symmetry functions: 1 000 cells of iron, 16 functions, cutoff 6 Å, side by side with DScribe.

Ours on one thread and on all, from positions to values; DScribe's ACSF on one, and with n_jobs of all. In turns, the
fastest of three rounds. Prints a Markdown table and the largest difference.

    python benchmarks/bench_symmetry_functions.py [cells]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from ase import Atoms
from ase.build import bulk
from dscribe.descriptors import ACSF

from tenkai.kernels.symmetry_functions import cells_of, pair_functions

THREADS = os.cpu_count() or 1
CUTOFF = 6.0
PAIRS = [[eta, center] for eta in (0.01, 0.05, 0.1, 0.5, 1, 2, 4, 8) for center in (0, 2.5)]
ROUNDS = 3


def iron(n: int) -> list[Atoms]:
    """54, 128 and 108 atoms in turn, shaken."""
    cells = [
        bulk("Fe", "bcc", a=2.87, cubic=True) * (3, 3, 3),
        bulk("Fe", "bcc", a=2.87, cubic=True) * (4, 4, 4),
        bulk("Fe", "fcc", a=3.6, cubic=True) * (3, 3, 3),
    ]
    made = [cells[i % 3].copy() for i in range(n)]
    for i, atoms in enumerate(made):
        atoms.rattle(0.1, seed=i)
    return made


def ours(crystals: list[Atoms], threads: int) -> np.ndarray:
    eta, centers = np.array(PAIRS).T
    cells = cells_of(
        [a.positions for a in crystals], [a.cell.array for a in crystals], [a.pbc for a in crystals], CUTOFF
    )
    kinds = np.zeros(len(cells.atoms), np.int64)
    return pair_functions(cells, kinds, 1, eta, centers, CUTOFF, threads)[0][:, 0]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def main() -> None:
    crystals = iron(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    acsf = ACSF(species=["Fe"], r_cut=CUTOFF, g2_params=PAIRS, periodic=True)
    who: dict[str, Callable[[], Any]] = {
        "ours, one thread": lambda: ours(crystals, 1),
        f"ours, {THREADS} threads": lambda: ours(crystals, THREADS),
        "DScribe, one core": lambda: [acsf.create(a) for a in crystals],
        f"DScribe, n_jobs={THREADS}": lambda: acsf.create(crystals, n_jobs=THREADS),
    }
    ours(crystals[:3], THREADS)  # compiled, and the threads started
    acsf.create(crystals[0])
    best = dict.fromkeys(who, np.inf)
    values: dict[str, Any] = {}
    for _ in range(ROUNDS):
        for name, work in who.items():
            seconds, values[name] = timed(work)
            best[name] = min(best[name], seconds)
    one, many, peer, jobs = best.values()
    theirs = np.concatenate(values["DScribe, one core"])[:, -len(PAIRS) :]
    print(f"load {os.getloadavg()[0]:.1f}, {len(theirs)} atoms\n")
    print("| who | seconds | ratio to DScribe on one core |\n|---|---|---|")
    for name, seconds in zip(who, (one, many, peer, jobs), strict=True):
        print(f"| {name} | {seconds:.2f} | {peer / seconds:.1f} |")
    difference = np.abs(values["ours, one thread"] - theirs).max()
    print(f"\nlargest difference {difference:.1e}, values up to {np.abs(theirs).max():.1f}")


if __name__ == "__main__":
    main()
