"""From MJML to a mail: what is refused and why, what comes out in HTML and as text, in both languages."""

import re
from pathlib import Path

import pytest

from regulars.marketing.content import designs, fields, rendering
from regulars.marketing.content.compiling import Made, compiled

FRAME = "<mjml>\n<mj-body><mj-section><mj-column>\n{}\n</mj-column></mj-section></mj-body>\n</mjml>"


def made(inside: str, *, language: str = "en", subject: str = "Hi", preheader: str = "") -> Made:
    return compiled({"subject": subject, "preheader": preheader, "mjml": FRAME.format(inside)}, language)


def text(words: str) -> str:
    return f"<mj-text>{words}</mj-text>"


def said(one: Made, **values: object) -> dict[str, str]:
    assert [str(fault) for fault in one.problems] == []
    words = rendering.said(rendering.ready({"en": one.programs}, {}).programs["en"], dict(values))
    return {"subject": words.subject, "html": words.html, "text": words.text}


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (text("<script>x</script>"), "Line 3: <script> cannot be used in a mail."),
        (text('<a href="javascript:alert(1)">x</a>'), "is no address that may stand here"),
        (text('<a href="java&#115;cript:alert(1)">x</a>'), "is no address that may stand here"),
        (text('<a href="//evil.example">x</a>'), "is no address that may stand here"),
        (text('<a href="{{ name }}">x</a>'), "is no address that may stand here"),
        (text('<a href="https://{% if name %}x{% endif %}{{ offer_url }}">x</a>'), "is no address that may stand here"),
        (text('<img src="data:image/png;base64,x" alt="x">'), "is no address that may stand here"),
        (text('<p onclick="x()">x</p>'), "“onclick” would run something; a mail cannot."),
        (text('<p style="background:url(javascript:x)">x</p>'), "This style would load or run something."),
        (text('<p class="{{ name }}">x</p>'), "Nothing can be inserted in “class”."),
        (text("<!-- {{ name }} -->"), "Nothing can be inserted in a comment."),
        (text("<form><input></form>"), "<form> cannot be used in a mail."),
        (text("<iframe></iframe>"), "<iframe> cannot be used in a mail."),
        ('<mj-include path="/etc/passwd" />', "Line 3: <mj-include> cannot be used in a mail."),
        ("<mj-text>x", "<mj-text> is never closed."),
        ("\n\n</mj-text>", "Line 5: </mj-text> closes nothing."),
        (text("1 < 2"), "Line 3: This “<” begins nothing"),
        ("just words", "Line 3: Words belong into <mj-text>"),
        ("{{ name }}", "Line 3: Words belong into <mj-text>"),
        ("<p>x</p>", "Line 3: <p> belongs into <mj-text>."),
        (text("<b>{% if name %}</b>{% endif %}"), "must end in the same <b>"),
        (text("x") + "</mj-column>{% if name %}<mj-column>{% endif %}", "cannot stand directly in <mj-section>"),
        (text("{{ nobody }}"), "Line 3: There is no field “nobody”."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_a_sentence_with_its_line(inside: str, sentence: str) -> None:
    one = made(inside)
    assert any(sentence in str(fault) for fault in one.problems), [str(fault) for fault in one.problems]
    assert one.programs == {}


@pytest.mark.parametrize(
    "source",
    [
        "",
        "hello",
        "<p>x</p>",
        "<mjml></mjml>",
        "<mjml><mj-head></mj-head></mjml>",
        "<" * 5_000,
        "<a " * 9_000,
        "x" * 300_000,
    ],
)
def test_what_is_no_mail_is_told_and_breaks_nothing(source: str) -> None:
    assert compiled({"subject": "x", "mjml": source}, "en").problems


def test_without_a_subject_there_is_no_mail() -> None:
    assert "It has no subject." in [str(one) for one in made(text("x"), subject=" ").problems]


def test_both_parts_say_the_same() -> None:
    one = made(
        text('{{ greeting }}, <b>look</b>&nbsp;&amp; <a href="https://a.example/?x=1&amp;y=2">see</a><br>more')
        + '<mj-button href="https://b.example">Go</mj-button><mj-image src="https://c.example/i.png" alt="圖片" href="https://d.example" />'
    )
    told = said(one, greeting="Dear Ms Chen")
    assert 'href="https://a.example/?x=1&amp;y=2"' in told["html"]
    assert "Dear Ms Chen, <b>look</b>" in told["html"]
    assert "Dear Ms Chen, look & see: https://a.example/?x=1&y=2\nmore" in told["text"]
    assert "Go: https://b.example" in told["text"]
    assert "[圖片]: https://d.example" in told["text"]
    assert "<" not in told["text"]


def test_attributes_cannot_be_broken_out_of() -> None:
    told = said(
        made('<mj-image src="https://c.example/i.png" alt=\'a "quoted" \u200d {{ name }}\' />'), name='x" onerror="y'
    )
    assert 'onerror="y' not in told["html"]
    assert "&quot;" in told["html"] or "&#34;" in told["html"]
    assert "\\u{" not in told["html"]


def test_an_order_around_elements_takes_the_whole_element() -> None:
    one = made("{% if city %}<mj-text>In {{ city }}</mj-text>{% else %}<mj-text>Somewhere</mj-text>{% endif %}")
    with_city, without = said(one, city="台北"), said(one)
    assert "In 台北" in with_city["html"]
    assert "Somewhere" not in with_city["html"]
    assert "Somewhere" in without["html"]
    assert "In " not in without["text"]
    for told in (with_city, without):
        for tag in ("table", "td", "tr", "div"):
            assert len(re.findall(f"<{tag}[ >]", told["html"])) == told["html"].count(f"</{tag}>"), tag


def test_what_must_stand_under_a_mail_is_put_there_unless_it_stands_there() -> None:
    links = {
        "unsubscribe_url": "https://r.example/u",
        "preferences_url": "https://r.example/p",
        "our_address": "Taipei",
        "our_name": "Tea",
    }
    told = said(made(text("x")), **links)
    for value in links.values():
        assert value in told["html"]
        assert value in told["text"]
    own = text('{{ our_address }} <a href="{{ unsubscribe_url }}">bye</a> <a href="{{ preferences_url }}">choose</a>')
    assert said(made(own), **links)["html"].count("https://r.example/u") == 1


def test_a_choice_between_addresses_is_an_address() -> None:
    one = made(text('<a href="{% if offer_url %}{{ offer_url }}{% else %}https://a.example{% endif %}">x</a>'))
    assert 'href="https://a.example"' in said(one)["html"]
    assert 'href="https://o.example/?a=1&amp;b=2"' in said(one, offer_url="https://o.example/?a=1&b=2")["html"]
    assert "javascript" not in said(one, offer_url="javascript:alert(1)")["html"]


def test_the_words_beside_the_subject_are_hidden_in_the_mail_and_escaped() -> None:
    told = said(made(text("x"), preheader='1 < 2 {{ name | "you" }}'), name="<b>")
    assert "1 &lt; 2 &lt;b&gt;" in told["html"]
    assert "1 <" not in told["text"]


def test_a_subject_is_one_line() -> None:
    told = said(made(text("x"), subject="To {{ name }}"), name="a\r\nBcc: everybody@x.example")
    assert told["subject"] == "To a Bcc: everybody@x.example"


def test_a_mail_can_be_read_by_night_and_says_its_language() -> None:
    told = said(made(text("x"), language="zh-hant"))
    assert "prefers-color-scheme: dark" in told["html"]
    assert '<meta name="color-scheme" content="light dark">' in told["html"]
    assert 'lang="zh-Hant"' in told["html"]
    assert 'lang="und"' not in told["html"]
    assert "取消訂閱" in told["text"]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("design", designs.DESIGNS)
def test_every_design_can_be_published_as_it_is(design: str, language: str) -> None:
    one = compiled(designs.draft(design)[language], language)
    assert [str(fault) for fault in [*one.problems, *one.hints]] == []
    bare = said(one, unsubscribe_url="https://r.example/u", preferences_url="https://r.example/p")
    assert len(bare["html"].encode()) < 40_000
    assert "{{" not in bare["html"] + bare["text"] + bare["subject"]
    assert 'href=""' not in bare["html"]
    assert "\n\n\n" not in bare["text"]


@pytest.mark.parametrize("words", [block for _label, block in designs.BLOCKS.values()])
def test_every_block_can_stand_where_it_is_put(words: str) -> None:
    filled = words.replace('"https://"', '"https://a.example"')
    whole = "<mjml><mj-body>{}</mj-body></mjml>" if filled.startswith("<mj-section") else FRAME
    assert [str(one) for one in compiled({"subject": "x", "mjml": whole.replace("{}", filled)}, "en").problems] == []


def test_designs_lie_beside_their_list() -> None:
    folder = Path(designs.__file__).parent
    assert {path.name for path in folder.glob("*.mjml")} == {
        f"{design}.{language}.mjml" for design in designs.DESIGNS for language in ("en", "zh-hant")
    }
    assert set(fields.NAMES) >= {"unsubscribe_url", "greeting"}
