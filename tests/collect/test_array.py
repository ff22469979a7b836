"""collect.array: NumPy files, idx files, and files that lie."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


def npy(folder: Path, values: object, name: str = "x.npy") -> str:
    np.save(folder / name, np.asarray(values), allow_pickle=True)
    return str(folder / name)


def npz(folder: Path, **arrays: object) -> str:
    np.savez(folder / "x.npz", **arrays)
    return str(folder / "x.npz")


def idx(values: np.ndarray) -> bytes:
    codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    big = values.astype(values.dtype.newbyteorder(">"))
    head = bytes([0, 0, codes[values.dtype.str[1:]], values.ndim])
    return head + np.array(values.shape, ">u4").tobytes() + big.tobytes()


def notes(table: tk.Table) -> str:
    return "\n".join(map(str, table.notes))


def error(path: str, **settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.collect.array(path=path, **settings)
    return str(caught.value)


# ---- npy ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "columns", "kind"),
    [
        (np.arange(5), ["x0"], "number"),
        (np.arange(6.0).reshape(3, 2), ["x0", "x1"], "number"),
        (np.asfortranarray(np.arange(99.0).reshape(3, 33)), ["vector"], "vector"),
        (np.arange(24, dtype=np.uint8).reshape(2, 3, 4), ["image"], "image"),
        (np.arange(72, dtype=">f4").reshape(2, 3, 4, 3), ["image"], "image"),
        (np.arange(6, dtype=np.float16).reshape(2, 3), ["x0", "x1", "x2"], "number"),
    ],
)
def test_the_shape_decides_what_the_columns_are(tmp_path: Path, values: np.ndarray, columns: list[str], kind: str):
    table = tk.collect.array(path=npy(tmp_path, values))
    assert table.columns == columns
    assert set(table.kinds.values()) == {kind}
    np.testing.assert_array_equal(table.matrix(columns), values.reshape(len(values), -1))


def test_truth_values_and_texts(tmp_path: Path):
    assert tk.collect.array(path=npy(tmp_path, [True, False])).kinds == {"x0": "category"}
    assert tk.collect.array(path=npy(tmp_path, np.array([b"a", b"\xc3\xa9"])))["x0"].to_list() == ["a", "é"]
    wide = tk.collect.array(path=npy(tmp_path, np.full((2, 40), "word")))
    assert len(wide.columns) == 40


def test_channels_first_and_single_channels(tmp_path: Path):
    first = np.arange(2 * 3 * 5 * 6).reshape(2, 3, 5, 6)
    table = tk.collect.array(path=npy(tmp_path, first))
    np.testing.assert_array_equal(np.array(table["image"].to_list()), np.moveaxis(first, 1, 3))
    single = np.arange(2 * 5 * 6).reshape(2, 5, 6, 1)
    np.testing.assert_array_equal(
        np.array(tk.collect.array(path=npy(tmp_path, single))["image"].to_list()), single[..., 0]
    )


def test_labels_from_another_file(tmp_path: Path):
    path = npy(tmp_path, np.arange(6.0).reshape(3, 2))
    labels = npy(tmp_path, [2, 0, 2], "y.npy")
    table = tk.collect.array(path=path, labels=labels)
    assert table["label"].to_list() == ["2", "0", "2"]
    assert table.kinds["label"] == "category"
    assert notes(table) == ""
    assert "TK309 collect.array labels: there are 2 labels for 3 rows." in error(
        path, labels=npy(tmp_path, [1, 2], "z.npy")
    )
    assert "holds no list of whole numbers or texts" in error(path, labels=path)
    (tmp_path / "y.txt").write_text("1\n2\n3\n")
    assert "holds no labels" in error(path, labels=str(tmp_path / "y.txt"))


# ---- npz ------------------------------------------------------------------------------------------


def test_arrays_side_by_side(tmp_path: Path):
    path = npz(
        tmp_path,
        data=np.arange(6.0).reshape(3, 2),
        feature_names=["height", "width"],
        target=np.array([1, 0, 1], np.int16),
        target_names=["cat", "dog"],
        name=["a", "b", "c"],
        about=np.array("a text"),
        other=np.zeros((2, 2)),
    )
    table = tk.collect.array(path=path, kinds={"name": "text"})
    assert table.frame.rows() == [(0.0, 1.0, "dog", "a"), (2.0, 3.0, "cat", "b"), (4.0, 5.0, "dog", "c")]
    assert table.columns == ["height", "width", "target", "name"]
    assert table.kinds == {"height": "number", "width": "number", "target": "category", "name": "text"}
    assert notes(table) == "TKW311: arrays that have no 3 rows were left out: 'about (one value)', 'other (2 × 2)'."
    other = tk.collect.array(path=path, key="other")
    assert other.columns == ["height", "width"]


def test_numbers_beyond_the_names_stay_numbers(tmp_path: Path):
    table = tk.collect.array(path=npz(tmp_path, target=[0, 7], target_names=["a", "b"]))
    assert table["target"].to_list() == [0, 7]
    assert table["target_names"].to_list() == ["a", "b"]


def test_the_faces(data_dir: Path):
    table = tk.collect.array(path="data:faces/lfw_deepfunneled_min20_87x65.npz")
    with np.load(data_dir / "faces" / "lfw_deepfunneled_min20_87x65.npz") as file:
        images, names = file["images"], file["target_names"][file["target"]]
    assert table.kinds == {"images": "image", "target": "category", "filenames": "text"}
    assert table["images"].dtype == pl.Array(pl.UInt8, (87, 65))
    np.testing.assert_array_equal(table.matrix(["images"], np.float32), images.reshape(3023, -1))
    assert table["target"].to_list() == names.tolist()
    assert min(table["target"].value_counts()["count"]) >= 20


# ---- idx ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["u1", "i1", "i2", "i4", "f4", "f8"])
def test_idx_numbers(tmp_path: Path, kind: str):
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    (tmp_path / "x.idx").write_bytes(idx(values))
    table = tk.collect.array(path=str(tmp_path / "x.idx"))
    np.testing.assert_array_equal(np.array(table["image"].to_list()), values)


def test_mnist(data_dir: Path):
    table = tk.collect.array(path="data:mnist/train-images-idx3-ubyte.gz")
    assert table["image"].dtype == pl.Array(pl.UInt8, (28, 28))
    assert table.height == 60_000
    assert table.kinds == {"image": "image", "label": "category"}
    assert "the labels were found in 'train-labels-idx1-ubyte.gz'" in notes(table)
    raw = gzip.decompress((data_dir / "mnist" / "train-images-idx3-ubyte.gz").read_bytes())
    first = np.frombuffer(raw[16 : 16 + 784], np.uint8)
    np.testing.assert_array_equal(table.take([0]).matrix(["image"])[0], first)
    # The standard training set has 5 923 zeros and 6 742 ones.
    counts = dict(table["label"].value_counts().rows())
    assert (counts["0"], counts["1"]) == (5923, 6742)
    given = tk.collect.array(
        path="data:mnist/train-images-idx3-ubyte.gz", labels="data:mnist/train-labels-idx1-ubyte.gz"
    )
    assert given.frame.equals(table.frame)
    assert notes(given) == ""


def test_labels_alone_and_their_fingerprint(tmp_path: Path):
    images, labels = tmp_path / "a-images-idx3-ubyte", tmp_path / "a-labels-idx1-ubyte.gz"
    images.write_bytes(idx(np.zeros((2, 3, 3), np.uint8)))
    step = tk.collect.array
    settings = step.convert({"path": str(images)})
    assert step.outside(settings) == ""
    labels.write_bytes(gzip.compress(idx(np.array([3, 4], np.uint8))))
    first = step.outside(settings)
    assert tk.collect.array(path=str(images))["label"].to_list() == ["3", "4"]
    assert tk.collect.array(path=str(labels))["label"].to_list() == ["3", "4"]
    labels.write_bytes(gzip.compress(idx(np.array([3, 5], np.uint8))))
    assert step.outside(settings) not in ("", first)
    labels.write_bytes(gzip.compress(idx(np.array([3], np.uint8))))
    assert "there are 1 labels for 2 rows" in error(str(images))


# ---- files that lie -------------------------------------------------------------------------------


def test_python_objects_are_refused(tmp_path: Path):
    objects = np.array([{"a": 1}, None], dtype=object)
    for path in (npy(tmp_path, objects), npz(tmp_path, x=objects)):
        assert "holds Python objects, which could run code" in error(path)


def test_damaged_files(tmp_path: Path):
    whole = Path(npy(tmp_path, np.arange(1000))).read_bytes()
    lie = io.BytesIO()
    np.lib.format.write_array_header_1_0(lie, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)})
    cases = {
        "short.npy": whole[:-8],
        "long.npy": whole + b"x",
        "head.npy": whole[:20],
        "lie.npy": lie.getvalue(),
        "code.npy": whole.replace(b"(1000,)", b"exit( )"),
        "short.idx": idx(np.zeros((2, 3), np.uint8))[:-1],
        "long.idx": idx(np.zeros((2, 3), np.uint8)) + b"x",
        "head.idx": b"\0\0\x08\x03\0\0",
        "lie.idx": b"\0\0\x0e\x03" + b"\xff" * 12,
        "cut.idx.gz": gzip.compress(idx(np.arange(4096, dtype=np.int32)))[:-40],
        "text.npy": b"a,b\n1,2\n",
        "table.npz": b"PK\x03\x04 nothing",
        "picture.npy": b"\x89PNG....",
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        text = error(str(tmp_path / name))
        assert "TK307" in text if name.startswith("lie") else "TK302" in text, (name, text)


def test_more_values_than_a_column_holds(tmp_path: Path):
    file = tmp_path / "x.npy"
    with file.open("wb") as out:  # the header says it, before anything is read
        np.lib.format.write_array_header_1_0(
            out, {"descr": "|u1", "fortran_order": False, "shape": (1, 70_000, 70_000)}
        )
    step = tk.collect.array
    with pytest.raises(TenkaiError, match=r"TK212 collect.array: column 'image' would hold 4900000000 values"):
        step.flow({}, step.convert({"path": str(file)}))


def test_an_archive_without_rows(tmp_path: Path):
    assert "TK309 collect.array path: there are no arrays of rows, but 'x' (one value)." in error(npz(tmp_path, x=1.0))
    with zipfile.ZipFile(tmp_path / "y.npz", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    assert "no arrays of rows, but no arrays" in error(str(tmp_path / "y.npz"))
    path = npz(tmp_path, data=np.zeros((2, 2)), when=np.array(["2024-01-01"], "M8[D]"))
    assert "there is no array 'dtaa'. The file has 'data', 'when'. Did you mean 'data'?" in error(path, key="dtaa")
    assert "TK309 collect.array key: the array 'when' (1) holds no rows." in error(path, key="when")
    assert "is no npz file" in error(npy(tmp_path, [1]), key="data")
    assert "TK309 collect.array path: 'x.npy' holds an array of 2 and type complex128" in error(npy(tmp_path, [1j, 2]))
    assert "several arrays would give the column 'a0'" in error(npz(tmp_path, a=np.zeros((2, 2)), a0=np.zeros(2)))


# ---- the schema -----------------------------------------------------------------------------------


def test_the_schema_is_that_of_the_table(tmp_path: Path):
    files = [
        "data:mnist/t3k-images-idx3-ubyte.gz",
        "data:mnist/t3k-labels-idx1-ubyte.gz",
        "data:faces/lfw_deepfunneled_min20_87x65.npz",
        npy(tmp_path, np.zeros((3, 40))),
        npz(tmp_path, data=np.zeros((3, 2)), feature_names=["a", "b"], y=[1, 2, 3]),
    ]
    step = tk.collect.array
    for path in files:
        known = step.flow({}, step.convert({"path": path}))["table"]
        table = tk.collect.array(path=path)
        assert known is not None
        assert list(known.columns) == table.columns
        assert all(kind in (None, table.kinds[name]) for name, kind in known.columns.items())
