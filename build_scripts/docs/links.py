"""Says which links of the project's pages, or of the built guide, lead nowhere.

    python -m build_scripts.docs.links                # README.md, docs/ and all other Markdown
    python -m build_scripts.docs.links build/guide    # the site that Sphinx has built

Nothing is fetched: of links into the net only the form is checked. A built site may link into the
net, but must load nothing from it.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from build_scripts import ROOT

_LEFT_OUT = {".venv", ".git", "build", "dist", "runs", "cache", "node_modules"}
_LOADED = {"src", "srcset", "poster"}


@dataclass
class Page:
    """What a page links to, what it loads, and the anchors that it has."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    without_text: list[str] = field(default_factory=list)
    """Pictures that say nothing to who cannot see them"""


def main() -> int:
    """Check what is named, or the project's pages; 1 if a link leads nowhere."""
    parser = argparse.ArgumentParser(description="Check links without fetching anything.")
    parser.add_argument("site", nargs="?", type=Path, help="a built site, in place of Markdown")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the Markdown is")
    options = parser.parse_args()
    if options.site is not None:
        pages = {path: read_html(path) for path in sorted(options.site.rglob("*.html"))}
        root = options.site
    else:
        pages = {path: read_markdown(path) for path in markdown_files(options.root)}
        root = options.root
    problems = list(dead_links(pages, root, is_site=options.site is not None))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(pages)} pages, {len(problems)} links that lead nowhere")
    return int(bool(problems) or not pages)


def markdown_files(root: Path) -> list[Path]:
    """Give the project's Markdown files."""
    files = root.rglob("*.md")
    return sorted(
        path
        for path in files
        if not any(
            part in _LEFT_OUT or part.startswith(".") for part in path.relative_to(root).parts
        )
    )


def read_markdown(path: Path) -> Page:
    """Read a page of Markdown; its headings are anchors as GitHub makes them."""
    page = Page()
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            page.anchors.add(_free(_slug(_text(tokens[number + 1])), page.anchors))
        for inside in token.children or []:
            if inside.type == "link_open":
                page.links.append(str(inside.attrs["href"]))
            elif inside.type == "image":
                page.loads.append(str(inside.attrs["src"]))
                if not inside.content.strip():
                    page.without_text.append(str(inside.attrs["src"]))
    return page


def _text(heading: Token) -> str:
    return "".join(
        inside.content
        for inside in heading.children or []
        if inside.type in ("text", "code_inline")
    )


def _slug(text: str) -> str:
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def _free(slug: str, taken: set[str]) -> str:
    names = [slug, *(f"{slug}-{number}" for number in range(1, len(taken) + 2))]
    return next(name for name in names if name not in taken)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.page.anchors.add(given["id"])
        if tag == "link":
            # An address for who asks for it loads nothing.
            is_loaded = given.get("rel", "") not in ("canonical", "next", "prev", "index", "search")
            (self.page.loads if is_loaded else self.page.links).append(given.get("href", ""))
        elif tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        self.page.loads += [given[name].split()[0] for name in _LOADED & given.keys()]
        if tag == "img" and not given.get("alt", "").strip():
            self.page.without_text.append(given.get("src", ""))


def read_html(path: Path) -> Page:
    """Read a page of a built site."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def dead_links(pages: dict[Path, Page], root: Path, *, is_site: bool) -> Iterator[str]:
    """Yield a sentence for each link that leads nowhere, or loads what it must not."""
    for path, page in pages.items():
        name = path.relative_to(root)
        for target in page.loads:
            if urlsplit(target).scheme in ("http", "https") or target.startswith("//"):
                if is_site:
                    yield f"{name}: loads {target} from the net"
            elif not target.startswith("data:") and not _there(path, target).exists():
                yield f"{name}: there is no {target}"
        for target in page.without_text:
            yield f"{name}: the picture {target} has no text for who cannot see it"
        for target in page.links:
            if (problem := _problem(path, target, pages)) is not None:
                yield f"{name}: {problem}"
    if is_site:
        for sheet in sorted(root.rglob("*.css")):
            text = sheet.read_text(encoding="utf-8")
            for found in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", text):
                yield f"{sheet.relative_to(root)}: loads {found} from the net"


def _problem(path: Path, target: str, pages: dict[Path, Page]) -> str | None:
    parts = urlsplit(target)
    if parts.scheme in ("http", "https"):
        is_formed = "." in parts.netloc and not re.search(r"\s", target)
        return None if is_formed else f"{target} is no address"
    if parts.scheme:
        return None if parts.scheme == "mailto" else f"{target} is no link for a page"
    place = _there(path, target) if parts.path else path
    if place.is_dir() and (place / "index.html").exists():
        place /= "index.html"
    if not place.exists():
        return f"there is no {target}"
    anchor = unquote(parts.fragment)
    if anchor and place in pages and anchor not in pages[place].anchors:
        return f"{target}: the page has no such heading"
    return None


def _there(path: Path, target: str) -> Path:
    return Path(path.parent, unquote(urlsplit(target).path)).resolve()


if __name__ == "__main__":
    sys.exit(main())
