from __future__ import annotations

from sandbox.sagemaker.ui_sessions import UiSessions


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_token_opens_one_session_of_its_app() -> None:
    sessions = UiSessions()
    token = sessions.presign("app", 300, 5000)
    session = sessions.open(token)
    assert session
    assert sessions.app_of(session) == "app"
    assert sessions.open(token) is None


def test_nobody_knows_a_token_or_session_that_was_not_made() -> None:
    sessions = UiSessions()
    assert sessions.open("token") is None
    assert sessions.app_of("session") is None
    # a token is no session: who has only read the address has seen nothing.
    assert sessions.app_of(sessions.presign("app", 300, 5000)) is None


def test_a_token_opens_nothing_after_it_has_expired() -> None:
    clock = Clock()
    sessions = UiSessions(clock)
    in_time, late = (sessions.presign("app", 5, 1800) for _ in range(2))
    clock.now = 5
    assert sessions.open(in_time)
    clock.now = 5.1
    assert sessions.open(late) is None


def test_a_session_ends() -> None:
    clock = Clock()
    sessions = UiSessions(clock)
    session = sessions.open(sessions.presign("app", 5, 1800))
    assert session
    clock.now = 1800
    assert sessions.app_of(session) == "app"
    clock.now = 1800.1
    assert sessions.app_of(session) is None
