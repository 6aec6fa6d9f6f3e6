"""Names of months, days and the like in the US locale, by text style (3 short, 4 full, 5 narrow)."""

from __future__ import annotations

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
QUARTERS = ("1st quarter", "2nd quarter", "3rd quarter", "4th quarter")


def styled(names: tuple[str, ...], style: int) -> list[str]:
    if style == 4:
        return list(names)
    return [n[: 1 if style == 5 else 3] for n in names]


def months(style: int) -> list[str]:
    return styled(MONTHS, style)


def days(style: int) -> list[str]:
    return styled(DAYS, style)


def quarters(style: int) -> list[str]:
    return list(QUARTERS) if style == 4 else [f"Q{n}" if style == 3 else str(n) for n in range(1, 5)]


def eras(style: int) -> list[str]:
    return {4: ["Before Christ", "Anno Domini"], 5: ["B", "A"]}.get(style, ["BC", "AD"])
