"""The words of a report around what it tells: English as they stand in the template, or Japanese."""

from __future__ import annotations

from collections.abc import Callable

LANGUAGES = ("en", "ja")

JAPANESE = {
    "Problems": "問題",
    "This run is not complete": "この実行は完了していません",
    "Contents": "目次",
    "Results": "結果",
    "Key results": "主な結果",
    "Figures": "図",
    "Tables": "表",
    "Notes": "メモ",
    "In closing": "まとめ",
    "What was done": "行ったこと",
    "What was found": "分かったこと",
    "What is not known": "分かっていないこと",
    "About": "概要",
    "Why": "なぜ",
    "Why: the four stages behind it": "なぜ：四つの段階",
    "collect": "収集",
    "process": "前処理",
    "learn": "学習",
    "interpret": "解釈",
    "nothing": "なし",
    "Shown: settings that differ from their defaults.": "既定値と異なる設定だけを示します。",
    "Settings": "設定",
    "Settings of every step": "全ステップの設定",
    "Printed: what differs from the defaults. All settings are in the page on screen and in run.json.": (
        "印刷では既定値と異なる設定だけを示します。すべての設定は画面のページと run.json にあります。"
    ),
    "Warnings": "警告",
    "Warnings and cautions": "警告と注意",
    "Leak lens": "リークレンズ",
    "Leak lens: what each score had seen": "リークレンズ：各スコアが見た行",
    "Run again": "再実行",
    "This run": "この実行",
    "Time and memory": "時間とメモリ",
    "row id": "行 ID",
    "step": "ステップ",
    "kind": "種類",
    "tasks": "タスク",
    "state": "状態",
    "time": "時間",
    "peak memory so far": "ここまでの最大メモリ",
}


def speaker(language: str) -> Callable[[str], str]:
    """Return what writes a word of the template in a language.

    >>> speaker("ja")("Figures"), speaker("en")("Figures")
    ('図', 'Figures')
    """
    return (lambda text: JAPANESE[text]) if language == "ja" else (lambda text: text)
