"""A real Apache Kafka with a second listener as a managed cloud has it: SASL_SSL, mechanism PLAIN."""

from __future__ import annotations

import socket
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from secured_proxy import Authority

from campaigns.harness.kafka_server import KafkaServer

JAAS = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";'


class SecuredKafka(KafkaServer):
    """`secured` is the address of the listener that asks for credentials, `bootstrap` that of the open one."""

    def __init__(self, directory: Path, authority: Authority, user: str, password: str) -> None:
        super().__init__(directory)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.secured = f"127.0.0.1:{probe.getsockname()[1]}"
        file = directory / "server.properties"
        listeners = {line.partition("=")[0]: line.partition("=")[2] for line in file.read_text().splitlines()}
        settings = {
            "listeners": f"{listeners['listeners']},SASL_SSL://{self.secured}",
            "advertised.listeners": f"{listeners['advertised.listeners']},SASL_SSL://{self.secured}",
            "listener.security.protocol.map": listeners.get(
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT") + ",SASL_SSL:SASL_SSL",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": JAAS.format(user=user, password=password),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(_pkcs8(authority.key_and_certificates())),
        }
        with file.open("a") as out:
            out.writelines(f"{name}={value}\n" for name, value in settings.items())


def _pkcs8(pem: Path) -> Path:
    """The same file with the key in the form that Java reads."""
    text = pem.read_bytes()
    end = text.index(b"-----BEGIN CERTIFICATE")
    key = load_pem_private_key(text[:end], None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(key + text[end:])
    return pem
