"""Is it a table, and how is it written?"""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from regulars.integrations.imports.files import Broken, look, rows
from regulars.integrations.imports.files.form import Corrections
from regulars.kit.errors import UserError

from .conftest import ORDERS

Write = Callable[..., Path]
CHINESE = "訂單編號,訂單日期,客戶編號,客戶姓名,金額\nA1,2024/01/05,C1,王小明,1200\nA2,2024/01/06,C2,陳美麗,300\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b"  \n\n", "empty"), (b"\xef\xbb\xbf", "empty"), (b"%PDF-1.7\n%\xe2\xe3", "PDF"), (b"<!DOCTYPE html><html><table>", "HTML"),
        (b'{"orders": []}', "JSON"), (b"<?xml version='1.0'?><a/>", "XML"), (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "another sort"),
        (bytes(range(256)) * 40, "another sort"), (b"\x7fELF\x02\x01\x01" + bytes(200), "another sort"), (b"Invoice,Date,Amount\n", "no rows"),
        (b"PK\x03\x04broken", "damaged"), (gzip.compress(b"a,b\n1,2\n" * 500, mtime=0)[:-40], "damaged"), (gzip.compress(b"%PDF-1.7", mtime=0), "PDF"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(write: Write, content: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        look(write(content, "orders.csv"))


def test_ten_thousand_columns_are_refused(write: Write) -> None:
    line = ",".join(f"c{n}" for n in range(10_000))
    with pytest.raises(UserError, match="10,000 columns"):
        look(write(f"{line}\n{line}\n"))


def test_zip_archive_is_refused_and_a_bomb_is_not_opened(tmp_path: Path) -> None:
    plain = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("orders.csv", ORDERS)
    with pytest.raises(UserError, match="ZIP archive"):
        look(plain)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 120_000_000)
    with pytest.raises(UserError, match="unpack to 120 MB"):
        look(bomb)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("cp950", "cp950"), ("gb18030", "gb18030")],
)  # fmt: skip
def test_encoding_is_found_and_reads_rightly(write: Write, encoding: str, found: str) -> None:
    text = (
        CHINESE
        if encoding != "gb18030"
        else CHINESE.replace("訂單", "订单").replace("陳美麗", "陈美丽").replace("客戶", "客户")
    )
    path = write(text * 1, encoding=encoding)
    seen = look(path)
    assert seen.encoding == found
    assert seen.names[0] in {"訂單編號", "订单編號"}
    assert next(iter(rows(path, seen)))[1][3] == "王小明"


def test_western_text_is_not_taken_for_chinese(write: Write) -> None:
    path = write("Name,Ort\nJürgen Müßig,München\nAndré Noël,Besançon\nÅsa Öberg,Göteborg\n", encoding="cp1252")
    seen = look(path)
    assert seen.encoding == "cp1252"
    assert next(iter(rows(path, seen)))[1] == ["Jürgen Müßig", "München"]


def test_row_in_another_encoding_is_refused_with_its_number_and_the_rest_is_kept(write: Write) -> None:
    lines = [f"{n},王小明{n},台北" for n in range(1, 9)]
    data = (
        ("id,name,city\n" + "\n".join(lines) + "\n").encode()
        + "9,陳美麗,高雄\n".encode("cp950")
        + "10,林大同,台中\n".encode()
    )
    path = write(data)
    seen = look(path)
    assert seen.encoding == "utf-8"
    assert seen.mixed_encoding
    read = list(rows(path, seen))
    broken = [(number, cells) for number, cells in read if isinstance(cells, Broken)]
    assert [number for number, _cells in broken] == [10]
    assert broken[0][1][1] == "陳美麗"
    assert "another encoding" in broken[0][1].sentence
    assert len(read) == 10


def test_row_with_zero_bytes_is_refused_and_the_rest_is_kept(write: Write) -> None:
    path = write(b"id,name\n1,Anna\n2,B\0b\n3,Carl\n" + b"4,Dora and more text to keep the share of zeros low\n" * 9)
    read = list(rows(path, look(path)))
    assert [number for number, cells in read if isinstance(cells, Broken)] == [3]
    assert len(read) == 12


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separator_is_found(write: Write, mark: str) -> None:
    seen = look(write(ORDERS.replace(",", mark)))
    assert seen.delimiter == mark
    assert len(seen.columns) == 8


def test_semicolon_wins_over_decimal_commas(write: Write) -> None:
    seen = look(write("Name;Preis;Menge\nTee;1,50;2\nKaffee;12,75;1\n"))
    assert seen.delimiter == ";"
    assert seen.columns[1].mark == ","


