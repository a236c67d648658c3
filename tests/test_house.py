"""The house keeps its own rules: floors, names, words, and the laws that every step obeys."""

import ast
import dataclasses
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import diaphane
from diaphane.chain import all_steps
from diaphane.step import Step

REPOSITORY = Path(__file__).parents[1]
SOURCES = sorted((REPOSITORY / "src" / "diaphane").rglob("*.py"))
PACKAGES = sorted(f"diaphane.{m.name}" for m in pkgutil.iter_modules(diaphane.__path__) if m.ispkg)
STEPS = {name: s for name, s in all_steps().items() if s.__module__.startswith("diaphane.")}


def _name(path):
    return str(path.relative_to(REPOSITORY / "src" / "diaphane"))


def _trees():
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]


def test_imports_go_down_only():
    code = "import importlinter.cli as c; raise SystemExit(c.lint_imports(no_cache=True))"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_is_there_and_documented(package):
    module = importlib.import_module(package)
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    assert module.__doc__
    for name in names:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value) or isinstance(value, Step):
            assert (value.__doc__ or "").strip(), f"{package}.{name} has no docstring"


def test_every_example_gives_what_it_says():
    with_examples = [p for p in SOURCES if ">>>" in p.read_text(encoding="utf-8")]
    dotted = [
        ".".join(p.relative_to(REPOSITORY / "src").with_suffix("").parts) for p in with_examples
    ]
    code = (
        "import doctest, importlib, sys\n"
        "tests = [doctest.testmod(importlib.import_module(m)) for m in sys.argv[1:]]\n"
        "sys.exit(any(t.failed or not t.attempted for t in tests))"
    )
    command = [sys.executable, "-c", code, *(d.removesuffix(".__init__") for d in dotted)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_bears_the_name_of_a_public_function(package):
    module = importlib.import_module(package)
    modules = {m.name for m in pkgutil.iter_modules(module.__path__)}
    assert not modules & set(getattr(module, "__all__", []))


def test_every_step_is_found_under_its_public_path():
    for path in SOURCES:
        dotted = ".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts)
        if "@step" in path.read_text(encoding="utf-8"):
            for value in vars(importlib.import_module(dotted)).values():
                if isinstance(value, Step):
                    assert STEPS[value.name] is value
                    room, _, name = value.name.partition(".")
                    assert getattr(importlib.import_module(f"diaphane.{room}"), name) is value


@pytest.mark.parametrize("name", STEPS)
def test_every_number_of_every_option_has_two_finite_bounds_and_a_scale(name):
    for option in STEPS[name].options:
        for place, number in _numbers(option.json_schema(), option.name):
            assert isinstance(number.get("minimum"), int | float), place
            assert isinstance(number.get("maximum"), int | float), place
            assert number.get("scale") in ("linear", "log"), place


def _numbers(schema, place):
    """Yield every schema of a free number within a schema, tables and lists included."""
    if isinstance(schema, dict):
        if schema.get("type") in ("number", "integer") and not {"enum", "const"} & schema.keys():
            yield place, schema
        for key, part in schema.items():
            if key != "default":
                yield from _numbers(part, f"{place}.{key}")
    elif isinstance(schema, list):
        for i, part in enumerate(schema):
            yield from _numbers(part, f"{place}[{i}]")


@pytest.mark.parametrize("name", STEPS)
def test_every_step_takes_and_gives_named_frozen_types(name):
    step = STEPS[name]
    kinds = {p.kind for p in inspect.signature(step.function).parameters.values()}
    assert not kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    for port in (*step.inputs, step.output):
        for kind in port.types:
            assert dataclasses.is_dataclass(kind), f"{name}: {port.name} is {kind}"
            assert kind.__dataclass_params__.frozen, f"{name}: {port.name} is {kind}"
            history = {f.name: f for f in dataclasses.fields(kind)}["history"]
            assert history.default is None
            assert not history.init


@pytest.mark.parametrize("name", STEPS)
def test_every_default_can_be_written_down(name):
    for option in STEPS[name].options:
        if not option.is_required:
            plain = option.plain(option.default)
            assert json.loads(json.dumps(plain, allow_nan=False)) == plain
            assert option.plain(option.validate(option.default)) == plain


@pytest.mark.parametrize("name", STEPS)
def test_every_parameter_of_a_step_is_in_its_docstring(name):
    function = STEPS[name].function
    parameters = inspect.signature(function).parameters
    missing = [p for p in parameters if not re.search(rf"\b{p}\b", function.__doc__ or "")]
    assert not missing, f"{name}: {missing}"


def test_every_field_of_a_public_dataclass_has_its_own_docstring():
    missing = []
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and _is_public_dataclass(node):
                missing += [f"{_name(path)}: {node.name}.{f}" for f in _bare_fields(node)]
    assert not missing, missing


def _is_public_dataclass(node):
    return not node.name.startswith("_") and any(
        "dataclass" in ast.unparse(decorator) for decorator in node.decorator_list
    )


def _bare_fields(node):
    following = [*node.body[1:], None]
    for statement, after in zip(node.body, following, strict=True):
        if isinstance(statement, ast.AnnAssign) and "ClassVar" not in ast.unparse(
            statement.annotation
        ):
            text = after.value if isinstance(after, ast.Expr) else None
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                yield ast.unparse(statement.target)


def test_files_and_functions_can_be_read_in_one_go():
    long = [_name(p) for p in SOURCES if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _lines(node) >= 60:
                long.append(f"{_name(path)}: {node.name} ({_lines(node)} lines)")
    assert not long, long


def _lines(node):
    """Return the lines of a function's body, without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize(
    "forbidden",
    [
        r"fastmath\s*=\s*True",  # deletes the handling of NaN
        r"\b(TODO|FIXME|XXX)\b",
        r"/work/|\.\./shared|/tmp/",  # no machine's paths
        r"^\s*(from|import) (pydicom|h5py|nibabel)",
    ],
)
def test_what_does_not_belong_into_the_sources_is_not_there(forbidden):
    found = [
        f"{_name(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(forbidden, line) and not (path.parent.name == "formats" and "py" in forbidden)
    ]
    assert not found, found
