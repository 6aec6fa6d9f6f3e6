"""An evaluation as a table of text, for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from fraudstream.evaluate.evaluate import Evaluation

COLUMNS = (("ap", "AP", 3), ("auc", "AUC", 3), ("cp100", "CP@100", 3), ("brier", "Brier", 4),
           ("log_loss", "log-loss", 4), ("loss_saved", "loss saved", 3), ("calibration_slope", "slope", 2),
           ("mean_p_over_base", "mean p / base", 2),
           ("ece", "ECE", 4), ("ece_floor", "its floor", 4), ("ece_chance", "by chance", 2),
           ("precision", "precision", 3), ("recall", "recall", 3),
           ("alerts_per_day", "alerts a day", 0))


def table(done: Evaluation) -> str:
    """One row a fold, their mean, and LightGBM's; Markdown."""
    rows = [_row(f"{one.fold.day}: {int(one.scored.label.sum())} frauds of {len(one.scored):,}", one.figures)
            for one in done.folds]
    rows.append(_row("mean", done.figures))
    if done.challenger_figures:
        rows.append(_row("LightGBM, mean", done.challenger_figures))
    return markdown(("test from", *(title for _, title, _ in COLUMNS)), rows) + "\n" + interval_lines(done)


def interval_lines(done: Evaluation) -> str:
    """AP over all test rows with bootstrap intervals by account, and the paired difference."""
    text = f"\nAP over all test rows {done.ap.value:.3f} (95 % by account: {done.ap.low:.3f} to {done.ap.high:.3f})"
    if done.ap_lightgbm and done.difference:
        text += (f"; LightGBM {done.ap_lightgbm.value:.3f}; difference {done.difference.value:+.3f} "
                 f"({done.difference.low:+.3f} to {done.difference.high:+.3f})")
    return f"{text}; {done.seconds:.0f} s"


def markdown(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of even width."""
    widths = [max(len(row[i]) for row in (titles, *rows)) for i in range(len(titles))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
             for row in (titles, *rows)]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _row(name: str, figures: dict[str, float]) -> list[str]:
    return [name, *(f"{figures[key]:.{digits}f}" for key, _, digits in COLUMNS)]
