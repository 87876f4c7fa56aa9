"""Messages between the caller and the parsing process: a length, JSON, then a page's bare pixels.

JSON rather than pickle, because the parsing process is not trusted: a decoder that was taken over must not be able to
run code in the caller.
"""

import json
import socket
import struct
from typing import Any, Final

import numpy as np

from extractors.scan import Pixels

_LENGTH: Final = struct.Struct(">I")
#: A page's words are the largest message: 20,000 words of 100 bytes.
_MESSAGE_BYTES: Final = 16 << 20
_GREY: Final = 2
_COLOUR: Final = 3


class WireError(Exception):
    """The other side is gone, or what it sent is no message."""


def send(to: socket.socket, message: dict[str, Any], pixels: Pixels | None = None) -> None:
    """Send *message*, then the bytes of *pixels*, whose shape the message announces."""
    body = json.dumps(message).encode()
    to.sendall(_LENGTH.pack(len(body)) + body)
    if pixels is not None:
        to.sendall(np.ascontiguousarray(pixels).data.cast("B"))


def receive(source: socket.socket) -> dict[str, Any]:
    """Return the next message.

    Raises:
        WireError: the other side closed, or sent something else.
        TimeoutError: the time set on the socket ran out.
    """
    (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
    if length > _MESSAGE_BYTES:
        raise WireError("message too long")
    try:
        message = json.loads(_exactly(source, length))
    except ValueError as error:
        raise WireError("no JSON") from error
    if not isinstance(message, dict):
        raise WireError("no object")
    return message


def receive_pixels(source: socket.socket, shape: list[int], most_pixels: int) -> Pixels:
    """Return the pixels that follow a message which announced *shape*.

    Raises:
        WireError: the shape is none of a page, or holds more than *most_pixels*.
        TimeoutError: the time set on the socket ran out.
    """
    is_grey = len(shape) == _GREY
    is_page = (is_grey or (len(shape) == _COLOUR and shape[2] == _COLOUR)) and min(shape) > 0
    if not is_page or shape[0] * shape[1] > most_pixels:
        raise WireError("no page")
    pixels = np.empty(shape, np.uint8)
    _fill(source, pixels.data.cast("B"))
    return pixels


def _exactly(source: socket.socket, size: int) -> bytes:
    buffer = bytearray(size)
    _fill(source, memoryview(buffer))
    return bytes(buffer)


def _fill(source: socket.socket, view: memoryview) -> None:
    done = 0
    while done < len(view):
        try:
            count = source.recv_into(view[done:])
        except ConnectionError as error:
            raise WireError("closed") from error
        if not count:
            raise WireError("closed")
        done += count
