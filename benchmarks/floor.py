"""Builds the floor, `_floor.pyx`, where benchmarks can import it."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from types import ModuleType

from Cython.Build import cythonize
from setuptools import Extension
from setuptools.dist import Distribution

HERE = Path(__file__).parent
TARGET = HERE.parent / "build" / "floor"


def floor() -> ModuleType:
    """Return the extension, built if it is not there or older than its source."""
    source = HERE / "_floor.pyx"
    built = TARGET / f"_floor{sysconfig.get_config_var('EXT_SUFFIX')}"
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        extension = Extension("_floor", [str(source)])
        modules = cythonize([extension], build_dir=str(TARGET / "c"), quiet=True)
        command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
        command.build_lib = str(TARGET)
        command.build_temp = str(TARGET / "temp")
        command.ensure_finalized()
        command.run()
    spec = importlib.util.spec_from_file_location("_floor", built)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
