"""Files of strangers get a harmless name and the type that their content shows; programs are known."""

import pytest

from regulars.kit import files


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\cv.doc", "cv.doc"), ("a\u202egpj.exe", "agpj.exe"), ("茶單.xlsx", "茶單.xlsx"),
        ("", "attachment"), ("...", "attachment"), ("a\r\nSet-Cookie: x.txt", "a Set-Cookie x.txt"), ("x" * 500 + ".pdf", "x" * 108 + ".pdf"),
        ('q"uo<te>.txt', "q uo te .txt"),
    ],
)  # fmt: skip
def test_names_of_files_are_made_harmless(name: str, harmless: str) -> None:
    assert files.harmless(name) == harmless


@pytest.mark.parametrize(
    ("content", "declared", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "text/html", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "image/webp"),
        (b"PK\x03\x04...", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04...", "image/png", "application/zip"),
        (b"<svg onload=x>", "image/svg+xml", "application/octet-stream"),
        (b"<html>", "text/html", "application/octet-stream"),
        (b"a,b", "text/csv", "text/csv"),
    ],
)  # fmt: skip
def test_types_are_told_by_content(content: bytes, declared: str, kind: str) -> None:
    assert files.sniff(content, declared)[0] == kind


@pytest.mark.parametrize(
    ("content", "name", "program"),
    [(b"MZ...", "a.txt", True), (b"hello", "a.EXE ", True), (b"hello", "a.txt", False), (b"%PDF-1", "exe.pdf", False)],
)
def test_programs_are_known_by_content_or_name(content: bytes, name: str, program: bool) -> None:
    assert files.runs(files.sniff(content)[0], name) is program
