"""Numbers: one notation, the declared one, or a question."""

import pytest

from troth.signals.imports import numbers
from troth.signals.imports.numbers import NumberTerms
from troth.signals.imports.problems import Undeclared, ValueRefused


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "number"),
    [
        ("12", "", "", 12.0),
        (" -1.5 ", "", "", -1.5),
        ("1e3", "", "", 1000.0),
        ("1,5", ",", "", 1.5),
        ("1.234.567,89", ",", ".", 1234567.89),
        ("1,234.5", ".", ",", 1234.5),
        ("1 234 567,5", ",", " ", 1234567.5),
        ("1\u00a0234,5", ",", " ", 1234.5),
        ("1'234.5", ".", "'", 1234.5),
        ("1234,5", ",", ".", 1234.5),
        (3, "", "", 3.0),
        (2.5, ",", "", 2.5),
    ],
)
def test_a_number_is_read_as_declared(text, decimal, thousands, number):
    assert numbers.reader(NumberTerms(decimal, thousands))(text) == number


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1.5", ",", ""),
        ("1,5", ".", ""),
        ("12.34", ",", "."),
        ("1,23,456", ".", ","),
        ("NaN", "", ""),
        ("inf", "", ""),
        ("1e400", "", ""),
        ("0x10", "", ""),
        ("١٢", ",", ""),
        ("", "", ""),
        ("12 apples", "", ""),
        (float("nan"), "", ""),
        (True, "", ""),
    ],
)
def test_another_notation_is_refused(text, decimal, thousands):
    with pytest.raises(ValueRefused):
        numbers.reader(NumberTerms(decimal, thousands))(text)


@pytest.mark.parametrize("text", ["1,5", "1.234,5", "1,234"])
def test_an_undeclared_comma_is_a_question(text):
    with pytest.raises(Undeclared, match="declare `decimal` and `thousands`"):
        numbers.reader(NumberTerms())(text)


def test_whole_numbers_stay_exact():
    whole = numbers.whole(numbers.reader(NumberTerms()))
    assert whole("9007199254740993") == 9007199254740993
    with pytest.raises(ValueRefused, match="not a whole number"):
        whole("1.5")
