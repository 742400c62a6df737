"""Objects added to a database or taken away, and back if that is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session
    from informix_db.testing.sql.transactions import Transaction

Item = TypeVar("Item", contravariant=True)


class Objects(Protocol[Item]):
    """The objects of one kind that a database has."""

    def add(self, item: Item, /) -> None: ...

    def remove(self, item: Item, /) -> None: ...


def add(
    session: Session, objects: Objects[Item], item: Item, transaction: Transaction
) -> None:
    _set(session, objects, item, True)
    transaction.undo.append(lambda: _set(session, objects, item, False))


def remove(
    session: Session, objects: Objects[Item], item: Item, transaction: Transaction
) -> None:
    _set(session, objects, item, False)
    transaction.undo.append(lambda: _set(session, objects, item, True))


def _set(session: Session, objects: Objects[Item], item: Item, there: bool) -> None:
    if there:
        objects.add(item)
    else:
        objects.remove(item)
    session.engine.catalog_version += 1
