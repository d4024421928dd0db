"""Product blocks in code: their classes, taken together by name, and the fields of these."""

from __future__ import annotations

import ast

from msgspec import Struct, field

from concertmaster.project.model.annotations import is_scalar, names_in, plain_base
from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.naming import Imported
from concertmaster.project.model.place import Parsed, Place, Sources
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import ClassName, Symbol, Value
from concertmaster.project.names import canonical
from concertmaster.project.paths import is_test

_BLOCK = frozenset(f"orchestrator.core.domain{module}.ProductBlockModel" for module in ("", ".base"))
_PLAIN = (
    "typing",
    "builtins",
    "pydantic",
    "annotated_types",
    "enum",
    "ipaddress",
    "datetime",
    "uuid",
    "decimal",
    "collections",
)
_FIELDLESS = ("abc.", "typing.Generic", "typing.Protocol", "builtins.object")
_KNOWN = ("orchestrator.core.", "pydantic.", *_FIELDLESS)
_MODEL_WORDS = frozenset(("product_block_name", "lifecycle", "is_base"))
_NOT_STORED = ("ClassVar", "PrivateAttr", "computed_field")
_BUILTIN = frozenset("int str float bool bytes list set tuple dict frozenset None Any Literal".split())
MAX_DEPTH = 12


class BlockModel(Struct):
    """A product block's classes taken together: the fields that become resource types, and the other blocks in it."""

    name: str
    place: Place
    fields: dict[str, Place] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)  # field to the name of the block
    doubtful: set[str] = field(default_factory=set)
    is_certain: bool = True


