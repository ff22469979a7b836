"""Fingerprints of the 130 831 molecules of QM9: tenkai beside RDKit alone, the same bits.

RDKit alone reads every SMILES in one loop and makes all fingerprints with its own threads; it has no protection from
a molecule that crashes or hangs. Peak memory is that of this process and, for tenkai, of its largest worker.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import psutil

import tenkai as tk
from tenkai.step import Run, get_step

CORES = 2


def molecules() -> tk.Table:
    folder = Path(os.environ.get("TENKAI_DATA", "../shared/data"))
    frame = pl.read_csv(folder / "qm9" / "qm9.csv.gz", columns=["smiles", "uncharacterized"])
    return tk.Table.from_(frame.filter(pl.col("uncharacterized") == 0).select("smiles"))


def alone(texts: list[str], counts: bool) -> np.ndarray:
    from rdkit import Chem, DataStructs, RDLogger
    from rdkit.Chem import rdFingerprintGenerator

    RDLogger.DisableLog("rdApp.*")
    made = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=1024)
    start = time.perf_counter()
    read = [Chem.MolFromSmiles(text) for text in texts]
    parsed = time.perf_counter()
    found = (made.GetCountFingerprints if counts else made.GetFingerprints)(read, numThreads=CORES)
    done = time.perf_counter()
    out = np.zeros((len(texts), 1024), np.uint8)
    for row, one in zip(out, found, strict=True):
        if counts:
            DataStructs.ConvertToNumpyArray(one, row)
        else:
            row[:] = np.unpackbits(np.frombuffer(DataStructs.BitVectToBinaryText(one), np.uint8), bitorder="little")
    end = time.perf_counter()
    print(f"RDKit alone: {end - start:.1f} s (read {parsed - start:.1f}, fingerprints {done - parsed:.1f}, array "
          f"{end - done:.1f})")  # fmt: skip
    return out


def ours(table: tk.Table, threads: int, values: str) -> np.ndarray:
    step = get_step("process.fingerprint")
    start = time.perf_counter()
    found = step.run({"table": table}, step.convert({"values": values}), Run(threads))["table"]
    end = time.perf_counter()
    print(f"tenkai, {threads} workers: {end - start:.1f} s")
    return found["fingerprint"].to_numpy()


def main() -> None:
    table = molecules()
    print(f"{table.height} molecules, load {os.getloadavg()[0]:.1f}")
    for values in ("bits", "counts"):
        print(values)
        first = ours(table, 1, values)
        assert np.array_equal(first, ours(table, CORES, values))
        workers = sum(p.memory_info().rss for p in psutil.Process().children())
        print(f"peak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB, "
              f"workers {workers / 1e9:.2f} GB")  # fmt: skip
        if "--ours" not in sys.argv:
            assert np.array_equal(first, alone(table["smiles"].to_list(), values == "counts"))
        del first


if __name__ == "__main__":
    main()
