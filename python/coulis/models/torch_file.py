"""Read a state dict of tensors that torch.save wrote before PyTorch 1.6, without torch and without running it.

A pickle is a program. Our own interpreter runs it, which knows only the few instructions and names that a state dict
needs, and imports and calls nothing. The file: three small pickles, the state dict, the list of storages,
then each storage's length and values.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from coulis.models.model_file import Array, ModelError

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
DTYPES = {
    "torch FloatStorage": "<f4",
    "torch DoubleStorage": "<f8",
    "torch HalfStorage": "<f2",
    "torch LongStorage": "<i8",
    "torch IntStorage": "<i4",
}
ORDERED_DICT = "collections OrderedDict"
REBUILD_TENSOR = "torch._utils _rebuild_tensor_v2"


@dataclass(frozen=True)
class Name:
    """A name that the pickle imports: it is never looked up."""

    name: str


@dataclass(frozen=True)
class Storage:
    dtype: str
    key: str
    count: int


@dataclass(frozen=True)
class Tensor:
    """A window of a storage; extents in elements."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    strides: tuple[int, ...]

    def end(self) -> int:
        return self.offset + sum((n - 1) * stride for n, stride in zip(self.size, self.strides, strict=True)) + 1


def read_state_dict(data: bytes) -> dict[str, Array]:
    stream = io.BytesIO(data)
    if run_pickle(stream) != MAGIC_NUMBER or run_pickle(stream) != PROTOCOL_VERSION:
        raise ModelError("the pickle is not a file of torch.save")
    run_pickle(stream)  # the sizes of C types, which are the same on all our platforms
    entries, keys = run_pickle(stream), run_pickle(stream)
    if not isinstance(entries, dict) or not all(isinstance(value, Tensor) for value in entries.values()):
        raise ModelError("the .pth file does not hold a state dict of tensors")
    storages = read_storages(stream, keys, {tensor.storage.key: tensor.storage for tensor in entries.values()})
    return {str(name): to_array(str(name), tensor, storages) for name, tensor in entries.items()}


def read_storages(stream: io.BytesIO, keys: Any, declared: dict[str, Storage]) -> dict[str, Array]:
    if not isinstance(keys, list) or set(keys) != set(declared) or len(keys) != len(declared):
        raise ModelError("the .pth file does not list the storages that its tensors need")
    storages = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little", signed=True)
        dtype = np.dtype(declared[key].dtype)
        values = stream.read(max(count, 0) * dtype.itemsize)
        if count != declared[key].count or count < 0 or len(values) != count * dtype.itemsize:
            raise ModelError(f"storage {key} of the .pth file is cut short")
        storages[key] = np.frombuffer(values, dtype)
    return storages


def to_array(name: str, tensor: Tensor, storages: dict[str, Array]) -> Array:
    storage = storages[tensor.storage.key]
    numbers = (tensor.offset, *tensor.size, *tensor.strides)
    if not all(isinstance(n, int) and n >= 0 for n in numbers) or len(tensor.size) != len(tensor.strides):
        raise ModelError(f"tensor '{name}' of the .pth file has an impossible shape")
    count = int(np.prod(tensor.size, dtype=object)) if tensor.size else 1
    if count == 0 or count > len(storage) or tensor.end() > len(storage):
        raise ModelError(f"tensor '{name}' of the .pth file does not fit its storage")
    strides = [stride * storage.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.size, strides).copy()


