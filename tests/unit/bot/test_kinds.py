"""What a file is, told by its content alone; and under what name it is kept."""

from __future__ import annotations

import pytest

from bot.escalation.attachments import clean_name
from bot.escalation.kinds import ENDINGS, PDF, TEXT, kind_of
from tests import files


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (files.png(), "image/png"),
        (files.JPEG, "image/jpeg"),
        (files.GIF, "image/gif"),
        (files.WEBP, "image/webp"),
        (files.PDF, "application/pdf"),
        (files.DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (files.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (files.ODT, "application/vnd.oasis.opendocument.text"),
        ("Zamówienie 104233, łódź\n".encode(), "text/plain"),
        ("Zażółć gęślą jaźń".encode("cp1250"), "text/plain"),
        (b"a,b\r\n1 < 2,3\r\n", "text/plain"),
    ],
)
def test_what_may_be_sent_is_known_by_its_content(data: bytes, media_type: str) -> None:
    kind = kind_of(data)
    assert kind is not None
    assert kind.media_type == media_type
    assert kind.endings[0] in ENDINGS


@pytest.mark.parametrize(
    "data",
    [
        files.HTML, files.SVG, files.EXE, files.MACROS, b"\x7fELF\x02\x01\x01\x00", b"#!/bin/sh\nrm -rf /\n", b"\x00\x01\x02",
        b"  \n<!-- x --><b>hi</b>", b"\xef\xbb\xbf<html>", b"hello <script>alert(1)</script>", b"<?xml version='1.0'?><svg/>",
        files.zipped({"photo.png": "x"}), files.DOCX[:60], b"PK\x03\x04 and nothing of an archive",
        files.zipped({"mimetype": "application/java-archive", "x": "y"}),
        files.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "Basic/script.xml": "x"}),
    ],
)  # fmt: skip
def test_programs_pages_scripts_archives_and_macros_are_not_taken(data: bytes) -> None:
    assert kind_of(data) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("faktura.pdf", "faktura.pdf"),
        ("Faktura FV 12.PDF", "Faktura FV 12.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\anna\\scan.pdf", "scan.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
        ("evil.exe", "evil.exe.pdf"),
        ("page.html", "page.html.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("\ud800broken.pdf", "_broken.pdf"),
    ],
)
def test_a_name_has_no_folders_nothing_hidden_and_the_ending_of_its_kind(given: str, kept: str) -> None:
    assert clean_name(given, PDF) == kept


def test_a_long_name_keeps_its_ending() -> None:
    found = clean_name("ż" * 400 + ".csv", TEXT)
    assert (len(found), found[-5:]) == (120, "ż.csv")
