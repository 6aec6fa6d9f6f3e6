"""The restricted profile of the Kubernetes pod security standards, as a list of what a pod breaks."""

from __future__ import annotations

from typing import Any

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
HOST = ("hostNetwork", "hostPID", "hostIPC")


def broken(pod: dict[str, Any]) -> list[str]:
    """pod: a PodSpec. One line for each rule of the profile that it breaks; empty where it keeps all."""
    security = pod.get("securityContext", {})
    found = [f"{name} is on" for name in HOST if pod.get(name)]
    found += [f"volume {volume['name']} is of a kind that is not allowed" for volume in pod.get("volumes", [])
              if set(volume) - {"name"} - VOLUMES]
    if security.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        found.append("no seccompProfile")
    if security.get("runAsUser") == 0 or not security.get("runAsNonRoot"):
        found.append("may run as root")
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        found += [f"{container['name']}: {problem}" for problem in _container(container)]
    return found


def _container(container: dict[str, Any]) -> list[str]:
    security = container.get("securityContext", {})
    found = []
    if security.get("privileged"):
        found.append("is privileged")
    if security.get("allowPrivilegeEscalation") is not False:
        found.append("may gain privileges")
    capabilities = security.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        found.append("keeps capabilities")
    if security.get("runAsNonRoot") is False or security.get("runAsUser") == 0:
        found.append("runs as root")
    if any(port.get("hostPort") for port in container.get("ports", [])):
        found.append("uses a port of the host")
    return found
