"""Every text of the public page is there in every language."""

import gettext
import importlib.machinery
import importlib.util
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tool():
    loader = importlib.machinery.SourceFileLoader("messages", str(ROOT / "bin" / "messages"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("messages", loader))
    loader.exec_module(module)
    return module


messages = tool()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_text_has_its_translation(language):
    assert messages.missing(language) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_no_translation_is_left_of_a_text_that_is_gone(language):
    assert set(messages.read_po(messages.po_path(language))) == set(messages.collected())


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_compiled_file_is_what_the_written_one_says(language):
    path = messages.po_path(language)
    assert path.with_suffix(".mo").read_bytes() == messages.compiled(messages.read_po(path))


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_translation_keeps_every_placeholder(language):
    names = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
    for message, said in messages.read_po(messages.po_path(language)).items():
        wanted = set(names.findall(message.text)) | set(names.findall(message.plural))
        for text in said:
            assert set(names.findall(text)) <= wanted, message.text
        assert set(names.findall(said[-1])) == wanted, message.text


def test_python_reads_what_we_compile():
    catalogue = {
        messages.Message("", "a “quoted”\n\ttext", ""): ("ein „Text“",),
        messages.Message("verdict", "kept", ""): ("gehalten",),
        messages.Message("", "%(n)d day", "%(n)d days"): ("%(n)d Tag", "%(n)d Tage"),
        messages.Message("", "nothing yet", ""): ("",),
    }
    read = gettext.GNUTranslations(io.BytesIO(messages.compiled(catalogue)))
    assert read.gettext("a “quoted”\n\ttext") == "ein „Text“"
    assert read.pgettext("verdict", "kept") == "gehalten"
    assert read.ngettext("%(n)d day", "%(n)d days", 3) == "%(n)d Tage"
    assert read.gettext("nothing yet") == "nothing yet"


def test_what_is_written_is_read_back(tmp_path):
    catalogue = {
        messages.Message("", 'a "b" \\ c\nd', ""): ('ä "ö"\n',),
        messages.Message("x", "one", "many"): ("eins", "viele"),
    }
    messages.write_po(tmp_path / "x.po", catalogue)
    assert messages.read_po(tmp_path / "x.po") == catalogue
