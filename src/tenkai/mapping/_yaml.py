"""Writing a workflow as YAML that people read and edit: comments, aligned, and every odd name in quotes."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Words that YAML 1.1 or 1.2 reads as something else than text.
_TAKEN = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"))
_PLAIN = re.compile(r"[^\W\d][\w./-]*", re.UNICODE)
_WIDTH = 110
_MOST_IN_A_ROW = 8


@dataclass(frozen=True)
class Written:
    """One step of a workflow as it shall be written.

    Parameters
    ----------
    name, step
        Its name, and which step it is.
    given
        Ports and settings.
    about
        What it is for; stands above it.
    hints
        What one may change, by setting; stands behind it.
    """

    name: str
    step: str
    given: Mapping[str, Any]
    about: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


def scalar(value: Any) -> str:
    r"""Write a value so that YAML reads it back as it is.

    >>> scalar("a0.25_rp1.0"), scalar("組成"), scalar("yes"), scalar(": #x"), scalar(None), scalar(0.3)
    ('a0.25_rp1.0', '組成', '"yes"', '": #x"', 'null', '0.3')
    """
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.isprintable() and value.casefold() not in _TAKEN:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)


def value_text(value: Any) -> str:
    """Write a value in one line.

    >>> value_text({"match": "*", "except": ["a", "no"]})
    '{match: "*", except: [a, "no"]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {value_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(v) for v in value) + "]"
    return scalar(value)


def comment(text: str, indent: int = 0) -> list[str]:
    """Write a remark as comment lines; an item of a list (``- ``) hangs."""
    margin = " " * indent + "# "
    words = " ".join(text.split())
    return textwrap.wrap(
        "".join(c if c.isprintable() else "?" for c in words),
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=margin + "  " * words.startswith("- "),
        break_long_words=False,
        break_on_hyphens=False,
    )


def workflow_text(
    *,
    head: Sequence[str],
    title: str,
    description: str,
    steps: Sequence[Written],
    results: Mapping[str, str],
) -> str:
    """Write a whole workflow file."""
    lines = [line for part in head for line in comment(part)]
    lines += ["", f"title: {scalar(title)}", f"description: {scalar(description)}", "", "steps:"]
    for step in steps:
        lines += _step(step)
    lines += ["", *comment("Figures that `tenkai run --json`, tests and the report quote."), "results:"]
    lines += [f"  {scalar(name)}: {scalar(ref)}" for name, ref in results.items()]
    return "\n".join(lines) + "\n"


def _step(step: Written) -> list[str]:
    lines = ["", *comment(step.about, 2), f"  {step.name}:", f"    {step.step}:"]
    written = {k: _setting(k, v) for k, v in step.given.items()}
    short = [w[0] for k, w in written.items() if len(w) == 1 and k in step.hints]
    column = min(max((len(s) for s in short), default=0), 60)
    for key, setting in written.items():
        hint = step.hints.get(key, "")
        if hint and len(setting) == 1:
            room = _WIDTH + 8 - max(column, len(setting[0]))
            if len(hint) <= room:
                lines.append(f"{setting[0]:<{column}}  # {hint}")
                continue
        lines += comment(hint, 6) + setting
    return lines


def _setting(key: str, value: Any) -> list[str]:
    line = f"      {key}: {value_text(value)}"
    if isinstance(value, list) and (len(value) > _MOST_IN_A_ROW or len(line) > _WIDTH):
        return [f"      {key}:", *(f"        - {value_text(v)}" for v in value)]
    if isinstance(value, Mapping) and len(line) > _WIDTH:
        lines = [f"      {key}:"]
        for inner, item in value.items():
            if isinstance(item, list):
                lines += [f"        {scalar(inner)}:", *(f"          - {value_text(v)}" for v in item)]
            else:
                lines.append(f"        {scalar(inner)}: {value_text(item)}")
        return lines
    return [line]
