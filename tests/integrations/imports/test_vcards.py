"""vCards of three versions and many programs."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from regulars.customers.actions import add_relation, create_party, undo_batch
from regulars.customers.models import Batch, ContactPoint, Event, Identifier, Party, PartyRelation
from regulars.integrations.imports.files import Broken, look, rows, vcard
from regulars.integrations.imports.files.vcard_lines import logical_lines

from .conftest import Bring

pytestmark = pytest.mark.django_db
CARDS = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=E6=98=8E;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B=E5=B0=8F=
=E6=98=8E
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=98=A5=E7=94=B0=E5=95=86=E8=A1=8C;
TITLE:CEO
TEL;CELL;VOICE:0912-345-678
TEL;WORK;FAX:02-2531-6529
EMAIL;PREF;INTERNET:ming@example.tw
PHOTO;ENCODING=BASE64;JPEG:
 /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQY

BDAY:1990-05-06
END:VCARD
BEGIN:VCARD
VERSION:3.0
UID:abc-1
FN:Anna Bell
N:Bell;Anna;;;
item1.EMAIL;type=INTERNET;type=pref:anna@example.com
item2.TEL:+44 20 7946 0000
item2.X-ABLabel:_$!<Work>!$_
ADR;TYPE=HOME:;;1 High Street;Leeds;;LS1 1AA;United Kingdom
ADR;TYPE=WORK:;;2 Mill Lane\\, Floor 3;York;;YO1 1AA;United Kingdom
CATEGORIES:friends,buyers
NOTE:line one\\nline two\\, with a comma
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Acme Ltd
ORG:Acme Ltd
TEL;VALUE=uri;TYPE="work,voice":tel:+44-20-7946-0001;ext=102
BDAY:--0203
END:VCARD
"""


def test_cards_of_three_versions_become_customers(bring: Bring) -> None:
    found = bring(CARDS, name="contacts.vcf")
    assert (found["kind"], found["source"], found["layout"]) == ("customers", "vcard", "vcard")
    assert (found["rows"], found["accepted"], found["rejected"]) == (3, 3, 0)
    ming = Party.objects.get(name="王小明")
    assert (ming.family_name, ming.given_name, str(ming.birth_date)) == ("王", "小明", "1990-05-06")
    assert set(ming.contact_points.values_list("kind", "normalised")) == {
        ("mobile", "+886912345678"),
        ("fax", "+886225316529"),
        ("email", "ming@example.tw"),
    }
    relation = PartyRelation.objects.get(party=ming)
    assert (relation.other.name, relation.other.kind, relation.title) == ("春田商行", "organisation", "CEO")


def test_card_keeps_its_number_places_note_and_tags(bring: Bring) -> None:
    bring(CARDS, name="contacts.vcf")
    anna = Identifier.objects.get(system="vcard", external_id="abc-1").party
    assert (anna.address, anna.city, anna.postcode) == ("2 Mill Lane, Floor 3", "York", "YO1 1AA")
    assert anna.about == "line one\nline two, with a comma"
    assert anna.custom == {
        "Categories": "friends, buyers",
        "Other addresses": "1 High Street, Leeds, LS1 1AA, United Kingdom",
    }
    assert anna.contact_points.get(kind="phone").normalised == "+442079460000"
    acme = Party.objects.get(name="Acme Ltd")
    assert (acme.kind, acme.custom) == ("organisation", {"Birthday": "--0203"})
    assert acme.contact_points.get().normalised == "+442079460001;ext=102"


def test_same_cards_again_and_in_another_order_change_nothing(bring: Bring) -> None:
    bring(CARDS, name="contacts.vcf")
    cards = CARDS.split("BEGIN:VCARD\n")[1:]
    again = bring("".join(f"BEGIN:VCARD\n{card}" for card in reversed(cards)), name="other.vcf")
    assert (again["accepted"], again["known"]) == (0, 3)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
def test_cards_are_read_whatever_the_encoding_and_line_ends(bring: Bring, encoding: str, end: str) -> None:
    text = "BEGIN:VCARD\nVERSION:3.0\nFN:王小明\nTEL;TYPE=CELL:0912345678\nEND:VCARD\n".replace("\n", end)
    assert bring(text.encode(encoding), name="one.vcf")["accepted"] == 1
    assert Party.objects.get().name == "王小明"


def test_charset_named_by_a_property_is_its_own(bring: Bring) -> None:
    card = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=BIG5:"
        + "王小明".encode("big5")
        + b"\r\nORG;CHARSET=UTF-8:"
        + "春田商行".encode()
    )
    bring(card + b"\r\nEND:VCARD\r\n", name="one.vcf")
    assert set(Party.objects.values_list("name", flat=True)) == {"王小明", "春田商行"}


def test_packed_cards_are_read(bring: Bring) -> None:
    assert bring(gzip.compress(CARDS.encode()), name="contacts.vcf.gz")["accepted"] == 3


