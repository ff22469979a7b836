"""The leak lens against an oracle that follows every row, on random workflows; and before a run against after it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import tenkai as tk
from tenkai.plan.lens import forecast
from tenkai.run.results import RunResult
from tenkai.values import Scores, Table

# ---- a random workflow, with what the oracle must know of each step ------------------------------------------

Taint = tuple[str, str, int]
"""(step, kind, row): a value was shaped by a row."""
MOST_STEPS = 16


@dataclass
class Draft:
    """A workflow being made. `tables`: reference, expected rows, the scalers its columns went through."""

    random: random.Random
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: list[tuple[str, float, tuple[str, ...]]] = field(default_factory=list)
    models: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    predictions: list[tuple[str, float]] = field(default_factory=list)

    def add(self, step: str, **given: Any) -> str:
        name = f"s{len(self.steps)}"
        self.steps[name] = {step: given}
        return name

    def narrow(self, ref: str) -> list[tuple[str, float]]:
        """Keep some rows; return the outputs and the share of rows in each."""
        seed = self.random.randrange(1000)
        kind = self.random.choice(["split", "filter", "sample", "sort"])
        if kind == "split":
            name = self.add("process.split", table=ref, test=0.4, seed=seed)
            return [(f"{name}.train", 0.6), (f"{name}.test", 0.4)]
        if kind == "filter":
            name = self.add("process.filter", table=ref, where=f"half{len(self.steps)} == 'a'")
            return [(f"{name}.table", 0.5), (f"{name}.dropped", 0.5)]
        if kind == "sample":
            return [(self.add("process.sample", table=ref, fraction=0.6, seed=seed), 0.6)]
        return [(self.add("process.sort", table=ref, by=["x"], descending=self.random.random() < 0.5), 1.0)]

    def grow(self) -> None:
        """Add one step, or a few that belong together."""
        ref, rows, chain = self.random.choice(self.tables)
        what = self.random.choice(
            ["narrow", "scale", "model", "model", "predict", "predict", "validate", "stack", "choose"]
        )
        if what == "narrow" and rows > 24:
            self.tables.extend((out, rows * share, chain) for out, share in self.narrow(ref))
        elif what == "scale" and not chain:
            name = self.add("process.standardize", table=ref, columns=["x", "z"])
            self.tables.append((f"{name}.table", rows, (name,)))
        elif what == "model":
            name = self.add("learn.ridge", table=ref, target="y", columns=["x", "z"], alpha=1.0)
            self.models.append((name, chain))
        elif what == "choose":
            self.choose(ref, chain)
        elif what == "predict" and self.models:
            model, prepared = self.random.choice(self.models)
            if self.fits(chain, prepared):
                name = self.add("learn.predict", table=ref, model=model)
                self.predictions.append((name, rows))
        elif what == "validate" and self.models:
            model, prepared = self.random.choice(self.models)
            if self.fits(chain, prepared):
                name = self.add("learn.cross_validate", table=ref, model=model, folds=3, seed=self.random.randrange(99))
                self.predictions.append((f"{name}.table", rows))
        elif what == "stack":
            self.stack()

    def fits(self, chain: tuple[str, ...], model: tuple[str, ...]) -> bool:
        """Say whether rows can be predicted: prepared as those of the model, or raw where a scaler leads there."""
        return chain == model or (not chain and all("process.standardize" in self.steps[name] for name in model))

    def stack(self) -> None:
        if len(self.predictions) > 1 and self.random.random() < 0.6:
            (a, n), (b, m) = self.random.sample(self.predictions, 2)
            name = self.add("process.concat", tables=[a, b], fill=True)
            self.predictions.append((name, n + m))
        elif self.predictions:
            ref, rows = self.random.choice(self.predictions)
            if rows > 24:
                self.predictions.extend((out, rows * share) for out, share in self.narrow(ref))
        elif len(self.tables) > 1:
            (a, n, chain), (b, m, other) = self.random.sample(self.tables, 2)
            name = self.add("process.concat", tables=[a, b], fill=True)
            # Rows scaled by different scalers: only what was fitted on them fits them.
            self.tables.append((name, n + m, chain if chain == other else (name,)))

    def choose(self, ref: str, chain: tuple[str, ...]) -> None:
        """Choose the penalty on one part of the rows, and use it for a fit on other rows."""
        tried = self.add("learn.ridge", table=ref, target="y", columns=["x", "z"], alpha={"sweep": [0.1, 10.0]})
        judged = self.random.choice([t for t in self.tables if self.fits(t[2], chain)])[0]
        said = self.add("learn.predict", table=judged, model=tried)
        scores = self.add("interpret.regression_scores", table=said, target="y", interval="never")
        best = self.add("interpret.best", scores=scores, by="r2")
        fit_on, _, other = self.random.choice(self.tables)
        final = self.add("learn.ridge", table=fit_on, target="y", columns=["x", "z"], alpha={"from": f"{best}.alpha"})
        self.models.append((final, other))


def draft(seed: int) -> Draft:
    made = Draft(random.Random(seed))
    made.steps["rows"] = {"collect.csv": {"path": "rows.csv"}}
    made.tables.append(("rows", 90.0, ()))
    while len(made.steps) < MOST_STEPS:
        made.grow()
    for ref, _ in made.predictions:
        made.add("interpret.regression_scores", table=ref, target="y", interval="never")
    return made


# ---- the oracle: every row of every table with the set of rows that shaped its value -----------------------------


class Oracle:
    """Follows rows by their column `key`, which the workflow only carries along."""

    def __init__(self, made: Draft, result: RunResult) -> None:
        self.made, self.result = made, result
        self.of: dict[tuple[str, str], dict[str, frozenset[Taint]]] = {}
        self.fitted: dict[str, frozenset[Taint]] = {}
        self.scored: dict[str, list[tuple[int, frozenset[Taint]]]] = {}
        self.choice: dict[str, frozenset[Taint]] = {}

    def table(self, ref: str) -> Table:
        value = self.result.value(ref)
        if not isinstance(value, Table):  # a sweep over the penalty: its rows are the same everywhere
            value = value.items[0]
        assert isinstance(value, Table)
        return value

    def rows(self, ref: str) -> list[tuple[int, frozenset[Taint]]]:
        taints, table = self.taints(ref), self.table(ref)
        return [(k, taints[i]) for k, i in zip(table["key"].to_list(), table.ids.to_list(), strict=True)]

    def taints(self, ref: str) -> dict[str, frozenset[Taint]]:
        name, _, port = ref.partition(".")
        return self.of[name, port if (name, port) in self.of else ""]

    def follow(self) -> None:
        for name, step in self.made.steps.items():
            ((kind, given),) = step.items()
            getattr(self, kind.split(".")[1])(name, given)

    def csv(self, name: str, given: dict[str, Any]) -> None:
        self.of[name, ""] = {i: frozenset() for i in self.table(name).ids.to_list()}

    def _kept(self, name: str, given: dict[str, Any], *ports: str) -> None:
        before = self.taints(given["table"])
        for port in ports or ("",):
            ids = self.table(f"{name}.{port}" if port else name).ids.to_list()
            self.of[name, port] = {i: before[i] for i in ids}

    def split(self, name: str, given: dict[str, Any]) -> None:
        self._kept(name, given, "train", "test")

    def filter(self, name: str, given: dict[str, Any]) -> None:
        self._kept(name, given, "table", "dropped")

    def sample(self, name: str, given: dict[str, Any]) -> None:
        self._kept(name, given)

    sort = sample

    def concat(self, name: str, given: dict[str, Any]) -> None:
        parts = [t for ref in given["tables"] for _, t in self.rows(ref)]
        self.of[name, ""] = dict(zip(self.table(name).ids.to_list(), parts, strict=True))

    def _learned(self, name: str, kind: str, ref: str) -> frozenset[Taint]:
        rows = self.rows(ref)
        return frozenset((name, kind, k) for k, _ in rows).union(*(t for _, t in rows))

    def standardize(self, name: str, given: dict[str, Any]) -> None:
        learned = self._learned(name, "prepared", given["table"])
        self.of[name, "table"] = {i: t | learned for i, t in self.taints(given["table"]).items()}

    def ridge(self, name: str, given: dict[str, Any]) -> None:
        self.fitted[name] = self._learned(name, "fitted", given["table"])
        if "from" in (given["alpha"] if isinstance(given["alpha"], dict) else {}):
            self.fitted[name] |= self.choice[given["alpha"]["from"].split(".")[0]]

    def predict(self, name: str, given: dict[str, Any]) -> None:
        learned = self.fitted[given["model"]]
        self.of[name, ""] = {i: t | learned for i, t in self.taints(given["table"]).items()}

    def cross_validate(self, name: str, given: dict[str, Any]) -> None:
        model = given["model"]
        ((_, how),) = self.made.steps[model].items()
        source, before = how["table"], self.rows(given["table"])
        scaler = self._scaler(source)
        again = scaler is not None and self._scaler(given["table"]) is None
        chosen = frozenset(t for t in self.fitted[model] if t[1] == "chosen")
        out = self.table(name)
        folds = out["fold"].to_list()
        self.of[name, ""] = {}
        for at, row_id in enumerate(out.ids.to_list()):
            train = [row for row, fold in zip(before, folds, strict=True) if fold != folds[at]]
            learned = frozenset((model, "fitted", k) for k, _ in train).union(*(t for _, t in train))
            if again:
                learned |= frozenset((scaler, "prepared", k) for k, _ in train)
            self.of[name, ""][row_id] = before[at][1] | learned | chosen

    def _scaler(self, ref: str) -> str | None:
        name = ref.split(".", maxsplit=1)[0]
        ((kind, given),) = self.made.steps[name].items()
        if kind == "process.standardize":
            return name
        if kind == "collect.csv":
            return None
        return self._scaler(given["table"] if "table" in given else given["tables"][0])

    def regression_scores(self, name: str, given: dict[str, Any]) -> None:
        self.scored[name] = self.rows(given["table"])

    def best(self, name: str, given: dict[str, Any]) -> None:
        rows = self.scored[given["scores"]]
        seen = {k for k, _ in rows} | {k for _, taints in rows for _, _, k in taints}
        self.choice[name] = frozenset((name, "chosen", k) for k in seen)
        self.choice[name] |= frozenset(t for _, taints in rows for t in taints if t[1] == "chosen")

    def counts(self, name: str) -> dict[str, int]:
        rows = self.scored[name]
        found = {"scored": len(rows)}
        for kind in ("prepared", "fitted", "chosen"):
            found[kind] = sum(any(how == kind and k == key for _, how, k in taints) for key, taints in rows)
        return found


def as_yaml(value: Any) -> str:
    """Write plain data as YAML in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {as_yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) and not value.replace(".", "").isalnum() else str(value)


