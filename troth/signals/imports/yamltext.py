"""YAML in which every scalar is text: `NO: kept` stays “NO”, and a key written twice is refused."""

from typing import Any

import yaml

from troth.signals.imports.problems import ImportProblem

_LONGEST = 256 * 1024


class _Loader(yaml.BaseLoader):
    """BaseLoader makes text of all scalars and builds nothing else; this also sees doubled keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's own signature
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise ImportProblem(
                        f"Line {key.start_mark.line + 1} says “{key.value}” a second time."
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(text: str) -> dict[str, Any]:
    """Return the document as dicts, lists and texts. Raises ImportProblem."""
    if len(text) > _LONGEST:
        raise ImportProblem("The mapping is longer than 256 kB.")
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 - made from BaseLoader, which is safe
    except yaml.YAMLError as error:
        raise ImportProblem(f"The mapping is not YAML: {_where(error)}") from error
    except RecursionError as error:
        raise ImportProblem("The mapping is nested too deeply.") from error
    if not isinstance(found, dict):
        raise ImportProblem("The mapping is empty: it begins with `signal:` and the fields below.")
    return found


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"line {mark.line + 1}: {problem}." if mark else f"{problem}."
