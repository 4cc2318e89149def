"""docs/robustness.md: which case of tests/robustness/cases.toml holds, by the tests that are named after it."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NO_TEST = "no test"
"""Stands where a case has neither a test nor a line in [open]."""

NAMED = re.compile(r"test_([bsfp]\d\d)_")

HEAD = """# What happens when things go wrong

Generated from the tests in `tests/robustness`; `make docs` writes it again. Every line is a test that runs with every
change: what its docstring promises held when this page was released. What doesn't hold is said at the case.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a case."""

    promise: str
    """First paragraph of its docstring."""
    where: str
    """File and name of the test, as pytest takes them."""
    fails: str
    """Why it is expected to fail; empty where it holds."""


def robustness_page(folder: Path) -> str:
    """Return the page.

    Parameters
    ----------
    folder
        Where the cases and their tests are.

    Raises
    ------
    ValueError
        A test has no docstring, or is named after no case.
    """
    declared = tomllib.loads((folder / "cases.toml").read_text(encoding="utf-8"))
    tests = _tests(folder)
    titles, left_open = declared["cases"], declared["open"]
    if unknown := sorted({*tests, *left_open} - set(titles)):
        raise ValueError(f"cases.toml doesn't know {', '.join(unknown)}")
    lines = [HEAD]
    for letter, area in declared["areas"].items():
        lines += [f"## {area}", "", "| case | | what happens | test |", "| --- | --- | --- | --- |"]
        for code, title in titles.items():
            if code[0] != letter:
                continue
            holding = [test for test in tests.get(code, []) if not test.fails]
            missing = [(f"Not yet: {test.fails}", test.where) for test in tests.get(code, []) if test.fails]
            if code in left_open or not tests.get(code):
                missing.append((f"Not yet: {left_open.get(code, NO_TEST)}", ""))
            mark = "holds" if not missing else "in part" if holding else "open"
            rows = [*((test.promise, test.where) for test in holding), *missing]
            for at, (promise, where) in enumerate(rows):
                first = f"**{code}** {title} | {mark}" if at == 0 else " |"
                lines.append(f"| {first} | {_shown(promise)} | {f'`{where}`' if where else ''} |")
        lines.append("")
    return "\n".join(lines)


def _tests(folder: Path) -> dict[str, list[Case]]:
    """Return the tests of each case, in the order of files and lines."""
    found: dict[str, list[Case]] = {}
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = NAMED.match(node.name) if isinstance(node, ast.FunctionDef) else None
            if named is None:
                continue
            assert isinstance(node, ast.FunctionDef)
            promise = (ast.get_docstring(node) or "").partition("\n\n")[0]
            if not promise:
                raise ValueError(f"{path.name}: {node.name} has no docstring that says what it promises")
            case = Case(promise, f"{path.name}::{node.name}", _expected_failure(node))
            found.setdefault(named[1].upper(), []).append(case)
    return found


def _expected_failure(node: ast.FunctionDef) -> str:
    """Return the reason of a test's xfail or skip mark, empty without one."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in ("pytest.mark.xfail", "pytest.mark.skip"):
            reasons = [ast.literal_eval(word.value) for word in decorator.keywords if word.arg == "reason"]
            return reasons[0] if reasons else "no reason is given"
    return ""


def _shown(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
