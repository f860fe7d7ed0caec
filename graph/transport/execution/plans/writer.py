"""Writes a selection as Python source.

No text of a client becomes part of it but response keys, which are names of GraphQL and are written
with ``repr``. Types, resolvers and serializers are objects in the globals of the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from graphql import (
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.transport.execution.plans.leaves import USUAL, members_of, serializer, test_of
from graph.transport.execution.plans.outcomes import Fallback, Unsupported
from graph.transport.execution.plans.reading import Call, Path, class_of, reading_of
from graph.transport.execution.plans.runtime import Table, no_list, no_list_not_null, truth
from graph.transport.execution.plans.selections import (
    Collected,
    Condition,
    Field,
    Selected,
    collect,
)

_MOST: Final = 600
"""Fields that are written at most, those that are discarded again included: about 10 ms."""


class TooLarge(Exception):
    """A selection that would take too long to compile."""


class Expression(NamedTuple):
    """An expression that completes a value."""

    text: str
    fields: int
    """How many fields it reads, apart from those of the items of lists."""
    loads: bool = False
    """Whether it may be completed later, in its place in the dictionary ``d``."""


class ObjectFunction(NamedTuple):
    """A function that completes an object."""

    name: str
    fields: int
    others: frozenset[str]
    """Response keys of fields that it leaves to graphql-core, with None in their places."""


class Writer:
    """One module of source, which defines the function ``bind``."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema, self._fragments = schema, fragments
        self.globals: dict[str, Any] = {"Fallback": Fallback, "truth": truth, "usual": USUAL}
        self._body: list[str] = []
        self._conditions: dict[str, str] = {}
        self._names = self._written = 0
        self.loads = False
        """Whether any field may be completed later."""

    def source(self, top: str) -> str:
        """The source of ``bind``, which returns the function ``top`` for one execution."""
        tests = [f"{name} = truth(variables, {v!r})" for v, name in self._conditions.items()]
        lines = [*tests, *self._body, f"return {top}"]
        return "\n".join(
            ["def bind(variables, info, count, load):", *(f" {line}" for line in lines)]
        )

    def items_function(self, kind: GraphQLList[Any], field: Field) -> tuple[str, int]:
        """A function that completes items of a list, and the fields that it reads of each."""
        name = self._name("f")
        item = self._value(kind.of_type, field, "y")
        self._body += [f"def {name}(items):", f" return [{item.text} for y in items]"]
        return name, item.fields

    def object_function(
        self, kind: GraphQLObjectType, selected: Sequence[Selected], *, partly: bool = False
    ) -> ObjectFunction:
        """A function that completes an object; if ``partly``, some of its fields are enough."""
        collected = collect(self._schema, self._fragments, kind, selected)
        self._count(len(collected.fields))
        for variable in sorted(collected.variables):
            self._condition(variable)
        values, others = self._values(kind, collected, partly=partly)
        name, known = self._name("f"), self._known(kind)
        fields = sum(value.fields for value in values.values())
        self._body += [f"def {name}(o):", *(f" {line}" for line in known)]
        self._body += [f" {line}" for line in self._dictionary(collected, values)]
        return ObjectFunction(name, fields, frozenset(others))

    def _values(
        self, kind: GraphQLObjectType, collected: Collected, *, partly: bool
    ) -> tuple[dict[str, Expression], set[str]]:
        values: dict[str, Expression] = {}
        others: set[str] = set()
        read = 0
        for key, field in collected.fields.items():
            try:
                with self._undone_on_failure():
                    values[key] = self._field(kind, key, field)
            except Unsupported:
                if not partly:
                    raise
                values[key] = Expression("None", 0)
                others.add(key)
            else:
                read += values[key].fields
        if others and not read:
            raise Unsupported("no field is plain")
        return values, others

    def _field(self, kind: GraphQLObjectType, key: str, field: Field) -> Expression:
        name = field.nodes[0][0].name.value
        if name == "__typename":
            return Expression(repr(kind.name), 0)
        definition = kind.fields.get(name)
        if definition is None:
            raise Unsupported("introspection")
        reading = reading_of(definition)
        if isinstance(reading, Call):
            source = self._call(reading)
            if reading.loads:
                return self._loaded(definition.type, key, field, source)
            return self._value(definition.type, field, source)
        return self._value(definition.type, field, ".".join(("o", *reading.names)), reading)

    def _loaded(self, kind: GraphQLOutputType, key: str, field: Field, source: str) -> Expression:
        """Completes what a resolver returns by a function of its own, perhaps later."""
        name, value = self._name("g"), self._value(kind, field, "v")
        self._body += [f"def {name}(v):", f" return {value.text}"]
        self.loads = True
        return Expression(f"load({source}, d, {key!r}, {name})", value.fields, loads=True)

    def _call(self, reading: Call) -> str:
        function = self._global("r", reading.function)
        given = ["o" if reading.root is None else f"{reading.root}=o"]
        if reading.info is not None:
            given.append(f"{reading.info}=info")
        return f"{function}({', '.join(given)})"

    def _value(
        self, kind: GraphQLOutputType, field: Field, source: str, path: Path | None = None
    ) -> Expression:
        """Completes the value of an expression; of a name if the value is that of an item."""
        nullable = not is_non_null_type(kind)
        if is_non_null_type(kind):
            kind = kind.of_type
        first, again = (source, source) if source.isidentifier() else (f"(x := {source})", "x")
        if is_leaf_type(kind):
            return Expression(self._leaf(kind, first, again, path, nullable=nullable), 1)
        if path is not None and path.word is not None:
            raise Unsupported("a word that is no enum")
        if is_list_type(kind):
            return self._list(kind, field, first, again, nullable=nullable)
        if is_object_type(kind):
            function = self.object_function(kind, field.inner)
            text, fields = f"{function.name}({again})", function.fields
        elif is_abstract_type(kind):
            table, fields = self._abstract(kind, field)
            text = f"{table}[{again}.__class__]({again})"
        else:
            raise Unsupported("an unknown kind of type")
        if nullable:
            return Expression(f"(None if {first} is None else {text})", fields + 1)
        return Expression(text.replace(again, first, 1) if first != again else text, fields + 1)

    def _leaf(
        self, kind: GraphQLLeafType, first: str, again: str, path: Path | None, *, nullable: bool
    ) -> str:
        word = path.word if path is not None else None
        slow = self._global("s", serializer(kind, nullable=nullable, word=word))
        members = members_of(kind)
        if word is not None:
            if members is None or members[0] is not word:
                raise Unsupported("a word of another enum")
            return f"({self._global('e', members[1])}.get({first}) or {slow}({again}))"
        if members is not None:
            enum, names = self._global("k", members[0]), self._global("e", members[1])
            known = f"{names}.get({again}._value_) or {slow}({again})"
            return f"(({known}) if {first}.__class__ is {enum} else {slow}({again}))"
        test = test_of(kind)
        if test is None:
            coerced = f"(z := {self._global('s', kind.coerce_output_value)}({again}))"
            known = f"{first}.__class__ in usual and {coerced}.__class__ in usual"
            return f"(z if {known} else {slow}({again}))"
        test = test.format(first=first, again=again)
        if nullable:
            test = f"{test} or {again} is None"
        return f"({again} if {test} else {slow}({again}))"

    def _list(
        self, kind: GraphQLList[Any], field: Field, first: str, again: str, *, nullable: bool
    ) -> Expression:
        item_name = self._name("y")
        item = self._value(kind.of_type, field, item_name)
        none = self._global("s", no_list if nullable else no_list_not_null)
        items = f"[{item.text} for {item_name} in count({again}, {item.fields})]"
        is_list = f"{first}.__class__ is list or {again}.__class__ is tuple"
        return Expression(f"({items} if {is_list} else {none}({again}))", 1)

    def _abstract(self, kind: GraphQLAbstractType, field: Field) -> tuple[str, int]:
        """A table of functions by class, and the most fields that one of them reads."""
        functions: dict[type, ObjectFunction] = {}
        for possible in self._schema.get_possible_types(kind):
            function = self.object_function(possible, field.inner)
            for each in class_of(possible.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)):
                if any(issubclass(each, other) or issubclass(other, each) for other in functions):
                    raise Unsupported("several types have the same objects")
                functions[each] = function
        table, classes = self._name("a"), {each: self._global("k", each) for each in functions}
        entries = ", ".join(f"{classes[each]}: {f.name}" for each, f in functions.items())
        self.globals["Table"] = Table
        self._body.append(f"{table} = Table({{{entries}}})")
        return table, max(f.fields for f in functions.values())

    def _known(self, kind: GraphQLObjectType) -> list[str]:
        """Checks the class of ``o``: another one may resolve to another type, or be awaitable."""
        classes = class_of(kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF))
        names = [self._global("k", each) for each in classes]
        other = " and ".join(f"o.__class__ is not {name}" for name in names)
        return [f"if {other}: raise Fallback('class')"]

    def _dictionary(self, collected: Collected, values: Mapping[str, Expression]) -> list[str]:
        """Lines that return the values by their response keys, in the order of the document."""
        order = collected.order
        plain = next((n for n, (_, given) in enumerate(order) if given), len(order))
        now = {k: "None" if values[k].loads else values[k].text for k, _ in order[:plain]}
        head = ", ".join(f"{key!r}: {text}" for key, text in now.items())
        loaded = [f"d[{key!r}] = {values[key].text}" for key in now if values[key].loads]
        if plain == len(order) and not loaded:
            return [f"return {{{head}}}"]
        lines, seen = [f"d = {{{head}}}", *loaded], set[str]()
        for key, given in order[plain:]:
            tests = [self._test(given)] if given else []
            if key in seen:
                tests.append(f"{key!r} not in d")
            seen.add(key)
            test = f"if {' and '.join(tests)}: " if tests else ""
            lines.append(f"{test}d[{key!r}] = {values[key].text}")
        return [*lines, "return d"]

    def _test(self, condition: Condition) -> str:
        names = [(self._condition(variable), wanted) for variable, wanted in sorted(condition)]
        return " and ".join(name if wanted else f"not {name}" for name, wanted in names)

    def _condition(self, variable: str) -> str:
        """The name of a variable's value, which is checked before anything is completed."""
        if variable not in self._conditions:
            self._conditions[variable] = self._name("c")
        return self._conditions[variable]

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def _global(self, prefix: str, value: object) -> str:
        name = self._name(prefix)
        self.globals[name] = value
        return name

    def _count(self, fields: int) -> None:
        self._written += fields
        if self._written > _MOST:
            raise TooLarge

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        kept = len(self._body), dict(self.globals), dict(self._conditions)
        try:
            yield
        except Unsupported:
            del self._body[kept[0] :]
            self.globals, self._conditions = kept[1], kept[2]
            raise
