"""Records behave as the standard library's dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from informix_db.testing import records

KINDS = {"standard": dataclasses.dataclass, "record": records.dataclass}


def make(dataclass: Any) -> tuple[type, type, type]:
    @dataclass(frozen=True, slots=True)
    class Node:
        position: int = field(compare=False)

    @dataclass(frozen=True, slots=True)
    class Sum(Node):
        """A docstring."""

        parts: tuple[object, ...]
        name: str = "sum"
        count: int = field(default=0, kw_only=True, compare=False, repr=False)

        def total(self) -> int:
            return sum(self.parts)  # type: ignore[arg-type]

    @dataclass(slots=True)
    class Box:
        items: list[int] = field(default_factory=list)

    return Node, Sum, Box


@pytest.fixture(params=KINDS)
def classes(request: pytest.FixtureRequest) -> tuple[type, type, type]:
    return make(KINDS[request.param])


def test_equality_and_hash(classes: tuple[type, type, type]) -> None:
    node, total, box = classes
    assert total(1, (2,)) == total(9, (2,), "sum", count=5)
    assert hash(total(1, (2,))) == hash(total(9, (2,)))
    assert total(1, (2,)) != total(1, (3,))
    assert total(1, ()) != node(1)
    assert node(1) == node(2)
    assert node(1) != 1
    assert box([1]) == box([1])
    with pytest.raises(TypeError, match="unhashable"):
        hash(box())


def test_repr_and_fields(classes: tuple[type, type, type]) -> None:
    _, total, box = classes
    value = total(1, (2,), count=3)
    assert repr(value).endswith("Sum(position=1, parts=(2,), name='sum')")
    assert [f.name for f in dataclasses.fields(value)] == [
        *("position", "parts", "name", "count")
    ]
    assert dataclasses.replace(value, parts=(4,), count=7).count == 7
    assert (value.total(), value.count, box().items) == (2, 3, [])
    assert not hasattr(value, "__dict__")
    assert total.__match_args__ == ("position", "parts", "name")


def test_copies(classes: tuple[type, type, type]) -> None:
    _, total, _ = classes
    value = total(1, ([],))
    assert copy.copy(value).parts is value.parts
    assert copy.deepcopy(value).parts == value.parts


def test_pickling() -> None:
    value = Pickled(1, "x")
    assert pickle.loads(pickle.dumps(value)) == value


@records.dataclass(frozen=True, slots=True)
class Pickled:
    n: int
    text: str


def test_methods_of_ones_own() -> None:
    @records.dataclass(frozen=True, slots=True)
    class Folded:
        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Folded) and self.text.lower() == other.text.lower()

        def __hash__(self) -> int:
            return 5

        def __repr__(self) -> str:
            return "folded"

    assert Folded("A") == Folded("a")
    assert (hash(Folded("A")), repr(Folded("A"))) == (5, "folded")


def test_identity_as_equality() -> None:
    @records.dataclass(eq=False)
    class Thing:
        n: int

    assert Thing(1) != Thing(1)
    assert len({Thing(1), Thing(1)}) == 2


@pytest.mark.parametrize("dataclass", KINDS.values(), ids=KINDS)
def test_making(dataclass: Any) -> None:
    @dataclass(slots=True)
    class Shape:
        name: str
        corners: int = field(kw_only=True)
        tags: list[str] = field(default_factory=list)
        area: int = field(init=False)

        def __post_init__(self) -> None:
            self.area = self.corners * 2

    class Named(Shape):
        pass

    shape = Named("x", ["a"], corners=4)
    assert (shape.name, shape.corners, shape.tags, shape.area) == ("x", 4, ["a"], 8)
    assert Shape("y", corners=1).tags is not Shape("y", corners=1).tags
    for wrong in (lambda: Shape("x"), lambda: Shape(corners=1), lambda: Shape(1, 2, 3)):
        with pytest.raises(TypeError, match=r"__init__\(\)"):
            wrong()

    @dataclass()
    class Own:
        n: int

        def __init__(self) -> None:
            self.n = 3

    assert Own().n == 3
