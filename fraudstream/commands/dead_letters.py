"""fraudstream dead-letters: list, show and replay what could not be scored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from fraudstream.commands._options import Json, Kafka, Registry, Who, user

Reason = Annotated[str, typer.Option("--reason", help="Part of the reason, such as 'not finite'")]
Class = Annotated[str, typer.Option("--class", help="Part of the error's class, such as SchemaError")]
Since = Annotated[datetime | None, typer.Option("--since", help="Failed at this time (UTC) or later",
                                                show_default=False)]
Until = Annotated[datetime | None, typer.Option("--until", help="Failed before this time (UTC)", show_default=False)]
Topic = Annotated[str, typer.Option("--topic", help="Topic of dead letters")]
Id = Annotated[str, typer.Argument(help="PARTITION/OFFSET as `list` shows it", show_default=False)]
Ids = Annotated[list[str] | None, typer.Argument(help="PARTITION/OFFSET [all that the options leave]",
                                                 show_default=False)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                        help="Records the sidecar could not score: what, why, and once more.")
    group.command("list", epilog="Example: fraudstream dead-letters list --reason 'not finite' "
                                 "--since 2026-11-22")(list_letters)
    group.command(epilog="Example: fraudstream dead-letters show 0/17")(show)
    group.command(epilog="Example: fraudstream dead-letters replay --reason 'unknown schema' --why 'schema 7 is "
                         "registered now'")(replay)
    app.add_typer(group, name="dead-letters")


def list_letters(reason: Reason = "", error_class: Class = "", since: Since = None, until: Until = None,
                 limit: Annotated[int, typer.Option(help="Show the last N only; 0: all")] = 50,
                 kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_dead_letters",
                 json: Json = False) -> int:
    """List dead letters, the last ones last, and count them by reason."""
    import json as text
    from collections import Counter

    from fraudstream.dead_letters.letters import MARKS, find, marked

    reader, schemas = _readers(kafka, registry)
    try:
        letters = list(find(reader, schemas, _filter(reason, error_class, since, until), topic))
        replayed = marked(reader, MARKS if topic == "fraud_dead_letters" else f"{topic}_replayed")
    finally:
        reader.close()
    letters.sort(key=lambda letter: letter.failed_at)
    reasons = dict(Counter(letter.reason for letter in letters).most_common())
    shown = [{**letter.to_json(), "replayed": letter.id in replayed} for letter in letters[-limit if limit else 0:]]
    if json:
        print(text.dumps({"count": len(letters), "by_reason": reasons, "letters": shown}))
        return 0
    for each in shown:
        print(f"{each['id']:>10}  {each['failed_at']}  {'replayed' if each['replayed'] else each['shows']:8}  "
              f"{each['key']}  {each['source']}  {each['error']}")
    print(f"{len(letters)} dead letters" + "".join(f", {count} {name}" for name, count in reasons.items()))
    return 0


def show(letter: Id, kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_dead_letters",
         json: Json = False) -> int:
    """Show one dead letter: its fields as far as they can be read, sensitive ones masked."""
    import json as text

    from fraudstream.dead_letters.letters import Filter, find
    from fraudstream.dead_letters.show import show as details
    from fraudstream.errors import UserError

    reader, schemas = _readers(kafka, registry)
    try:
        found = next(find(reader, schemas, Filter(ids=frozenset([letter])), topic), None)
    finally:
        reader.close()
    if found is None:
        raise UserError(f"topic {topic} has no dead letter {letter}; `fraudstream dead-letters list` shows them")
    shown = details(found, schemas.registry)
    if json:
        print(text.dumps(shown, default=str))
        return 0
    for name, value in shown.items():
        if isinstance(value, dict):
            print(name, *(f"  {key} = {item!r}" for key, item in value.items()), sep="\n")
        else:
            print(f"{name:10} {value}")
    return 0


def replay(letters: Ids = None, reason: Reason = "", error_class: Class = "", since: Since = None, until: Until = None,
           why: Annotated[str, typer.Option(help="Recorded with the marks")] = "",
           who: Who = "",
           everything: Annotated[bool, typer.Option("--all", help="Replay all; needed where nothing else is "
                                                                  "said")] = False,
           dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only")] = False,
           batch: Annotated[int, typer.Option(help="Records a transaction", min=1)] = 500,
           kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_dead_letters",
           json: Json = False) -> int:
    """Publish original records once more, each exactly once however often this runs. Exit 1 where some could not be."""
    import json as text
    import sys

    from fraudstream.addresses import resolve
    from fraudstream.dead_letters.replay import replay as publish

    wanted = _filter(reason, error_class, since, until, letters or [])
    if wanted == _filter("", "", None, None) and not everything:
        raise typer.BadParameter("say which: ids, --reason, --class, --since, --until, or --all")
    done = publish(resolve({"kafka": kafka, "registry": registry}), wanted, who=user(who), why=why,
                   dry_run=dry_run, batch=batch, topic=topic,
                   on_batch=lambda count: print(f"\r{count} replayed", end="", file=sys.stderr)
                   if sys.stderr.isatty() else None)
    if json:
        print(text.dumps(done.to_json()))
    else:
        print(f"{done.found} dead letters meant: {done.replayed} {'would be ' if dry_run else ''}replayed, "
              f"{done.before} were before, {len(done.refused)} refused")
        for name, problem in done.refused.items():
            print(f"{name}: {problem}")
    return 1 if done.refused else 0


def _readers(kafka: str | None, registry: str | None) -> tuple[Any, Any]:
    from fraudstream.addresses import resolve
    from fraudstream.topics import Topics
    from fraudstream.writer_schemas import WriterSchemas

    addresses = resolve({"kafka": kafka, "registry": registry})
    return Topics(addresses, 30.0), WriterSchemas(addresses.registry, plain=True)


def _filter(reason: str, error_class: str, since: datetime | None, until: datetime | None,
            ids: list[str] | None = None) -> Any:
    from datetime import UTC

    from fraudstream.dead_letters.letters import Filter

    since_ms, until_ms = (None if at is None else round(at.replace(tzinfo=UTC).timestamp() * 1000)
                          for at in (since, until))
    return Filter(reason, error_class, since_ms, until_ms, frozenset(ids or ()))
