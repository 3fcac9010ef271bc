"""Read the operators and tensor types of a TFLite flatbuffer, and write a changed one."""

from collections import Counter
from dataclasses import dataclass

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


@dataclass(frozen=True)
class Operator:
    """An operator, its version in the TFLite schema, and how often the model uses it."""

    name: str
    version: int
    count: int


def operators(flatbuffer: bytes) -> list[Operator]:
    """Return the model's operators in order of first use.

    A custom operator is called "CUSTOM <code>"; the Flex operators of SELECT_TF_OPS are custom.
    """
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    names = _names(schema.BuiltinOperator)
    used = Counter(
        _describe(model.operatorCodes[op.opcodeIndex], names)
        for subgraph in model.subgraphs
        for op in subgraph.operators
    )
    return [Operator(name, version, count) for (name, version), count in used.items()]


def tensor_types(flatbuffer: bytes) -> set[str]:
    """Return the element types of the model's tensors by their schema names, such as "INT8"."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    names = _names(schema.TensorType)
    return {names[tensor.type] for subgraph in model.subgraphs for tensor in subgraph.tensors}


def _describe(code: schema.OperatorCodeT, names: dict[int, str]) -> tuple[str, int]:
    # Older runtimes read the number of the first 127 operators from a field of their own.
    name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
    custom = f" {code.customCode.decode()}" if code.customCode else ""
    return name + custom, code.version


def _names(enum: type) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if not name.startswith("_")}


def pack_model(model: schema.ModelT, size: int) -> bytes:
    """Return the flatbuffer of a model. size: about how many bytes it will have."""
    builder = flatbuffers.Builder(size)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
