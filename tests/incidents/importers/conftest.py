"""The real verbs, run as a person types them, with their output."""

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
