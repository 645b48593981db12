"""How long to wait before the next attempt."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

_random = secrets.SystemRandom()


@dataclass(frozen=True)
class BackOff:
    """Random delays, so that jobs which met once do not meet again; each at most `longest_seconds`."""

    first_seconds: float = 0.2
    longest_seconds: float = 5.0
    sleep: Callable[[float], None] = time.sleep

    def delay(self, attempt: int) -> float:
        """The delay after an attempt, the first of which is number 1."""
        ceiling = min(self.longest_seconds, self.first_seconds * 2.0 ** min(attempt, 30))
        return _random.uniform(self.first_seconds / 2, max(ceiling, self.first_seconds))

    def wait(self, attempt: int) -> None:
        self.sleep(self.delay(attempt))
