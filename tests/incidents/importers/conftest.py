"""The real verbs, run as a person types them, with their output."""

import json

import pytest
from click.testing import CliRunner

from troth.config import cli


@pytest.fixture
def troth(db):
    def run(*arguments, code=0):
        done = CliRunner().invoke(cli.troth, [str(one) for one in arguments],
                                  standalone_mode=False)  # fmt: skip
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert (done.return_value or 0) == code, done.output
        return done.output

    return run


@pytest.fixture
def bring(troth, tmp_path):
    """Import files by the real verb, a second time as well, and return the first report."""

    def bring(name, value, *, code=0):
        place = tmp_path / "export.json"
        if isinstance(value, dict) and all(key.endswith(".json") for key in value):
            place = tmp_path / "answers"
            place.mkdir()
            for file, one in value.items():
                (place / file).write_text(json.dumps(one))
        elif hasattr(value, "exists"):
            place = value
        else:
            place.write_text(json.dumps(value))
        told = json.loads(troth("import", name, place, "--json", code=code))
        again = json.loads(troth("import", name, place, "--json", code=code))
        assert again["incidents"]["new"] == again["incidents"]["changed"] == 0
        assert again["components_declared"] == []
        assert again["signals"]["new"] in {0, None}
        return told

    return bring
