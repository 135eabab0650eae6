"""The tree-sitter grammar of editors/tree-sitter, compiled, whose trees are compared with tesc's."""

from __future__ import annotations

import ctypes
import importlib.util
import subprocess

import pytest

from tests.editors.conftest import EDITORS

GRAMMAR = EDITORS / "tree-sitter"


@pytest.fixture(scope="session")
def language(tmp_path_factory, need, skip_without):
    """The grammar as a language of the tree-sitter library."""
    if importlib.util.find_spec("tree_sitter") is None:
        skip_without("the Python package tree-sitter (pip install -e '.[test]')")
    import tree_sitter

    library = tmp_path_factory.mktemp("tree-sitter") / "trace_events.so"
    source = GRAMMAR / "src"
    strict = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused"]
    subprocess.run(
        [need("gcc", "gcc"), "-shared", "-fPIC", *strict, f"-I{source}", *source.glob("*.c"), "-o", library],
        check=True,
    )
    entry = ctypes.CDLL(str(library)).tree_sitter_trace_events
    entry.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return tree_sitter.Language(capsule(entry(), b"tree_sitter.Language", None))


@pytest.fixture(scope="session")
def parser(language):
    """A parser of the language; `parser.parse(bytes)` gives its tree."""
    import tree_sitter

    return tree_sitter.Parser(language)
