"""The wheels that the playground runs: `python docs/generator/wheels.py FOLDER`.

Writes FOLDER/wheels and FOLDER/wheels.json, their list: tesc, and what checking and generating need.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Neither the server's packages nor jsonschema, which only a tesc.toml needs.
NEEDED = ["lark"]


def main(folder: Path) -> None:
    wheels = folder / "wheels"
    for old in wheels.glob("*.whl"):
        old.unlink()
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "-w", str(wheels), str(ROOT), *NEEDED], check=True)
    names = sorted(path.name for path in wheels.glob("*.whl"))
    (folder / "wheels.json").write_text(json.dumps(names), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
