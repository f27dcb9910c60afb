import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.utils.translation import override

import troth

TEMPLATES = sorted(Path(troth.__file__).parent.glob("*/templates/**/*.html"))
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[^=]*)\s*=", re.IGNORECASE),
    "a script in the page": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)", re.IGNORECASE
    ),
    "another host": re.compile(r"(src|<link[^>]*href)\s*=\s*[\"']?(https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_template_holds_nothing_that_the_policy_forbids(path):
    text = re.sub(r"{%.*?%}", "", path.read_text(encoding="utf-8"))  # a tag's words are no markup
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


def test_the_public_page_needs_no_request_and_no_script():
    html = render_to_string("ui/page.html", {"site_name": "City Services"})
    assert "<title>City Services</title>" in html
    assert html.count("<script") == 1
    assert 'type="module"' in html


def _shown(template, **context):
    return engines["django"].from_string("{% load ui %}" + template).render(context)


def test_a_verdict_has_word_and_class_and_an_unknown_one_is_never_green():
    assert _shown("{% verdict 'at_risk' %}") == ('<span class="verdict is-at_risk">at risk</span>')
    assert 'is-kept">works<' in _shown("{% verdict 'kept' 'works' %}")
    assert "is-no_data" in _shown("{% verdict 'splendid' %}")


def test_names_are_escaped_wherever_they_come_from():
    evil = "<img src=x onerror=alert(1)>"
    assert "<img" not in _shown("{% verdict 'kept' word %}", word=evil)
    assert "<img" not in _shown("{% sparkline values label %}", values=[1, 2], label=evil)


def test_the_words_are_german_where_the_page_is():
    with override("de"):
        assert "gebrochen" in _shown("{% verdict 'broken' %}")
