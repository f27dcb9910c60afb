import base64
import json
import subprocess
from fractions import Fraction

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.page.support import SECRET, company, published
from troth.page import signature, trust


@pytest.fixture
def known(tmp_path, picture):
    return published(tmp_path, picture) / ".well-known"


def test_the_signature_holds_for_exactly_these_bytes(known):
    key = load_pem_public_key((known / "trust-key.pem").read_bytes())
    body, sig = (known / "trust.json").read_bytes(), (known / "trust.json.sig").read_bytes()
    key.verify(sig, body)
    with pytest.raises(InvalidSignature):
        key.verify(sig, body.replace(b'"broken"', b'"kept"'))


def test_anyone_can_check_it_with_openssl(known):
    command = [
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "trust-key.pem", "-rawin",
        "-in", "trust.json", "-sigfile", "trust.json.sig",
    ]  # fmt: skip
    checked = subprocess.run(command, cwd=known, capture_output=True, text=True, check=False)
    assert (checked.returncode, "Verified" in checked.stdout) == (0, True), checked.stderr


def test_both_forms_of_the_key_are_the_same_key(known):
    jwk = json.loads((known / "trust-key.json").read_bytes())
    raw = base64.urlsafe_b64decode(jwk["x"] + "=")
    pem = load_pem_public_key((known / "trust-key.pem").read_bytes())
    assert Ed25519PublicKey.from_public_bytes(raw) == pem
    assert (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519")


def test_the_key_is_the_same_after_a_restart_and_another_for_another_secret():
    assert signature.public_jwk(SECRET) == signature.public_jwk(SECRET)
    assert signature.public_jwk(SECRET) != signature.public_jwk(bytes(32))


@pytest.mark.mission("S4.6", "S4.13", "S3.10")
def test_every_count_can_be_added_up_again(known, picture):
    read = json.loads((known / "trust.json").read_bytes())
    assert [one["slug"] for one in read["promises"]] == [one.slug for one in picture.promises]
    for one, shown in zip(read["promises"], picture.promises, strict=True):
        assert [sum(day[n] for day in one["days"]) for n in (1, 2)] == [
            sum(day.good for day in shown.standing.strip),
            sum(day.total for day in shown.standing.strip),
        ]
        for window, result in zip(one["windows"], shown.standing.windows, strict=True):
            assert (window["good"], window["total"]) == (result.good, result.total)
            assert (window["raw_good"], window["raw_total"]) == (result.raw_good, result.raw_total)
            assert window["verdict"] == result.verdict
            assert Fraction(str(window["target"])) == result.target


def test_what_happened_before_is_there_too_but_not_who_signed_it(known):
    text = (known / "trust.json").read_text()
    lights = json.loads(text)["promises"][1]
    assert [change["now"] for change in lights["targets"]] == [0.75, 0.9]
    assert lights["flips"][0]["now"] == "broken"
    assert lights["restatements"][0]["before"] == [12, 20]
    assert lights["exclusions"][0]["retroactive"] is True
    assert "Ada" not in text


def test_the_same_picture_gives_the_same_bytes():
    assert trust.document(company()) == trust.document(company())


def test_the_days_of_a_promise_are_a_table(known):
    lines = (known.parent / "promises/branches/days.csv").read_text().splitlines()
    assert lines[0] == "date,good,total,verdict"
    assert len(lines) == 91
