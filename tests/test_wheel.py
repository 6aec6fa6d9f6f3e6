"""A wheel built from the checkout carries its files and works when installed somewhere else."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(out),
               str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(out.glob("fraudstream-*.whl"))


def test_carries_sql_schemas_and_config(wheel: Path, root: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("sql", "schemas", "config"):
        for file in (root / folder).iterdir():
            if file.is_file():
                assert f"fraudstream/assets/{folder}/{file.name}" in names


def test_works_when_installed_elsewhere(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", str(target),
                    str(wheel)], check=True)
    libraries = sysconfig.get_paths()["purelib"]
    code = (
        "import sys; sys.path = [p for p in sys.path if 'fraudstream' not in p]; "
        f"sys.path.insert(0, {str(target)!r}); sys.path.append({libraries!r});"
        "import fraudstream; from fraudstream.assets import asset;"
        f"assert fraudstream.__file__.startswith({str(target)!r}), fraudstream.__file__;"
        f"assert str(asset('sql')).startswith({str(target)!r}), asset('sql');"
        "from fraudstream.cli import run; sys.exit(run(['--help']))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
