"""The documentation's site: it builds without a warning, from pages that are up to date."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tesc.cli.parsers import commands, whole_parser
from tesc.config.loading import load
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# What a browser fetches when it opens a page.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
PAGES = [path for path in DOCS.rglob("*.md") if path.parent.name != "rules"]


def _need(skip_without, *modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            skip_without(f"the Python package {module} (pip install -e '.[docs]')")


def _run(*words: str) -> str:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_generated_pages_are_up_to_date(request, skip_without):
    _need(skip_without, "railroad")
    _run("docs/generator", *([] if request.config.getoption("update_goldens") else ["--check"]))


@pytest.fixture(scope="module")
def site(tmp_path_factory, skip_without):
    _need(skip_without, "mkdocs", "material")
    folder = tmp_path_factory.mktemp("site")
    # With --quiet, mkdocs would count no warnings.
    assert "WARNING" not in _run("-m", "mkdocs", "build", "--strict", "--site-dir", str(folder))
    return folder


class _Fetched(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in FETCHED and given.get("rel") not in ("canonical", "next", "prev"):
            self.found.append(given.get(FETCHED[tag]) or "")


def test_nothing_is_fetched_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        parser = _Fetched()
        parser.feed(page.read_text("utf-8"))
        assert parser.found
        assert [one for one in parser.found if re.match(r"(?:[a-z]+:)?//", one)] == []
    for sheet in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8")) == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)


def test_no_page_takes_a_header_for_html(site):
    """`<inttypes.h>` outside code would be an HTML tag, and invisible."""
    for page in site.rglob("*.html"):
        parser = _Tags()
        parser.feed(page.read_text("utf-8"))
        assert [tag for tag in parser.found if not tag.isalnum()] == []


def test_transcripts_tell_commands_from_output(site):
    """Only commands and their here-documents can be selected."""
    page = (site / "tutorial/event.html").read_text("utf-8")
    assert '<span class="go"># lamp.c</span>' in page
    assert '<span class="go">#include' in page
    assert '<span class="gp">&gt; </span><span class="s">END</span>' in page
    assert '<span class="go">&gt; ' not in page


def test_every_rule_and_command_has_its_place(site):
    reference = (site / "reference/command-line.html").read_text("utf-8")
    assert all(f'id="tesc-{name}"' in reference for name, _, _ in commands(whole_parser()))
    index = (site / "rules/index.html").read_text("utf-8")
    rules = [path.stem for path in (DOCS / "rules").glob("TE*.md")]
    assert all(f'href="{rule}.html"' in index and (site / f"rules/{rule}.html").exists() for rule in rules)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_examples_of_the_language_are_right(page):
    for text in re.findall(r"```trace-events\n(.*?)```", page.read_text("utf-8"), re.S):
        assert parse(Source("page", text)).errors == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_examples_of_the_configuration_are_right(page, tmp_path):
    for text in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.S):
        path = tmp_path / "tesc.toml"
        path.write_text(text)
        load(str(path))


def test_transcripts_are_coloured_and_lead_to_rules(site):
    page = (site / "index.html").read_text("utf-8")
    assert '<span class="gr"><a href="rules/TE001.html">error[TE001]</a></span>' in page
    assert '<span class="gi">+thermostat_target(void *stat' in page
    assert '<span class="gd">-thermostat_target(struct' in page
    deeper = (site / "tutorial/event.html").read_text("utf-8")
    assert re.findall(r'<a href="\.\./rules/(TE\d+)\.html">\w+\[\1\]</a>', deeper)


def test_rules_are_in_the_navigation_by_family(site):
    page = (site / "rules/TE402.html").read_text("utf-8")
    assert re.search(r'href="TE401\.html" class="md-footer__link md-footer__link--prev"', page)
    assert re.search(r'href="TE403\.html" class="md-footer__link md-footer__link--next"', page)
    assert "TE4xx Formats" in page


def test_examples_of_a_rules_page_have_colours(site):
    page = (site / "rules/TE401.html").read_text("utf-8")
    assert '<div class="language-trace-events wrong highlight"' in page
    assert '<span class="filename">Right</span>' in page
    assert '<span class="si">%zu</span>' in page


@pytest.mark.parametrize("code", ["TE001", "TE401", "TE603"])
def test_highlighting_a_transcript_loses_nothing(code):
    spec = importlib.util.spec_from_file_location("transcripts", DOCS / "generator/transcripts.py")
    transcripts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(transcripts)
    text = f"a/trace-events:3:4: error[{code}]: no\n  |\n3 | x\n  | ^^\n  = help: y\n\nplain\n"
    tokens = list(transcripts.coloured(text))
    assert "".join(value for _, _, value in tokens) == text
    assert [at for at, _, _ in tokens] == [sum(len(v) for _, _, v in tokens[:n]) for n in range(len(tokens))]
