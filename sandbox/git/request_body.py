"""The body of an HTTP/1.1 request, piece by piece, however it is framed."""

from collections.abc import Iterator
from email.message import Message
from io import BufferedIOBase

PIECE_BYTES = 64 * 1024
_CHUNK_HEAD_BYTES = 256


class BadRequestBody(ValueError):
    pass


def read_body(headers: Message, stream: BufferedIOBase) -> Iterator[bytes]:
    """Yield the body. A body that ends early raises: half a pack must not look like a whole one."""
    encoding = headers.get("Transfer-Encoding", "").strip().lower()
    length = headers.get("Content-Length")
    if encoding and length is not None:
        raise BadRequestBody("Transfer-Encoding and Content-Length exclude each other")
    if encoding == "chunked":
        return _chunked(stream)
    if encoding:
        raise BadRequestBody(f"Transfer-Encoding {encoding!r} is not supported: use chunked or Content-Length")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise BadRequestBody(f"Content-Length {length!r} is no number")
    return _exactly(stream, int(length or 0))


def _exactly(stream: BufferedIOBase, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = stream.read(min(size, PIECE_BYTES))
        if not piece:
            raise BadRequestBody(f"the connection ended {size} bytes before the end of the body")
        size -= len(piece)
        yield piece


def _chunked(stream: BufferedIOBase) -> Iterator[bytes]:
    while True:
        head = stream.readline(_CHUNK_HEAD_BYTES)
        digits = head.partition(b";")[0].strip()
        try:
            size = int(digits, 16)
        except ValueError:
            raise BadRequestBody(f"{digits!r} is no chunk size") from None
        if size < 0 or not head.endswith(b"\n"):
            raise BadRequestBody(f"{head!r} is no chunk head")
        if size == 0:
            break
        yield from _exactly(stream, size)
        if stream.readline(_CHUNK_HEAD_BYTES).strip():
            raise BadRequestBody("a chunk is longer than it said")
    while stream.readline(_CHUNK_HEAD_BYTES).strip():
        # trailers have no meaning here.
        pass
