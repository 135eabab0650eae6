"""docs/rules: the pages are those of the rules, and no others.

`pytest tests/docs --update-goldens` rewrites them.
"""

from __future__ import annotations

import re
from pathlib import Path

from tesc.cli.pages import pages

FOLDER = Path(__file__).parent.parent.parent / "docs/rules"


def test_pages_are_up_to_date(request):
    made = pages()
    if request.config.getoption("update_goldens"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.iterdir():
            old.unlink()
        for name, text in made.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    found = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert found == made, "run with --update-goldens"


def test_pages_link_to_the_rules_that_they_mention():
    made = pages()
    assert "see [TE413](TE413.md)" in made["TE401.md"]
    for name, text in made.items():
        assert name == "README.md" or text.endswith("[All rules](README.md)\n")
        linked = set(re.findall(r"\]\(([^)]*)\)", text)) - made.keys()
        assert all((FOLDER / path).resolve().is_file() for path in linked), name
    assert "](../reference/tracers.md) · [All" in made["TE432.md"]
