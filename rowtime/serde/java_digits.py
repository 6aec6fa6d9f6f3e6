"""The digits Double.toString chose before JDK 19, which are not always the fewest that read back.

Digits are generated from the exact value until what is left is less than half a unit in the last place, with three
peculiarities: whole numbers up to 2**63 are cut where their bits end, numbers in E notation have two digits at least,
and a remainder of exactly half a unit stops the generation only in wide arithmetic.
"""

from __future__ import annotations

import math
import struct

FRACTION_BITS = 52
FRACTION = (1 << FRACTION_BITS) - 1
WIDTH_OF_5 = [0, 3, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33, 35, 38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61]
"""Bits of 5**n."""


def digits_of(x: float) -> tuple[str, int]:
    """Digits d1d2… and exponent e with x = d1.d2… × 10^e, for a finite x > 0."""
    bits = struct.unpack(">q", struct.pack(">d", x))[0]
    exponent, fraction = bits >> FRACTION_BITS, bits & FRACTION
    significant = FRACTION_BITS + 1
    if exponent == 0:
        shift = FRACTION_BITS + 1 - fraction.bit_length()
        fraction, exponent, significant = fraction << shift, 1 - shift, significant - shift
    else:
        fraction |= 1 << FRACTION_BITS
    exponent -= 1023
    used = FRACTION_BITS + 1 - trailing_zeros(fraction)
    tiny = max(0, used - exponent - 1)
    if tiny == 0 and -21 <= exponent <= 62:
        return whole_digits(fraction, exponent, significant)
    return generated(fraction, exponent, significant, used, tiny)


def trailing_zeros(n: int) -> int:
    return (n & -n).bit_length() - 1


def whole_digits(fraction: int, exponent: int, significant: int) -> tuple[str, int]:
    """Of a whole number, without the digits that its bits do not determine."""
    n = fraction << exponent - FRACTION_BITS if exponent >= FRACTION_BITS else fraction >> FRACTION_BITS - exponent
    loose = exponent - significant - 1
    dropped = len(str(1 << loose)) - 1 if exponent > significant and loose > 1 else 0
    if dropped:
        n, rest = divmod(n, 10**dropped)
        n += rest >= 10**dropped // 2
    text = str(n)
    return text.rstrip("0"), len(text) - 1 + dropped


def estimate(fraction: int, exponent: int) -> int:
    """The decimal exponent, from the first terms of a logarithm; at most one too large."""
    mantissa = struct.unpack(">d", struct.pack(">q", 1023 << FRACTION_BITS | fraction & FRACTION))[0]
    return math.floor((mantissa - 1.5) * 0.289529654 + 0.176091259 + exponent * 0.301029995663981)


def width_of_5(power: int) -> int:
    return WIDTH_OF_5[power] if power < len(WIDTH_OF_5) else power * 3


def generated(fraction: int, exponent: int, significant: int, used: int, tiny: int) -> tuple[str, int]:
    decimal = estimate(fraction, exponent)
    five_b, five_s = max(0, -decimal), max(0, decimal)
    two_b, two_s = five_b + tiny + exponent, five_s + tiny
    two_m = two_b - significant
    two_b -= used - 1
    common = min(two_b, two_s)
    two_b, two_s, two_m = two_b - common, two_s - common, two_m - common
    if used == 1:
        two_m -= 1
    if two_m < 0:
        two_b, two_s, two_m = two_b - two_m, two_s - two_m, 0
    narrow = used + two_b + width_of_5(five_b) < 64 and two_s + 1 + width_of_5(five_s + 1) < 64
    b = (fraction >> FRACTION_BITS + 1 - used) * 5**five_b << two_b
    return divided(b, 5**five_s << two_s, 5**five_b << two_m, decimal, narrow)


def divided(b: int, s: int, m: int, decimal: int, narrow: bool) -> tuple[str, int]:
    """Digits of b/s, right to within m/s."""
    tens, digits = s * 10, []
    q, b, m = b // s, 10 * (b % s), m * 10
    low, high = b < m, b + m > tens or (not narrow and b + m == tens)
    if q == 0 and not high:
        decimal -= 1
    else:
        digits.append(q)
    if decimal < -3 or decimal >= 8:
        low = high = False
    while not low and not high:
        q, b, m = b // s, 10 * (b % s), m * 10
        low, high = b < m, b + m > tens or (not narrow and b + m == tens)
        digits.append(q)
    difference = 2 * b - tens
    if high and (not low or difference > 0 or (difference == 0 and digits[-1] & 1)):
        return rounded_up(digits, decimal)
    return "".join(map(str, digits)).rstrip("0") or "0", decimal


def rounded_up(digits: list[int], decimal: int) -> tuple[str, int]:
    n = str(int("".join(map(str, digits))) + 1)
    return n.rstrip("0"), decimal + len(n) - len(digits)
