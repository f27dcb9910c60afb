"""Exit codes, and the sentence that goes with a failure that was foreseen."""

import click

OK, FOUND, USAGE, UNREACHABLE, BUSY = 0, 1, 2, 3, 4
CODES = (
    "0 done, 1 problems or refused lines, 2 wrong usage, "
    "3 database or store out of reach, 4 busy or full."
)


def of(problem: Exception) -> int:
    """Say what went wrong and return the exit code. A failure that nobody foresaw is raised."""
    if isinstance(problem, click.ClickException):
        problem.show()
        return problem.exit_code
    code = _code(problem)
    if code is None:
        raise problem
    click.echo(f"troth: {problem}", err=True)
    return code


def _code(problem: Exception) -> int | None:
    """Return the code that the failure declares by `exit_code`, or that its kind implies."""
    declared = getattr(problem, "exit_code", None)
    if isinstance(declared, int):
        return declared
    return UNREACHABLE if _is_unreachable(problem) else None


def _is_unreachable(problem: Exception) -> bool:
    # By name, because `troth up` and `--help` never import Django.
    names = {kind.__name__ for kind in type(problem).__mro__}
    return bool(names & {"OperationalError", "InterfaceError", "ConnectionError"})
