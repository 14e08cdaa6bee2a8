"""A joined table whose rows are found and put in order before anything else is joined to them.

PostgreSQL walks an index in the order of names until a page is full, thinking that what a text
matches is spread evenly among the names. It isn't: all of it may lie near the end. Where few rows
match, finding them all and ordering them costs little, and the same wherever they lie.
"""

import copy
from typing import Any

from django.db.models import QuerySet
from django.db.models.sql.datastructures import Join


class _Narrowed(Join):
    """A join to the rows of a queryset instead of to all rows of its table."""

    found: QuerySet[Any]

    @property
    def identity(self) -> tuple[Any, ...]:
        """The join that it stands for, so that Django finds it again."""
        return (Join, *super().identity[1:])

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection)
        inner, inner_params = self.found.query.get_compiler(connection=connection).as_sql()
        table = compiler.quote_name(self.table_name)
        # OFFSET keeps the planner from taking the two apart again.
        sql = sql.replace(f"{table} ON ", f"({inner} OFFSET 0) {table} ON ", 1)
        return sql, (*inner_params, *params)


def narrowed[Row](rows: QuerySet[Any, Row], found: QuerySet[Any]) -> QuerySet[Any, Row]:
    """The rows that are joined to those found, in the order of these."""
    rows = rows.all()
    table = found.model._meta.db_table  # noqa: SLF001
    joined: Any = copy.copy(rows.query.alias_map[table])  # other queries may share it
    joined.__class__ = _Narrowed
    joined.found = found
    rows.query.alias_map[table] = joined
    return rows
