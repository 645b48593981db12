"""Who may see the pages of an MLflow App in a browser, which cannot sign its requests."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class _Pass:
    """A right to see one app's pages, until a moment."""

    arn: str
    until: float
    session_seconds: int


class UiSessions:
    """A token of a presigned address opens one session, once, and not after it has expired."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, _Pass] = {}
        self._sessions: dict[str, _Pass] = {}

    def presign(self, arn: str, expires_in_seconds: int, session_seconds: int) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[token] = _Pass(arn, self._clock() + expires_in_seconds, session_seconds)
        return token

    def open(self, token: str) -> str | None:
        """The new session's id; None if the token is unknown, used or expired."""
        with self._lock:
            given = self._tokens.pop(token, None)
            if given is None or given.until < self._clock():
                return None
            session = secrets.token_urlsafe(32)
            self._sessions[session] = _Pass(given.arn, self._clock() + given.session_seconds, given.session_seconds)
            return session

    def app_of(self, session: str) -> str | None:
        """The ARN of the app that a session may see; None if it is unknown or over."""
        with self._lock:
            given = self._sessions.get(session)
            return given.arn if given and given.until >= self._clock() else None
