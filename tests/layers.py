"""Who imports whom in a package, read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path


def imports(package: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, what it imports).

    That is ``.name`` of this package, ``..name`` of the one around it, or a whole name.
    """
    for module in sorted(package.glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                yield from ((module.stem, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level and not node.module:
                yield from ((module.stem, f".{alias.name}") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield module.stem, "." * node.level + (node.module or "")


def climbing(package: Path, order: tuple[str, ...]) -> list[str]:
    """Return the imports from a module that is not before their own in ``order``."""
    inside = [(module, name[1:]) for module, name in imports(package) if _is_inside(name)]
    return [
        f"{module} imports {name}"
        for module, name in inside
        if order.index(name) >= order.index(module)
    ]


def _is_inside(name: str) -> bool:
    return name.startswith(".") and not name.startswith("..")
