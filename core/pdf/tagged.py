"""PDFs a screen reader can read: every text a tagged element in reading order, every picture with its words.

fpdf2 knows tags for pictures only, all on one level; here paragraphs, headings and tables have theirs
(ISO 32000-1, 14.7 and 14.8). What is in no tag is an artifact: rules, borders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from fpdf import FPDF
from fpdf.prefs import ViewerPreferences
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFObject

from . import letters

FONT, FALLBACK = letters.FONTS
#: Over every page of a trial system; outside of the tags, as the site's own banner is outside of the text.
SANDBOX_MARK = "BẢN CHẠY THỬ, KHÔNG PHẢI TIỀN THẬT"
_OUTSIDE = "/Artifact BMC"


class _Element(StructElem):
    """One element of the tree; a heading of a column says that it is one."""

    pg: Any

    def __init__(self, kind: str, parent: PDFObject, page: PDFObject, number: int, alt: str | None) -> None:
        super().__init__(f"/{kind}", parent, [], page_number=number, alt=alt)
        self.pg = page
        self.a = "<</O /Table /Scope /Column>>" if kind == "TH" else None


class _Tree(StructureTreeBuilder):
    """A tree of any depth: `groups` are the elements open now, the innermost last."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[StructElem] = [self.doc_struct_elem]
        self.elements: list[_Element] = []
        self.marked: Counter[int] = Counter()

    def add(self, kind: str, page: PDFObject, number: int, alt: str | None = None) -> _Element:
        """Put an element under the innermost group; it begins on page `number`."""
        element = _Element(kind, self.groups[-1], page, number, alt)
        self.groups[-1].k.append(element)
        self.elements.append(element)
        return element

    def mark(self, element: _Element, page: int) -> tuple[int, int]:
        """Return the number of the page and of the element's content on it, in the order of the parent tree."""
        on_page = self.spid_per_page_number.setdefault(page, len(self.spid_per_page_number))
        number = self.marked[page]
        self.marked[page] += 1
        element.k.append(number)
        self.struct_tree_root.parent_tree.nums[on_page].append(element)
        return on_page, number

    def __iter__(self) -> Iterator[PDFObject]:
        yield self.struct_tree_root
        yield self.doc_struct_elem
        yield self.struct_tree_root.parent_tree
        yield from self.elements


class TaggedPDF(FPDF):
    """A document in Vietnamese with our fonts, whose text is written inside `tagged`."""

    def __init__(self, title: str, size: tuple[float, float], margin: float, **values: Any) -> None:
        super().__init__(format=size, **values)
        self.tree = self.struct_builder = _Tree()
        self._tag: tuple[str, str | None] | None = None
        self._headings: Sequence[str] = ()
        self._cells = 0
        self._measures = False
        self.set_title(title)
        self.set_lang("vi-VN")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margin(margin)
        for family, (regular, bold) in letters.FONTS.items():
            self.add_font(family, "", letters.FOLDER / regular)
            self.add_font(family, "B", letters.FOLDER / bold)
        self.set_fallback_fonts([FALLBACK])
        self.add_page()

    def header(self) -> None:
        """Mark every page of a trial system: nobody shall take its papers for real ones."""
        if not settings.IS_SANDBOX:
            return
        x, y, font, size = self.x, self.y, self.font_family, self.font_size_pt
        self.set_font(FONT, "B", 7)
        self.set_xy(0, 1)
        self.cell(self.w, 3, SANDBOX_MARK, align="C")
        if font:
            self.set_font(font, "", size)
        self.set_xy(x, y)

    def normalize_text(self, text: str) -> str:
        """Return a text to be written. Raises UnprintableText: no letter of a name is left out silently."""
        if missing := letters.unprintable(text):
            raise letters.UnprintableText(missing)
        return str(super().normalize_text(text))

    @contextmanager
    def tagged(self, kind: str, alt: str | None = None) -> Iterator[None]:
        """Write what follows as one element: H1, P, TH, TD, Figure with its words. None inside another."""
        self._tag = (kind, alt)
        self._begin()
        yield
        self._end()
        self._tag = None

    def say(self, text: str, *, size: float, height: float, bold: bool = False, tag: str = "P", **place: Any) -> None:
        """Write one paragraph, of `place`'s width w and align; the next one begins under it."""
        self.set_font(FONT, "B" if bold else "", size)
        with self.tagged(tag):
            self.multi_cell(**({"w": 0, "new_x": "LMARGIN", "new_y": "NEXT"} | place), h=height, text=text)

    def show(self, picture: Any, alt: str, **place: Any) -> None:
        """Put a picture, with the words for who does not see it."""
        with self.tagged("Figure", alt):
            self.image(picture, **place)

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """Put the elements that follow under one: Table, TR."""
        groups = self.tree.groups
        depth = len(groups)
        groups.append(self.tree.add(kind, self.pages[self.page], self.page))
        yield
        del groups[depth:]

    def ruled(self, rows: Sequence[Sequence[str]], **values: Any) -> None:
        """Write a table with borders; its first row heads the columns, on every page."""
        self._headings, self._cells = rows[0], 0
        with self.group("Table"), self.table(**({"text_align": "LEFT"} | values)) as table:
            for cells in rows:
                table.row(cells)
        self._headings = ()

    def multi_cell(self, *args: Any, **values: Any) -> Any:
        """Write a text; in a table it is the next cell."""
        if not self._headings or self._measures:
            return super().multi_cell(*args, **values)
        column = self._cells % len(self._headings)
        self._cells += 1
        if column == 0:
            groups = self.tree.groups
            del groups[2:]
            groups.append(self.tree.add("TR", self.pages[self.page], self.page))
        with self.tagged("TH" if values["text"] == self._headings[column] else "TD"):
            return super().multi_cell(*args, **values)

    def output(self, *args: Any, **values: Any) -> Any:
        """Return the file; what no tag holds is an artifact."""
        for page in self.pages.values():
            content: Any = page.contents
            page.contents = bytearray(f"{_OUTSIDE}\n".encode() + content + b"EMC\n")
        return super().output(*args, **values)

    @contextmanager
    def _disable_writing(self) -> Iterator[None]:
        """What is written only to be measured has no tags."""
        before, self._measures = self._measures, True
        with super()._disable_writing():
            yield
        self._measures = before

    def _begin(self) -> None:
        kind, alt = self._tag  # type: ignore[misc]
        element = self.tree.add(kind, self.pages[self.page], self.page, alt)
        self.pages[self.page].struct_parents, number = self.tree.mark(element, self.page)
        self._out(f"EMC\n/{kind} <</MCID {number}>> BDC")

    def _end(self) -> None:
        self._out(f"EMC\n{_OUTSIDE}")

    def _perform_page_break(self) -> None:
        """An element that does not fit goes on as a second one: content of one page has one mark."""
        if not self._tag:
            super()._perform_page_break()
            return
        self._end()
        super()._perform_page_break()
        self._begin()
