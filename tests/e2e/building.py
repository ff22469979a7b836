"""Builds a workflow in the page as a person would: steps from the palette, wires by mouse, settings in the forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tenkai.step import Step, get_step


class Builder:
    """A person at the workflow page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # ---- steps --------------------------------------------------------------------------------

    def node(self, name: str) -> Locator:
        """Return a node of the graph."""
        return self.page.locator(f'.node[data-node="{name}"]')

    def fit(self) -> None:
        """Bring the whole graph into view, and wait until it is drawn there."""
        self.page.get_by_role("button", name="Fit View").click()
        self.page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def choose(self, name: str) -> Locator:
        """Click a node, and return its settings."""
        panel = self.page.locator(f'.inspector[aria-label="{name}"]')
        if not panel.is_visible():
            self.fit()
            self.node(name).locator(".node-name").click()
        expect(panel).to_be_visible()
        return panel

    def add(self, step: str, name: str) -> None:
        """Search a step with the keyboard, add it, and give it its name."""
        self.page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
        self.page.keyboard.press("/")
        self.page.keyboard.type(step)
        self.page.keyboard.press("Enter")
        field = self.page.get_by_label("Name of the step")
        expect(field).to_have_value(re.compile(rf"{step.rsplit('.', maxsplit=1)[-1]}(_\d+)?"))
        self.page.keyboard.press("Escape")
        if field.input_value() != name:
            field.fill(name)
            field.press("Enter")
        expect(self.node(name)).to_be_visible()

    # ---- wires --------------------------------------------------------------------------------

    def drag(self, source: str, output: str, target: str, port: str) -> None:
        """Draw a wire with the mouse."""
        self.fit()
        out = self.node(source).locator(f'.react-flow__handle.source[data-handleid="{output}"]')
        into = self.node(target).locator(f'.react-flow__handle.target[data-handleid="{port}"]')
        start, end = middle(out), middle(into)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()

    def wire(self, source: str, target: str, port: str, steps: Mapping[str, Step]) -> None:
        """Draw a wire from `step` or `step.output`, and see that it is there."""
        node, _, output = source.partition(".")
        output = output or steps[node].main.name
        self.drag(node, output, target, port)
        wire = self.page.locator(f'.react-flow__edge[aria-label="{node}.{output} → {target}.{port}"]')
        expect(wire).to_have_count(1)

    def gather(self, target: str, port: str, over: Sequence[str]) -> None:
        """Leave those axes ticked over which a port gathers."""
        field = self.choose(target).locator(f'[data-port="{port}"]')
        for box in field.locator(".gather label").all():
            if (box.text_content() or "").strip() not in over:
                box.get_by_role("checkbox").click()
        expect(self.page.locator(".react-flow__edge-text", has_text=f"over {', '.join(over)}")).to_have_count(1)

    # ---- settings -----------------------------------------------------------------------------

    def set(self, name: str, setting: str, value: Any) -> None:
        """Set a setting in the form."""
        field = self.choose(name).locator(f'[data-setting="{setting}"]')
        expect(self.page.locator('.settings[data-columns="known"]')).to_be_visible()
        if not field.is_visible():
            self.page.locator(".settings summary").last.click()
        self._fill(field, value)
        expect(field).to_have_attribute("data-given", "true")
        expect(field.locator(".problem")).to_have_count(0)

    def _fill(self, field: Locator, value: Any) -> None:
        mode = field.locator(".setting-label select")
        if isinstance(value, dict) and "sweep" in value:
            mode.select_option("sweep")
            kind, items = kind_of(value["sweep"])
            field.get_by_label("Kind of sweep").select_option(kind)
            expect(field.get_by_label("Kind of sweep")).to_have_value(kind)
            line(field, ", ".join(json.dumps(i) if not isinstance(i, str) else i for i in items))
        elif isinstance(value, dict) and "from" in value:
            mode.select_option("from")
            line(field, value["from"])
        elif field.locator(".columns-field").count():
            self._columns(field, value)
        elif field.locator('.check input[type="checkbox"]').count():
            field.locator(".check input").set_checked(value)
        elif field.locator(".checks").count():
            self._tick(field, value)
        elif field.locator("select.field").count():
            field.locator("select.field").select_option(value if isinstance(value, str) else json.dumps(value))
        else:
            line(field, ", ".join(map(text_of, value)) if isinstance(value, list) else text_of(value))

    def _columns(self, field: Locator, value: Any) -> None:
        how = field.locator("select.field")
        if isinstance(value, str):
            how.select_option(value)
        elif isinstance(value, list):
            how.select_option("these")
            self._tick(field, value)
        else:
            ((kind, names),) = value.items()
            how.select_option(kind)
            self._tick(field, names)

    def _tick(self, field: Locator, names: Sequence[str]) -> None:
        for name in names:
            box = field.locator(".checks-list label", has_text=re.compile(rf"^{re.escape(name)}( |$)"))
            search = field.locator(".checks > .field")
            if search.count() and not box.count():
                search.fill(name)
                search.press("Enter")
            elif not box.get_by_role("checkbox").is_checked():
                box.get_by_role("checkbox").click()
            expect(box.get_by_role("checkbox")).to_be_checked()

    # ---- the workflow as a whole --------------------------------------------------------------

    def about(self) -> Locator:
        """Deselect, and return the panel of the workflow."""
        self.page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
        panel = self.page.locator(".about")
        expect(panel).to_be_visible()
        return panel

    def variable(self, name: str, value: Any) -> None:
        """Add a variable."""
        panel = self.about()
        panel.get_by_label("name of a new variable").fill(name)
        panel.get_by_label("name of a new variable").press("Enter")
        field = panel.locator(f'[data-setting="{name}"]')
        expect(field).to_be_visible()
        self._fill(field, value)

    def result(self, name: str, ref: str) -> None:
        """Add a result."""
        panel = self.about()
        panel.get_by_label("name of a result").fill(name)
        panel.get_by_label("where it comes from").fill(ref)
        panel.get_by_label("where it comes from").press("Enter")
        expect(panel.get_by_role("row", name=name)).to_be_visible()

    def build(self, name: str, steps: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        """Build one of some steps: name → (step, what is given)."""
        step, given = steps[name]
        known = {n: get_step(s) for n, (s, _) in steps.items()}
        self.add(step, name)
        ports = known[name].ports
        for port in [g for g in given if g in ports]:
            wired = given[port]
            over = wired.get("over") if isinstance(wired, dict) else None
            sources = wired["gather"] if isinstance(wired, dict) else wired
            for source in [sources] if isinstance(sources, str) else sources:
                self.wire(source, name, port, known)
            if over:
                self.gather(name, port, [over] if isinstance(over, str) else over)
        for setting in [g for g in given if g not in ports]:
            self.set(name, setting, given[setting])


def middle(handle: Locator) -> tuple[float, float]:
    """Return the middle of a handle on the screen."""
    box = handle.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def line(field: Locator, text: str) -> None:
    """Type into the line of a field."""
    where = field.locator("input.field").first
    where.fill(text)
    where.press("Enter")


def text_of(value: Any) -> str:
    """Write a value as the form takes it."""
    return value if isinstance(value, str) else json.dumps(value)


def kind_of(sweep: Any) -> tuple[str, list[Any]]:
    """Return the kind of a sweep and what stands in its line."""
    if isinstance(sweep, list):
        return "list", sweep
    ((kind, items),) = sweep.items()
    return kind, items if isinstance(items, list) else [items]
