"""The store: what is in it is whole, or it is not there."""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tenkai.errors import TenkaiError
from tenkai.run.housekeeping import keep_budget, parse_size, prune, usage, verify
from tenkai.run.project import Project
from tenkai.run.store import Finished, Store
from tenkai.values import Scores, Table

CHAIN = """
steps:
  rows: {collect.toy.rows: {n: 50}}
  more: {process.toy.slow: {table: rows}}
  sum: {interpret.toy.total: {table: more}}
results: {total: sum.total}
"""
TOTAL = 50 * 49 / 2 + 50


def table(n: int = 5, seed: int = 0) -> Table:
    return Table.from_({"x": np.random.default_rng(seed).normal(size=n)})


def finished(store: Store, key: str, value: Table, **changed: object) -> Finished:
    made = Finished(key, "node", "process.step", {"table": store.put(value)}, 0.5, 1000, {"table": {"rows": 5}}, ())
    store.finish(made, {"settings": {}})
    return made


@pytest.fixture
def store(cache_dir: Path) -> Store:
    return Store(cache_dir)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 0x20
    path.chmod(0o644)
    path.write_bytes(bytes(content))


def files(store: Store, kind: str) -> list[Path]:
    return sorted(p for p in (store.root / kind).rglob("*") if p.is_file())


@pytest.fixture(autouse=True)
def blobs(every_file_apart: None) -> None:
    """The tables here are small."""


# ---- writing and reading ----------------------------------------------------------------------


def test_a_value_comes_back_under_the_hash_of_its_content(store: Store) -> None:
    one = table()
    identity = store.put(one)
    back = store.get(identity)
    assert isinstance(back, Table)
    assert back.frame.equals(one.frame)
    assert store.put(Table.from_({"x": one["x"]})) == identity  # equal content, equal name
    assert store.put(table(seed=1)) != identity


def test_files_are_named_by_their_hash_and_cannot_be_written_to(store: Store) -> None:
    store.put(table())
    for path in store.blobs():
        assert path.stat().st_mode & 0o222 == 0
        assert verify(store) == []


def test_a_task_counts_only_when_its_record_is_there(store: Store) -> None:
    store.put(table())
    assert store.find("ab" * 16) is None
    made = finished(store, "ab" * 16, table())
    assert store.find("ab" * 16) == made


