"""What the playground asks of tesc, within Pyodide: its own command line, on a file in memory."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

# Pyodide unpacks wheels into the folder that it starts in, but looks for modules in the current one.
sys.path.insert(0, os.getcwd())

FOLDER = "/playground"
FILE = "trace-events"


def run(*words: str) -> str:
    """What a tesc command prints."""
    from tesc.cli.main import main

    out, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors)
    with streams[0], streams[1], contextlib.suppress(SystemExit):
        main(list(words))
    texts = []
    for stream in (out, errors):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))
    return texts[0] or texts[1]


def choices() -> str:
    """All formats and backends, as JSON."""
    from tesc.codegen.qemu import BACKENDS, FORMATS

    return json.dumps({"formats": list(FORMATS), "backends": list(BACKENDS)})


def answer(text: str, profile: str, format: str, backends: str) -> str:
    """What the page shows for a text, as JSON: `findings` as `tesc check` prints them, and `output`."""
    os.makedirs(FOLDER, exist_ok=True)
    os.chdir(FOLDER)
    with open(FILE, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    settings = ["--isolated", "--no-cache", "--profile", profile]
    said = run("check", *settings, "--output-format", "json", FILE)
    if not said.startswith("["):
        raise RuntimeError(said)
    findings = json.loads(said)
    if format == "fixes":
        output = run("check", *settings, "--fix", "--diff", FILE) if findings else "Nothing to fix.\n"
    else:
        output = _generated(format, backends)
    return json.dumps({"findings": findings, "output": output})


def _generated(format: str, backends: str) -> str:
    with contextlib.suppress(FileNotFoundError):
        os.remove("out")
    said = run(
        "tracetool",
        f"--format={format}",
        f"--backends={backends}",
        "--group=playground",
        "--binary=program",
        "--probe-prefix=program",
        FILE,
        "out",
    )
    try:
        with open("out", encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return said


def fixed(text: str, profile: str) -> str:
    """The text after all safe fixes."""
    answer(text, profile, "fixes", "")
    run("check", "--isolated", "--no-cache", "--profile", profile, "--fix", FILE)
    with open(FILE, encoding="utf-8", newline="") as file:
        return file.read()
