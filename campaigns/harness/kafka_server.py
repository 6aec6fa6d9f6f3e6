"""A real Apache Kafka for tests: jars from Maven Central, one KRaft broker on a free loopback port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from fraudstream.processes import free_port

VERSION = os.environ.get("KAFKA_VERSION", "4.1.0")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fraudstream-tests"
DOWNLOAD_SECONDS = 240.0
START_SECONDS = 180.0

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tests</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
<version>{version}</version></dependency></dependencies></project>
"""

LOG4J = """<Configuration status="OFF"><Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/>
</Console></Appenders><Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>
"""


class Unavailable(Exception):
    """Kafka cannot be run here; the text says why."""


def jars() -> Path:
    """The directory of Kafka's jars, downloaded once; Unavailable without java or mvn, or offline."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise Unavailable(f"needs {program} to run Apache Kafka")
    target = CACHE / f"kafka-{VERSION}"
    if not (target / "complete").exists():
        _download(target)
    return target


def _download(target: Path) -> None:
    work = target.with_name(f"{target.name}.{os.getpid()}")
    work.mkdir(parents=True)
    (work / "pom.xml").write_text(POM.format(version=VERSION))
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=.", "-DincludeScope=runtime"]
    try:
        subprocess.run(command, cwd=work, check=True, capture_output=True, timeout=DOWNLOAD_SECONDS)
        (work / "complete").touch()
        if not target.exists():
            work.rename(target)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"cannot get Apache Kafka {VERSION} from Maven Central ({type(error).__name__})") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


class KafkaServer:
    """One broker and controller in one process; `bootstrap` is its address.

    advertised: port that clients are told, 0 for the broker's own.
    """

    session_timeout_ms = 2_000

    def __init__(self, directory: Path, advertised: int = 0) -> None:
        self._directory, self._classpath = directory, f"{jars()}/*"
        self._process: subprocess.Popen[bytes] | None = None
        self.port, internal, controller = free_port(), free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "log4j2.xml").write_text(LOG4J)
        properties = _properties(directory, self.port, advertised or self.port, internal, controller)
        (directory / "server.properties").write_text(properties)
        self._format()

    def start(self) -> None:
        """Start and wait until it answers."""
        log = open(self._directory / "kafka.log", "ab")  # noqa: SIM115
        self._process = subprocess.Popen(self._java("kafka.Kafka", "server.properties"), cwd=self._directory,
                                         stdout=log, stderr=log)
        log.close()
        self._wait()

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """As a crash would; `start` carries on at the same address."""
        self.stop(signal.SIGKILL)

    def _java(self, main: str, *arguments: str) -> list[str]:
        options = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                   "-Dlog4j2.configurationFile=log4j2.xml"]
        return ["java", *options, "-cp", self._classpath, main, *arguments]

    def _format(self) -> None:
        identity = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        command = self._java("kafka.tools.StorageTool", "format", "-t", identity, "-c", "server.properties",
                             "--standalone")
        subprocess.run(command, cwd=self._directory, check=True, capture_output=True, timeout=START_SECONDS)

    def _wait(self) -> None:
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise Unavailable(f"Kafka ended at once: {(self._directory / 'kafka.log').read_text()[-500:]}")
            try:
                client.list_topics(timeout=1)
                return
            except KafkaException:
                continue
        raise Unavailable(f"Kafka did not answer within {START_SECONDS:.0f} s")


def _properties(directory: Path, port: int, advertised: int, internal: int, controller: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},INTERNAL://127.0.0.1:{internal},"
                     f"CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{advertised},INTERNAL://127.0.0.1:{internal}",
        "inter.broker.listener.name": "INTERNAL",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": directory / "data",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        "log.retention.ms": -1,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())