def test_nothing_but_whole_files_is_ever_seen_under_a_final_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever moves into place is complete at that moment: writing happens below tmp only."""
    seen: list[tuple[Path, int]] = []
    rename = Path.rename

    def watched(self: Path, target: Path) -> Path:
        assert self.parent == store.root / "tmp" or self.parent.parent == store.root / "tmp" or "tmp" in self.parts
        assert not Path(target).exists()
        seen.append((Path(target), self.stat().st_size))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", watched)
    finished(store, "cd" * 16, table())
    assert {p.parent.parent.name for p, _ in seen} == {"blobs", "values", "tasks"}
    assert seen[-1][0].parent.parent.name == "tasks", "the record is written last"
    assert all(path.stat().st_size == size for path, size in seen)
    assert files(store, "tmp") == []


# ---- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["blobs", "values", "tasks"])
def test_any_flipped_byte_is_noticed_and_computed_again(
    kind: str, workflow: Callable[..., Project], toys: Path, cache_dir: Path
) -> None:
    """One byte in each stored file, one file after the other: the result stays the same."""
    project = workflow(CHAIN)
    project.run()
    store = project.store()
    rng = np.random.default_rng(0)
    for path in files(store, kind):
        before = path.read_bytes()
        flip(path, int(rng.integers(len(before))))
        result = project.run()
        assert result.ok
        assert result.figures() == {"total": TOTAL}
        for name in ("rows", "more", "sum"):  # reading every value finds the damage and repairs it
            result.value(name)
        value = result.value("sum")
        assert isinstance(value, Scores)
        assert value["total"] == TOTAL
        if kind != "tasks":  # a record holds times
            assert path.read_bytes() == before, f"{path} was written anew, equal to the bit"
        assert verify(store) == []


def test_a_damaged_result_is_repaired_by_reading_it(workflow: Callable[..., Project], toys: Path) -> None:
    project = workflow(CHAIN)
    result = project.run()
    toys.write_text("")
    for path in files(project.store(), "blobs"):
        flip(path, 3)
    value = result.value("sum")
    assert isinstance(value, Scores)
    assert value["total"] == TOTAL
    assert set(toys.read_text().split("\n")) >= {"rows n=50 seed=0", "total"}


def test_reading_a_damaged_value_says_what_to_do(store: Store) -> None:
    made = finished(store, "ab" * 16, table())
    for path in store.blobs():
        path.chmod(0o644)
        path.write_bytes(b"")
    with pytest.raises(TenkaiError, match=r"TK403: the stored file 'columns.arrow' of value .* Run|run once more"):
        store.read(made, "table")
    assert store.find(made.key) is None


def test_verify_names_and_removes_what_is_damaged(workflow: Callable[..., Project]) -> None:
    project = workflow(CHAIN)
    project.run()
    store = project.store()
    flip(files(store, "blobs")[0], 10)
    flip(files(store, "tasks")[0], 10)
    wrong = verify(store)
    assert any("content differs from its hash" in line for line in wrong)
    assert any("unreadable or incomplete" in line for line in wrong)
    assert verify(store) == []
    assert project.run().figures() == {"total": TOTAL}


@pytest.mark.parametrize("content", [b"", b"no data base", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_index_costs_nothing_but_itself(
    content: bytes, workflow: Callable[..., Project], cache_dir: Path
) -> None:
    project = workflow(CHAIN)
    project.run()
    for leftover in cache_dir.glob("index.sqlite*"):
        leftover.unlink()
    (cache_dir / "index.sqlite").write_bytes(content)
    (cache_dir / "index.sqlite-wal").write_bytes(b"\x00garbage" * 10)
    result = project.run()
    assert result.outcome.computed == []
    assert result.figures() == {"total": TOTAL}
    assert workflow(CHAIN.replace("n: 50", "n: 51")).run().ok
    with sqlite3.connect(cache_dir / "index.sqlite") as connection:
        assert connection.execute("SELECT COUNT(*) FROM tasks").fetchone() == (3,)


@pytest.mark.parametrize("in_the_way", ["file", "index"])
def test_a_folder_that_cannot_be_used_is_told(in_the_way: str, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    if in_the_way == "file":
        place.write_text("")
    else:
        (place / "index.sqlite" / "inside").mkdir(parents=True)
    with pytest.raises(
        TenkaiError, match=r"TK402: the cache folder .* cannot be used: .* Name another with --cache DIR"
    ):
        Store(place)


# ---- budget -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("500MB", 500_000_000), ("1.5 gb", 1_500_000_000), ("7k", 7000), ("2 TiB", 2 * 10**12)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "1.2.3GB", "5 XB", "."])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(TenkaiError, match=r"TK402: '.*' is no size. Write 500MB or 5GB."):
        parse_size(text)


def old(store: Store, seconds: float) -> None:
    """Make all that is stored look as if nobody had used it for a while."""
    with sqlite3.connect(store.root / "index.sqlite") as connection:
        connection.execute("UPDATE tasks SET used = used - ?, made = made - ?", (seconds, seconds))
    past = time.time() - seconds
    for kind in ("blobs", "values"):
        for path in files(store, kind):
            os.utime(path, (past, past))


def test_prune_removes_what_was_used_longest_ago(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"{i:02x}" * 16 for i in range(6)]
    for i, key in enumerate(keys):
        finished(store, key, table(2000, seed=i))
    old(store, 10_000)
    monkeypatch.setattr("tenkai.run.housekeeping.time.time", lambda: NOW + 10_000)
    store.index.touch([keys[0]])  # used just now, although made first
    each = usage(store).bytes // 6
    # The tasks share the file of row ids, so that removing two frees less than two sixths.
    before = usage(store).bytes
    removed, size = prune(store, 4 * each)
    assert removed == 3
    assert usage(store).bytes == before - size <= 4 * each
    left = [k for k in keys if store.find(k) is not None]
    assert left == [keys[0], keys[4], keys[5]]
    assert all(store.read(store.find(k), "table") is not None for k in left)  # type: ignore[arg-type]


NOW = time.time()


def test_prune_to_zero_empties_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(3):
        finished(store, f"{i:02x}" * 16, table(seed=i))
    monkeypatch.setattr("tenkai.run.housekeeping.time.time", lambda: NOW + 10_000)
    assert prune(store, 0)[0] == 3
    found = usage(store)
    assert (found.tasks, found.files, found.bytes) == (0, 0, 0)


def test_what_is_in_use_stays_whatever_the_budget(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(store, "ab" * 16, table(5000))
    monkeypatch.setenv("TENKAI_CACHE_SIZE", "1kB")
    assert keep_budget(store) == (0, 0)
    assert store.find("ab" * 16) is not None


def test_a_run_keeps_the_budget(workflow: Callable[..., Project], monkeypatch: pytest.MonkeyPatch) -> None:
    project = workflow(CHAIN)
    project.run()
    store = project.store()
    old(store, 10_000)
    monkeypatch.setenv("TENKAI_CACHE_SIZE", "1kB")
    workflow(CHAIN.replace("n: 50", "n: 60")).run()
    assert [f.figures.get("table", {}).get("rows") for f in store.records() if f.node == "rows"] == [60]


def test_files_that_two_tasks_share_stay_as_long_as_one_needs_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = table(1000)
    finished(store, "aa" * 16, same)
    finished(store, "bb" * 16, Table.from_({"x": same["x"]}))
    old(store, 10_000)
    monkeypatch.setattr("tenkai.run.housekeeping.time.time", lambda: NOW + 10_000)
    store.forget("aa" * 16)
    prune(store, 10**9)
    there = store.find("bb" * 16)
    assert there is not None
    assert store.read(there, "table").summary()["rows"] == 1000


def test_what_killed_processes_left_behind_is_cleared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (store.root / "tmp" / "half").mkdir()
    (store.root / "tmp" / "half" / "columns.arrow").write_bytes(b"x")
    (store.root / "tmp" / "young").write_bytes(b"x")
    past = time.time() - 10_000
    os.utime(store.root / "tmp" / "half", (past, past))
    assert verify(store) == []
    assert [p.name for p in (store.root / "tmp").iterdir()] == ["young"]


def test_records_are_plain_json(store: Store) -> None:
    finished(store, "ab" * 16, table())
    [record] = files(store, "tasks")
    data = json.loads(record.read_text())
    assert data["node"] == "node"
    assert data["figures"] == {"table": {"rows": 5}}
    assert data["parts"] == {"settings": {}}


# ---- several processes ------------------------------------------------------------------------

SHARING = """
import sys
from pathlib import Path
import numpy as np
from tenkai.run.store import Finished, Store
from tenkai.values import Table

