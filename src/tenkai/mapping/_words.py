"""Column names that say what a column is for, in English and Japanese."""

from __future__ import annotations

import re


def _all(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


LABEL = _all(
    "label, labels, class, classes, category, type, polytype, phase, species, kind, family, structure, prototype, "
    "cluster, target, spacegroup, space group, ラベル, クラス, 種類, 分類, 区分, 相, 型, カテゴリ, カテゴリー, "
    "結晶構造, 構造, 目的変数"
)
# A number column of such a name is what one wants to know, not what one measures likeness by.
TARGET = _all("target, y, label, 目的変数, ラベル")
ROW_NAME = _all(
    "name, names, id, key, material, compound, formula, sample, symbol, smiles, title, file, filename, "
    "名前, 名称, 試料, 試料名, サンプル, サンプル名, 化合物, 材料, 物質, 組成, 化学式"
)
COUNTER = _all(
    "id, ids, index, idx, no, nr, rowid, row id, sample id, sample no, unnamed: 0, "
    "番号, 通し番号, 連番, 試料番号, サンプル番号, 行番号"
)


def words(name: str) -> list[str]:
    """Split a column name into its words, folded.

    >>> words("crystalStructure_2 (bulk)")
    ['crystal', 'structure', '2', 'bulk']
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", apart.casefold())


def plain(name: str) -> str:
    """Fold a column name: ``Sample_No.`` and ``sample no`` are one.

    >>> plain("Sample_No.")
    'sample no'
    """
    return re.sub(r"[\s_.]+", " ", name.casefold()).strip()


def meaning(name: str, of: frozenset[str]) -> int:
    """Say how well a name fits a list of words: 2 it is one, 1 it holds one (a trailing number is let go), 0 not.

    >>> meaning("polytype", LABEL), meaning("crystal_structure", LABEL), meaning("gap", LABEL)
    (2, 1, 0)
    """
    if plain(name) in of:
        return 2
    return int(any(w in of or w.rstrip("0123456789") in of for w in words(name)))