def test_wholly_quoted_rows_are_opened(write: Write) -> None:
    quoted = "\n".join('"' + line.replace('"', '""') + '"' for line in ORDERS.strip().split("\n"))
    path = write(quoted)
    seen = look(path)
    assert len(seen.columns) == 8
    assert next(iter(rows(path, seen)))[1][:3] == ["1001", "20001", "RED MUG"]
    single = ORDERS.replace(
        "1002,20001,RED MUG,6,2024-01-09 11:30:00,3.50,502.0,Taiwan",
        '"1002,20001,""RED, MUG"",6,2024-01-09 11:30:00,3.50,502.0,Taiwan"',
    )
    read = list(rows(write(single, "single.csv"), seen))
    assert read[2][1][2] == "RED, MUG"


def test_ragged_rows_are_refused_and_the_rest_is_kept(write: Write) -> None:
    path = write("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n13,14,15\n")
    read = list(rows(path, look(path)))
    assert [(number, isinstance(cells, Broken)) for number, cells in read] == [
        (2, False),
        (3, True),
        (4, True),
        (5, False),
        (6, False),
    ]
    assert "2 cells" in read[1][1].sentence  # type: ignore[attr-defined]
    assert read[3][1] == ["10", "11", "12"]


def test_quotation_mark_never_closed_costs_one_row_only(write: Write) -> None:
    path = write('a,b,c\n1,x,3\n2,"oops,3\n4,y,6\n5,z,7\n')
    read = list(rows(path, look(path)))
    assert [(number, isinstance(cells, Broken)) for number, cells in read] == [
        (2, False),
        (3, True),
        (4, False),
        (5, False),
    ]
    assert read[-1][1] == ["5", "z", "7"]


def test_quoted_line_breaks_belong_to_their_cell(write: Write) -> None:
    path = write('id,note\r\n1,"two\r\nlines"\r\n2,one\r\n')
    assert [cells for _number, cells in rows(path, look(path))] == [["1", "two\r\nlines"], ["2", "one"]]


def test_column_twice_gets_another_name_and_a_note(write: Write) -> None:
    seen = look(write("id,price,price\n1,2,3\n"))
    assert seen.names == ["id", "price", "price (2)"]
    assert any("more than once" in note for note in seen.notes)


def test_missing_header_is_noticed(write: Write) -> None:
    seen = look(write("\n".join(ORDERS.strip().split("\n")[1:])))
    assert not seen.has_header
    assert seen.first == 1
    assert seen.names[0] == "Column 1"
    assert seen.rows == 9


def test_title_lines_above_the_header_are_passed_over(write: Write) -> None:
    seen = look(write("Sales report,,,,,,,\n\n" + ORDERS))
    assert seen.names[0] == "Invoice"
    assert seen.first == 4


def test_gzip_is_read(write: Write) -> None:
    path = write(gzip.compress(ORDERS.encode()), "orders.csv.gz")
    assert len(list(rows(path, look(path)))) == 9


def test_workbook_is_read_from_its_fullest_sheet(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover").write(0, 0, "Our orders")
        sheet = book.add_worksheet("Orders")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Order", "Date", "Customer", "Amount"])
        sheet.write_row(1, 0, ["A1"])
        sheet.write_datetime(1, 1, __import__("datetime").datetime(2024, 1, 5), day)
        sheet.write_row(1, 2, [13085, 12.5])
    seen = look(path)
    assert seen.sheets == ("Cover", "Orders")
    assert seen.sheet == "Orders"
    [(number, cells)] = rows(path, seen)
    assert (number, cells[0], cells[1][:10], cells[2], cells[3]) == (2, "A1", "2024-01-05", "13085", "12.5")


def test_corrections_of_a_person_win(write: Write) -> None:
    path = write("a;b\n1,5;2\n")
    seen = look(path, corrections=Corrections(delimiter=",", header="no"))
    assert seen.delimiter == ","
    assert not seen.has_header


def test_look_survives_json(write: Write) -> None:
    import json

    from regulars.integrations.imports.files import Look

    seen = look(write(ORDERS))
    assert Look.from_json(json.loads(json.dumps(seen.to_json()))) == seen


def test_reading_does_not_hold_the_file_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("a,b\n")
        file.writelines(f"{n},x\n" for n in range(200_000))
    seen = look(path)
    reading = rows(path, seen)
    assert next(reading) == (2, ["0", "x"])
    assert isinstance(reading, io.IOBase) is False
    assert seen.rows == 200_000
