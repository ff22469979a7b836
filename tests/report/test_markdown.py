import re

import pytest

from tenkai.report.markdown import to_html


def test_the_usual_forms() -> None:
    html = to_html("# Title\n\n## What\n\n- one *two* **three** `four`\n\n| a | b |\n|---|--:|\n| x | 1 |\n", "Title")
    assert "Title" not in html
    assert "<h4>What</h4>" in html
    assert "<li>one <em>two</em> <strong>three</strong> <code>four</code></li>" in html
    assert '<td class="right">1</td>' in html
    assert "style=" not in html


def test_another_first_heading_stays() -> None:
    assert to_html("# Other\n", "Title") == "<h3>Other</h3>\n"


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "[click](vbscript:x)",
        "[click](file:///etc/passwd)",
        "![](http://example.org/spy.png)",
        "![x](//example.org/spy.png)",
        '<http://example.org/"onmouseover=alert(1)>',
        "[a]: javascript:alert(1)\n\n[a]",
        '`" onclick="x`',
        "```<script>\n</code><script>alert(1)</script>\n```",
        "| <script> |\n|---|\n| <img src=x onerror=y> |",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(evil: str) -> None:
    html = to_html(evil)
    tags = re.findall(r"<(\w+)([^>]*)>", html)
    assert {name for name, _ in tags} <= {"p", "a", "span", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"}
    for _, attributes in tags:
        assert not re.search(r"\son\w+=|\ssrc=|style=", re.sub(r'"[^"]*"', '""', attributes))
        assert all(link.startswith("http") for link in re.findall(r'href="([^"]*)"', attributes))


def test_links_to_papers_stay_and_local_ones_become_text() -> None:
    html = to_html("[paper](https://example.org/a?b=1&c=2) and [file](../data.csv) and [mail](mailto:a@b.org)")
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">paper</a>' in html
    assert "<span>file</span>" in html
    assert '<a href="mailto:a@b.org"' in html


def test_a_picture_leaves_its_text() -> None:
    assert to_html("![the <map>](map.png)") == "<p>the &lt;map&gt;</p>\n"
