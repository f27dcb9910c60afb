"""What an import linter cannot see: where tables point, how long things are, their names."""

import ast
import configparser
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parents[2]
TROTH = ROOT / "troth"


def _heights():
    """Package → height of its floor, from the ground up, as the import linter's contract says."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    floors = reversed(contracts["importlinter:contract:story"]["layers"].split("\n"))
    present = (
        [name for name in floor.split(" | ") if not name.startswith("(")] for floor in floors
    )
    return {name: height for height, floor in enumerate(present) for name in floor if name}


HEIGHT = _heights()
PACKAGES = sorted(path.parent.name for path in TROTH.glob("*/__init__.py"))
OUR_FILES = sorted(
    path for path in TROTH.rglob("*.py") if "migrations" not in path.parts and path.is_file()
)
FORBIDDEN_NAMES = {
    "utils",
    "helpers",
    "misc",
    "common",
    "manager",
    "managers",
    "service",
    "services",
}


def name_of(path):
    return str(path.relative_to(ROOT))


def committed():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_package_has_its_floor():
    assert set(PACKAGES) == set(HEIGHT)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_it_is_in_one_sentence(package):
    text = ast.get_docstring(ast.parse((TROTH / package / "__init__.py").read_text("utf-8")))
    assert text is not None
    assert "\n" not in text
    assert text.endswith(".")


def test_foreign_keys_point_down():
    upward = []
    for model in apps.get_models():
        home = model.__module__.split(".")
        if home[0] != "troth":
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                target = field.related_model.__module__.split(".")
                if target[0] == "troth" and HEIGHT[target[1]] > HEIGHT[home[1]]:
                    upward.append(f"{model._meta.label}.{field.name}")
    assert upward == []


def test_models_are_imported_at_home_only():
    """Another package asks `queries` and `actions`; foreign keys alone name foreign tables."""
    strangers = []
    for path in OUR_FILES:
        home = path.relative_to(TROTH).parts[0]
        if path.name == "models.py" or home == "config":
            continue
        for name in imported(path):
            match = re.match(r"troth\.(\w+)\.models\b", name)
            if match and match[1] not in (home, "core"):
                strangers.append(f"{name_of(path)} imports {name}")
    assert strangers == []


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_signal_has_one_meaning():
    """Django's own signals are banned: what one package must tell another is a fact in a row."""
    used = [
        f"{name_of(path)}: {name}"
        for path in OUR_FILES
        for name in imported(path)
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
    ]
    assert used == []


def test_no_file_is_named_after_nothing():
    assert [name_of(path) for path in OUR_FILES if path.stem in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize(
    ("pattern", "limit"),
    [("**/*.py", 400), ("**/*.html", 120), ("**/*.js", 80), ("**/*.css", 200)],
)
def test_files_stay_short(pattern, limit):
    long = {
        name_of(path): length
        for path in sorted(TROTH.glob(pattern))
        if not {"vendor", "migrations"} & set(path.parts)
        and (length := len(path.read_text("utf-8").splitlines())) > limit
    }
    assert long == {}


def test_functions_stay_short():
    long = {}
    for path in OUR_FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 40:
                    long[f"{name_of(path)}:{node.name}"] = length
    assert long == {}


MACHINE = re.compile(
    rb"/work/|/root/|/home/\w+/|/tmp/spec"
    rb"|pypi\.org/simple|files\.pythonhosted|registry\.npmjs|deb\.debian\.org|index-url|find-links"
)


def test_nothing_committed_names_a_machine_or_a_registry():
    here = Path(__file__).resolve()
    found = {
        name_of(path): sorted({match.decode() for match in MACHINE.findall(path.read_bytes())})
        for path in committed()
        if path.resolve() != here and path.suffix not in (".parquet", ".png", ".woff2", ".mo")
    }
    found.pop("bin/lock", None)  # it says --no-emit-index-url
    assert {name: words for name, words in found.items() if words} == {}
