"""The page of a step, written from its declaration: Markdown that also reads well in a terminal."""

from __future__ import annotations

import inspect
import re
import textwrap

from tenkai.step.step import Step
from tenkai.values.columns import Columns

_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


def page(step: Step) -> str:
    """Return the page of a step: what it does, what goes in and out, settings, notes, source, example."""
    lines = [f"# {step.name}", "", f"*{step.title}* · stage {step.stage} · version {step.version}", ""]
    doc = inspect.getdoc(step.function) or ""
    body, *sections = _sections(doc)
    lines += [body[1].strip(), ""]
    for title, items in (("What goes in", list(step.ports.values())), ("What comes out", list(step.outputs.values()))):
        if items:
            lines += [f"## {title}", ""]
            for item in items:
                kind = item.type_names if hasattr(item, "type_names") else item.type.type_name
                facts = [kind, f"shape {item.shape}" if item.shape else "", *_port_facts(item)]
                lines.append(f"- `{item.name}` ({', '.join(f for f in facts if f)}): {item.help}".rstrip(": "))
            lines.append("")
    if step.settings:
        lines += ["## Settings", ""]
        for setting in step.settings.values():
            default = setting.default.written() if isinstance(setting.default, Columns) else setting.default
            shown = "required" if setting.required else f"default `{default}`"
            shared = (
                " Values of a sweep are computed together."
                if any(setting.name in names for names in step.shared_by)
                else ""
            )
            unit = f" [{setting.unit}]" if setting.unit else ""
            lines.append(f"- `{setting.name}`{unit}: {setting.help}. {setting.allowed}; {shown}.{shared}")
        lines.append("")
    lines += ["## In a workflow", "", "```yaml", _yaml(step), "```", ""]
    for title, text in sections:
        lines += [f"## {title}", "", _example(text) if title == "Example" else text.strip(), ""]
    return "\n".join(lines).rstrip() + "\n"


def _port_facts(item: object) -> list[str]:
    facts = [("optional", "optional"), ("many", "a list"), ("gathers", "takes a whole sweep")]
    return [text for name, text in facts if getattr(item, name, False)]


def _sections(doc: str) -> list[tuple[str, str]]:
    """Split a numpydoc text into its sections; the first has no title."""
    parts = _HEADING.split(doc)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def _example(text: str) -> str:
    return f"```pycon\n{textwrap.dedent(text).strip()}\n```"


def _yaml(step: Step) -> str:
    given = [f"{p.name}: {'[...]' if p.many else '...'}" for p in step.ports.values() if not p.optional]
    given += [f"{s.name}: ..." for s in step.settings.values() if s.required]
    return f"my_step: {{{step.name}: {{{', '.join(given)}}}}}"
