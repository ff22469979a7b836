"""A workflow with its store, ready to run: what the command line, the pages and Python share."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tenkai.data import Places, looking_in
from tenkai.errors import Note, Place, Problem, TenkaiError, count, listing, nearest
from tenkai.plan.check import checked
from tenkai.plan.graph import Graph, bind
from tenkai.plan.references import resolve
from tenkai.plan.workflow import Workflow, read_workflow
from tenkai.run.engine import Engine, Outcome, Watcher, cores
from tenkai.run.events import Listener, ignore
from tenkai.run.housekeeping import keep_budget
from tenkai.run.processes import Processes
from tenkai.run.results import RunResult, write_record
from tenkai.run.store import Store
from tenkai.run.studies import find_study


@dataclass
class Project:
    """A workflow, bound and checked, with overrides, data folder and store.

    Raises
    ------
    TenkaiError
        All problems of the workflow at once, when it is run.
    """

    workflow: Workflow
    overrides: Mapping[str, Any]
    places: Places
    store_root: Path | None = None

    def __post_init__(self) -> None:
        with looking_in(self.places):
            self.graph: Graph = checked(bind(self.workflow, self.overrides))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with the workflow, before it runs, in the order of the file."""
        return tuple(sorted(self.graph.problems, key=lambda p: p.place.line))

    @property
    def warnings(self) -> tuple[Note, ...]:
        """What is doubtful, before it runs."""
        return self.graph.warnings

    def require_sound(self) -> Graph:
        """Return the graph. Raises all problems together."""
        if self.problems:
            raise TenkaiError(*self.problems)
        return self.graph

    def require_node(self, name: str) -> None:
        """Check that there is a step of this name. Raises TK108."""
        if name not in self.graph.nodes:
            allowed = f"Steps: {listing(self.graph.nodes)}."
            raise TenkaiError(Problem("TK108", f"there is no step '{name}'.", allowed, nearest(name, self.graph.nodes)))

    def store(self) -> Store:
        """Open the store."""
        return Store(self.store_root)

    def run(
        self,
        *,
        to: Iterable[str] | None = None,
        on: str = "local",
        threads: int | None = None,
        listener: Listener = ignore,
        watcher: Watcher | None = None,
    ) -> RunResult:
        """Run the workflow (or what the steps `to` need). `watcher` may look at steps of this process as they learn.

        Raises
        ------
        TenkaiError
            Problems of the workflow; TK404 when interrupted. Failed steps are in the result.
        """
        graph = self.require_sound()
        wanted = self._wanted(to)
        store = self.store()
        engine = make_engine(on, store, self.places, listener, self.overrides, threads)
        engine.watcher = watcher
        outcome = _interruptible(engine, graph, wanted)
        silent = make_engine(on, store, self.places, ignore, self.overrides, threads)
        result = RunResult(graph, outcome, store, threads or cores(), on, lambda: silent.run(graph, wanted))
        write_record(result)
        keep_budget(store)
        if outcome.interrupted:
            done = count(len(outcome.computed), "finished task is", "finished tasks are")
            raise TenkaiError(Problem("TK404", f"the run was stopped; {done} kept.", remedy="Run again to go on."))
        return result

    def _wanted(self, to: Iterable[str] | None) -> list[str] | None:
        if to is None:
            return None
        steps = {n: b.step for n, b in self.graph.nodes.items()}
        wanted: list[str] = []
        for text in to:
            found = resolve(text, steps, figure=False)
            if isinstance(found, Problem):
                raise TenkaiError(found)
            wanted.append(found.node)
        return wanted


def load(
    path: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    data: str | Path | None = None,
    cache: str | Path | None = None,
) -> Project:
    """Open a workflow file, or a study by name.

    Parameters
    ----------
    path
        A YAML file, or the name of a study such as ``digits-map``.
    settings
        Values by ``step.setting`` (or variable), over what the file says.
    data, cache
        Folder of the data; folder of the store.
    """
    file = find_workflow(str(path))
    workflow = read_workflow(file)
    places = Places(workflow.folder, Path(data).absolute() if data else None)
    return Project(workflow, dict(settings or {}), places, Path(cache) if cache else None)


def find_workflow(name: str) -> Path:
    """Return the file of a workflow or study. Raises TK101 with the nearest name."""
    path = Path(name)
    # A folder is no workflow: `--out digits-map` must not hide the study of that name.
    if path.is_file() or path.suffix in (".yaml", ".yml") or "/" in name:
        return path
    study = find_study(name)
    if study is not None:
        return study
    if path.is_dir():
        return path  # which is told where it is read
    from tenkai.run.studies import study_names

    names = [*study_names(), *(p.name for p in Path.cwd().glob("*.y*ml"))]
    raise TenkaiError(
        Problem(
            "TK101",
            f"there is no workflow file and no study '{name}'.",
            "See 'tenkai studies'.",
            nearest(name, names),
        )
    )


def make_engine(
    on: str,
    store: Store,
    places: Places,
    listener: Listener,
    overrides: Mapping[str, Any],
    threads: int | None,
) -> Engine:
    """Return the executor a user asked for: ``local`` or ``processes[:N]``."""
    kind, _, count = on.partition(":")
    if kind == "local" and not count:
        return Engine(store, places, listener, threads=threads)
    if kind == "processes" and (not count or (count.isdigit() and int(count) > 0)):
        return Processes(store, places, listener, workers=int(count) if count else cores(), overrides=overrides)
    raise TenkaiError(
        Problem(
            "TK501",
            f"there is no executor '{on}'.",
            "Allowed: local, processes, processes:N.",
            place=Place(setting="--on"),
        )
    )


def _interruptible(engine: Engine, graph: Graph, wanted: list[str] | None) -> Outcome:
    """Run in a thread of its own, so that Ctrl-C is heard while a library computes."""
    box: list[Outcome | BaseException] = []

    def work() -> None:
        try:
            box.append(engine.run(graph, wanted))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread below
            box.append(error)

    thread = threading.Thread(target=work, name="tenkai-run", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
    except KeyboardInterrupt:
        engine.cancel = True
        thread.join(0.8)
        if not box:
            # A library is deep in its work. The thread is left behind; what is finished is stored.
            outcome = engine.outcome or engine.plan(graph, wanted)
            return replace(outcome, finished=dict(outcome.finished), computed=[*outcome.computed], interrupted=True)
    result = box[0]
    if isinstance(result, BaseException):
        raise result
    return result
