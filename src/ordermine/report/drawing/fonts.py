"""The font files for pictures that are made of dots or carry their fonts along: PNG and PDF.

Nothing of the system is needed. DejaVu Sans comes with matplotlib (a requirement of pm4py) and covers Latin,
Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian; without matplotlib, Bitstream Vera of reportlab covers
Western Latin. Both have the widths that ``text.width`` measures.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface: its family name and its files."""

    family: str
    regular: Path
    bold: Path

    def covers(self, text: str) -> bool:
        """Return whether there is a glyph for every visible character of `text`."""
        if text.isascii():
            return True
        from reportlab.pdfbase.ttfonts import TTFontFile

        glyphs = TTFontFile(str(self.regular)).charToGlyph
        return all(ord(character) in glyphs for character in text if not character.isspace())


def bundled() -> Face:
    """Return the widest-ranging typeface that an installed package brings along."""
    # find_spec and not an import: matplotlib takes half a second to import.
    matplotlib = _folder("matplotlib")
    if matplotlib is not None:
        fonts = matplotlib / "mpl-data" / "fonts" / "ttf"
        face = Face("DejaVu Sans", fonts / "DejaVuSans.ttf", fonts / "DejaVuSans-Bold.ttf")
        if face.regular.is_file() and face.bold.is_file():
            return face
    import reportlab

    fonts = Path(reportlab.__file__).parent / "fonts"
    return Face("Bitstream Vera Sans", fonts / "Vera.ttf", fonts / "VeraBd.ttf")


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
