"""Looking at a whole stack: what is well, what is not, and what to do."""

from fraudstream.doctor.doctor import examine
from fraudstream.doctor.finding import Finding, Findings
from fraudstream.doctor.visit import Visit

__all__ = ["Finding", "Findings", "Visit", "examine"]
