# ruff: noqa: ANN001, ANN201, ANN202
"""What registers can do, as functions that Numba compiles to a few instructions each.

The first argument of an intrinsic is Numba's typing context; a kernel does not give it. Its
parameters stay without annotations, since Numba types them anew at every call.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from diaphane.simd.host import ISA, W
from diaphane.simd.registers import F32, FLOATS, I32, INTS, broadcast, call, ivec, vec


def _address(context, builder, array_type, array, index_type, index):
    """Return the address of ``array[index]``; nothing checks the bounds."""
    if isinstance(index_type, types.UniTuple | types.Tuple):
        kinds, indices = list(index_type), cgutils.unpack_tuple(builder, index)
    else:
        kinds, indices = [index_type], [index]
    pairs = zip(indices, kinds)
    whole = [context.cast(builder, i, kind, types.intp) for i, kind in pairs]
    view = context.make_array(array_type)(context, builder, value=array)
    return cgutils.get_item_pointer(context, builder, array_type, view, whole, wraparound=False)


def _check_array(array, index):
    """Refuse, while a kernel is typed, arrays whose lanes do not lie side by side."""
    n_indices = len(index) if isinstance(index, types.BaseTuple) else 1
    fits = isinstance(array, types.Array) and array.dtype == types.float32 and array.layout == "C"
    if not fits or array.ndim != n_indices:
        raise TypeError(f"expected a C-contiguous float32 array and one index an axis, got {array}")


@intrinsic
def load(typing, array, index):
    """Return the W floats that start at ``array[index]``."""
    _check_array(array, index)

    def build(context, builder, sig, args):
        place = _address(context, builder, sig.args[0], args[0], sig.args[1], args[1])
        return builder.load(builder.bitcast(place, FLOATS.as_pointer()), align=4)

    return vec(array, index), build


@intrinsic
def store(typing, array, index, value):
    """Write the lanes of `value` to the W floats that start at ``array[index]``."""
    _check_array(array, index)

    def build(context, builder, sig, args):
        place = _address(context, builder, sig.args[0], args[0], sig.args[1], args[1])
        builder.store(args[2], builder.bitcast(place, FLOATS.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(array, index, vec), build


@intrinsic
def gather(typing, array, places):
    """Return ``array[places[l]]`` in lane l, of a one-dimensional array: W single loads."""
    _check_array(array, types.intp)

    def build(context, builder, sig, args):
        value = ir.Constant(FLOATS, ir.Undefined)
        for lane in range(W):
            index = builder.extract_element(args[1], I32(lane))
            place = _address(context, builder, sig.args[0], args[0], types.int32, index)
            value = builder.insert_element(value, builder.load(place), I32(lane))
        return value

    return vec(array, ivec), build


@intrinsic
def splat(typing, number):
    """Return `number` in every lane."""
    return vec(types.float32), lambda context, builder, sig, args: broadcast(builder, args[0])


@intrinsic
def iota(typing):
    """Return 0, 1, 2, … in the lanes."""
    return vec(), lambda *_: ir.Constant(FLOATS, [float(lane) for lane in range(W)])


@intrinsic
def to_int(typing, x):
    """Return `x` without its fraction, as integers."""
    return ivec(vec), lambda context, builder, sig, args: builder.fptosi(args[0], INTS)


@intrinsic
def to_float(typing, k):
    """Return integers as floats."""
    return vec(ivec), lambda context, builder, sig, args: builder.sitofp(args[0], FLOATS)


def _lanewise(name, n_args):
    """Return the intrinsic that applies LLVM's `name` to every lane of `n_args` registers."""
    full = f"llvm.{name}.v{W}f32"

    def build(context, builder, sig, args):
        return call(builder, full, FLOATS, *args)

    def one(typing, x):
        return vec(vec), build

    def two(typing, x, y):
        return vec(vec, vec), build

    def three(typing, x, y, z):
        return vec(vec, vec, vec), build

    return intrinsic((one, two, three)[n_args - 1])


