"""Patches from mails: output of `git format-patch`, mailboxes, and encoded mails."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

# Only these transfer encodings, and mails of several parts, need decoding.
_ENCODED = re.compile(
    rb"^content-transfer-encoding:[ \t]*(?:quoted-printable|base64)|^content-type:[ \t]*multipart/",
    re.I | re.M,
)
_MAIL = re.compile(rb"^From (?=\S+ )", re.M)
_HEADER = re.compile(rb"(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]*:")


def patch_text(data: bytes) -> str:
    """The text in which to search for diffs, with bytes that are not UTF-8 as lone surrogates."""
    if _ENCODED.search(data):
        data = b"".join(_decoded(mail) for mail in _mails(data))
    return data.decode("utf-8", "surrogateescape")


def _mails(data: bytes) -> Iterator[bytes]:
    begins = [0, *(found.start() for found in _MAIL.finditer(data) if found.start())]
    for begin, end in zip(begins, [*begins[1:], len(data)]):
        yield data[begin:end]


def _decoded(mail: bytes) -> bytes:
    """A mail's text, decoded."""
    if not _HEADER.match(mail) or not _ENCODED.search(mail):
        return mail
    from email import message_from_bytes
    from email.policy import compat32

    whole = message_from_bytes(mail, policy=compat32)
    return b"\n".join(_payload(part) for part in whole.walk() if not part.is_multipart())


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
