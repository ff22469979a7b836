"""A workflow is built by clicks, and gives what the same workflow as a file gives; wrong wires are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.building import Builder
from tests.e2e.conftest import Server

from tenkai.plan.workflow import read_workflow
from tenkai.run.project import load
from tenkai.run.studies import find_study

SPLITS = 8
"""Instead of the 200 of the study: what is compared is the same at any number."""


def begin(server: Server, page: Page) -> Builder:
    page.goto(server.address)
    page.get_by_role("button", name="Empty workflow").click()
    expect(page.locator(".canvas-empty")).to_be_visible()
    return Builder(page)


def written(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, as the page writes it: axes to gather over are a list, the first output needs no name."""
    return {
        k: v | {"over": [v["over"]]}
        if isinstance(v, dict) and isinstance(v.get("over"), str)
        else v.removesuffix(".train")
        if isinstance(v, str)
        else v
        for k, v in given.items()
    }


@pytest.mark.slow
@pytest.mark.row("F1", "F2")
def test_the_study_of_zincblende_is_built_from_nothing_and_gives_the_same(
    serve: Callable[[], Server], page: Page, faults: list[str], folder: Path, data_dir: Path, tmp_path: Path
) -> None:
    path = find_study("zincblende-lasso")
    assert path is not None
    study = read_workflow(path)
    builder = begin(serve(), page)
    builder.variable("draw", {"sweep": {"seeds": SPLITS}})
    steps = {n.name: (n.step, n.given) for n in study.nodes.values()}
    first, *others = steps
    builder.build(first, steps)
    # The columns of the table are to be chosen from: they are known when it has been read.
    page.get_by_role("button", name="Run to this step").click()
    expect(builder.node(first)).to_have_attribute("data-state", "cached")
    for name in others:
        builder.build(name, steps)
    for name, ref in study.results.items():
        builder.result(name, ref)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^▶ Run")).click()
    expect(builder.node("chosen_r2")).to_have_attribute("data-state", "cached")

    built = load(folder / "untitled.yaml", data=data_dir, cache=tmp_path / "cache")
    assert {n: (b.step, dict(b.given)) for n, b in built.workflow.nodes.items()} == {
        n: (s, written(g)) for n, (s, g) in steps.items()
    }
    same = load(
        "zincblende-lasso", settings={"draw": {"sweep": {"seeds": SPLITS}}}, data=data_dir, cache=tmp_path / "other"
    )
    want = same.run().figures()
    assert json.dumps(built.run().figures()) == json.dumps(want)
    assert len(want) == 8
    # and the page shows them
    shown = builder.about().get_by_role("row", name="r2_median", exact=False).first
    expect(shown).to_contain_text(f"{want['r2_median']:.4g}"[:5])
    assert faults == []
