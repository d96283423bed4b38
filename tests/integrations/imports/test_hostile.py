"""Files and names that mean harm: a sentence each time, memory bounded, nothing lost."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.customers.models import Party
from regulars.integrations.imports import actions
from regulars.integrations.imports.files import look
from regulars.integrations.imports.models import ImportJob
from regulars.kit.errors import UserError

from .conftest import Bring

pytestmark = pytest.mark.django_db
ROW = b"name,email\nAnna Bell,anna@example.com\n"


def peak_of(function: Callable[[], Any]) -> int:
    """The most memory a call takes, in bytes."""
    tracemalloc.start()
    try:
        function()
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def test_file_of_ten_gigabytes_is_refused_before_it_is_read(tmp_path: Path, make_user: Any) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(ROW)
        file.truncate(10 << 30)

    def receive() -> None:
        with pytest.raises(UserError, match="larger than 4 GB"):
            actions.receive(file=path, name="huge.csv", by=make_user())

    assert peak_of(receive) < 8 << 20
    assert not ImportJob.objects.exists()


def test_stream_that_does_not_say_its_size_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_BYTES", 1 << 20)

    class Endless(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            return b"x" * size

    with pytest.raises(UserError, match="Please split it"):
        actions.receive(file=Endless(), name="endless.csv", by=None)  # type: ignore[arg-type]
    assert not ImportJob.objects.exists()


def test_workbook_that_is_a_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _block in range(200):
                member.write(b"0" * (1 << 20))

    def open_it() -> None:
        with pytest.raises(UserError, match="no honest workbook"):
            look(path)

    assert peak_of(open_it) < 8 << 20


def test_hundred_megabytes_of_json_are_refused_at_the_first_bytes(tmp_path: Path) -> None:
    for start in (b'{"customers": [', b"[[1,", b"[\n  {", b'["a",'):
        path = tmp_path / "customers.json"
        with path.open("wb") as file:
            file.write(start)
            file.seek(100 << 20)
            file.write(b"]}")

        def open_it(path: Path = path) -> None:
            with pytest.raises(UserError, match="JSON file, not a table"):
                look(path)

        assert peak_of(open_it) < 4 << 20


@pytest.mark.parametrize(
    "start", ["<svg xmlns='http://www.w3.org/2000/svg'>", "<?xml version='1.0'?>\n<!-- -->\n<svg>"]
)
def test_picture_with_a_script_is_no_table(bring: Bring, start: str) -> None:
    with pytest.raises(UserError, match=r"picture \(SVG\)"):
        bring(f"{start}<script>alert(1)</script></svg>", name="logo.csv")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.csv", "system.csv"),
        ("a\0b.csv", "a b.csv"),
        ("/", "file"),
        ("..", "file"),
        ("\u202egnp.csv", "gnp.csv"),
        ("n" * 5_000 + ".csv", "n" * 251 + ".csv"),
    ],
)
def test_name_of_an_upload_leads_nowhere(name: str, kept: str) -> None:
    job = actions.receive(file=io.BytesIO(ROW), name=name, by=None)
    assert job.name == kept
    assert job.path.parent == job.folder
    assert job.path.name == "source"


def test_markup_in_a_name_is_text_everywhere(bring: Bring, make_user: Any, client: Client) -> None:
    bring('name,email,city\n"<img src=x onerror=alert(1)>",x@example.com,"<b>Leeds</b>"\n')
    party = Party.objects.get()
    assert (party.name, party.city) == ("<img src=x onerror=alert(1)>", "<b>Leeds</b>")
    client.force_login(make_user())
    for path in (f"/customers/{party.pk}/", "/customers/", f"/imports/{ImportJob.objects.get().pk}/"):
        page = client.get(path).content.decode()
        assert "<img src=x" not in page
        assert "<b>Leeds" not in page


def test_file_that_ends_within_a_quoted_cell_loses_that_row_alone(bring: Bring) -> None:
    found = bring('name,email\nAnna Bell,anna@example.com\nCarl Dorn,"carl@exam')
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert "never closed" in found["first_rejects"][0]["problem"]
    assert "carl@exam" in Path(found["errors_file"]).read_text("utf-8-sig")


def test_upload_of_something_else_says_what_it_is(make_user: Any, client: Client) -> None:
    client.force_login(make_user())
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile("../x.csv", b"%PDF-1.7\n")})
    assert answer.status_code == 422
    assert "This is a PDF" in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_cards_unpacked_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.integrations.imports.files import vcard_lines

    monkeypatch.setattr(vcard_lines, "MOST_UNPACKED", 1 << 20)
    path = tmp_path / "bomb.vcf"
    path.write_bytes(b"BEGIN:VCARD\nFN:A\nNOTE:" + b"x" * (2 << 20) + b"\nEND:VCARD\n")
    with pytest.raises(UserError, match="larger than 4 GB when unpacked"):
        look(path)
