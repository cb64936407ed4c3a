"""What kind of file this is, told by its content: the kinds that may be sent in a chat, and no other."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: how it is served, and how its name may end (the first ending is given to a name with another)."""

    media_type: str
    endings: tuple[str, ...]

    @property
    def is_image(self) -> bool:
        """Whether a browser may show it in place."""
        return self.media_type.startswith("image/")


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
TEXT = Kind("text/plain", (".txt", ".csv", ".md", ".log"))
PDF = Kind("application/pdf", (".pdf",))
_IMAGES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Kind("image/png", (".png",))),
    (re.compile(rb"\xff\xd8\xff"), Kind("image/jpeg", (".jpg", ".jpeg"))),
    (re.compile(rb"GIF8[79]a"), Kind("image/gif", (".gif",))),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), Kind("image/webp", (".webp",))),
)
_OFFICE = {
    "word/": Kind(f"{_OPEN_XML}.wordprocessingml.document", (".docx",)),
    "xl/": Kind(f"{_OPEN_XML}.spreadsheetml.sheet", (".xlsx",)),
    "ppt/": Kind(f"{_OPEN_XML}.presentationml.presentation", (".pptx",)),
}
_OPEN_OFFICE = {
    f"{_OPEN_DOCUMENT}.{what}": Kind(f"{_OPEN_DOCUMENT}.{what}", (ending,))
    for what, ending in (("text", ".odt"), ("spreadsheet", ".ods"), ("presentation", ".odp"))
}
ENDINGS = tuple(
    ending
    for kind in (*(kind for _, kind in _IMAGES), PDF, TEXT, *_OFFICE.values(), *_OPEN_OFFICE.values())
    for ending in kind.endings
)  # fmt: skip
"""How the names of files that may be sent end, for those who choose one."""
_MARKUP = re.compile(rb"\s*<[a-z!?/]|.*?<(!doctype|html|svg|script|iframe|body|head|object|embed)\b", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LOOK_AT = 1024
"""Bytes at a text's beginning in which markup makes it none: browsers look no further either."""


def kind_of(data: bytes) -> Kind | None:
    """The kind of a file's content; None for what may not be sent: programs, pages, drawings with scripts, archives."""
    for signature, kind in _IMAGES:
        if signature.match(data):
            return kind
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    return TEXT if _is_text(data) else None


def _office(data: bytes) -> Kind | None:
    """The kind of a zipped document; None for any other archive, a broken one, and a document with macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if any(name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names):
                return None
            if "mimetype" in names:
                with archive.open("mimetype") as said:
                    return _OPEN_OFFICE.get(said.read(100).decode("ascii", "replace").strip())
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError, OSError):  # broken, encrypted or of an unknown method
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for folder, kind in _OFFICE.items() if any(name.startswith(folder) for name in names)), None)


def _is_text(data: bytes) -> bool:
    """Whether people can read it, in UTF-8 or an alphabet of 8 bits, and no browser takes it for a page."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    return not _CONTROL.search(text) and not text.startswith(b"#!") and not _MARKUP.match(text[:_LOOK_AT])
