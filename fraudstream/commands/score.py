"""fraudstream score: the scoring sidecar."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.commands._options import Client, ConfigFile, Kafka, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream score --model config/model.json --http 127.0.0.1:8080")(score)


def score(
    model: Annotated[str | None, typer.Option(envvar="FRAUDSTREAM_MODEL", metavar="FILE|DIR", show_default=False,
                                              help="Model file, or a folder whose newest is used "
                                                   "[the model that ships]")] = None,
    model_topic: Annotated[str | None, typer.Option(envvar="FRAUDSTREAM_MODEL_TOPIC", show_default=False,
                                                    help="Topic whose champion goes before the file, such as "
                                                         "fraud_models")] = None,
    kafka: Kafka = None,
    registry: Registry = None,
    config: ConfigFile = None,
    group: Annotated[str | None, typer.Option(help="Consumer group [fraud-scoring]", show_default=False)] = None,
    instance: Annotated[str | None, typer.Option(help="Stable name of this instance, one for each that runs [0]",
                                                 show_default=False)] = None,
    start: Annotated[str | None, typer.Option(help="auto, earliest or latest: where a partition without a committed "
                                                   "offset begins [auto]", show_default=False)] = None,
    http: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Serve /healthz, /readyz and /metrics there",
                                             show_default=False)] = None,
    log_format: Annotated[str | None, typer.Option(help="json or text [json]", show_default=False)] = None,
    check: Annotated[bool, typer.Option("--check", help="Tell every problem of settings, model, registry and "
                                                        "broker, then end")] = False,
    client: Client = None,
) -> int:
    """Score enriched transactions and write flags, exactly once, until SIGTERM."""
    import sys

    from fraudstream.assets import asset
    from scoring.sidecar import check as check_settings
    from scoring.sidecar import load_config, read_config, run

    overrides = {
        "model": model, "bootstrap_servers": kafka, "schema_registry_url": registry, "group_id": group,
        "instance_id": instance, "start": start, "http": http, "log_format": log_format, "model_topic": model_topic,
    }
    if model is None and config is None and model_topic is None:
        overrides["model"] = str(asset("config/model.json"))
    if not check:
        return run(load_config(config, overrides=overrides, kafka=client or []))
    settings, problems, wrong = read_config(config, overrides=overrides, kafka=client or [])
    problems += check_settings(settings, wrong)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if not problems:
        print("the sidecar can start")
    return 1 if problems else 0
