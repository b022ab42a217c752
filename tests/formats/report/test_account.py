from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from isthmus.analysis import Intake, OpinionGroups, Population
from isthmus.formats.report import render_account, render_report
from isthmus.language import LANGUAGES, InputError, Message
from tests.charts.samples import HOSTILE, NAMES, findings, opinion_groups, swapped

pytestmark = pytest.mark.unit


class Page(HTMLParser):
    """A page's elements, their attributes, and the words in them; refuses what is not closed in order."""

    VOID = frozenset({"meta", "br", "img", "link", "input"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def of_class(self, name: str) -> list[tuple[str, dict[str, str | None]]]:
        return [element for element in self.elements if name in (element[1].get("class") or "").split()]


CASES = {
    "two sides": findings(),
    "two sides, closed": findings(population=Population.CLOSED),
    "one side": findings(1, sides_from="none"),
    "three sides": findings(3),
    "six sides": findings(6),
    "no statements": findings(statements=0),
    "one statement": findings(statements=1),
    "groups": findings(3, sides_from="groups", names=("group 1", "group 2", "group 3"), groups=opinion_groups(60, 3)),
    "one group": findings(1, sides_from="groups", names=("group 1",), groups=opinion_groups(5, 1, stability=None)),
    "groups beside sides": findings(groups=opinion_groups(30)),
    "no texts": findings(texts={}),
    "texts of no known language": findings(texts={"und": "Both towns share a fire engine."}),
    "hostile": findings(
        texts={"en": HOSTILE, "und": HOSTILE},
        names=(HOSTILE, HOSTILE + "2"),
        id_=HOSTILE,
        intake=Intake(notices=(Message("{path}", {"path": HOSTILE}),)),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_report_is_a_sound_page(case: str, language: str) -> None:
    source = render_report(CASES[case], language=language, title=HOSTILE)
    page = Page(source)
    assert page.elements[0] == ("html", {"lang": language})
    assert [page.count(tag) for tag in ("h1", "main", "header", "footer", "title")][:4] == [1, 1, 1, 1]
    assert page.count("script") == page.count("img") == page.count("link") == page.count("iframe") == 0
    assert page.count("table") == page.count("caption")
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")
    assert not [a for _, a in page.elements if "style" in a or any(key.startswith("on") for key in a)]
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {(a["href"] or "").removeprefix("#") for tag, a in page.elements if tag == "a"}
    assert targets <= set(ids)


@pytest.mark.parametrize("case", CASES)
def test_report_fetches_nothing(case: str) -> None:
    source = render_report(CASES[case], language="en", title="t").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(src|href)=[\"'](?!#)|@import|url\((?!#isthmus-side-\d\))|https?:", source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_findings_make_the_same_bytes(language: str) -> None:
    case = CASES["groups"]
    assert render_report(case, language=language, title="t") == render_report(case, language=language, title="t")


def test_words_of_others_stay_words() -> None:
    source = render_account(CASES["hostile"], language="en")
    assert "<script" not in source
    assert "49" not in re.findall(r"{{[^}]*}}|\b49\b", source)
    assert HOSTILE.replace("\x07", "") in Page(source).text.replace("\x07", "")


def test_chinese_account_has_no_english_sentences_of_ours() -> None:
    words = Page(
        render_account(
            findings(3, texts={"zh-Hans": "两城共用一辆消防车。"}, names=("甲", "乙", "丙")), language="zh-Hans"
        )
    )
    assert re.findall(r"[A-Za-z]{2,}", words.text) == []


def test_statement_stands_in_the_readers_language_first_and_then_the_other() -> None:
    page = Page(render_account(findings(statements=1), language="zh-Hans"))
    texts = [a for tag, a in page.elements if tag == "p" and "lang" in a]
    assert texts == [{"lang": "zh-Hans"}, {"lang": "en", "class": "other-language"}]


def test_text_of_no_known_language_claims_none() -> None:
    page = Page(render_account(CASES["texts of no known language"], language="en"))
    assert not [a for tag, a in page.elements if tag in {"p", "th"} and "lang" in a]
    assert "Both towns share a fire engine." in page.text


def test_own_side_comes_first_and_the_others_keep_their_order() -> None:
    page = Page(render_account(findings(3), language="en", own_side="Ash"))
    assert page.text.index("Ash") < page.text.index("Elm") < page.text.index("Birch")


def test_own_side_of_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="There is no side “Larch”; there are: Elm 榆方, Birch 桦方"):
        render_account(findings(), language="en", own_side="Larch")


def test_swapping_the_sides_is_the_same_page_as_reading_from_the_other_side() -> None:
    result = findings()
    assert render_account(swapped(result), language="en") == render_account(result, language="en", own_side=NAMES[1])


def test_two_sides_stand_on_either_hand_of_the_statement() -> None:
    page = Page(render_account(findings(statements=1), language="en"))
    assert len(page.of_class("statement-pair")) == 1
    assert [(a["class"] or "").split() for _, a in page.of_class("stand")] == [["stand", "stand-mirrored"], ["stand"]]


@pytest.mark.parametrize("sides", [1, 3, 6])
def test_other_numbers_of_sides_stand_evenly(sides: int) -> None:
    page = Page(render_account(findings(sides, 1), language="en"))
    assert len(page.of_class("stand")) == sides
    assert page.of_class("stand-mirrored") == page.of_class("statement-pair") == []


def test_numbers_say_of_how_many_and_how_sure() -> None:
    text = Page(render_account(findings(statements=1), language="en")).text
    assert "18 of 20 agree" in text
    assert "3 passed" in text
    assert "78–100%" in text
    assert "97% sure" in text


def test_open_verdict_names_the_likeliest_case() -> None:
    text = Page(render_account(findings(), language="en")).text
    assert "likeliest: common ground, 60%" in text


def test_nothing_is_certain_about_people_who_were_not_asked() -> None:
    open_page = Page(render_account(findings(statements=6), language="en")).text
    assert " 0%" not in open_page.replace("0% 50% 100%", "").replace("0% 0% 50% 50% 100% 100%", "")
    assert "certain" not in open_page


def test_one_side_has_no_common_ground() -> None:
    text = Page(render_account(CASES["one side"], language="en")).text
    assert "nothing two-sided can be concluded" in text
    assert "Everyone" in text
    assert "Accepted" in text
    assert "Common ground" not in text
    assert "ifference" not in text


def test_discovered_groups_are_marked_as_found_in_the_votes() -> None:
    text = Page(render_account(CASES["groups"], language="zh-Hans")).text
    assert "第 1 组" in text
    assert "分组与比较所用的是同一批票" in text
    assert "0.83" in text
    assert "票数太少，未能定位" in text


def test_one_group_says_that_no_structure_was_found() -> None:
    assert "No structure was found" in Page(render_account(CASES["one group"], language="en")).text


def test_claims_about_these_people_and_about_a_population_are_kept_apart() -> None:
    closed = Page(render_account(CASES["two sides, closed"], language="en")).text
    sample = Page(render_account(CASES["two sides"], language="en")).text
    assert ("these people and their final answers" in closed, "sample" in closed) == (True, False)
    assert ("these people and their final answers" in sample, "sample" in sample) == (False, True)


def test_what_was_left_out_is_told() -> None:
    intake = Intake(
        duplicates=1, rejected=2, rejected_votes=1200, notices=(Message("Mind {this}.", {"this": "the gap"}),)
    )
    text = Page(render_account(findings(intake=intake), language="en")).text
    assert "1 vote was replaced by a later one of the same person." in text
    assert "2 statements rejected by moderation were left out." in text
    assert "1,200 votes were on statements left out." in text
    assert "Mind the gap." in text
    assert "empty" not in text


def test_long_sections_show_the_first_and_leave_the_rest_to_the_table() -> None:
    page = Page(render_account(findings(statements=1200), language="en"))
    assert len(page.of_class("statement")) == 5 * 50
    assert "Shown are the first 50 of 200" in page.text
    assert "Shown are the first 50 of 400" in page.text
    assert sum(tag == "th" and a.get("scope") == "rowgroup" for tag, a in page.elements) == 1200


def test_empty_findings_say_so() -> None:
    assert "There are no statements here" in Page(render_account(CASES["no statements"], language="en")).text


def test_demonstration_is_marked() -> None:
    assert "Demonstration" in Page(render_report(findings(), language="en", title="t", demonstration=True)).text
    assert "Demonstration" not in Page(render_report(findings(), language="en", title="t")).text


def test_people_without_a_place_do_not_break_the_map() -> None:
    nobody = OpinionGroups((0,), None, np.full(3, -1, np.int32), np.full((3, 2), np.nan))
    assert "Opinion map" in Page(render_account(findings(groups=nobody), language="en")).text


def test_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="is not a language of this program"):
        render_account(findings(), language="tlh")
