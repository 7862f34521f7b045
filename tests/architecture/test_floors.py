"""The shape of the code: which floor may import which, and what the pure core may use at all."""

from __future__ import annotations

import sys

import grimp
import pytest
from importlinter.cli import lint_imports

# What reads a text may use libraries that only compute; nothing else in the core uses any.
PURE_TEXT_LIBRARIES = {"rapidfuzz", "text_to_num"}

# The parts of the standard library that read the time, the machine or chance, or that reach outside.
IMPURE = {
    "asyncio", "concurrent", "contextvars", "ctypes", "email", "fcntl", "ftplib", "getpass", "glob", "http", "imaplib",
    "importlib", "io", "locale", "logging", "mmap", "multiprocessing", "os", "pathlib", "pickle", "platform", "queue",
    "random", "secrets", "select", "selectors", "shelve", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "warnings", "xmlrpc",
}  # fmt: skip

GROUND_FLOOR_FOR_THE_CORE = {"followup.errors"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("followup", include_external_packages=True, cache_dir=None)


def imports_of(graph: grimp.ImportGraph, package: str) -> set[tuple[str, str]]:
    """Pairs (importing module, imported module) that leave `package`."""
    modules = {package} | graph.find_descendants(package)
    return {
        (module, imported)
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module)
        if imported != package and not imported.startswith(f"{package}.")
    }


def is_pure(module: str, imported: str) -> bool:
    if imported.startswith("followup."):
        return imported in GROUND_FLOOR_FOR_THE_CORE
    if module.startswith("followup.domain.reading") and imported in PURE_TEXT_LIBRARIES:
        return True
    return imported in sys.stdlib_module_names and imported not in IMPURE


@pytest.mark.parametrize("contract", ["floors", "database", "outside-world", "gateways", "acyclic"])
def test_contract_holds(contract, capsys):
    """The contracts of pyproject.toml."""
    exit_code = lint_imports(limit_to_contracts=(contract,), no_cache=True)
    assert exit_code == 0, capsys.readouterr().out


def test_the_core_only_computes(graph):
    """The domain knows no library but the standard one, and of that nothing that is not a function of its arguments."""
    impure = {pair for pair in imports_of(graph, "followup.domain") if not is_pure(*pair)}
    assert impure == set()


def test_the_checker_of_invariants_trusts_nothing_of_the_product(graph):
    """What judges a simulation would share the product's mistakes if it shared its code."""
    checker = "followup.simulation.invariants"
    if checker not in graph.modules:
        pytest.skip("there is no simulation yet")
    used = {pair for pair in imports_of(graph, checker) if pair[1].startswith("followup")}
    assert used == set()


@pytest.mark.parametrize(
    ("module", "imported", "pure"),
    [
        ("followup.domain.plan", "dataclasses", True),
        ("followup.domain.plan", "time", False),
        ("followup.domain.plan", "followup.clock", False),
        ("followup.domain.plan", "followup.errors", True),
        ("followup.domain.plan", "rapidfuzz", False),
        ("followup.domain.reading.numbers", "text_to_num", True),
        ("followup.domain.reading.numbers", "sqlalchemy", False),
    ],
)
def test_what_counts_as_pure(module, imported, pure):
    assert is_pure(module, imported) is pure
