"""The sample plugins, loaded as their own programs would be."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "plugins"


def load(name: str) -> ModuleType:
    """A fresh copy of a sample's program, not run."""
    return load_file(FOLDER / name / f"{name.replace('-', '_')}.py")


def load_file(file: Path) -> ModuleType:
    """A fresh copy of one file of a sample."""
    module_name = f"sample_{file.stem}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    return module
