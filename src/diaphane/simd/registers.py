"""The two register types as Numba sees them, and their operators ``+ - * /``."""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from diaphane.simd.host import W

F32, I32 = ir.FloatType(), ir.IntType(32)
FLOATS, INTS = ir.VectorType(F32, W), ir.VectorType(I32, W)


class Register(types.Type):
    """The Numba type of a register: W lanes of one scalar type."""

    def __init__(self, scalar: types.Type) -> None:
        self.scalar = scalar
        super().__init__(name=f"{scalar}x{W}")


vec, ivec = Register(types.float32), Register(types.int32)


@register_model(Register)
class _RegisterModel(models.PrimitiveModel):
    """An LLVM vector; in memory that Numba allots (lists, closures) a plain array.

    That memory is not aligned to 64 bytes, which a vector there would rely on.
    """

    def __init__(self, manager: Any, kind: Register) -> None:
        super().__init__(manager, kind, FLOATS if kind == vec else INTS)

    def get_data_type(self) -> Any:
        return ir.ArrayType(self.get_value_type().element, W)

    def as_data(self, builder: Any, value: Any) -> Any:
        array = ir.Constant(self.get_data_type(), ir.Undefined)
        for lane in range(W):
            array = builder.insert_value(array, builder.extract_element(value, I32(lane)), lane)
        return array

    def from_data(self, builder: Any, value: Any) -> Any:
        vector = ir.Constant(self.get_value_type(), ir.Undefined)
        for lane in range(W):
            vector = builder.insert_element(vector, builder.extract_value(value, lane), I32(lane))
        return vector


def broadcast(builder: Any, scalar: Any) -> Any:
    """Return a register with `scalar` in every lane."""
    vector = ir.Constant(ir.VectorType(scalar.type, W), ir.Undefined)
    vector = builder.insert_element(vector, scalar, I32(0))
    return builder.shuffle_vector(vector, vector, ir.Constant(INTS, [0] * W))


def call(builder: Any, name: str, returns: Any, *args: Any) -> Any:
    """Call an LLVM intrinsic by its full name."""
    kind = ir.FunctionType(returns, [a.type for a in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)


def _define(op: Callable[..., Any], on_floats: str, on_ints: str = "") -> None:
    """Teach Numba `op` on two registers, or on a register and a plain number."""
    kinds = [kind for kind, name in ((vec, on_floats), (ivec, on_ints)) if name]

    class _Typing(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            kind = next((a for a in args if a in kinds), None)
            if kind is None or len(args) != 2:
                return None
            if not all(a == kind or isinstance(a, types.Number) for a in args):
                return None
            return signature(kind, *[a if a == kind else kind.scalar for a in args])

    register_operator: Any = infer_global
    register_operator(op)(_Typing)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pairs = zip(sig.args, args)
        x, y = (v if isinstance(t, Register) else broadcast(builder, v) for t, v in pairs)
        return getattr(builder, on_floats if sig.return_type == vec else on_ints)(x, y)

    for kind in kinds:
        for pair in ((kind, kind), (kind, kind.scalar), (kind.scalar, kind)):
            lower_builtin(op, *pair)(lower)


_define(operator.add, "fadd", "add")
_define(operator.sub, "fsub", "sub")
_define(operator.mul, "fmul", "mul")
_define(operator.truediv, "fdiv")
_define(operator.iadd, "fadd", "add")
_define(operator.isub, "fsub", "sub")
_define(operator.imul, "fmul", "mul")
_define(operator.and_, "", "and_")