def test_folded_lines_are_joined_and_quotation_marks_keep_colons(bring: Bring) -> None:
    bring(
        'BEGIN:VCARD\nVERSION:4.0\nFN:Anna\n  Bell\nEMAIL;X-SAYS="a:b;c":anna@exam\n ple.com\nEND:VCARD\n',
        name="one.vcf",
    )
    assert ContactPoint.objects.get().normalised == "anna@example.com"
    assert Party.objects.get().name == "Anna Bell"


def test_unfinished_card_is_rejected_and_the_others_are_not(bring: Bring) -> None:
    text = "BEGIN:VCARD\nFN:First\nBEGIN:VCARD\nFN:Second\nEND:VCARD\nBEGIN:VCARD\nFN:Third\nTEL:0912"
    found = bring(text, name="cut.vcf")
    assert (found["accepted"], found["rejected"]) == (1, 2)
    assert "not finished" in found["first_rejects"][0]["problem"]
    assert list(Party.objects.values_list("name", flat=True)) == ["Second"]


def test_card_within_a_card_is_not_taken_for_the_customer(bring: Bring) -> None:
    agent = "AGENT:\nBEGIN:VCARD\nFN:Agent\nAGENT:\nBEGIN:VCARD\nFN:Deeper\nEND:VCARD\nEND:VCARD\n"
    bring(f"BEGIN:VCARD\nVERSION:2.1\nFN:Principal\n{agent}TEL:0912345678\nEND:VCARD\n", name="nested.vcf")
    assert list(Party.objects.values_list("name", flat=True)) == ["Principal"]
    assert ContactPoint.objects.count() == 1


def test_list_of_cards_is_no_customer(bring: Bring) -> None:
    found = bring("BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Friends\nMEMBER:urn:uuid:1\nEND:VCARD\n", name="group.vcf")
    assert (found["accepted"], found["rejected"]) == (0, 1)
    assert "list of other cards" in found["first_rejects"][0]["problem"]


def test_number_that_is_none_does_not_cost_its_card(bring: Bring) -> None:
    found = bring("BEGIN:VCARD\nFN:John\nTEL;WORK:BusinessPhone\nEMAIL:jdoe@hotmail.com\nEND:VCARD\n", name="one.vcf")
    assert found["accepted"] == 1
    assert "BusinessPhone" in found["warnings"][0]
    assert Party.objects.get().custom == {"Phone": "BusinessPhone"}


def test_real_cards_come_in_with_all_they_say(bring: Bring, real_data: Path) -> None:
    counted = {path.name: bring(path) for path in sorted((real_data / "interchange_vcard").glob("*.vcf"))}
    assert {name: (found["rows"], found["rejected"]) for name, found in counted.items()} == {
        "John_Doe_GMAIL.vcf": (1, 0), "John_Doe_IPHONE.vcf": (1, 0), "John_Doe_MS_OUTLOOK.vcf": (1, 0), "gmail-list.vcf": (3, 0),
        "outlook-2003.vcf": (1, 0), "rfc2426-example.vcf": (2, 0), "rfc6350-example.vcf": (1, 0),
    }  # fmt: skip
    simon = Party.objects.get(name="Simon Perreault")
    assert simon.custom["Birthday"] == "--0203"
    assert simon.relations.get().other.name == "Viagenie"
    frank = Party.objects.get(name="Frank Dawson")
    assert frank.contact_points.filter(kind="email").count() == 2
    assert frank.relations.get().other.name == "Lotus Development Corporation"
    iphone = ContactPoint.objects.filter(batch_id=counted["John_Doe_IPHONE.vcf"]["batch"])
    assert sorted(iphone.values_list("kind", flat=True)).count("fax") == 2


