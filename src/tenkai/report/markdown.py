"""The page of a study: Markdown to safe HTML. No raw HTML, no pictures from elsewhere, no odd links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it.token import Token

LINKS = ("http://", "https://", "mailto:")


def to_html(text: str, title: str = "") -> Markup:
    """Render Markdown. A first heading equal to the title of the report is left out.

    >>> str(to_html("Two *words*, <b>no tag</b>.")).strip()
    '<p>Two <em>words</em>, &lt;b&gt;no tag&lt;/b&gt;.</p>'
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    reader.add_render_rule("image", _picture)
    tokens = reader.parse(text)
    if len(tokens) > 2 and tokens[0].tag == "h1" and (not title or tokens[1].content.strip() == title.strip()):
        tokens = tokens[3:]
    _prepare(tokens)
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def _prepare(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            # The report has its own first two levels.
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        if "style" in token.attrs:
            # The only style Markdown gives is the side of a table's column; the page allows classes only.
            token.attrs = {"class": str(token.attrs["style"]).rpartition(":")[2]}
        if token.children:
            _limit_links(token.children)


def _limit_links(tokens: Sequence[Token]) -> None:
    closing: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            kept = str(token.attrGet("href") or "").lower().startswith(LINKS)
            closing.append(kept)
            if kept:
                token.attrSet("rel", "noopener noreferrer")
            else:
                token.tag = "span"
                token.attrs = {}
        elif token.type == "link_close" and not closing.pop():
            token.tag = "span"


def _picture(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Nothing is fetched: of a picture, its text remains."""
    return str(escape(tokens[at].content))
