"""What tests of several commands share."""

from __future__ import annotations

import pytest


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """An empty working folder, below no checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
