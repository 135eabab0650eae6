"""The notebook in the documentation: its outputs are those of its cells, run from top to bottom."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent.parent / "docs/how-to/ask-a-trace.ipynb"


def outputs(source, names, number):
    """What a cell prints, and the text of its last expression, as Jupyter stores them."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    found = []
    if printed.getvalue():
        text = printed.getvalue().splitlines(keepends=True)
        found.append({"name": "stdout", "output_type": "stream", "text": text})
    if value is not None:
        found.append(
            {
                "data": {"text/plain": repr(value).splitlines(keepends=True)},
                "execution_count": number,
                "metadata": {},
                "output_type": "execute_result",
            }
        )
    return found


def test_its_outputs_are_current(tmp_path, monkeypatch, request):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["notebook"])
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < 20_000
    notebook = json.loads(text)
    names = {"__name__": "__main__"}
    number = 0
    with pd.option_context("display.width", 100):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                number += 1
                cell["execution_count"] = number
                cell["outputs"] = outputs("".join(cell["source"]), names, number)
    made = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-goldens"):
        NOTEBOOK.write_text(made, encoding="utf-8")
    assert made == text or request.config.getoption("--update-goldens")