def test_endless_line_and_picture_cost_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.vcf"
    with path.open("wb") as file:
        file.write(b"BEGIN:VCARD\nFN:Anna\nPHOTO;ENCODING=b:")
        for _block in range(100):
            file.write(b"A" * (1 << 20))
        file.write(b"\nNOTE:")
        for _block in range(100):
            file.write(b"B" * (1 << 20))
        file.write(b"\nTEL:0912345678\nEND:VCARD\n")
    tracemalloc.start()
    found = look(path)
    read = [cells for _number, cells in rows(path, found)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    cells = dict(zip(vcard.COLUMNS, read[0], strict=True))
    assert (cells["Name"], cells["Phone"]) == ("Anna", "0912345678")
    assert len(cells["Note"]) < 1 << 20
    assert peak < 30 << 20


def test_million_cards_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "many.vcf"
    with path.open("wb") as file:
        for number in range(200):
            file.write(b"".join(b"BEGIN:VCARD\nFN:A%d\nEND:VCARD\n" % (number * 500 + one) for one in range(500)))
    tracemalloc.start()
    with path.open("rb") as file:
        counted = sum(1 for _line in logical_lines(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted == 300_000
    assert peak < 2 << 20


def test_broken_card_says_where(tmp_path: Path) -> None:
    path = tmp_path / "cut.vcf"
    path.write_text("BEGIN:VCARD\nFN:Anna\n")
    read = list(vcard.cards(path, packed=False))
    assert isinstance(read[1][1], Broken)
    assert read[1][0] == 1


def test_two_files_put_together_are_two_cards(bring: Bring) -> None:
    found = bring("BEGIN:VCARD\nFN:Anna\nEND:VCARDBEGIN:VCARD\nFN:Carl\nEND:VCARD", name="both.vcf")
    assert (found["rows"], found["accepted"]) == (2, 2)


KIN = """BEGIN:VCARD
VERSION:4.0
FN:王小明
N:王;小明;;;
RELATED;TYPE=spouse;VALUE=text:李美
RELATED;TYPE=friend;VALUE=text:Somebody
X-MANAGER:陳主任
X-ASSISTANT:Nobody Known
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:李美
N:李;美;;;
RELATED;TYPE=spouse;VALUE=text:王小明
RELATED;TYPE=child;VALUE=text:王小華
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:王小華
N:王;小華;;;
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:趙助理
N:趙;助理;;;
EMAIL:zhao@example.tw
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:孫經理
N:孫;經理;;;
X-ASSISTANT:趙助理
END:VCARD
"""


def kin() -> list[tuple[str, str, str, str]]:
    """The relations that are not employment."""
    rows = PartyRelation.objects.current().exclude(kind="employed_by").order_by("pk")
    return [(one.party.name, one.kind, one.other.name, one.title) for one in rows.select_related("party", "other")]


def test_related_persons_who_can_be_recognised_become_dated_relations(bring: Bring) -> None:
    create_party(by=None, name="陳主任")
    assert bring(KIN, name="kin.vcf", dry_run=True)["relatives"] == 4
    assert kin() == []
    found = bring(KIN, name="kin.vcf")
    assert kin() == [
        ("王小明", "related_to", "李美", "spouse"),
        ("王小明", "reports_to", "陳主任", ""),
        ("李美", "related_to", "王小華", "child"),
        ("趙助理", "reports_to", "孫經理", "assistant"),
    ]
    assert found["relatives"] == 4
    assert PartyRelation.objects.filter(valid_from=timezone.localdate()).count() == 4
    assert (
        Party.objects.get(name="王小明").custom["Related"]
        == "李美 (spouse), Somebody (friend), 陳主任 (manager), Nobody Known (assistant)"
    )
    assert Event.objects.filter(kind="customers.relation_added", customer__name="李美").count() == 2
    assert bring(KIN, name="kin.vcf", dry_run=True)["relatives"] == 0
    again = bring(KIN, name="kin.vcf")
    assert (again["known"], again["relatives"], len(kin())) == (5, 0, 4)
    undo_batch(batch=Batch.objects.get(pk=found["batch"]), by=None)
    assert kin() == []


def test_preview_counts_a_relation_once_whoever_names_it_and_leaves_out_those_that_stand(bring: Bring) -> None:
    card = "BEGIN:VCARD\nVERSION:4.0\nFN:{}\nRELATED;TYPE=spouse;VALUE=text:{}\nEND:VCARD\n"
    both = card.format("王小明", "李美") + card.format("李美", "王小明")
    assert bring(both, name="both.vcf", dry_run=True)["relatives"] == 1
    assert bring(both, name="both.vcf")["relatives"] == 1
    more = "".join(
        card.format(name, other).replace("END:", "NOTE:new\nEND:")
        for name, other in (("王小明", "李美"), ("李美", "李美"), ("張三", "李美"))
    )
    assert bring(more, name="more.vcf", dry_run=True)["relatives"] == 1
    assert bring(more, name="more.vcf")["relatives"] == 1


def test_related_person_of_a_name_that_two_have_stays_text(bring: Bring) -> None:
    for _twice in range(2):
        create_party(by=None, name="陳主任")
    card = "BEGIN:VCARD\nVERSION:4.0\nFN:王小明\nX-MANAGER:陳主任\nEND:VCARD\n"
    assert bring(card, name="one.vcf", dry_run=True)["relatives"] == 0
    bring(card, name="one.vcf")
    assert kin() == []
    assert Party.objects.get(name="王小明").custom["Related"] == "陳主任 (manager)"


def test_partners_and_relatives_are_seen_from_both_sides(client: Client, make_user: Callable[..., Any]) -> None:
    client.force_login(make_user())
    one, other = create_party(by=None, name="王小明"), create_party(by=None, name="李美")
    add_relation(party=one, other=other, kind="related_to", title="spouse", by=None)
    add_relation(party=one, other=other, kind="partner_of", by=None)
    for party, named in ((one, other), (other, one)):
        for page in (f"/customers/{party.pk}/", f"/customers/{party.pk}/relations/"):
            answer = client.get(page)
            assert answer.status_code == 200
            assert named.name in answer.content.decode()
