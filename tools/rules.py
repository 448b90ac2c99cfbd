"""Hold the rules of docs/SPEC.md and the attacks of docs/SECURITY.md against the tests.

Each has a test, and each that is named exists.

A Python test names its rules in ``@pytest.mark.rule("SCN6")`` (``pytestmark`` for a whole module),
one of the browser client in its title: ``test("… (SCN6)")``. ``python tools/rules.py`` exits 1
when a rule has no test, or when something names a rule that is none; ``--list`` prints which tests
prove each.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULE = re.compile(r"^- \*\*([A-Z]{2,4}\d+)\*\*", re.M)
TITLE = re.compile(r"""^\s*(?:await )?(?:test|it|t\.test)\(\s*["'`](.*?)["'`],""", re.M)
RULED = ("docs/SPEC.md", "docs/SECURITY.md")
NAMED_TEST = re.compile(r"`(tests/[\w/.-]+\.(?:py|js))(?:::(\w+))?`")
"""A test as a page of docs/ names it: its module, and the test in it."""
PLACES = ("src", "tests", "web", "docs", "bench", "tools")
READ = (".py", ".js", ".md")


def files(*folders: str) -> Iterator[Path]:
    """Return what people wrote below some folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in READ and not {"vendor", "node_modules"} & set(path.parts):
                yield path


def marked(path: Path) -> Iterator[str]:
    """Return the rules that a Python test module names in its marks."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="rule", value=ast.Attribute(attr="mark"))):
                yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))
            case _:
                pass


def proved(named: re.Pattern[str]) -> dict[str, list[str]]:
    """Return the test modules that name each rule."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in files("tests"):
        where = str(path.relative_to(ROOT))
        if path.name.startswith("test_"):
            rules = set(marked(path))
        elif path.name.endswith(".test.js"):
            titles = TITLE.findall(path.read_text("utf-8"))
            rules = {rule for title in titles for rule in named.findall(title)}
        else:
            continue
        for rule in rules:
            found[rule].append(where)
    return found


def lost_tests() -> Iterator[str]:
    """Say which tests the pages name that do not exist."""
    for page in sorted((ROOT / "docs").glob("*.md")):
        for module, test in NAMED_TEST.findall(page.read_text("utf-8")):
            path = ROOT / module
            text = path.read_text("utf-8") if path.is_file() else ""
            if not text or (test and f"def {test}(" not in text):
                yield f"docs/{page.name}: there is no {module}{test and '::' + test}"


def main() -> int:
    """Say what does not fit."""
    pages = {
        rule: page for page in RULED for rule in RULE.findall((ROOT / page).read_text("utf-8"))
    }
    rules = list(pages)
    families = sorted({rule.rstrip("0123456789") for rule in rules})
    named = re.compile(rf"\b(?:{'|'.join(families)})\d+\b")
    tests = proved(named)
    if "--list" in sys.argv:
        for rule in rules:
            print(f"{rule:6} {' '.join(tests.get(rule, []))}")
    wrong = [f"{pages[rule]}: {rule} has no test" for rule in rules if rule not in tests]
    for path in files(*PLACES):
        strange = set(named.findall(path.read_text("utf-8"))) - set(rules)
        wrong += [f"{path.relative_to(ROOT)}: there is no rule {rule}" for rule in strange]
    wrong += lost_tests()
    print("\n".join(wrong), end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