def run(made: Draft, folder: Path) -> RunResult:
    number = random.Random(0)
    lines = ["key,x,z,y," + ",".join(f"half{i}" for i in range(MOST_STEPS + 6))]
    for key in range(90):
        x, z = number.gauss(0, 1), number.gauss(5, 3)
        halves = ",".join(number.choice("ab") for _ in range(MOST_STEPS + 6))
        lines.append(f"{key},{x:.4f},{z:.4f},{x + 0.3 * z + number.gauss(0, 0.5):.4f},{halves}")
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")
    steps = "".join(f"  {name}: {as_yaml(step)}\n" for name, step in made.steps.items())
    (folder / "w.yaml").write_text("steps:\n" + steps)
    result = tk.load(folder / "w.yaml", cache=folder / "cache").run()
    assert result.ok, result.error
    return result


def lenses(result: RunResult, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the counts of every score; of a sweep those of its first point, as the oracle follows."""
    found = {}
    for name in names:
        value = result.value(name)
        score = value if isinstance(value, Scores) else value.items[0]
        assert score.lens is not None
        found[name] = score.lens.counts()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_the_lens_counts_what_an_oracle_counts(seed: int, tmp_path: Path) -> None:
    made = draft(seed)
    result = run(made, tmp_path)
    oracle = Oracle(made, result)
    oracle.follow()
    seen = lenses(result, oracle.scored)
    assert seen == {name: oracle.counts(name) for name in oracle.scored}
    # Before the run: never "none" of rows that are seen, never "all" of rows that are not.
    told = {f.score: f.extent for f in forecast(result.graph)}
    for name, counts in seen.items():
        for kind in ("prepared", "fitted", "chosen"):
            extent = told[name][kind]
            assert extent != "none" or counts[kind] == 0, (name, kind, counts)
            assert extent != "all" or counts[kind] == counts["scored"], (name, kind, counts)


def test_random_workflows_meet_every_case() -> None:
    """The property above would say little if its workflows had no leaks, no clean scores and no choices."""
    kinds = [kind for seed in range(24) for step in draft(seed).steps.values() for kind in step]
    for kind in ("process.split", "process.standardize", "learn.cross_validate", "interpret.best", "process.concat"):
        assert kinds.count(kind) >= 5, kind
