"""The control plane and the admin routes on one port."""

from __future__ import annotations

import json

from sandbox.sagemaker.admin_routes import PREFIX, AdminRoutes
from sandbox.sagemaker.control_plane import ControlPlane
from sandbox.sagemaker.https_server import BodyTooLarge, RequestHandler


def control_plane_handler(control_plane: ControlPlane, admin: AdminRoutes) -> type[RequestHandler]:
    class Handler(RequestHandler):
        def _answer(self) -> None:
            try:
                request = self.read_request()
            except BodyTooLarge as error:
                document = {"__type": "RequestEntityTooLargeException", "message": str(error)}
                self.respond(413, {"content-type": "application/x-amz-json-1.1"}, json.dumps(document).encode())
                return
            if request.raw_path.startswith(PREFIX):
                status, document = admin.answer(request.method, request.raw_path, request.body)
                self.respond(status, {"content-type": "application/json"}, json.dumps(document).encode())
                return
            self.respond(*control_plane.answer(request))

        do_GET = do_POST = do_PUT = do_DELETE = _answer

    return Handler
