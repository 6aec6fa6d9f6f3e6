"""fraudstream models: publish, promote, roll back and compare models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudstream.commands._options import Json, Kafka, Registry, Who, user

if TYPE_CHECKING:
    from fraudstream.models.store import ModelStore, State

Why = Annotated[str, typer.Option("--why", help="Recorded with the change")]
Topic = Annotated[str, typer.Option("--topic", help="Topic of models")]
Version = Annotated[str, typer.Argument(help="A published version", show_default=False)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                        help="Models in the topic fraud_models: who scores, who scores in the shadow, who did before.")
    group.command("list", epilog="Example: fraudstream models list --json")(list_models)
    group.command(epilog="Example: fraudstream models publish model.json --as challenger --why 'new data'")(publish)
    group.command(epilog="Example: fraudstream models promote lr-2026-11-22-ed69a2e1 --why 'lower cost'")(promote)
    group.command(epilog="Example: fraudstream models rollback --why 'too many alerts'")(rollback)
    group.command(epilog="Example: fraudstream models withdraw lr-2026-11-22-ed69a2e1")(withdraw)
    group.command(epilog="Example: fraudstream models compare --review-cost 5")(compare)
    app.add_typer(group, name="models")


def list_models(kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_models",
                json: Json = False) -> int:
    """Show what is published, the roles, and who changed them when and why."""
    import json as text

    state = _store(kafka, registry, topic).state()
    shown = _shown(state)
    if json:
        print(text.dumps(shown))
        return 0
    if not shown["models"]:
        print(f"topic {topic} holds no model yet: fraudstream models publish FILE")
    for model in shown["models"]:
        print(f"{model['role'] or '-':11} {model['version']:32} {model['hash'][:12]}  {model['when']}  {model['who']}")
    for p in shown["trail"]:
        print(f"{p['when']}  {p['action']:9} {p['version']}  by {p['who']}" + (f": {p['why']}" if p["why"] else ""))
    for problem in state.damaged:
        print(f"damaged: {problem}")
    return 0


def publish(
    file: Annotated[Path, typer.Argument(help="Model file", show_default=False)],
    role: Annotated[str, typer.Option("--as", help="champion or challenger, at once")] = "",
    why: Why = "", who: Who = "", kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_models",
) -> int:
    """Put a model file into the topic; without --as it scores nothing yet."""
    from scoring.model.load import load_model

    if role not in ("", "champion", "challenger"):
        raise typer.BadParameter(f"'{role}' is neither champion nor challenger", param_hint="--as")
    model, store = load_model(file), _store(kafka, registry, topic, who)
    store.publish(model, why)
    print(f"published {model.version}, hash {model.hash}")
    if role:
        (store.promote if role == "champion" else store.challenge)(model.version, why)
        print(f"{model.version} is {role}")
    return 0


def promote(
    version: Version,
    role: Annotated[str, typer.Option("--as", help="champion or challenger")] = "champion",
    why: Why = "", who: Who = "", kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_models",
) -> int:
    """Make a published model the champion, or a challenger that scores in the shadow."""
    if role not in ("champion", "challenger"):
        raise typer.BadParameter(f"'{role}' is neither champion nor challenger", param_hint="--as")
    store = _store(kafka, registry, topic, who)
    done = (store.promote if role == "champion" else store.challenge)(version, why)
    print(f"{version} is {role}" + (f" in place of {done.replaces}" if done.replaces else ""))
    return 0


def rollback(why: Why = "", who: Who = "", kafka: Kafka = None, registry: Registry = None,
             topic: Topic = "fraud_models") -> int:
    """Go back to the champion before this one."""
    done = _store(kafka, registry, topic, who).rollback(why)
    print(f"{done.version} is champion again in place of {done.replaces}")
    return 0


def withdraw(version: Version, why: Why = "", who: Who = "", kafka: Kafka = None, registry: Registry = None,
             topic: Topic = "fraud_models") -> int:
    """Let a challenger score no longer."""
    _store(kafka, registry, topic, who).withdraw(version, why)
    print(f"{version} is no challenger any more")
    return 0


def compare(
    versions: Annotated[list[str] | None, typer.Argument(help="Versions [the champion and the challengers; without a "
                                                              "topic of models all that wrote flags]",
                                                         show_default=False)] = None,
    review_cost: Annotated[float | None, typer.Option(help="What looking at one alert costs, in the amounts' currency "
                                                           "[the champion's]", show_default=False)] = None,
    kafka: Kafka = None, registry: Registry = None, topic: Topic = "fraud_models", json: Json = False,
) -> int:
    """Compare models on the same labelled transactions: those that each of them scored."""
    import json as text

    from fraudstream.models.compare import REVIEW_COST
    from fraudstream.models.compare import compare as figures

    store = _store(kafka, registry, topic)
    state = store.state()
    chosen = versions or _in_use(state)
    cost = review_cost if review_cost is not None else _review_cost(state)
    found = figures(store.addresses, chosen, REVIEW_COST if cost is None else cost)
    if json:
        content = found.to_json()
        content["models"] = [{**m, "role": state.role(m["version"])} for m in content["models"]]
        print(text.dumps(content))
    else:
        print("\n".join(_lines(found, state)))
    return 0


def _store(kafka: str | None, registry: str | None, topic: str, who: str = "") -> ModelStore:
    from fraudstream.addresses import resolve
    from fraudstream.models import ModelStore

    return ModelStore(resolve({"kafka": kafka, "registry": registry}), user(who), topic)


def _shown(state: State) -> dict[str, Any]:
    from dataclasses import asdict

    models = [{"version": version, "role": state.role(version), "hash": r.promotion.hash, "who": r.promotion.who,
               "when": r.promotion.when, "why": r.promotion.why} for version, r in state.models.items()]
    return {"champion": state.champion.promotion.version if state.champion else None,
            "challengers": sorted(state.challengers), "models": models,
            "trail": [asdict(p) for p in state.trail.promotions], "damaged": list(state.damaged)}


def _in_use(state: State) -> list[str]:
    champion = [state.champion.promotion.version] if state.champion else []
    return [*champion, *sorted(state.challengers)]


def _review_cost(state: State) -> float | None:
    model = state.champion.model if state.champion else None
    return getattr(model.threshold, "review_cost", None) if model else None


def _lines(found: Any, state: State) -> list[str]:
    lines = [f"{found.transactions} labelled transactions that each scored, {found.frauds} of them frauds; a review "
             f"costs {found.review_cost:g}, no alert at all would cost {found.cost_without:,.0f}",
             f"{'model':32} {'role':10} {'n':>7} {'AP':>7} {'Brier':>9} {'log-loss':>9} {'slope':>6} {'p/base':>6} "
             f"{'alerts':>7} {'caught':>6} {'cost':>12}"]
    for m in found.models:
        lines.append(f"{m.version:32} {state.role(m.version) or '-':10} {m.n:7} {_figure(m.average_precision, 4):>7} "
                     f"{m.brier:9.6f} {m.log_loss:9.6f} {_figure(m.calibration_slope, 2):>6} "
                     f"{_figure(m.mean_probability_over_base_rate, 2):>6} {m.alerts:7} {m.frauds_alerted:6} "
                     f"{m.cost:12,.0f}")
    return lines


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
