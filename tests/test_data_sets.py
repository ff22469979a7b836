"""The registry of data sets, and fetching from a server of our own on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tenkai import data_sets
from tenkai.data import find_data
from tenkai.data_sets import fetch, known
from tenkai.errors import TenkaiError

SMALL = "mi/Fe2_descriptor_newdata.csv"


@pytest.fixture
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("TENKAI_DATA")
    return tmp_path / "user" / "tenkai" / "data"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that a server on this machine gives out in place of the host of the repositories."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    root = tmp_path / "served"
    root.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(data_sets, "_HOST", f"http://127.0.0.1:{server.server_address[1]}")
    yield root
    server.shutdown()
    server.server_close()


def _give_out(root: Path, content: bytes) -> None:
    one = known()[SMALL]
    place = root / one.repository / one.commit / one.path
    place.parent.mkdir(parents=True)
    place.write_bytes(content)


@pytest.mark.parametrize("name", list(known()))
def test_the_checksums_are_those_of_the_shared_files(data_dir: Path, name: str) -> None:
    content = (data_dir / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == known()[name].sha256
    assert len(content) == known()[name].size


@pytest.mark.parametrize("name", list(known()))
def test_every_set_says_where_it_is_from_and_under_which_terms(name: str) -> None:
    one = known()[name]
    assert one.url.startswith("https://raw.githubusercontent.com/")
    assert one.commit in one.url
    assert len(one.commit) == 40
    assert one.licence
    assert one.citation


def test_a_set_is_fetched_once_into_the_users_folder(data_dir: Path, own_data_folder: Path, served: Path) -> None:
    _give_out(served, (data_dir / SMALL).read_bytes())
    assert fetch(f"data:{SMALL}") == own_data_folder / SMALL
    assert find_data(f"data:{SMALL}").read_bytes() == (data_dir / SMALL).read_bytes()
    for file in served.rglob("*.csv"):
        file.unlink()
    assert fetch(SMALL).exists()  # no second download


def test_a_file_with_another_checksum_is_refused(own_data_folder: Path, served: Path) -> None:
    _give_out(served, b"key,polytype\n")
    with pytest.raises(TenkaiError, match=r"TK312: what came from .* checksum differs"):
        fetch(SMALL)
    assert not (own_data_folder / SMALL).exists()


def test_without_network_it_says_which_file_to_put_where(
    own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_sets, "_HOST", "http://127.0.0.1:9")
    with pytest.raises(TenkaiError) as caught:
        fetch(SMALL)
    text = str(caught.value)
    assert text.startswith(f"TK312: the data set '{SMALL}' cannot be fetched: there is no connection to 127.0.0.1:9.")
    assert str(own_data_folder / SMALL) in text
    assert "(1598 bytes)" in text


@pytest.mark.usefixtures("own_data_folder", "served")
def test_a_missing_file_on_the_server_is_told() -> None:
    with pytest.raises(TenkaiError, match="the server answers 404"):
        fetch(SMALL)


def test_a_folder_that_cannot_be_written_is_told(own_data_folder: Path, served: Path) -> None:
    _give_out(served, b"x")
    own_data_folder.parent.mkdir(parents=True)
    own_data_folder.write_text("a file in the way")
    with pytest.raises(TenkaiError, match=r"TK312: .* cannot be fetched: .*(directory|exists)"):
        fetch(SMALL)


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(TenkaiError, match=r"TK301: .* Did you mean 'mi/Fe2_descriptor.csv'\?"):
        fetch("mi/Fe2_descriptors.csv")
