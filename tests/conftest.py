import os
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Machines are shared: a slow example is no failure. In CI the examples are the same every time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_configure(config: pytest.Config) -> None:
    # `data:...` names resolve in tests as they do for a user who set the variable.
    os.environ.setdefault("TENKAI_DATA", str(REPOSITORY.parent / "shared" / "data"))


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
