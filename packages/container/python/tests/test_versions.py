"""The worker runs on Python 3.9: neither its syntax nor what it uses of the standard library is newer.

Only the oldest version can say that for certain; where it is not at hand, this finds what people use without thinking.
"""

import ast
import pathlib
import unittest

FOLDER = pathlib.Path(__file__).parent.parent / "trivet_worker"

#: Names, of whatever module, that came with 3.10 or later.
NEWER = frozenset(
    (
        "Barrier", "BaseExceptionGroup", "Concatenate", "EllipsisType", "ExceptionGroup", "LiteralString", "Never",
        "NoneType", "NotRequired", "ParamSpec", "Required", "Runner", "Self", "StrEnum", "TaskGroup", "TypeAlias",
        "TypeGuard", "TypeVarTuple", "UTC", "UnionType", "Unpack", "aclosing", "add_note", "aiter", "anext",
        "assert_never", "batched", "bit_count", "cbrt", "dataclass_transform", "eventfd", "file_digest",
        "get_annotations", "getmembers_static", "is_typeddict", "override", "pairwise", "reveal_type", "splice",
        "stdlib_module_names", "tomllib", "warn_deprecated",
    )
)  # fmt: skip
#: Keyword arguments of functions that had them later.
NEWER_ARGUMENTS = {"zip": {"strict"}, "dataclass": {"slots", "kw_only"}, "glob": {"root_dir"}, "bisect": {"key"}}
#: Functions whose further arguments had no default yet.
NEEDED = {"from_bytes": 2, "to_bytes": 2, "format_exception": 3, "print_exception": 3, "format_exception_only": 2}


def complaints(source, file):
    try:
        tree = ast.parse(source, file, feature_version=(3, 9))
    except SyntaxError as error:
        yield f"{file}:{error.lineno}: {error.msg}"
        return
    delayed = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" and node.names[0].name == "annotations"
        for node in tree.body
    )
    for node in ast.walk(tree):
        where = f"{file}:{getattr(node, 'lineno', 0)}"
        name = getattr(node, "attr", None) or getattr(node, "id", None)
        names = {name} | {alias.name for alias in getattr(node, "names", ()) if isinstance(alias, ast.alias)}
        for newer in names & NEWER:
            yield f"{where}: {newer}"
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            given = {keyword.arg for keyword in node.keywords}
            for argument in NEWER_ARGUMENTS.get(called, set()) & given:
                yield f"{where}: {called}({argument}=)"
            if len(node.args) + len(node.keywords) < NEEDED.get(called, 0) and not any(
                isinstance(argument, ast.Starred) for argument in node.args
            ):
                yield f"{where}: {called} with so few arguments"
        for annotation in () if delayed else annotations(node):
            if any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitOr) for part in ast.walk(annotation)):
                yield f"{where}: a union by | in an annotation that is evaluated"


def annotations(node):
    if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
        yield node.annotation
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
        yield node.returns


class Versions(unittest.TestCase):
    def test_nothing_is_newer_than_3_9(self):
        paths = sorted(FOLDER.rglob("*.py"))
        self.assertGreater(len(paths), 40)
        found = [line for path in paths for line in complaints(path.read_text(), path.name)]
        self.assertEqual(found, [])

    def test_what_is_newer_is_found(self):
        for source in (
            "match 1:\n    case 1: pass", "try: pass\nexcept* ValueError: pass", "def f(a: int | None): pass",
            "from typing import Self", "import asyncio\nasyncio.TaskGroup()", "zip([], strict=True)",
            "int.from_bytes(b'')", "traceback.format_exception(error)",
        ):  # fmt: skip
            self.assertEqual(len(list(complaints(source, "x"))), 1, source)
