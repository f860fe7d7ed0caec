"""Writes a selection as Python source.

No text of a client becomes part of it but response keys, which are names of GraphQL. All else is an
object in the globals of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple

from graphql import (
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLField,
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

from graph.transport.execution.plans.arguments import Given
from graph.transport.execution.plans.dictionaries import Expression, dictionary
from graph.transport.execution.plans.leaves import USUAL, leaf, once
from graph.transport.execution.plans.outcomes import Fallback, TooLarge, Unsupported
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


class Body(NamedTuple):
    """Lines that complete the object ``o`` as the dictionary ``d``."""

    lines: list[str]
    fields: int
    others: frozenset[str]
    """Response keys of fields that are left to graphql-core, with None in their places."""


class ObjectFunction(NamedTuple):
    """A function that completes an object."""

    name: str
    fields: int
    others: frozenset[str]
    """As in ``Body``."""


class Writer:
    """One module of source, which defines the function ``bind``."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema, self._fragments = schema, fragments
        self.globals: dict[str, Any] = {"Fallback": Fallback, "truth": truth, "usual": USUAL}
        self._body: list[str] = []
        self._conditions, self._arguments = dict[str, str](), dict[str, str]()
        self._names = self._written = 0
        self.loads = False
        """Whether any field may be completed later."""

    def source(self, top: str) -> str:
        """The source of ``bind``, which returns the function ``top`` for one execution."""
        tests = [f"{name} = truth(variables, {v!r})" for v, name in self._conditions.items()]
        tests += [f"{name} = arguments({read})" for name, read in self._arguments.items()]
        lines = [*tests, *self._body, f"return {top}"]
        return "\n".join(
            ["def bind(variables, info, count, load, arguments):", *(f" {line}" for line in lines)]
        )

    def items_function(self, kind: GraphQLList[Any], field: Field) -> tuple[str, int]:
        """A function that completes items of a list, and the fields that it reads of each."""
        return self._items(kind.of_type, field)

    def object_function(
        self, kind: GraphQLObjectType, selected: Sequence[Selected], *, partly: bool = False
    ) -> ObjectFunction:
        """A function that completes an object; if ``partly``, some of its fields are enough."""
        body, name = self._object(kind, selected, partly=partly), self._name("f")
        self._body += [f"def {name}(o):", *(f" {line}" for line in body.lines), " return d"]
        return ObjectFunction(name, body.fields, body.others)

    def _object(
        self, kind: GraphQLObjectType, selected: Sequence[Selected], *, partly: bool = False
    ) -> Body:
        collected = collect(self._schema, self._fragments, kind, selected)
        self._count(len(collected.fields))
        for variable in sorted(collected.variables):
            self._condition(variable)
        shared = self._shared(kind, collected)
        values, others = self._values(kind, collected, shared, partly=partly)
        fields = sum(value.fields for value in values.values())
        lines = [*self._known(kind), *(f"{name} = o.{first}" for first, name in shared.items())]
        lines += dictionary(
            collected.order,
            values,
            self._name,
            self._test,
            lambda: self._global("k", type("_", (), {})),
        )
        return Body(lines, fields, frozenset(others))

    def _items(self, kind: GraphQLOutputType, field: Field) -> tuple[str, int]:
        """A function that completes items of a list, and the fields that it reads of each."""
        inner = kind.of_type if is_non_null_type(kind) else kind
        if not is_object_type(inner):
            item, name = self._value(kind, field, "y"), self._name("f")
            self._body += [f"def {name}(items):", f" return [{item.text} for y in items]"]
            return name, item.fields
        body, name = self._object(inner, field.inner), self._name("f")
        null = [] if inner is not kind else ["if o is None:", " done.append(None)", " continue"]
        lines = [*null, *body.lines, "done.append(d)"]
        self._body += [f"def {name}(items):", " done = []"]
        self._body += [" for o in items:", *(f"  {line}" for line in lines), " return done"]
        return name, body.fields + 1

    def _shared(self, kind: GraphQLObjectType, collected: Collected) -> dict[str, str]:
        """Names for the attributes of the object from which several fields are read."""
        paths: Counter[str] = Counter()
        for field in collected.fields.values():
            definition = kind.fields.get(field.nodes[0][0].name.value)
            with suppress(Unsupported):
                reading = None if definition is None else reading_of(definition)
                if isinstance(reading, Path) and len(reading.names) > 1:
                    paths[reading.names[0]] += 1
        return {first: self._name("p") for first, number in paths.items() if number > 1}

    def _values(
        self,
        kind: GraphQLObjectType,
        collected: Collected,
        shared: Mapping[str, str],
        *,
        partly: bool,
    ) -> tuple[dict[str, Expression], set[str]]:
        values: dict[str, Expression] = {}
        others: set[str] = set()
        read = 0
        for key, field in collected.fields.items():
            try:
                with self._undone_on_failure():
                    values[key] = self._field(kind, key, field, shared)
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

    def _field(
        self, kind: GraphQLObjectType, key: str, field: Field, shared: Mapping[str, str]
    ) -> Expression:
        name = field.nodes[0][0].name.value
        if name == "__typename":
            return Expression(repr(kind.name), 0)
        definition = kind.fields.get(name)
        if definition is None:
            raise Unsupported("introspection")
        reading = reading_of(definition)
        if isinstance(reading, Call):
            source = self._call(reading, definition, field)
            if reading.loads:
                return self._loaded(definition.type, key, field, source)
            return self._value(definition.type, field, source)
        first, *rest = reading.names
        source = ".".join((shared.get(first, f"o.{first}"), *rest))
        return self._value(definition.type, field, source, reading)

    def _loaded(self, kind: GraphQLOutputType, key: str, field: Field, source: str) -> Expression:
        """Completes what a resolver returns by a function of its own, perhaps later."""
        name, value = self._name("g"), self._value(kind, field, "v")
        self._body += [f"def {name}(v):", f" return {value.text}"]
        self.loads = True
        return Expression(f"load({source}, d, {key!r}, {name})", value.fields, loads=True)

    def _call(self, reading: Call, definition: GraphQLField, field: Field) -> str:
        function = self._global("r", reading.function)
        given = ["o" if reading.root is None else f"{reading.root}=o"]
        if reading.info is not None:
            given.append(f"{reading.info}=info")
        if reading.arguments is not None:
            of = Given(definition, reading.arguments, field.nodes[0][0])
            name, read = self._name("w"), self._global("q", of)
            self._arguments[name] = read
            given.append(f"**{name}")
        return f"{function}({', '.join(given)})"

    def _value(
        self, kind: GraphQLOutputType, field: Field, source: str, path: Path | None = None
    ) -> Expression:
        """Completes the value of an expression; of a name if the value is that of an item."""
        nullable = not is_non_null_type(kind)
        if is_non_null_type(kind):
            kind = kind.of_type
        if is_leaf_type(kind):
            word = None if path is None else path.word
            return leaf(kind, source, self._global, word, nullable=nullable)
        if path is not None and path.word is not None:
            raise Unsupported("a word that is no enum")
        first, again = once(source)
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

    def _list(
        self, kind: GraphQLList[Any], field: Field, first: str, again: str, *, nullable: bool
    ) -> Expression:
        items, fields = self._items(kind.of_type, field)
        none = self._global("s", no_list if nullable else no_list_not_null)
        is_list = f"{first}.__class__ is list or {again}.__class__ is tuple"
        text = f"({items}(count({again}, {fields})) if {is_list} else {none}({again}))"
        return Expression(text, 1)

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
        kept = len(self._body), dict(self.globals), dict(self._conditions), dict(self._arguments)
        try:
            yield
        except Unsupported:
            del self._body[kept[0] :]
            self.globals, self._conditions, self._arguments = kept[1:]
            raise
