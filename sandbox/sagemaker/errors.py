"""What the API answers when it refuses."""

from __future__ import annotations


class ServiceError(Exception):
    """An error document of the AWS JSON protocol."""

    code = "InternalFailure"
    status = 500

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code

    def document(self) -> dict[str, str]:
        # modelled errors carry "Message", the common ones "message"; clients look for either.
        return {"__type": self.code, "message": self.message, "Message": self.message}


class ValidationException(ServiceError):
    code = "ValidationException"
    status = 400


class ResourceInUse(ServiceError):
    code = "ResourceInUse"
    status = 400


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"
    status = 400


class ConflictException(ServiceError):
    code = "ConflictException"
    status = 400


class ResourceLimitExceeded(ServiceError):
    code = "ResourceLimitExceeded"
    status = 400


class ThrottlingException(ServiceError):
    code = "ThrottlingException"
    status = 400


class UnsupportedOperation(ServiceError):
    """Not an error of AWS: the operation exists there, and not here."""

    code = "UnsupportedOperation"
    status = 400


class AccessDenied(ServiceError):
    """Refused by the signature check or by IAM; the code is the one the emulator found."""

    code = "AccessDeniedException"
    status = 400


class ServiceUnavailable(ServiceError):
    code = "ServiceUnavailable"
    status = 503