class Blocks(Struct):
    """Finds the product blocks of a project, whatever file their classes and types are in."""

    sources: Sources
    interpreter: Interpreter
    _roots: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def read(self) -> dict[str, BlockModel]:
        """Product blocks by name."""
        found: dict[str, BlockModel] = {}
        for path in self.sources.holding(b"product_block_name", b"ProductBlockModel", b"lifecycle"):
            file = None if is_test(path) else self.sources.parsed(path)
            if file is not None and not self._add(file, found):
                self.interpreter.let_go(path)
        return found

    def _add(self, file: Parsed, found: dict[str, BlockModel]) -> bool:
        """Take up the product blocks of a file; whether there are any."""
        named = [
            (node, name)
            for node in file.tree.body
            if isinstance(node, ast.ClassDef) and (name := self.block_of(ClassName(file.path, node.name)))
        ]
        for node, name in named:
            self._fields(found.setdefault(name, BlockModel(name, file.place(node))), node, file)
        return bool(named)

    def inside(self, cls: ClassName, depth: int = 0) -> dict[str, str]:
        """The fields of a subscription model that hold product blocks, by the names of these."""
        node, scope = self._definition(cls)
        if node is None or scope is None or depth > MAX_DEPTH:
            return {}
        found: dict[str, str] = {}
        for base in node.bases:
            value = self.interpreter.value(plain_base(base), scope)
            found |= self.inside(value, depth + 1) if isinstance(value, ClassName) else {}
        for one in node.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                kind = self._kind(one.annotation, scope)
                found |= {one.target.id: kind} if kind else {}
        return found

    def block_of(self, cls: ClassName, depth: int = 0) -> str | None:
        """The product block's name that a class belongs to; None for other classes."""
        key = (cls.path, cls.name)
        if key not in self._roots and depth < MAX_DEPTH:
            self._roots[key] = None
            self._roots[key] = self._block_of(cls, depth)
        return self._roots.get(key)

    def _block_of(self, cls: ClassName, depth: int) -> str | None:
        node, scope = self._definition(cls)
        if node is None or scope is None:
            return None
        bases = self._bases(node, scope)
        for word in node.keywords:
            if word.arg == "product_block_name" and any(self._is_block(base, depth) for base in bases):
                value = self.interpreter.value(word.value, scope)
                return str(value) if isinstance(value, str) else None
        for base in bases:
            if isinstance(base, ClassName) and (name := self.block_of(base, depth + 1)):
                return name
        return None

    def _bases(self, node: ast.ClassDef, scope: Scope) -> list[Value]:
        return [self.interpreter.value(plain_base(base), scope) for base in node.bases]

    def _is_block(self, value: Value, depth: int = 0) -> bool:
        """Whether a class is the framework's for product blocks, or derives from it."""
        if not isinstance(value, ClassName) or depth > MAX_DEPTH:
            return _is_block_base(value)
        node, scope = self._definition(value)
        return (
            node is not None
            and scope is not None
            and any(self._is_block(base, depth + 1) for base in self._bases(node, scope))
        )

    def is_closed(self) -> bool:
        """Whether every product block that domain models use is one of the project's."""
        for path in self.sources.holding(b"product_block_name", b"lifecycle", b"is_base"):
            scope = None if is_test(path) else self.interpreter.scope_of(path)
            for node in scope.file.tree.body if scope is not None else ():
                if isinstance(node, ast.ClassDef) and any(word.arg in _MODEL_WORDS for word in node.keywords):
                    assert scope is not None  # noqa: S101
                    if not self._is_own(node, scope):
                        return False
        return True

    def _is_own(self, node: ast.ClassDef, scope: Scope) -> bool:
        for base in self._bases(node, scope):
            if not isinstance(base, ClassName) and not (
                isinstance(base, Symbol) and base.name.startswith(_KNOWN)
            ):
                return False
        fields = (one.annotation for one in node.body if isinstance(one, ast.AnnAssign))
        return all(self._kind(field, scope) is not None for field in fields)

    def _definition(self, cls: ClassName) -> tuple[ast.ClassDef | None, Scope | None]:
        scope = self.interpreter.scope_of(cls.path)
        body = scope.file.tree.body if scope is not None else []
        return next(
            (one for one in body if isinstance(one, ast.ClassDef) and one.name == cls.name), None
        ), scope

    def _inherit(self, block: BlockModel, base: Value, depth: int) -> None:
        """Fields of a base that is no product block of its own; that of the framework brings none that count."""
        if isinstance(base, ClassName) and self.block_of(base) is None and depth < MAX_DEPTH:
            node, scope = self._definition(base)
            if node is not None and scope is not None:
                return self._fields(block, node, scope.file, depth + 1)
        own = isinstance(base, ClassName) and self.block_of(base)
        plain = isinstance(base, Symbol) and base.name.startswith(_FIELDLESS)
        block.is_certain = block.is_certain and bool(own or plain or _is_block_base(base))
        return None

    def _fields(self, block: BlockModel, node: ast.ClassDef, file: Parsed, depth: int = 0) -> None:
        scope = self.interpreter.scope_of(file.path)
        if scope is None:
            return
        for base in self._bases(node, scope):
            self._inherit(block, base, depth)
        for one in node.body:
            if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name):
                continue
            name, text = one.target.id, ast.unparse(one.annotation)
            if name.startswith("_") or name == "model_config" or any(word in text for word in _NOT_STORED):
                continue
            kind = self._kind(one.annotation, scope)
            if kind is None:
                block.doubtful.add(name)
            elif kind:
                block.blocks[name] = kind
            else:
                block.fields.setdefault(name, file.place(one))

    def _kind(self, annotation: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """The block that a type is of, an empty text for plain types, None where that is not known."""
        kinds = [self._named(node, scope, depth) for node in names_in(annotation)]
        blocks = [kind for kind in kinds if kind]
        if blocks:
            return blocks[0]
        return None if None in kinds else ""

    def _named(self, node: ast.expr, scope: Scope, depth: int) -> str | None:
        if isinstance(node, ast.Name) and node.id in _BUILTIN and node.id not in scope.names:
            return ""
        value = self.interpreter.value(node, scope)
        if isinstance(value, ClassName):
            return self.block_of(value) or ("" if self._is_plain(value, depth) else None)
        if isinstance(value, Symbol):
            root = value.name.partition(".")[0]
            return (
                "" if root in _PLAIN or value.name.endswith("()") else "" if is_scalar(value.name) else None
            )
        if isinstance(node, ast.Name) and depth < MAX_DEPTH:
            return self._alias(node.id, scope, depth)
        return None

    def _alias(self, name: str, scope: Scope, depth: int) -> str | None:
        """`Name = Annotated[…]` here or in the module that it is imported from."""
        held = scope.names.get(name)
        if isinstance(held, Imported):
            other = self.interpreter.scope_of(held.path)
            return None if other is None or other is scope else self._alias(held.name, other, depth + 1)
        for one in scope.file.tree.body:
            targets = (
                one.targets
                if isinstance(one, ast.Assign)
                else [one.target]
                if isinstance(one, ast.AnnAssign)
                else []
            )
            value = getattr(one, "value", None)
            if value is not None and any(isinstance(item, ast.Name) and item.id == name for item in targets):
                return self._kind(value, scope, depth + 1)
        return None

    def _is_plain(self, cls: ClassName, depth: int) -> bool:
        """Whether a class of the project is surely no product block: its bases are known, as an enumeration's are."""
        node, scope = self._definition(cls)
        if node is None or scope is None or depth > MAX_DEPTH:
            return False
        return all(self._named(plain_base(base), scope, depth + 1) == "" for base in node.bases)


def _is_block_base(value: object) -> bool:
    return isinstance(value, Symbol) and canonical(value.name) in _BLOCK
