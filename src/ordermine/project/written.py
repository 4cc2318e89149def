"""A project file as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.toml_file import inline, key_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBTABLES: Final = {("departments", "aliases"), ("errors", "types")}
"""Tables within a section that grow long: they get their own header."""
_LISTED_SUBTABLES: Final = ("steps", "milestones", "lookup")
"""The same within one of several tables of a kind."""


def project_toml(data: Mapping[str, Any]) -> str:
    """Write a project's plain data as TOML."""
    blocks = []
    for section, content in data.items():
        if isinstance(content, list):
            for table in content:
                grown = [key for key in table if key in _LISTED_SUBTABLES]
                blocks.append([f"[[{section}]]", *_lines({key: table[key] for key in table if key not in grown})])
                for key in grown:
                    its = table[key] if isinstance(table[key], list) else [table[key]]
                    header = f"[[{section}.{key}]]" if isinstance(table[key], list) else f"[{section}.{key}]"
                    blocks += [[header, *_lines(one)] for one in its]
            continue
        grown = [key for key in content if (section, key) in _SUBTABLES]
        own = {key: value for key, value in content.items() if key not in grown}
        if own or not grown:
            blocks.append([f"[{section}]", *_lines(own)])
        blocks += [[f"[{section}.{key}]", *_lines(content[key])] for key in grown]
    return "\n".join("\n".join(lines) + "\n" for lines in blocks)


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [_line(key, value) for key, value in table.items()]


def _line(key: str, value: Any) -> str:
    line = f"{key_text(key)} = {inline(value)}"
    if isinstance(value, list) and len(line) > 100:
        return "\n".join([f"{key_text(key)} = [", *(f"  {inline(entry)}," for entry in value), "]"])
    return line
