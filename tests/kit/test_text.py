import pytest

from regulars.kit import text


@pytest.mark.parametrize(
    ("family", "given", "name"),
    [
        ("王", "小明", "王小明"),
        ("歐陽", "娜娜", "歐陽娜娜"),
        ("Chen", "Mei-Ling", "Mei-Ling Chen"),
        ("", "Cher", "Cher"),
        ("李", "", "李"),
    ],
)
def test_person_name_follows_the_script(family, given, name):
    assert text.person_name(family, given) == name


def test_fold_sees_through_width_case_variants_and_invisible_characters():
    assert text.fold("臺北ＡＢＣ\u200b公司") == text.fold("台北abc公司")
    assert text.fold("\u202eevil\u202c") == "evil"


def test_clean_folds_blanks_and_control_characters():
    assert text.clean("  a\tb\r\nc\x00d ") == "a b c d"


def test_tokens_find_two_neighbouring_characters_and_whole_words():
    found = text.tokens("王小明 Ming-2")
    assert found == ["王", "小", "明", "王小", "小明", "ming", "2"]
