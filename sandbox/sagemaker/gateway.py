"""The data plane of all MLflow Apps: checks who calls, then hands the request to the app's own server."""

from __future__ import annotations

import http.client
import http.cookies
import json
import logging
from urllib.parse import parse_qs

from sandbox.sagemaker.authorization import Authorizer, SignedRequest
from sandbox.sagemaker.errors import ServiceError
from sandbox.sagemaker.https_server import BodyTooLarge, RequestHandler
from sandbox.sagemaker.mlflow_apps import SIGN_IN_PATH, MlflowApps
from sandbox.sagemaker.ui_sessions import UiSessions

ARN_HEADER = "x-sm-mlflow-app-arn"
ACTION = "sagemaker:CallMlflowAppApi"
# a cookie of one host, whatever its port: of two apps the pages of the one opened last are shown.
_SESSION_COOKIE = "mlflow-session"
_TIMEOUT_SECONDS = 120
_CHUNK = 64 * 1024
# of one connection only, or computed anew.
_HOP_BY_HOP = {
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# the caller's signature is for this gateway, not for the server behind it.
# so is a page's cookie and its origin, by which the server would take the pages for somebody else's.
_CONSUMED = {
    "authorization",
    "cookie",
    "origin",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
    ARN_HEADER,
}

logger = logging.getLogger(__name__)


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.document = {"error_code": code, "message": message}


def gateway_handler(apps: MlflowApps, authorizer: Authorizer) -> type[RequestHandler]:
    class Handler(RequestHandler):
        def _answer(self) -> None:
            try:
                request = self.read_request()
                if (request.method, request.raw_path) == ("GET", SIGN_IN_PATH):
                    self._sign_in(_opened(apps.ui_sessions, request))
                    return
                port = _server_port(apps, authorizer, request)
            except BodyTooLarge as error:
                self._refuse(Refusal(413, "INVALID_PARAMETER_VALUE", str(error)))
                return
            except Refusal as refusal:
                self._refuse(refusal)
                return
            self._forward(request, port)

        def _sign_in(self, session: str) -> None:
            cookie = f"{_SESSION_COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=Lax"
            self.respond(302, {"location": "/", "set-cookie": cookie, "cache-control": "no-store"}, b"")

        def _refuse(self, refusal: Refusal) -> None:
            body = json.dumps(refusal.document).encode()
            self.respond(refusal.status, {"content-type": "application/json"}, body)

        def _forward(self, request: SignedRequest, port: int) -> None:
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
            try:
                target = request.raw_path + (f"?{request.raw_query}" if request.raw_query else "")
                headers = {n: v for n, v in request.headers.items() if n not in _HOP_BY_HOP and n not in _CONSUMED}
                try:
                    upstream.request(request.method, target, request.body or None, headers)
                    answer = upstream.getresponse()
                except (OSError, http.client.HTTPException) as error:
                    logger.warning("the MLflow server on port %s does not answer: %s", port, error)
                    self._refuse(Refusal(503, "TEMPORARILY_UNAVAILABLE", "the MLflow server does not answer"))
                    return
                self._stream(answer)
            finally:
                upstream.close()

        def _stream(self, answer: http.client.HTTPResponse) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP and name.lower() not in ("date", "server"):
                    self.send_header(name, value)
            length = answer.getheader("content-length")
            chunked = length is None and self.command != "HEAD"
            self.send_header(*(("transfer-encoding", "chunked") if chunked else ("content-length", length or "0")))
            self.end_headers()
            while self.command != "HEAD" and (chunk := answer.read1(_CHUNK)):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk)
                self.wfile.flush()
            if chunked:
                self.wfile.write(b"0\r\n\r\n")

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    return Handler


def _opened(sessions: UiSessions, request: SignedRequest) -> str:
    [token] = parse_qs(request.raw_query).get("authToken", [""])[-1:]
    session = sessions.open(token)
    if session is None:
        raise Refusal(403, "PERMISSION_DENIED", "the address was used already, or has expired: ask for another one")
    return session


def _server_port(apps: MlflowApps, authorizer: Authorizer, request: SignedRequest) -> int:
    arn = _seen_by(apps.ui_sessions, request) or _authorized(apps, authorizer, request)
    app = apps.find_by_arn(arn)
    if app is None:
        # not 404: whether an app exists is nobody's business who may not use it.
        raise Refusal(403, "PERMISSION_DENIED", f"there is no MLflow App {arn} for this caller")
    port = app.server.port
    if port is None:
        raise Refusal(503, "TEMPORARILY_UNAVAILABLE", f"the MLflow App is {app.status} and its server is not running")
    return port


def _seen_by(sessions: UiSessions, request: SignedRequest) -> str | None:
    """The app whose pages a browser shows, which signs nothing."""
    if "authorization" in request.headers:
        return None
    try:
        cookie = http.cookies.SimpleCookie(request.headers.get("cookie", "")).get(_SESSION_COOKIE)
    except http.cookies.CookieError:
        return None
    return sessions.app_of(cookie.value) if cookie else None


def _authorized(apps: MlflowApps, authorizer: Authorizer, request: SignedRequest) -> str:
    arn = request.headers.get(ARN_HEADER)
    if not arn:
        raise Refusal(403, "PERMISSION_DENIED", f"the header {ARN_HEADER} is missing: it names the MLflow App")
    access = apps.access_on_arn(ACTION, arn, {})[0]
    try:
        authorizer.authorize(request, access)
    except ServiceError as error:
        if error.status == 503:
            raise Refusal(503, "TEMPORARILY_UNAVAILABLE", error.message) from None
        raise Refusal(403, "PERMISSION_DENIED", f"{error.code}: {error.message}") from None
    return arn
