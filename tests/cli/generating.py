"""`tesc gen` in a small tree: running it, and what it writes."""

from __future__ import annotations

import os
from pathlib import Path

from tesc.cli.main import main

ROOT = Path(__file__).parents[2]
OUT = ["--out=out"]
GROUPS = ("hw_fan", "hw_lamp", "root")
FILES = {f"trace-{group}.{form}" for group in GROUPS for form in "hc"} | {"trace-events-all"}
OLD = 1_000_000_000


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode())


def gen(*words: str, status: int = 0) -> None:
    assert main(["gen", *words]) == status


def said(capsys) -> str:
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def outputs(folder: str = "out") -> set[str]:
    return {path.name for path in Path(folder).iterdir()} - {".tesc-gen"}


def texts(folder: str = "out") -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in outputs(folder)}


def age(*paths: str) -> None:
    """Make files look as if they had been written long ago."""
    for path in paths or [f"out/{name}" for name in outputs()]:
        os.utime(path, (OLD, OLD))


def young() -> set[str]:
    return {name for name in outputs() if os.stat(f"out/{name}").st_mtime > OLD}
