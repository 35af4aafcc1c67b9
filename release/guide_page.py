"""The guide (docs/guide) as pages that need no other file: for a browser without network, and for the printer.

    python release/guide_page.py [FOLDER]        default: dist

手引き.html holds all chapters; what is given to the sections (課) also has pages of its own.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide"
TEMPLATE = "guide.html.j2"
WHOLE = "手引き.html"
IN_ENGLISH = {"engineers"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def main() -> None:
    """Write the pages into a folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in guide_pages().items():
        (folder / name).write_text(page, encoding="utf-8", newline="\n")
        print(folder / name)


def guide_pages() -> dict[str, str]:
    """The pages by the names of their files."""
    index = Chapter(GUIDE / "README.md")
    linked = re.findall(r"\]\(([\w-]+\.md)\)", index.text)
    chapters = [Chapter(GUIDE / name) for name in dict.fromkeys(linked)]
    alone = [chapter for chapter in chapters if chapter.name.startswith("section-")]
    pages = {f"{chapter.title.partition('（')[0]}.html": _page([chapter]) for chapter in alone}
    return {WHOLE: _page([index, *chapters]), **pages}


@dataclass(frozen=True)
class Chapter:
    """A chapter of the guide: its file and what is made from it."""

    file: Path

    @property
    def name(self) -> str:
        """The name by which links in the page find the chapter."""
        return self.file.stem

    @property
    def language(self) -> str:
        """The language of the chapter, as HTML names it."""
        return "en" if self.name in IN_ENGLISH else "ja"

    @cached_property
    def text(self) -> str:
        """The Markdown of the chapter."""
        return self.file.read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        """The heading of the chapter."""
        return self.text.splitlines()[0].removeprefix("# ")

    def render(self, within: Sequence[Chapter]) -> Markup:
        """The chapter as HTML; links to the chapters of the same page lead within it."""
        tokens = _MARKDOWN.parse(self.text)
        for token in (inner for outer in tokens for inner in (outer, *(outer.children or ()))):
            if token.type == "image":
                token.attrSet("src", _embedded(self.file.parent / str(token.attrGet("src"))))
            elif token.type == "th_open":
                token.attrSet("scope", "col")
        names = {chapter.file.name: chapter.name for chapter in within}
        for token in tokens:
            if token.children:
                token.children = list(_with_links_inside(token.children, names))
                if self.language == "ja":
                    token.children = [child for child in token.children if child.type != "softbreak"]
        html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
        # What may be wider than the window can be scrolled without a mouse.
        html = html.replace("<pre>", '<pre tabindex="0">')
        scroll = f'<div class="scroll" tabindex="0" role="group" aria-label="表（{escape(self.title)}）">'
        html = html.replace("<table>", f"{scroll}<table>").replace("</table>", "</table></div>")
        return Markup(html)


def _with_links_inside(tokens: Sequence[Token], names: dict[str, str]) -> Iterator[Token]:
    """Links to chapters of the page lead within it; of other links there remain the text and the place in brackets."""
    place = ""
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href")).partition("#")[0]
            if target in names:
                place = ""
                token.attrSet("href", f"#{names[target]}")
                yield token
            else:
                place = _from_root(target)
        elif token.type == "link_close" and place:
            yield Token("text", "", 0, content=f"（{place}）")
        else:
            yield token


def _from_root(target: str) -> str:
    """Where a document lies that a chapter links to, from the root of the project: docs/findings.md."""
    parts: list[str] = ["docs", "guide"]
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _embedded(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")


def _page(chapters: Sequence[Chapter]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(chapters=chapters)


if __name__ == "__main__":
    main()
