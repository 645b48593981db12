"""The routes below /_sandbox/, which belong to the sandbox and to no AWS service."""

from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.emulator.authorization import AuthorizationRequestError, Denial, ForwardedRequest, authorize
from sandbox.emulator.service_events import ServiceEventError, deliver_service_events
from sandbox.emulator.service_session import ServiceSessionError, SessionRequest, open_service_session
from sandbox.emulator.settings import EmulatorSettings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Reply = tuple[int, dict[str, Any]]

PREFIX = "/_sandbox/"
# MLflow artifacts and pipeline definitions pass through; models do not, they go to S3.
_BODY_LIMIT = 64 * 1024 * 1024

logger = logging.getLogger(__name__)


def with_admin_routes(application: Application, settings: EmulatorSettings) -> Application:
    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await application(scope, receive, send)
            return
        status, document = await _answer(scope, receive, settings)
        body = json.dumps(document).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return routed


async def _answer(scope: Scope, receive: Receive, settings: EmulatorSettings) -> Reply:
    routes = {
        "health": ("GET", None),
        "service-events": ("POST", _service_events),
        "authorize": ("POST", _authorize),
        "service-session": ("POST", _service_session),
    }
    name = scope["path"].removeprefix(PREFIX)
    if name not in routes:
        return 404, {"message": f"no admin route {scope['path']}; there are {', '.join(PREFIX + r for r in routes)}"}
    method, route = routes[name]
    if scope["method"] != method:
        return 405, {"message": f"{scope['path']} takes {method}, not {scope['method']}"}
    if route is None:
        return 200, {"status": "ready", "process": "emulator"}
    try:
        document = json.loads(await _body(receive))
    except (ValueError, UnicodeDecodeError) as error:
        return 400, {"message": f"the body is no JSON document: {error}"}
    # the emulator keeps account, region and signature in context variables: a copy keeps them inside this request.
    context = contextvars.copy_context()
    try:
        return context.run(route, document, settings)
    except (AuthorizationRequestError, ServiceEventError, ServiceSessionError) as error:
        return 400, {"message": str(error)}
    except Exception as error:
        logger.exception("%s failed", scope["path"])
        return 500, {"message": f"{type(error).__name__}: {error}"}


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ValueError("the client left before the body was complete")
        body += message.get("body", b"")
        if len(body) > _BODY_LIMIT:
            raise ValueError(f"the body has more than {_BODY_LIMIT} bytes")
        if not message.get("more_body"):
            return bytes(body)


def _service_events(document: Any, settings: EmulatorSettings) -> Reply:
    from ministack.core.responses import request_scope

    with request_scope(settings.account, settings.region):
        entries = deliver_service_events(document.get("Entries") if isinstance(document, dict) else None)
    failed = sum("ErrorCode" in entry for entry in entries)
    return 200, {"FailedEntryCount": failed, "Entries": entries}


def _authorize(document: Any, settings: EmulatorSettings) -> Reply:
    from ministack.core.responses import request_scope

    request = ForwardedRequest.parse(document)
    with request_scope(settings.account, settings.region):
        outcome = authorize(request, settings.account, settings.region)
    if isinstance(outcome, Denial):
        return 403, {"decision": "deny", "code": outcome.code, "message": outcome.message}
    return 200, {"decision": "allow", "principalArn": outcome}


def _service_session(document: Any, settings: EmulatorSettings) -> Reply:
    from ministack.core.responses import request_scope

    request = SessionRequest.parse(document)
    with request_scope(settings.account, settings.region):
        outcome = open_service_session(request, settings.account, settings.region)
    if isinstance(outcome, Denial):
        return 403, {"code": outcome.code, "message": outcome.message}
    return 200, {"Credentials": outcome}
