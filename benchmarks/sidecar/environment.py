"""The environment the other programs run in: made once, outside the project's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

QUIXSTREAMS = "3.28.1"
PACKAGES = (f"quixstreams=={QUIXSTREAMS}", "scikit-learn>=1.5", "numpy>=2")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fraudstream-bench"


def python() -> str:
    """The interpreter of an environment with quixstreams and scikit-learn, installed by uv the first time."""
    folder = CACHE / f"quixstreams-{QUIXSTREAMS}-py{sys.version_info.major}{sys.version_info.minor}"
    found = folder / "bin" / "python"
    if not (folder / "complete").exists():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", found, *PACKAGES], check=True)
        (folder / "complete").touch()
    return str(found)
