"""Whether a role may do what this SageMaker would do with it and has no operation for."""

from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.jobs.role_session import AwsAccess
from sandbox.sagemaker.authorization import Access, Authorizer, SignedRequest
from sandbox.sagemaker.errors import ServiceError
from sandbox.sagemaker.role_calls import CallRefused, session_of

# nothing is sent there: the signature needs a host.
_HOST = "api.sagemaker.localhost"


class RoleRights:
    def __init__(self, aws: AwsAccess, authorizer: Authorizer) -> None:
        self._aws = aws
        self._authorizer = authorizer

    def require(self, role_arn: str, *accesses: Access) -> None:
        """CallRefused unless the role has all of these rights."""
        request = self._signed(role_arn)
        for access in accesses:
            try:
                self._authorizer.authorize(request, access)
            except ServiceError as error:
                raise CallRefused(error.status, error.code, error.message) from error

    def _signed(self, role_arn: str) -> SignedRequest:
        session = session_of(self._aws, role_arn)
        keys = (session["AWS_ACCESS_KEY_ID"], session["AWS_SECRET_ACCESS_KEY"], session["AWS_SESSION_TOKEN"])
        signed = AWSRequest("POST", f"https://{_HOST}/", {"host": _HOST}, b"{}")
        SigV4Auth(Credentials(*keys), "sagemaker", self._aws.region).add_auth(signed)
        return SignedRequest("POST", "/", "", dict(signed.headers), b"{}")
