"""Which modules of the product parse what comes from outside, told from their sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import sources

#: Calls by which something is parsed: (module or class, function); None for any.
READING = {
    ("json", "loads"),
    ("json", "load"),
    ("csv", "reader"),
    ("csv", "DictReader"),
    ("zipfile", "ZipFile"),
    ("zlib", "decompressobj"),
    ("zlib", "decompress"),
    ("openpyxl", "load_workbook"),
    ("xlrd", "open_workbook"),
    ("mt940", "parse"),
    ("Image", "open"),
    ("pikepdf", "open"),
    ("pillow_heif", "open_heif"),
    ("struct", "unpack_from"),
    ("zxingcpp", "read_barcodes"),
    ("puremagic", "magic_string"),
    ("io", "TextIOWrapper"),
    ("", "load_workbook"),
    ("", "parse_qsl"),
    ("", "parse_qs"),
    ("", "message_from_bytes"),
}
#: Packages whose import alone says that a module parses.
LIBRARIES = ("xml", "defusedxml", "lxml", "yaml", "tomllib", "plistlib", "pickle", "marshal", "html.parser", "gzip")


def modules() -> Iterator[str]:
    """Yield the path of every module that parses."""
    yield from (path for path, source in sources.modules().items() if parses(source))


def parses(source: str) -> bool:
    """Tell whether a source calls or imports what parses."""
    if not any(name in source for name in (*(function for _owner, function in READING), *LIBRARIES)):
        return False
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            owner = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if (owner.rsplit(".", 1)[-1], name) in READING:
                return True
        if isinstance(node, ast.Import) and any(alias.name.startswith(LIBRARIES) for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LIBRARIES):
            return True
    return False
