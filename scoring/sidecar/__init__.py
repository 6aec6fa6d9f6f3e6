"""The scoring sidecar: enriched records in, flags and dead letters out, exactly once."""

from scoring.sidecar.config import SidecarConfig, load_config
from scoring.sidecar.run import check, run

__all__ = ["SidecarConfig", "check", "load_config", "run"]
