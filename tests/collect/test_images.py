"""collect.images: folders, archives, sizes, colors, labels, and pictures that cannot be read."""

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import Run

GRAY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
COLOR = np.stack([GRAY, GRAY[::-1], GRAY // 2], axis=2)


def save(folder: Path, name: str, pixels: np.ndarray, **options: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(folder / name, **options)


def read(path: Path, **settings: object) -> tk.Table:
    return tk.collect.images(path=str(path), **settings).table


def pixels(table: tk.Table) -> np.ndarray:
    return np.array(table["image"].to_list())


def notes(table: tk.Table) -> str:
    return "\n".join(map(str, table.notes))


def error(path: Path, **settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.collect.images(path=str(path), **settings)
    return str(caught.value)


def test_worked_example(tmp_path: Path):
    for name in ("b/10.png", "b/2.png", "a/1.png"):
        save(tmp_path, name, GRAY)
    (tmp_path / "readme.txt").write_text("no picture")
    (tmp_path / ".hidden").mkdir()
    save(tmp_path / ".hidden", "x.png", GRAY)
    table = read(tmp_path)
    assert table.ids.to_list() == ["a/1", "b/2", "b/10"]
    assert table["label"].to_list() == ["a", "b", "b"]
    assert table["file"].to_list() == ["a/1.png", "b/2.png", "b/10.png"]
    assert table.kinds == {"image": "image", "label": "category", "file": "text"}
    np.testing.assert_array_equal(pixels(table), [GRAY] * 3)
    assert notes(table) == ""


def write_digits(folder: Path, n: int) -> np.ndarray:
    bunch = load_digits()
    images = (bunch.images[:n] * 15).astype(np.uint8)
    for i, (image, digit) in enumerate(zip(images, bunch.target, strict=False)):
        save(folder, f"{digit}/{i}.png", image)
    return images


def test_digits_written_as_pictures_come_back_for_any_number_of_threads(tmp_path: Path):
    images = write_digits(tmp_path, 300)
    step = tk.collect.images
    settings = step.convert({"path": str(tmp_path)})
    one, two = (step.run({}, settings, Run(threads=n))["table"] for n in (1, 2))
    order = [int(name.split("/")[1]) for name in one.ids]
    np.testing.assert_array_equal(pixels(one), images[order])
    assert one["label"].to_list() == [str(load_digits().target[i]) for i in order]
    assert one.frame.equals(two.frame)


@pytest.mark.parametrize(
    ("ending", "close"), [("png", 0), ("bmp", 0), ("tif", 0), ("gif", 8), ("webp", 12), ("jpg", 12)]
)
def test_formats(tmp_path: Path, ending: str, close: int):
    smooth = np.zeros((16, 16, 3), np.uint8) + np.array([200, 100, 40], np.uint8)
    save(tmp_path, f"x.{ending}", smooth)
    found = pixels(read(tmp_path))
    assert found.shape == (1, 16, 16, 3)
    assert abs(found[0].astype(int) - smooth).max() <= close


def test_colors_or_gray(tmp_path: Path):
    save(tmp_path, "1.png", np.stack([GRAY] * 3, axis=2))  # a file of colors, without any
    assert pixels(read(tmp_path)).shape == (1, 3, 4)
    assert pixels(read(tmp_path, gray=False)).shape == (1, 3, 4, 3)
    save(tmp_path, "2.png", COLOR)
    table = read(tmp_path)
    np.testing.assert_array_equal(pixels(table), [np.stack([GRAY] * 3, axis=2), COLOR])
    assert "1 of 2 pictures have no colors, but others do" in notes(table)
    luma = Image.fromarray(COLOR).convert("L")
    np.testing.assert_array_equal(pixels(read(tmp_path, gray=True)), [GRAY, np.asarray(luma)])


def test_transparent_parts_become_white(tmp_path: Path):
    half = np.zeros((2, 2, 4), np.uint8)
    half[0, :, 3] = 255
    save(tmp_path, "x.png", half)
    table = read(tmp_path)
    assert pixels(table).tolist() == [[[0, 0], [255, 255]]]
    assert "1 of 1 picture have transparent parts, which became white" in notes(table)


def test_sixteen_bits_are_kept(tmp_path: Path):
    deep = (GRAY.astype(np.uint16) * 17) + 3
    save(tmp_path, "1.tif", deep)
    save(tmp_path, "2.png", deep)
    table = read(tmp_path)
    np.testing.assert_array_equal(pixels(table), [deep, deep])
    assert pixels(table).max() > 255
    save(tmp_path, "3.png", GRAY)
    np.testing.assert_array_equal(pixels(read(tmp_path))[2], GRAY.astype(int) * 257)
    np.testing.assert_array_equal(pixels(read(tmp_path, gray=False))[0][..., 0], deep >> 8)


def test_different_sizes(tmp_path: Path):
    for i in range(3):
        save(tmp_path, f"{i}.png", GRAY)
    save(tmp_path, "10.png", np.zeros((5, 6), np.uint8))
    assert error(tmp_path) == (
        "TK306 collect.images size: picture '10.png' is 5 × 6 (height × width), 3 of 4 are 3 × 4. "
        "Pictures in a table have one size. Give them one, for example size: [3, 4]."
    )
    table = read(tmp_path, size=[3, 4])
    np.testing.assert_array_equal(pixels(table)[0], GRAY)
    assert pixels(table).shape == (4, 3, 4)
    assert "1 of 4 pictures were given the size 3 × 4" in notes(table)


def test_a_camera_held_upright(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    save(tmp_path, "x.png", GRAY, exif=exif)
    np.testing.assert_array_equal(pixels(read(tmp_path))[0], np.rot90(GRAY, -1))


def test_moving_pictures_give_their_first_frame(tmp_path: Path):
    frames = [Image.fromarray(np.full((2, 2), v, np.uint8)) for v in (10, 200)]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:])
    table = read(tmp_path)
    assert pixels(table).tolist() == [[[10, 10], [10, 10]]]
    assert "have several frames; the first was taken" in notes(table)


def test_labels_and_row_ids(tmp_path: Path):
    save(tmp_path, "cats/one/x.png", GRAY)
    save(tmp_path, "cats/two/x.png", GRAY)
    assert read(tmp_path)["label"].to_list() == ["one", "two"]  # what all have in common is no label
    save(tmp_path, "x.png", GRAY)
    save(tmp_path, "x.bmp", GRAY)
    table = read(tmp_path)
    assert table.ids.to_list() == ["cats/one/x.png", "cats/two/x.png", "x.bmp", "x.png"]
    assert table["label"].to_list() == ["cats", "cats", None, None]
    assert read(tmp_path, labels="none").columns == ["image", "file"]


def test_pictures_that_cannot_be_read(tmp_path: Path):
    save(tmp_path, "1.png", GRAY)
    whole = (tmp_path / "1.png").read_bytes()
    (tmp_path / "2.png").write_bytes(whole[:48])
    (tmp_path / "3.png").write_bytes(b"")
    (tmp_path / "4.jpg").write_bytes(b"<svg/>")
    save(tmp_path, "5.tif", GRAY.astype(np.float32))
    (tmp_path / "6.png").write_bytes(huge_png())
    found = tk.collect.images(path=str(tmp_path))
    assert found.table.ids.to_list() == ["1"]
    assert found.rejected["file"].to_list() == ["2.png", "3.png", "4.jpg", "5.tif", "6.png"]
    reasons = found.rejected["reason"].to_list()
    assert reasons[0].startswith("it is damaged")
    assert reasons[1:4] == ["it is empty", "it is no picture", "its pixels are decimal numbers"]
    assert "pixels" in reasons[4]
    assert "5 files could not be read: '2.png', '3.png', '4.jpg' and 2 more" in notes(found.table)
    (tmp_path / "1.png").unlink()
    assert "TK302 collect.images path: none of 5 pictures can be read: '2.png': it is damaged" in error(tmp_path)


def huge_png() -> bytes:
    """A small file that says to hold 60 000 × 60 000 pixels."""
    out = io.BytesIO()
    Image.fromarray(GRAY).save(out, "PNG")
    data = bytearray(out.getvalue())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def test_no_picture_is_rejected_where_all_are_good(tmp_path: Path):
    save(tmp_path, "1.png", GRAY)
    rejected = tk.collect.images(path=str(tmp_path)).rejected
    assert rejected.height == 0
    assert rejected.kinds == {"file": "text", "reason": "text"}


def test_links_that_lead_outside(tmp_path: Path):
    save(tmp_path, "outside.png", GRAY)
    save(tmp_path, "in/1.png", GRAY)
    (tmp_path / "in" / "2.png").symlink_to(tmp_path / "outside.png")
    found = tk.collect.images(path=str(tmp_path / "in"))
    assert found.rejected["reason"].to_list() == ["it is a link that leads outside the folder"]
    assert found.table.height == 1


# ---- archives -------------------------------------------------------------------------------------


def zip_folder(folder: Path, target: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, prefix + str(file.relative_to(folder)))
    return target


def test_an_archive_gives_what_its_folder_gives(tmp_path: Path):
    write_digits(tmp_path / "digits", 60)
    folder = read(tmp_path / "digits")
    archive = read(zip_folder(tmp_path / "digits", tmp_path / "digits.zip"))
    assert archive.frame.equals(folder.frame)
    assert archive.ids.equals(folder.ids)
    nested = read(zip_folder(tmp_path / "digits", tmp_path / "nested.zip", prefix="all/digits/"))
    assert nested["label"].to_list() == folder["label"].to_list()


def test_unsafe_archives(tmp_path: Path):
    out = io.BytesIO()
    Image.fromarray(GRAY).save(out, "PNG")
    for name in ("../x.png", "/x.png", "C:/x.png", "a/..\\..\\x.png"):
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr(name, out.getvalue())
        assert "which leads outside" in error(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.png", bytes(80 << 20))
    assert "TK307 collect.images: 'x.png' in 'bomb.zip' unpacks to 80 MB" in error(tmp_path / "bomb.zip")


def test_a_damaged_file_in_an_archive_is_rejected(tmp_path: Path):
    save(tmp_path / "p", "1.png", GRAY)
    save(tmp_path / "p", "2.png", GRAY)
    file = zip_folder(tmp_path / "p", tmp_path / "p.zip")
    data = bytearray(file.read_bytes())
    start = data.index(b"2.png") + 5
    data[start : start + 20] = bytes(20)
    file.write_bytes(data)
    found = tk.collect.images(path=str(file))
    assert found.table.ids.to_list() == ["1"]
    assert found.rejected["file"].to_list() == ["2.png"]


def test_errors(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "table.csv").write_text("a,b\n")
    save(tmp_path, "x.png", GRAY)
    assert "there are no pictures in" in error(tmp_path / "empty")
    assert "is not a zip archive, or is damaged" in error(tmp_path / "x.zip")
    assert "is not a zip archive" in error(tmp_path / "table.csv")
    assert "is one picture. Name the folder it lies in." in error(tmp_path / "x.png")
    assert "TK301" in error(tmp_path / "missing")
    assert "TK111" in error(tmp_path, size=[3])
    for i in range(45):
        save(tmp_path / "many", f"{i}.png", GRAY)
    text = error(tmp_path / "many", size=[10_000, 10_000])
    assert "TK212 collect.images size: 45 pictures of 10000 × 10000 are 4.5 billion values." in text


def test_the_schema(tmp_path: Path):
    save(tmp_path, "a/1.png", GRAY)
    step = tk.collect.images
    known = step.flow({}, step.convert({"path": str(tmp_path)}))
    assert dict(known["table"].columns) == {"image": "image", "label": "category", "file": "text"}
    assert dict(known["rejected"].columns) == {"file": "text", "reason": "text"}
    assert step.flow({}, step.convert({"path": str(tmp_path / "missing")})) == {"table": None, "rejected": None}
