"""The scoring sidecar: enriched records in, flags and dead letters out, exactly once."""

from scoring.sidecar.check import check
from scoring.sidecar.config import SidecarConfig, load_config, read_config
from scoring.sidecar.run import run

__all__ = ["SidecarConfig", "check", "load_config", "read_config", "run"]
