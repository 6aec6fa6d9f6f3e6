"""Does the registry answer, and has it the schemas that the writers use?"""

from __future__ import annotations

from fraudstream.deploy.plan import Subject
from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from fraudstream.registry import RegistryError, SchemaRegistry

ADVICE = "look at SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_BASIC_AUTH and SCHEMA_REGISTRY_CA_FILE, and at the network"
DEPLOY = "run `fraudstream deploy`"


def look_at_registry(visit: Visit, findings: Findings) -> SchemaRegistry | None:
    """One finding, and one a subject; the client for further checks, None where the registry does not answer."""
    check = f"registry {visit.addresses.registry}"
    registry = SchemaRegistry(visit.addresses.registry, timeout=visit.timeout)
    try:
        subjects = registry.subjects()
    except RegistryError as error:
        findings.failed(check, str(error), ADVICE)
        return None
    findings.passed(check, f"{len(subjects)} subject{'s' * (len(subjects) != 1)}")
    for subject in visit.plan.subjects:
        _subject(subject, registry, findings)
    return registry


def _subject(subject: Subject, registry: SchemaRegistry, findings: Findings) -> None:
    check = f"schema {subject.name}"
    try:
        found, newest = registry.find(subject.name, subject.schema), registry.latest(subject.name)
        mode = registry.compatibility(subject.name)
    except RegistryError as error:
        findings.failed(check, str(error), ADVICE)
        return
    if newest is None:
        findings.failed(check, "is not registered", DEPLOY)
    elif found is None:
        findings.failed(check, f"version {newest['version']} is not {subject.file.name}",
                        f"someone else registered it: see what differs, then {DEPLOY} with the schema that is meant")
    elif mode != subject.compatibility:
        findings.warn(check, f"compatibility is {mode or 'the registry-wide one'}, not {subject.compatibility}", DEPLOY)
    else:
        findings.passed(check, f"id {found['id']}, version {found['version']}, {mode}")
