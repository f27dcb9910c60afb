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
    click.echo(f"troth: {_unmigrated(problem) or problem}", err=True)
    return code


def _unmigrated(problem: Exception) -> str:
    """Return in words that the tables are not those of this version; "" where they are."""
    if not _says_a_table_is_missing(problem):
        return ""
    # Imported here: only what has opened the database can fail so.
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not waiting:
        return ""
    changes = f"{waiting} change{'s' * (waiting > 1)} of them wait{'s' * (waiting == 1)}"
    return (
        "the database has not the tables of this version: "
        f"{changes}. Run troth migrate, then this again; nothing was changed"
    )


def _says_a_table_is_missing(problem: Exception) -> bool:
    kinds = {kind.__name__ for kind in type(problem).__mro__}
    said = str(problem)
    missing = any(words in said for words in ("no such table", "no such column", "does not exist"))
    return missing and bool(kinds & {"OperationalError", "ProgrammingError"})


def _code(problem: Exception) -> int | None:
    """Return the code that the failure declares by `exit_code`, or that its kind implies."""
    declared = getattr(problem, "exit_code", None)
    if isinstance(declared, int):
        return declared
    known = _is_unreachable(problem) or _says_a_table_is_missing(problem)
    return UNREACHABLE if known else None


def _is_unreachable(problem: Exception) -> bool:
    # By name, because `troth up` and `--help` never import Django.
    names = {kind.__name__ for kind in type(problem).__mro__}
    return bool(names & {"OperationalError", "InterfaceError", "ConnectionError"})
