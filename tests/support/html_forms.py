"""The forms of a page as a browser reads them: controls, their values, the buttons that send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Controls a browser shows but does not send as a field.
NEVER_SENT = ("reset", "button", "image")
SKIPPED = ("script", "style", "template", "noscript")


@dataclass
class Option:
    """One choice of a select."""

    value: str
    is_selected: bool = False


@dataclass
class Control:
    """One control of a form. `kind` is the type of an input, or `select`, `textarea`, `submit`."""

    name: str
    kind: str
    value: str = ""
    is_checked: bool = False
    is_required: bool = False
    is_multiple: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)

    @property
    def values(self) -> list[str]:
        """What a browser would send of it, untouched."""
        if self.kind in ("checkbox", "radio"):
            return [self.value] if self.is_checked else []
        if self.kind == "select":
            selected = [option.value for option in self.options if option.is_selected]
            return selected if selected or self.is_multiple else [option.value for option in self.options[:1]]
        return [] if self.kind in ("file", "submit") else [self.value]


@dataclass
class HtmlForm:
    """A form. `action` is empty where the page's own address is meant."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    is_dialog: bool = False

    @property
    def buttons(self) -> list[Control]:
        """The buttons that send it; some say by name and value which one was pressed."""
        return [control for control in self.controls if control.kind == "submit"]

    @property
    def fields(self) -> list[Control]:
        """The controls with a name that somebody fills in or that travel along."""
        return [control for control in self.controls if control.kind != "submit" and control.name]


class _Reader(HTMLParser):
    """Collects the forms; a control belongs to the form around it or to the one it names by `form`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self._by_id: dict[str, HtmlForm] = {}
        self._elsewhere: list[tuple[str, Control]] = []
        self._form: HtmlForm | None = None
        self._select: Control | None = None
        self._textarea: Control | None = None
        self._option: Option | None = None
        self._option_has_value = False
        self._skipping: list[str] = []
        self._disabled_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SKIPPED:
            self._skipping.append(tag)
        if self._skipping:
            return
        if tag == "form":
            self._begin_form(given)
        elif tag == "fieldset" and ("disabled" in given or self._disabled_depth):
            self._disabled_depth += 1
        elif tag == "option" and self._select:
            self._end_option()
            self._option = Option(given.get("value", ""), "selected" in given)
            self._option_has_value = "value" in given
            if "disabled" not in given:
                self._select.options.append(self._option)
        elif tag in ("input", "select", "textarea", "button"):
            self._begin_control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
            return
        if tag == "form":
            self._form = None
        elif tag == "fieldset" and self._disabled_depth:
            self._disabled_depth -= 1
        elif tag == "option":
            self._end_option()
        elif tag == "select":
            self._end_option()
            self._select = None
        elif tag == "textarea" and self._textarea:
            # A browser drops the first line break and sends the others as CR LF.
            text = self._textarea.value.removeprefix("\n")
            self._textarea.value = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._textarea:
            self._textarea.value += data
        elif self._option and not self._option_has_value:
            self._option.value += data.strip()

    def _begin_form(self, given: dict[str, str]) -> None:
        self._form = HtmlForm(given.get("action", ""), given.get("method", "get").lower())
        self._form.is_dialog = self._form.method == "dialog"
        self.forms.append(self._form)
        if "id" in given:
            self._by_id[given["id"]] = self._form

    def _begin_control(self, tag: str, given: dict[str, str]) -> None:
        kind = tag if tag in ("select", "textarea") else given.get("type", "submit" if tag == "button" else "text")
        if kind in NEVER_SENT or "disabled" in given or self._disabled_depth:
            return
        default = "on" if kind in ("checkbox", "radio") else ""
        control = Control(
            given.get("name", ""),
            kind,
            given.get("value", default),
            is_checked="checked" in given,
            is_required="required" in given or given.get("aria-required") == "true",
            is_multiple="multiple" in given,
            attributes=given,
        )
        if tag == "select":
            self._select = control
        elif tag == "textarea":
            control.value, self._textarea = "", control
        if "form" in given:
            self._elsewhere.append((given["form"], control))
        elif self._form:
            self._form.controls.append(control)

    def _end_option(self) -> None:
        self._option = None

    def finish(self) -> list[HtmlForm]:
        self.close()
        for owner, control in self._elsewhere:
            if owner in self._by_id:
                self._by_id[owner].controls.append(control)
        return [form for form in self.forms if not form.is_dialog]


def forms_in(html: str) -> list[HtmlForm]:
    """Return the forms of a page that send something, in their order."""
    reader = _Reader()
    reader.feed(html)
    return reader.finish()
