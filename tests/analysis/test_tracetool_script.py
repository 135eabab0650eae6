"""What a tree's own tracetool supports."""

from __future__ import annotations

import pytest

from tesc.analysis.tracetool_script import makes_rust


def _tree(folder, *files):
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), True),
        (("scripts/tracetool.py",), False),
        (("scripts/tracetool.py", "scripts/tracetool/format/h.py"), False),
        (("scripts/tracetool.py", "scripts/tracetool/format/rs.py"), True),
        # The nearest one counts.
        (("scripts/tracetool.py", "sub/scripts/tracetool.py", "sub/scripts/tracetool/format/rs.py"), True),
    ],
)
def test_makes_rust(tmp_path, files, expected):
    _tree(tmp_path, *files)
    assert makes_rust(str(tmp_path / "sub" / "hw" / "trace-events")) is expected