class Machine:
    """Stack and memory of one pickle program."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memory: dict[int, Any] = {}

    def pop(self) -> Any:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise ModelError("the pickle takes more from its stack than it has pushed")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        if not self.marks:
            raise ModelError("the pickle has no mark on its stack")
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def push_tuple(self, length: int) -> None:
        self.stack.append(tuple(reversed([self.pop() for _ in range(length)])))

    def import_name(self, name: str) -> None:
        if name not in (ORDERED_DICT, REBUILD_TENSOR, *DTYPES):
            raise ModelError(
                f"the pickle asks for {name.replace(' ', '.')}, which no state dict of tensors needs: refused",
                "do not open this file with torch.load either, unless you trust who made it",
            )
        self.stack.append(Name(name))

    def import_from_stack(self) -> None:
        name, module = self.pop(), self.pop()
        self.import_name(f"{module} {name}")

    def reduce(self) -> None:
        arguments, function = self.pop(), self.pop()
        if function == Name(ORDERED_DICT) and arguments == ():
            self.stack.append({})
        elif function == Name(REBUILD_TENSOR) and isinstance(arguments, tuple) and len(arguments) >= 4:
            storage, offset, size, strides = arguments[:4]
            if not isinstance(storage, Storage) or not isinstance(size, tuple) or not isinstance(strides, tuple):
                raise ModelError("a tensor of the pickle is malformed")
            self.stack.append(Tensor(storage, offset, size, strides))
        else:
            raise ModelError("the pickle makes a call that no state dict needs: refused")

    def load_storage(self) -> None:
        match self.pop():
            case ("storage", Name(name), str(key), _, int(count), *_) if name in DTYPES:
                self.stack.append(Storage(DTYPES[name], key, count))
            case _:
                raise ModelError("the pickle refers to a storage of an unknown kind")

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1] if self.stack else None
        if not isinstance(target, dict) or len(items) % 2 or not all(isinstance(key, str) for key in items[::2]):
            raise ModelError("the pickle fills something that is not a dictionary of names")
        target.update(zip(items[::2], items[1::2], strict=True))

    def append(self, items: list[Any]) -> None:
        if not self.stack or not isinstance(self.stack[-1], list):
            raise ModelError("the pickle appends to something that is not a list")
        self.stack[-1].extend(items)

    def recall(self, index: int) -> None:
        if index not in self.memory:
            raise ModelError("the pickle reads a memory cell that it has not written")
        self.stack.append(self.memory[index])

    def remember(self, index: int) -> None:
        if not self.stack:
            raise ModelError("the pickle remembers something that is not there")
        self.memory[index] = self.stack[-1]

    def forget_attributes(self) -> None:
        """BUILD: sets the versions of the layers as an attribute of the dictionary; ignored."""
        self.pop()


INSTRUCTIONS: dict[str, Callable[[Machine, Any], None]] = {
    "PROTO": lambda machine, _: None,
    "GLOBAL": lambda machine, name: machine.import_name(name),
    "STACK_GLOBAL": lambda machine, _: machine.import_from_stack(),
    "REDUCE": lambda machine, _: machine.reduce(),
    "BUILD": lambda machine, _: machine.forget_attributes(),
    "BINPERSID": lambda machine, _: machine.load_storage(),
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.pop_to_mark())),
    "TUPLE1": lambda machine, _: machine.push_tuple(1),
    "TUPLE2": lambda machine, _: machine.push_tuple(2),
    "TUPLE3": lambda machine, _: machine.push_tuple(3),
    "EMPTY_TUPLE": lambda machine, _: machine.stack.append(()),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "EMPTY_DICT": lambda machine, _: machine.stack.append({}),
    "SETITEM": lambda machine, _: machine.set_items([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.pop_to_mark()),
    "APPEND": lambda machine, _: machine.append([machine.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.pop_to_mark()),
    "NONE": lambda machine, _: machine.stack.append(None),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), Machine.remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), Machine.recall),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE"),
        lambda machine, value: machine.stack.append(value),
    ),
}


def run_pickle(stream: io.BytesIO) -> Any:
    """The next pickle of the stream."""
    machine = Machine()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name == "STOP":
                return machine.pop()
            if opcode.name not in INSTRUCTIONS:
                raise ModelError(f"the pickle has the instruction {opcode.name}, which no state dict needs: refused")
            INSTRUCTIONS[opcode.name](machine, argument)
    except (ValueError, TypeError, OverflowError) as error:  # genops: truncated; TypeError: an unhashable key
        raise ModelError(f"the pickle is damaged: {error}") from error
    raise ModelError("the pickle has no end")
