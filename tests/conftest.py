import importlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Packages of steps, imported only where a test installs them.
collect_ignore = ["toys", "plugin_example"]

# Machines are shared: a slow example is no failure. In CI the examples are the same every time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_configure(config: pytest.Config) -> None:
    # `data:...` names resolve in tests as they do for a user who set the variable.
    os.environ.setdefault("TENKAI_DATA", str(REPOSITORY.parent / "shared" / "data"))


@pytest.fixture
def every_file_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store also small files as files of their own, as large ones are."""
    monkeypatch.setattr("tenkai.values.value.SMALL", -1)


@pytest.fixture(scope="session", autouse=True)
def _never_the_users_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A test that asks for no cache gets one that lasts for the session, far from the user's."""
    os.environ["TENKAI_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the shared data sets. It is part of the tests: without it they fail, never skip."""
    folder = Path(os.environ["TENKAI_DATA"])
    if not (folder / "mi").is_dir():
        pytest.fail(
            f"The data sets are not at '{folder}' (no folder 'mi' there). "
            "Set TENKAI_DATA to the folder that holds mi/, mnist/, faces/, ...",
            pytrace=False,
        )
    return folder


@pytest.fixture
def cache_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store for one test, named by TENKAI_CACHE."""
    folder = tmp_path / "tenkai-cache"
    folder.mkdir()
    monkeypatch.setenv("TENKAI_CACHE", str(folder))
    return folder


@pytest.fixture
def install_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make a package of steps below tests/ known, as if it were installed, here and in processes started here."""
    from tenkai.step import registry

    site = tmp_path / "site"
    brought: list[str] = []

    def forget() -> None:
        registry.step_modules.cache_clear()
        for module in [m for m in sys.modules if m.split(".")[0] in brought]:
            del sys.modules[module]
        importlib.invalidate_caches()

    def install(folder: str) -> None:
        source = REPOSITORY / "tests" / folder
        project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        record = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        record.mkdir(parents=True)
        lines = [f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"]
        (record / "METADATA").write_text("".join(lines))
        points = project["entry-points"]["tenkai.steps"]
        text = "".join(f"{name} = {value}\n" for name, value in points.items())
        (record / "entry_points.txt").write_text(f"[tenkai.steps]\n{text}")
        brought.extend(value.split(".")[0] for value in points.values())
        for path in (site, source):
            monkeypatch.syspath_prepend(str(path))
        before = os.environ.get("PYTHONPATH", "")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(site), str(source), before])))
        forget()

    yield install
    monkeypatch.undo()
    forget()


@pytest.fixture
def toys(install_steps: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toy steps, which tell the log (the path returned) of every call."""
    install_steps("toys")
    log = tmp_path / "toys.log"
    log.touch()
    monkeypatch.setenv("TOY_LOG", str(log))
    return log


@pytest.fixture
def run_python() -> Callable[[str], str]:
    """Run a few lines in a fresh Python and return what they print."""

    def run(text: str) -> str:
        command = [sys.executable, "-c", dedent(text)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
