"""What steps say of themselves, and studies ask, is there in Japanese too: whole, with the same names and numbers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tenkai.plan.workflow import read_workflow
from tenkai.run.studies import find_study, study_names
from tenkai.step.registry import step_modules
from tenkai.workbench.catalog import steps

FILES = Path(__file__).parents[2] / "web/src/i18n/sentences"
STAGES = ("collect", "process", "learn", "interpret")
PARTS = (*STAGES, "studies")
"""The files: one per stage, and the titles of studies."""
SAME = (
    r"\d+(?:\.\d+)*",  # numbers
    r"`[^`]+`|(?<!\w)'[^']+'",  # what is quoted
    r"\w+_\w+",  # fraction_Fe, l_max
    r"(?<!\w)[a-z]*\.[a-z]\w*",  # process.atoms, .csv
    r"\b\w+[A-Z]\w*?(?=s?\b)",  # CIF, NumPy, logP
    r"[^\x00-\x7f]",  # Å, ², ±
    r"\b(?:auto|null)\b",
)
"""What is the same in every language."""


def ours() -> list[dict[str, Any]]:
    """Return the steps of tenkai, without those of other packages."""
    return [step for step in steps() if step_modules()[step["name"]].startswith("tenkai.")]


def said(step: dict[str, Any]) -> Iterator[str]:
    """Yield all that a step says of itself: summary, ports, outputs, settings."""
    yield step["summary"]
    yield from (part["help"] for part in step["ports"] + step["outputs"])
    yield from (setting.get("description", "") for setting in step["schema"]["properties"].values())


def english(part: str) -> set[str]:
    """Return the texts of a part; one belongs to the first stage that says it."""
    if part == "studies":
        paths = [find_study(name) for name in study_names()]
        return {read_workflow(path).title for path in paths if path is not None}
    by_stage = {s: {text for step in ours() if step["stage"] == s for text in said(step) if text} for s in STAGES}
    return by_stage[part].difference(*(by_stage[s] for s in STAGES[: STAGES.index(part)]))


def sentences(part: str) -> list[tuple[str, str]]:
    """Return the pairs of a file as they stand in it."""
    text = (FILES / f"ja.{part}.json").read_text(encoding="utf-8")
    return list(json.loads(text, object_pairs_hook=list))


def choices(schema: Any) -> set[str]:
    """Return the names that can be chosen anywhere in a schema."""
    if isinstance(schema, list):
        return {name for part in schema for name in choices(part)}
    if not isinstance(schema, dict):
        return set()
    own = {name for name in schema.get("enum", []) if isinstance(name, str)}
    return own | {name for part in schema.values() for name in choices(part)}


def explained() -> dict[str, set[str]]:
    """Return the choices that a help tells of, each as `choice: what it does`, by help."""
    found: dict[str, set[str]] = {}
    for setting in (setting for step in ours() for setting in step["schema"]["properties"].values()):
        text = setting.get("description", "")
        found[text] = found.get(text, set()) | {c for c in re.findall(r"[\w-]+(?=: )", text) if c in choices(setting)}
    return found


def same(text: str) -> Counter[str]:
    """Return what of a text is the same in every language, and how often it stands there."""
    found: Counter[str] = Counter()
    for pattern in SAME:
        found |= Counter(re.findall(pattern, text))
    return found


def lines(what: Iterable[str]) -> str:
    return "".join(f"\n  {line}" for line in sorted(what))


@pytest.mark.parametrize("part", PARTS)
def test_all_that_steps_say_is_there_in_japanese_and_nothing_else(part: str) -> None:
    there = {text for text, _ in sentences(part)}
    missing, old = english(part) - there, there - english(part)
    assert not missing, f"ja.{part}.json lacks{lines(missing)}"
    assert not old, f"ja.{part}.json has what is said nowhere, or belongs to a part before{lines(old)}"


@pytest.mark.parametrize("part", PARTS)
def test_sentences_stand_in_order_each_once_in_the_style_of_a_manual(part: str) -> None:
    pairs = sentences(part)
    assert [text for text, _ in pairs] == sorted({text for text, _ in pairs})
    wrong = [japanese for _, japanese in pairs if not re.search(r"[ぁ-んァ-ヶ一-龠]", japanese)]
    wrong += [japanese for _, japanese in pairs if re.search(r"です|ます|ません|ください", japanese)]
    wrong += [japanese for text, japanese in pairs if japanese.endswith("。") != bool(re.search(r"(?<!\.)\.$", text))]
    assert not wrong, f"no Japanese, polite, or a stop at the end of what is no sentence{lines(wrong)}"


@pytest.mark.parametrize("part", PARTS)
def test_names_and_numbers_are_the_same_in_japanese(part: str) -> None:
    explains = explained()
    lost = [
        f"{name} in: {japanese}"
        for text, japanese in sentences(part)
        for name, times in (same(text) | Counter(explains.get(text, ()))).items()
        if japanese.count(name) < times
    ]
    assert not lost, f"lost{lines(lost)}"