for turn in range(12):
    store = Store(Path(sys.argv[1]))
    value = Table.from_({"x": np.arange(2000) + turn})   # all processes write the same
    key = f"{turn:02x}" * 16
    made = Finished(key, "n", "process.s", {"table": store.put(value)}, 0.1, 1, {}, ())
    store.finish(made, {"turn": turn})
    store.index.touch([key])
    back = store.read(store.find(key), "table")
    assert back.frame.equals(value.frame)
print("done")
"""


def test_several_processes_share_a_store_from_the_first_moment(cache_dir: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    script = tmp_path / "share.py"
    script.write_text(SHARING)
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), str(cache_dir)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == (0, "done\n", "")
    store = Store(cache_dir)
    assert len(list(store.records())) == 12
    assert store.index.totals()[0] == 12
    assert verify(store) == []


def test_small_files_stand_in_the_list_of_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep makes thousands of small values; each is one file."""
    monkeypatch.setattr("tenkai.values.value.SMALL", 1 << 16)
    identity = store.put(table())
    assert list(store.blobs()) == []
    again = Store(store.root)
    assert again.get(identity).frame.equals(table().frame)  # type: ignore[attr-defined]
    flip(files(store, "values")[0], 40)
    with pytest.raises(TenkaiError, match="TK403"):
        again.get(identity)


def test_verify_finds_damage_inside_a_list_of_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenkai.values.value.SMALL", 1 << 16)
    finished(store, "ab" * 16, table())
    flip(files(store, "values")[0], 40)
    assert "content differs from its hash" in verify(store)[0]
    assert store.find("ab" * 16) is None
