"""What the registry answers when it refuses: HTTP status, error code, message, as Confluent's does."""

from __future__ import annotations

from rowtime.errors import RowtimeError


class RegistryError(RowtimeError):
    """`code` is in the body; the HTTP status is its first three digits."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code, self.message = code, message

    @property
    def status(self) -> int:
        return int(str(self.code)[:3])


def subject_not_found(subject: str) -> RegistryError:
    return RegistryError(40401, f"Subject '{subject}' not found.")


def version_not_found(version: int) -> RegistryError:
    return RegistryError(40402, f"Version {version} not found.")


def schema_not_found(schema_id: int | None = None) -> RegistryError:
    return RegistryError(40403, "Schema not found" if schema_id is None else f"Schema {schema_id} not found")


def subject_soft_deleted(subject: str) -> RegistryError:
    text = f"Subject '{subject}' was soft deleted.Set permanent=true to delete permanently"
    return RegistryError(40404, text)


def subject_not_soft_deleted(subject: str) -> RegistryError:
    return RegistryError(40405, f"Subject '{subject}' was not deleted first before being permanently deleted")


def version_soft_deleted(subject: str, version: int) -> RegistryError:
    text = f"Subject '{subject}' Version {version} was soft deleted.Set permanent=true to delete permanently"
    return RegistryError(40406, text)


def version_not_soft_deleted(subject: str, version: int) -> RegistryError:
    text = f"Subject '{subject}' Version {version} was not deleted first before being permanently deleted"
    return RegistryError(40407, text)


def no_subject_config(subject: str) -> RegistryError:
    return RegistryError(40408, f"Subject '{subject}' does not have subject-level compatibility configured")


def no_subject_mode(subject: str) -> RegistryError:
    return RegistryError(40409, f"Subject '{subject}' does not have subject-level mode configured")


def invalid_schema(subject: str, schema: str, reason: str) -> RegistryError:
    described = (f"{{subject={subject},version=null,id=null,schemaType=AVRO,references=[],metadata=null,"
                 f"ruleSet=null,schema={schema},schemaTags=null}}")
    return RegistryError(42201, f"Invalid schema {described} with refs [] of type AVRO, details: {reason}")


def invalid_type(schema_type: str) -> RegistryError:
    return RegistryError(42201, f"Invalid schema type {schema_type}")


def references_refused() -> RegistryError:
    return RegistryError(42201, "Schema references are not supported: put the referenced types into the schema")


def invalid_version(version: str) -> RegistryError:
    return RegistryError(42202, f"The specified version '{version}' is not a valid version id. Allowed values are "
                                'between [1, 2^31-1] and the string "latest"')


def invalid_level() -> RegistryError:
    return RegistryError(42203, "Invalid compatibility level. Valid values are none, backward, forward, full, "
                                "backward_transitive, forward_transitive, and full_transitive")


def invalid_mode() -> RegistryError:
    return RegistryError(42204, "Invalid mode. Valid values are READWRITE, READONLY, and IMPORT.")


def import_refused() -> RegistryError:
    return RegistryError(42205, "Mode IMPORT is not supported: this registry gives all ids itself")


def read_only(subject: str) -> RegistryError:
    return RegistryError(42205, f"Subject {subject} in context  is in read-only mode")


def incompatible(subject: str, reasons: list[str]) -> RegistryError:
    return RegistryError(409, f'Schema being registered is incompatible with an earlier schema for subject "{subject}"'
                              f", details: [{', '.join(reasons)}]")
