"""A model's table as it is written here: every column named, or its constant declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO, cast

from django.db import connection, models

from core.database.encryption import SearchKeyField
from core.values import identity

from .encoding import NULL, Encoder, encoder_of, is_derived
from .row import Row

_UNSAID = object()


class UnknownColumns(Exception):
    """A model has columns that the table does not name, or the table names some that are gone."""


class Table:
    """Writes rows of a model. `columns` must be given by each row; of `constants` a row may say otherwise.

    What begins with an underscore in a row is its story's own and not written; `_gone` is a row that is not there
    any more: it had an id.

    Raises UnknownColumns when both together are not exactly the model's columns: a new one fails here, loudly.
    """

    def __init__(self, model: type[models.Model], columns: str, **constants: Any) -> None:
        self.model = model
        fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
        derived = {name for name, field in fields.items() if is_derived(field)}
        named = {*columns.split(), *constants}
        if named != fields.keys() - derived:
            raise UnknownColumns(f"{model.__name__}: {sorted(named ^ (fields.keys() - derived))}")
        self._derived = [(name, cast(SearchKeyField, fields[name]).of) for name in sorted(derived)]
        order = [*columns.split(), *constants]
        encoders = {name: encoder_of(fields[name]) for name in order}
        #: Column, its encoder, and what stands there when a row says nothing.
        self._columns = [
            (name, encode, _constant(encode, constants[name]) if name in constants else None)
            for name, encode in encoders.items()
        ]
        quote = connection.ops.quote_name
        self._key = model._meta.pk.attname
        names = [self._key, *order, *(name for name, _of in self._derived)]
        self._known = {*order, "id"}
        #: The statement that reads what `write` writes.
        self.copy = f"COPY {quote(model._meta.db_table)} ({', '.join(quote(n) for n in names)}) FROM STDIN"
        self.next_id = 1

    def number(self, rows: Iterable[Row]) -> None:
        """Give rows their ids, in this order."""
        for row in rows:
            row["id"] = self.next_id
            self.next_id += 1

    def write(self, rows: Iterable[Row], lines: TextIO) -> None:
        """Write what `copy` reads: a line for each row, which has its id. Raises UnknownColumns, ValueError."""
        for row in rows:
            if not row.get("_gone"):
                lines.write(self._line(row))

    def begin(self) -> None:
        """Go on after the ids that were given out already."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max({self._key}), 0) + 1 FROM {self._name}")  # noqa: S608
            self.next_id = cursor.fetchone()[0]

    def finish(self) -> None:
        """Let the sequence, where there is one, go on after the last id."""
        sequence = f"pg_get_serial_sequence('{self._name}', '{self._key}')"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT setval({sequence}, {self.next_id}, false)")

    @property
    def _name(self) -> str:
        return self.model._meta.db_table

    def _line(self, row: Row) -> str:
        if not row.keys() <= self._known:
            self._refuse_strange(row)
        values = [str(row["id"])]
        name = ""
        try:
            for name, encode, constant in self._columns:
                value = row.get(name, _UNSAID)
                if value is _UNSAID:
                    if constant is None:
                        raise KeyError(name)
                    values.append(constant)
                elif value is None:
                    values.append(NULL)
                else:
                    values.append(encode(value))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{self._name}.{name}: {error!r}") from error
        values += [identity.search_key(row.get(of, "")) for _name, of in self._derived]
        return "\t".join(values) + "\n"

    def _refuse_strange(self, row: Row) -> None:
        if strange := [name for name in row if name not in self._known and not name.startswith("_")]:
            raise UnknownColumns(f"{self.model.__name__}: {strange}")


def _constant(encode: Encoder, value: Any) -> str:
    return NULL if value is None else encode(value)
