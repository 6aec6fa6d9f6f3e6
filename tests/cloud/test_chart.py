"""The Helm chart, rendered: valid for Kubernetes, restricted, a stable name for each sidecar, no secret in sight."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import typer
from go_tools import Unavailable
from helm import KUBERNETES, Refused, helm, lint, render
from restricted import broken

from fraudstream.cli import build

pytestmark = pytest.mark.timeout(1_500)
Objects = list[dict[str, Any]]
KEDA = ("--set", "scaling.kind=keda")
CA = ("--set", "credentials.existingSecret=s,credentials.kafkaCa=true,schemaRegistry.ca=true,ksqldb.ca=true")
VARIANTS = {
    "defaults": (),
    "local": ("-f", "values-local.yaml"),
    "managed": ("-f", "values-managed.yaml"),
    "hpa": ("--set", "scaling.kind=hpa,scaling.minReplicas=2,partitions=8"),
    "scram": (*CA, *KEDA, "--set", "kafka.protocol=SASL_SSL,kafka.mechanism=SCRAM-SHA-512,serviceMonitor.enabled=true"),
    "private-ca": (*CA, *KEDA, "--set", "kafka.protocol=SSL"),
    "model": ("--set", "sidecar.model.existingConfigMap=models,sidecar.settings.batch_size=2000,replication=3"),
    "bare": ("--set", "deployer.enabled=false,networkPolicy.enabled=false,podDisruptionBudget.enabled=false,"
                      "serviceAccount.create=false"),
}


@pytest.fixture(scope="module")
def chart(root: Path) -> Path:
    try:
        helm()
    except Unavailable as reason:
        pytest.skip(str(reason))
    return root / "deploy" / "helm" / "fraudstream"


@pytest.fixture
def rendered(chart: Path, request: pytest.FixtureRequest) -> Objects:
    return made(chart, request.param)


def made(chart: Path, variant: str, *more: str) -> Objects:
    arguments = [str(chart / a) if a.startswith("values-") else a for a in VARIANTS[variant]]
    return render(chart, *arguments, *more)


def only(objects: Objects, kind: str) -> dict[str, Any]:
    found = [made for made in objects if made["kind"] == kind]
    assert len(found) == 1, (kind, [made["kind"] for made in objects])
    return found[0]


def pods(objects: Objects) -> Objects:
    """Every pod specification."""
    return [made["spec"] if made["kind"] == "Pod" else made["spec"]["template"]["spec"] for made in objects
            if made["kind"] in ("Pod", "StatefulSet", "Job", "Deployment")]


def environment(pod: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "") for entry in pod["containers"][0]["env"]}


every_variant = pytest.mark.parametrize("rendered", list(VARIANTS), indirect=True)


@every_variant
def test_every_object_is_valid(rendered: Objects, root: Path) -> None:
    for thing in rendered:
        own = root / "tests" / "cloud" / "crds" / f"{thing['kind']}.json"
        if own.exists():
            jsonschema.validate(thing, json.loads(own.read_text()))
        else:
            kubernetes_validate.validate(thing, KUBERNETES.rpartition(".")[0], strict=True)


@every_variant
def test_every_pod_keeps_the_restricted_profile(rendered: Objects) -> None:
    assert len(pods(rendered)) >= 2
    for pod in pods(rendered):
        assert broken(pod) == []
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["resources"]["limits"]["memory"]
            writable = [m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")]
            assert writable == ["/tmp"]


@every_variant
def test_the_command_line_takes_what_containers_are_told(rendered: Objects) -> None:
    group: Any = typer.main.get_command(build())
    for pod in pods(rendered):
        name, *arguments = pod["containers"][0]["args"]
        group.commands[name].make_context(name, arguments)


def test_the_profile_check_finds_what_is_wrong() -> None:
    bad = {"hostNetwork": True, "volumes": [{"name": "v", "hostPath": {"path": "/"}}],
           "containers": [{"name": "c", "securityContext": {"privileged": True}}]}
    assert len(broken(bad)) == 7


def test_lint(chart: Path) -> None:
    for file in ("values.yaml", "values-local.yaml", "values-managed.yaml"):
        assert "0 chart(s) failed" in lint(chart, "-f", str(chart / file))


def test_a_sidecar_keeps_its_name(chart: Path) -> None:
    """transactional.id is made of the group and the instance: the pod's name, which a StatefulSet keeps."""
    sidecar = only(made(chart, "managed"), "StatefulSet")
    container = sidecar["spec"]["template"]["spec"]["containers"][0]
    named = next(entry for entry in container["env"] if entry["name"] == "FRAUDSTREAM_INSTANCE_ID")
    assert named["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    services = {thing["metadata"]["name"] for thing in made(chart, "managed") if thing["kind"] == "Service"}
    assert sidecar["spec"]["serviceName"] in services


def test_probes_ask_what_the_sidecar_answers(chart: Path) -> None:
    container = pods(made(chart, "defaults"))[0]["containers"][0]
    paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness", "startup")}
    assert paths == {"liveness": "/healthz", "readiness": "/readyz", "startup": "/healthz"}


def test_managed_cloud_reads_secrets_from_files_only(chart: Path) -> None:
    objects = made(chart, "managed")
    assert not [thing for thing in objects if thing["kind"] == "Secret"]
    for pod in pods(objects):
        values = environment(pod)
        assert values["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
        assert values["KAFKA_SASL_PASSWORD_FILE"] == "/etc/fraudstream/credentials/kafka-password"
        assert not [name for name in values if "PASSWORD" in name and not name.endswith("_FILE")]
        mounted = next(m for m in pod["containers"][0]["volumeMounts"] if m["name"] == "credentials")
        assert mounted["readOnly"] and mounted["mountPath"] == "/etc/fraudstream/credentials"
    deployer = next(pod for pod in pods(objects) if pod["containers"][0]["name"] == "deploy")
    assert environment(deployer)["KSQLDB_BASIC_AUTH_FILE"].endswith("/ksqldb-auth")
    sidecar = next(pod for pod in pods(objects) if pod["containers"][0]["name"] == "sidecar")
    assert "KSQLDB_URL" not in environment(sidecar)


def test_scales_on_lag_up_to_the_partitions(chart: Path) -> None:
    objects = made(chart, "managed")
    scaled = only(objects, "ScaledObject")["spec"]
    assert scaled["maxReplicaCount"] == 12
    assert scaled["scaleTargetRef"]["kind"] == "StatefulSet"
    trigger = scaled["triggers"][0]["metadata"]
    assert (trigger["consumerGroup"], trigger["topic"]) == ("fraud-scoring", "transactions_enriched")
    assert (trigger["sasl"], trigger["tls"]) == ("plaintext", "enable")
    assert "replicas" not in only(objects, "StatefulSet")["spec"]
    assert only(made(chart, "hpa"), "HorizontalPodAutoscaler")["spec"]["maxReplicas"] == 8
    assert "replicas" not in only(made(chart, "hpa"), "StatefulSet")["spec"]


def test_network_is_closed_but_for_the_stack(chart: Path) -> None:
    policy = only(made(chart, "managed"), "NetworkPolicy")["spec"]
    ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    assert ports == {53, 443, 9092}
    assert [rule["ports"] for rule in policy["ingress"]] == [[{"port": 8080, "protocol": "TCP"}]]
    local = only(made(chart, "local"), "NetworkPolicy")["spec"]
    assert {port["port"] for rule in local["egress"] for port in rule["ports"]} == {53, 8081, 8088, 9092}
    assert local["ingress"] == []


def test_the_deployer_runs_before_the_sidecar(chart: Path) -> None:
    job = only(made(chart, "model"), "Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == [
        "deploy", "--wait=120", "--partitions=4", "--replication=3"]


def test_a_model_of_one_s_own_is_mounted(chart: Path) -> None:
    pod = pods(made(chart, "model"))[0]
    assert environment(pod)["FRAUDSTREAM_MODEL"] == "/etc/fraudstream/models"
    assert environment(pod)["FRAUDSTREAM_BATCH_SIZE"] == "2000"
    assert {"name": "models", "configMap": {"name": "models"}} in pod["volumes"]


def test_models_and_books_of_the_managed_cloud(chart: Path) -> None:
    objects = made(chart, "managed")
    assert environment(pods([only(objects, "StatefulSet")])[0])["FRAUDSTREAM_MODEL_TOPIC"] == "fraud_models"
    reconciler = only(objects, "Deployment")
    assert reconciler["spec"]["replicas"] == 1
    chosen = only(objects, "ServiceMonitor")["spec"]["selector"]["matchLabels"].items()
    services = [thing["metadata"]["labels"] for thing in objects if thing["kind"] == "Service"]
    assert [chosen <= labels.items() for labels in services] == [True, True]


@pytest.mark.parametrize("values, told", [
    (KEDA + ("--set", "scaling.maxReplicas=9"), "scaling.maxReplicas 9 is more than the 4 partitions"),
    (("--set", "sidecar.replicas=5"), "sidecar.replicas 5 is more than the 4 partitions"),
    (KEDA + ("--set", "scaling.minReplicas=5"), "scaling.minReplicas 5 is more than the maximum of 4"),
    (("--set", "kafka.protocol=SASL_SSL"), "credentials.existingSecret: name the Secret"),
    (("--set", "kafka.protocol=TLS"), "kafka"),
    (("--set", "kafka.bootstrapServers=kafka"), "kafka"),
    (("--set", r"kafka.settings.sasl\.password=x"), "sasl.password"),
    (("--set", "sidecar.settings.schema_registry_auth=a:b"), "schema_registry_auth"),
    (("--set", "replicas=3"), "replicas"),
])
def test_wrong_values_are_refused(chart: Path, values: tuple[str, ...], told: str) -> None:
    with pytest.raises(Refused, match=told.replace("(", "\\(")):
        render(chart, *values)
