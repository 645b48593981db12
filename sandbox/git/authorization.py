"""Basic authentication with a token in place of the password, as Git hosts do it."""

import base64
import binascii
import hmac


class TokenAuthorization:
    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def accepts(self, header: str | None) -> bool:
        """Whether the Authorization header carries the token; the user name is of no meaning."""
        scheme, _, encoded = (header or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            account = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error:
            return False
        return hmac.compare_digest(account.partition(b":")[2], self._token)
