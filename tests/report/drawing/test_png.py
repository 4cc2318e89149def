from __future__ import annotations

import io

from PIL import Image

from ordermine.report.drawing import fonts
from ordermine.report.drawing.png import to_png

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} 40" width="{}" height="40" font-family="Inter">'
    '<rect width="100%" height="100%" fill="#FFFFFF"/>'
    '<text x="4" y="28" font-size="20" fill="#000000">{}</text></svg>'
)


def drawn(text: str, width: int = 100) -> Image.Image:
    return Image.open(io.BytesIO(to_png(PICTURE.format(width, width, text).encode()))).convert("L")


def ink(image: Image.Image) -> int:
    return sum(image.histogram()[:128])


def test_twice_the_size() -> None:
    assert drawn("").size == (200, 80)


def test_text_appears_without_fonts_of_the_system() -> None:
    assert ink(drawn("")) == 0
    assert ink(drawn("Order")) > 200
    # Greek and Cyrillic are covered as well, and are not all the same empty box.
    assert drawn("Щ").tobytes() != drawn("Ω").tobytes()


def test_huge_maps_are_drawn_smaller() -> None:
    assert drawn("", width=40_000).size[0] == 20_000


def test_same_bytes_every_time() -> None:
    picture = PICTURE.format(100, 100, "Order").encode()
    assert to_png(picture) == to_png(picture)


def test_coverage_of_the_bundled_typeface() -> None:
    face = fonts.bundled()
    assert face.covers("Größe Заказ Ωμέγα → …")
    assert not face.covers("订单")


def test_without_matplotlib_there_is_still_a_typeface(monkeypatch: object) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(  # type: ignore[attr-defined]
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name)
    )
    face = fonts.bundled()
    assert face.family == "Bitstream Vera Sans"
    assert face.regular.is_file()
    assert face.bold.is_file()
    assert ink(drawn("Order")) > 200
