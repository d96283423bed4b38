"""What a text is known by, what was typed, and what is one slip away."""

import pytest

from regulars.kit import words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ｌｉｎ　１２", "lin 12"),
        ("臺北", "台北"),
        ("王\u200b小\u200d明", "王小明"),
        ("\u202e王小明\u202c", "王小明"),
        ("a\x00b\nc", "a b c"),
        ("ﾀﾅｶ", "タナカ"),
        ("STRASSE ß", "strasse ss"),
        ("陳恆群", words.fold("陈恒羣")),
        ("\ud800x", "x"),
        ("王\ufe00", "王"),
    ],
)
def test_fold_makes_one_of_what_means_the_same(text, folded):
    assert words.fold(text) == folded


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("王小明", {"王", "小", "明", "王小", "小明", "王_明"}),
        ("王 小明", {"王", "小", "明", "小明", "王小", "王_明"}),
        ("José", {"jose", "^jo", "^jos"}),
        ("O'Brien", {"o", "brien", "^br", "^bri", "obrien", "^ob", "^obr"}),
        ("Wu", {"wu", "^wu"}),
        ("김민수", {"김", "민", "수", "김민", "민수", "김_수"}),
        ("🎉", set()),
        ("", set()),
    ],
)
def test_text_is_known_by_its_words(text, known):
    assert words.of_text(text) == known


def test_words_hold_nothing_that_an_index_would_split_or_misread():
    hostile = "a\"b*c' (d) ^e {f} \\g 王\"小 NEAR/2 x:y #z _w ' OR 1=1 --"
    for word in words.document(names=[hostile], numbers=[hostile], addresses=[hostile]).split(" "):
        assert word
        assert not set(word) & set("\"*'(){}\\:&|!<> \t\n\x00"), word


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("臺積電股份有限公司", ["台積電"]),
        ("Acme Co., Ltd.", ["acme"]),
        ("股份有限公司", ["股份有限公司"]),
        ("co", ["co"]),
        ("王小明 Ming", ["王小明", "ming"]),
        ("O’Brien", ["obrien"]),
        ("株式会社田中", ["田中"]),
        ('"*()', []),
        ("x " * 100, ["x"]),
    ],
)
def test_terms_are_what_has_to_be_found(typed, found):
    assert [term.text for term in words.terms(typed)] == found


def test_terms_are_few_and_short_whatever_is_typed():
    assert len(words.terms(" ".join(f"word{i}" for i in range(500)))) <= words.MOST_WORDS
    assert all(len(term.text) <= words.LONGEST_WORD for term in words.terms("a" * 10_000))


@pytest.mark.parametrize("slip", ["jonathn", "jonahtan", "jonnathan", "jonathen", "onathan", "jonathana"])
def test_one_slip_leads_back_to_the_word(slip):
    assert "jonathan" in words.near_words(slip)
    assert slip not in words.near_words(slip)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王大明", "王小明"),
        ("李小明", "王小明"),
        ("王小名", "王小明"),
        ("歐陽小名", "歐陽小明"),
        ("歐楊小明", "歐陽小明"),
        ("王小大明", "王小明"),
    ],
)
def test_one_wrong_character_is_looked_for(typed, name):
    known = words.of_text(name)
    assert any(all(word in known for word in way) for way in words.near_runs(typed))
    assert words.is_near_run(typed, name)


def test_two_wrong_characters_are_not():
    assert not words.is_near_run("王大名", "王小明")


def test_near_numbers_differ_in_one_place():
    near = words.near_numbers("0912345678")
    assert "0912345679" in near
    assert "0912435678" in near
    assert "0912345678" not in near
    assert len(near) < 120


def test_address_is_known_by_its_own_words():
    known = words.of_address("ming.wang12@acme-corp.com.tw")
    assert {"ming", "wang12", "acme", "corp"} <= known
    assert not {"com", "tw"} & known
