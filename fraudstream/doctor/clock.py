"""Do the servers' clocks agree with this one? Features and labels are cut by time."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import requests

from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from scoring.security import HttpSecurity

ADVICE = "keep all clocks by NTP or chrony"


def look_at_clock(visit: Visit, service: str, url: str, security: HttpSecurity, findings: Findings,
                  now: Callable[[], float] = time.time) -> None:
    """One finding from the Date header of an HTTP answer, whose resolution is a second; now in seconds since 1970."""
    check = f"clock of {service}"
    try:
        begin = now()
        answer = requests.get(url, auth=security.auth, verify=security.verify, timeout=visit.timeout)
        middle = (begin + now()) / 2
        stamp = parsedate_to_datetime(answer.headers["Date"]).timestamp() + 0.5
    except (requests.RequestException, KeyError, ValueError):
        findings.skipped(check, "its answer carries no date")
        return
    skew = stamp - middle
    detail = f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this one"
    if abs(skew) > visit.max_skew:
        findings.warn(check, detail, ADVICE)
    else:
        findings.passed(check, f"within {visit.max_skew:g} s")
