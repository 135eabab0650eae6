"""A hook of mkdocs: the parts of the site that come from the rules and their pages.

Transcripts and rule pages get colours, codes in transcripts become links, and the rules are in
the navigation by family, so that each page links to the previous and the next one.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import transcripts
from mkdocs.utils import get_relative_url

from tesc.analysis.registry import all_rules
from tesc.cli.pages import FAMILIES

_RULES = "rules/README.md"
_FOUND = re.compile(r'(<span class="g[a-z]">)((?:error|warning|information)\[(TE\d{3})\])(</span>)')
_EXAMPLE = re.compile(r"^(Wrong|Right):\n\n((?:    .*\n|\n(?=    ))+)", re.M)


def on_config(config: Any) -> Any:
    transcripts.use()
    for section in config["nav"]:
        for title, entries in section.items():
            if isinstance(entries, list):
                section[title] = [_rules() if _is_rules(entry) else entry for entry in entries]
    return config


def _is_rules(entry: Any) -> bool:
    return isinstance(entry, dict) and _RULES in entry.values()


def _rules() -> dict[str, list[Any]]:
    """The navigation's section on rules: their list, then each family's pages."""
    families: dict[str, list[dict[str, str]]] = {}
    for rule in all_rules():
        family = f"{rule.code[:3]}xx {FAMILIES[rule.code[:3]]}"
        families.setdefault(family, []).append({f"{rule.code} {rule.name}": f"rules/{rule.code}.md"})
    return {"Rules": [_RULES, *({family: pages} for family, pages in families.items())]}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    if not re.fullmatch(r"rules/TE\d+\.md", page.file.src_uri):
        return markdown
    return _EXAMPLE.sub(_example, markdown)


def _example(match: re.Match[str]) -> str:
    """An example of a rule's page as a block with a language and a heading."""
    code = re.sub(r"^    ", "", match[2].rstrip("\n"), flags=re.M)
    language = "c" if re.search(r"[;{]\s*$", code, re.M) else "toml" if "= " in code else "trace-events"
    return f'``` {{ .{language} title="{match[1]}" .{match[1].lower()} }}\n{code}\n```\n\n'


def on_page_content(html: str, page: Any, **_: Any) -> str:
    def linked(match: re.Match[str]) -> str:
        url = get_relative_url(f"rules/{match[3]}.html", page.url)
        return f'{match[1]}<a href="{url}">{match[2]}</a>{match[4]}'

    return _FOUND.sub(linked, html)
