"""collect.csv: encodings and packing."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError

JAPANESE = "試料名,温度（℃）,硬さ HV\nケイ素,600,１２\n炭化ケイ素,650.5,二十\n"
ROWS = [("ケイ素", 600.0, "１２"), ("炭化ケイ素", 650.5, "二十")]


def read(folder: Path, data: bytes, **settings: object) -> tk.Table:
    file = folder / "table.csv"
    file.write_bytes(data)
    return tk.collect.csv(path=str(file), **settings)


def notes(table: tk.Table) -> str:
    return "\n".join(map(str, table.notes))


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "the file is UTF-8 with a byte order mark"),
        ("utf-16", "it was read as UTF-16."),
        ("utf-16-le", "it was read as UTF-16-LE."),
        ("utf-16-be", "it was read as UTF-16-BE."),
        ("utf-32", "it was read as UTF-32."),
        ("shift_jis", "it was read as Shift_JIS (cp932). If the letters look wrong"),
        ("cp932", "it was read as Shift_JIS (cp932). If the letters look wrong"),
        ("euc_jp", "it was read as EUC_JP."),
    ],
)
def test_the_encoding_is_found_and_said(tmp_path: Path, codec: str, said: str):
    data = JAPANESE.encode(codec)
    table = read(tmp_path, data)
    assert table.columns == ["試料名", "温度（℃）", "硬さ HV"]
    assert table.frame.rows() == ROWS
    assert said in notes(table)
    assert bool(table.notes) == bool(said)
    assert read(tmp_path, data, encoding=codec).frame.rows() == ROWS


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("T (°C),µ (m²/Vs)\n600,1\n", "cp1252"),
        ("spécimen,matière\ndéformé,été\n", "cp1252"),
        ("Größe,Maß\nschön,für\n", "latin-1"),
        ("温度(°C)\n600\n", "cp932"),
        ("濃度①,単位㎜\n1,2\n", "cp932"),
        ("ﾃﾝｶｲ,ｼﾘｮｳ\n1,2\n", "cp932"),
        ("記号,λ\nα相,1\nβ相,2\n", "cp932"),
        ("鉄,銅\n1,2\n", "cp932"),
        ("名前,値\nあいうえお,1\n", "euc_jp"),
    ],
)
def test_encodings_that_are_easily_mistaken(tmp_path: Path, text: str, codec: str):
    table = read(tmp_path, text.encode(codec))
    assert table.columns == text.splitlines()[0].split(",")


def test_a_late_letter_decides(tmp_path: Path):
    text = "a,b\n" + "12345,abc\n" * 900_000 + "1,電気伝導率\n"
    assert read(tmp_path, text.encode("cp932"))["b"][-1] == "電気伝導率"
    assert read(tmp_path, text.encode("utf-8"))["b"][-1] == "電気伝導率"


def test_wrong_encodings(tmp_path: Path):
    cases = [
        (JAPANESE.encode("cp932"), {"encoding": "utf-8"}, "encoding: 'table.csv' cannot be read as UTF-8"),
        ("é".encode("latin-1") + b"\xff\xfe\x81\x81\n1\n", {}, "TK303 collect.csv encoding: the text is neither"),
        (b"a\n1\n", {"encoding": "utf8x"}, "TK111 collect.csv encoding: 'utf8x' is no encoding of text files."),
        (b"a\n1\n", {"encoding": "base64"}, "TK111 collect.csv encoding: 'base64' is no encoding of text files."),
        (b"a\n1\n", {"encoding": "shift-jsi"}, "Did you mean 'shift_jis'?"),
        ("a\nü".encode()[:-1], {}, "TK303"),
        ((JAPANESE * 3).encode().replace("硬".encode(), b"\xe7", 1), {}, "the text is UTF-8, but damaged at byte 26."),
    ]
    for data, settings, text in cases:
        with pytest.raises(TenkaiError) as caught:
            read(tmp_path, data, **settings)
        assert text in str(caught.value)


def pack_zstd(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("pack", [gzip.compress, pack_zstd])
def test_packed_files(tmp_path: Path, codec: str, pack):
    assert read(tmp_path, pack(JAPANESE.encode(codec))).frame.rows() == ROWS


def test_packed_parts_and_damage(tmp_path: Path):
    parts = [b"a,b\n1,2\n", b"3,4\n"]
    for pack in (gzip.compress, pack_zstd):
        assert read(tmp_path, b"".join(map(pack, parts))).frame.rows() == [(1, 2), (3, 4)]
        whole = pack(b"a,b\n" + b"1,2\n" * 5000)
        with pytest.raises(TenkaiError, match="TK302"):
            read(tmp_path, whole[: len(whole) // 2])


@pytest.mark.row("C1")
def test_the_table_of_the_oxides_with_a_degree_sign():
    table = tk.collect.csv(path="data:mi/Epitaxial-thin-filmgrowth.csv")
    assert table.columns[0] == "Growth Temperature (°C)"


def test_the_schema_follows_the_encoding(tmp_path: Path):
    file = tmp_path / "table.csv"
    shift_jis, utf16, marked = (JAPANESE.encode(codec) for codec in ("cp932", "utf-16", "utf-8-sig"))
    for data in (shift_jis, gzip.compress(utf16), marked):
        file.write_bytes(data)
        known = tk.collect.csv.flow({}, tk.collect.csv.convert({"path": str(file)}))["table"]
        assert known is not None
        assert list(known.columns) == ["試料名", "温度（℃）", "硬さ HV"]