fma = _lanewise("fmuladd", 3)
minimum = _lanewise("minnum", 2)
maximum = _lanewise("maxnum", 2)


@intrinsic
def sqrt(typing, x):
    """Return the square root of every lane, or of a plain number."""

    def build(context, builder, sig, args):
        kind, name = (FLOATS, f"llvm.sqrt.v{W}f32") if x is vec else (F32, "llvm.sqrt.f32")
        return call(builder, name, kind, *args)

    return x(x), build


@intrinsic
def at_least(typing, x, y):
    """Return 1 in the lanes where ``x >= y``, 0 elsewhere."""

    def build(context, builder, sig, args):
        return builder.uitofp(builder.fcmp_ordered(">=", *args), FLOATS)

    return vec(vec, vec), build


@intrinsic
def shift_down(typing, k, n_bits):
    """Return the bits of integers `n_bits` places lower, with zeros at the top."""

    def build(context, builder, sig, args):
        n_bits = context.cast(builder, args[1], sig.args[1], types.int32)
        return builder.lshr(args[0], broadcast(builder, n_bits))

    return ivec(ivec, n_bits), build


@intrinsic
def choose(typing, k, x, y):
    """Return `y` in the lanes where `k`, floats or integers, has a minus sign, `x` elsewhere."""

    def build(context, builder, sig, args):
        k, x, y = args
        k = builder.bitcast(k, INTS)
        return builder.select(builder.icmp_signed("<", k, ir.Constant(INTS, [0] * W)), y, x)

    return vec(k, vec, vec), build


@intrinsic
def sum_lanes(typing, x):
    """Return the sum of all lanes, as a plain number."""

    def build(context, builder, sig, args):
        zero = ir.Constant(F32, -0.0)
        return call(builder, f"llvm.vector.reduce.fadd.v{W}f32", F32, zero, args[0])

    return types.float32(vec), build


@intrinsic
def frac(typing, x):
    """Return the part of `x` behind the point, with the sign of `x`."""

    def build(context, builder, sig, args):
        (x,) = args
        if ISA == "avx512":  # one vreduceps: x less x truncated (3), errors kept quiet (8)
            all_lanes = ir.Constant(ir.IntType(16), -1)
            name = "llvm.x86.avx512.mask.reduce.ps.512"
            return call(builder, name, FLOATS, x, I32(3 | 8), x, all_lanes, I32(4))
        return builder.fsub(x, call(builder, f"llvm.trunc.v{W}f32", FLOATS, x))

    return vec(vec), build


@intrinsic
def permute2(typing, low, high, places):
    """Return ``(low ++ high)[places[l]]`` in lane l: a look-up in a table of 2 W floats.

    Each of `places` must be from 0 to 2 W - 1.
    """

    def build(context, builder, sig, args):
        low, high, places = args
        if ISA == "avx512":
            name = "llvm.x86.avx512.vpermi2var.ps.512"
            return call(builder, name, FLOATS, low, places, high)
        in_low = builder.icmp_unsigned("<", places, ir.Constant(INTS, [W] * W))
        if ISA == "avx2":  # vpermps looks at the lowest three bits of a place
            name = "llvm.x86.avx2.permps"
            first, second = (call(builder, name, FLOATS, x, places) for x in (low, high))
            return builder.select(in_low, first, second)
        # LLVM turns each chain of extracts and inserts into one table look-up where it can.
        first = second = ir.Constant(FLOATS, ir.Undefined)
        within = builder.and_(places, ir.Constant(INTS, [W - 1] * W))
        for lane in range(W):
            place = builder.extract_element(within, I32(lane))
            from_low = builder.extract_element(low, place)
            from_high = builder.extract_element(high, place)
            first = builder.insert_element(first, from_low, I32(lane))
            second = builder.insert_element(second, from_high, I32(lane))
        return builder.select(in_low, first, second)

    return vec(vec, vec, ivec), build
