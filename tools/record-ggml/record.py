"""Records what a build of ggml's CPU backend gives at random shapes, as a manifest that `planforensics identify --manifest` reads.

    python3 record.py --libraries DIR --cpu haswell --out DIR [--seed 1] [--cases 100]

DIR holds libggml-base.so, libggml.so (or libggml.vX.Y.Z.so) and libggml-cpu-NAME.so, as llama.cpp's releases and the packages that ship them do.
Needs numpy. The same seed gives the same inputs.
"""
import argparse
import ctypes as C
import json
import pathlib

import numpy as np

P, I64, F = C.c_void_p, C.c_int64, C.c_float
F32, F16, Q4_0, Q8_0, I32, BF16 = 0, 1, 2, 8, 26, 30
NAMES = {F32: "f32", F16: "f16", BF16: "bf16", Q8_0: "q8_0", Q4_0: "q4_0"}
BLOCK_BYTES = {Q8_0: 34, Q4_0: 18}


class InitParams(C.Structure):
    _fields_ = [("mem_size", C.c_size_t), ("mem_buffer", P), ("no_alloc", C.c_bool)]


class Ggml:
    """One CPU backend, called through ggml's C interface."""

    def __init__(self, libraries, cpu):
        self.base = C.CDLL(str(libraries / "libggml-base.so"), mode=C.RTLD_GLOBAL)
        core = [file for file in libraries.iterdir() if file.name.startswith("libggml.")]
        self.core = C.CDLL(str(core[0]), mode=C.RTLD_GLOBAL)
        self.registry = self.function("ggml_backend_load", P, C.c_char_p, library=self.core)(str(libraries / f"libggml-cpu-{cpu}.so").encode())
        if not self.registry:
            raise SystemExit(f"libggml-cpu-{cpu}.so does not run on this processor")
        self.device = self.function("ggml_backend_reg_dev_get", P, P, C.c_size_t)(self.registry, 0)
        self.backend = self.function("ggml_backend_dev_init", P, P, C.c_char_p)(self.device, None)
        self.set_threads = C.CFUNCTYPE(None, P, C.c_int)(self.address(b"ggml_backend_set_n_threads"))
        self.init = self.function("ggml_init", P, InitParams)
        self.data = self.function("ggml_get_data", P, P)
        self.tensor = self.function("ggml_new_tensor_4d", P, P, C.c_int, I64, I64, I64, I64)

    def function(self, name, result, *arguments, library=None):
        function = getattr(library or self.base, name)
        function.restype, function.argtypes = result, list(arguments)
        return function

    def address(self, name):
        return self.function("ggml_backend_reg_get_proc_address", P, P, C.c_char_p)(self.registry, name)

    def repack_buffer(self):
        """The buffer type that repacks weights, or None."""
        types = C.CFUNCTYPE(C.POINTER(P), P)(self.address(b"ggml_backend_dev_get_extra_bufts"))(self.device)
        name, index = self.function("ggml_backend_buft_name", C.c_char_p, P), 0
        while types[index]:
            if name(types[index]) == b"CPU_REPACK":
                return types[index]
            index += 1
        return None

    def run(self, build, count, threads):
        """Runs the graph whose output build(context) makes, and returns count floats."""
        self.set_threads(self.backend, threads)
        context = self.init(InitParams(1 << 28, None, False))
        output = build(context)
        graph = self.function("ggml_new_graph", P, P)(context)
        self.function("ggml_build_forward_expand", None, P, P)(graph, output)
        if self.function("ggml_backend_graph_compute", C.c_int, P, P)(self.backend, graph) != 0:
            raise RuntimeError("ggml_backend_graph_compute failed")
        values = np.ctypeslib.as_array((F * count).from_address(self.data(output))).copy()
        self.function("ggml_free", None, P)(context)
        return values

    def put(self, context, kind, array):
        sizes = list(array.shape)[::-1]
        if kind in BLOCK_BYTES:
            sizes[0] = sizes[0] // BLOCK_BYTES[kind] * 32
        raw = array if kind in BLOCK_BYTES or kind == I32 else array.astype(np.float16) if kind == F16 else bf16_bits(array) if kind == BF16 else array.astype(np.float32)
        tensor = self.tensor(context, kind, *sizes, *[1] * (4 - len(sizes)))
        raw = np.ascontiguousarray(raw)
        C.memmove(self.data(tensor), raw.ctypes.data, raw.nbytes)
        return tensor

    def quantize(self, kind, weights):
        rows, depth = weights.shape
        blocks = np.zeros((rows, depth // 32 * BLOCK_BYTES[kind]), np.uint8)
        self.function("ggml_quantize_chunk", C.c_size_t, C.c_int, P, P, I64, I64, I64, P)(kind, weights.ctypes.data, blocks.ctypes.data, 0, rows, depth, None)
        return blocks


def bf16_bits(array):
    bits = array.astype(np.float32).view(np.uint32)
    return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype(np.uint16)


def narrowed(kind, array):
    """The values that weights or keys of a kind hold, as float32."""
    if kind == BF16:
        return (bf16_bits(array).astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float16).astype(np.float32) if kind == F16 else array


class Recorder:
    def __init__(self, ggml, options):
        self.ggml, self.cpu, self.out, self.repacks = ggml, options.cpu, options.out, not options.no_repack
        self.random = np.random.Generator(np.random.PCG64(options.seed))
        self.manifest = {"layout": "W is N x K", "inputs": [], "vectors": []}
        self.normal = lambda *shape: self.random.standard_normal(shape).astype(np.float32)
        self.one_of = lambda *choices: choices[int(self.random.integers(len(choices)))]
        self.between = lambda low, high: int(self.random.integers(low, high + 1))

    def save(self, name, array):
        array.tofile(self.out / name)
        self.manifest["inputs"].append({"file": name, "shape": list(array.shape)})
        return name

    def record(self, file, values, **fields):
        values.tofile(self.out / file)
        self.manifest["vectors"].append({"file": file, **fields})

    def product(self, case):
        kind, repacked = self.one_of((F32, False), (F16, False), (BF16, False), (Q8_0, False), (Q4_0, False), (Q4_0, self.repacks))
        quantised = kind in BLOCK_BYTES
        k = 32 * self.between(1, 40) if quantised else self.one_of(self.between(1, 600), 16 * self.between(1, 40), 64 * self.between(1, 16))
        n = 8 * self.between(1, 12) if repacked else self.one_of(self.between(2, 40), 4 * self.between(1, 12))
        m, threads = self.one_of(1, 1, 2, 3, 5, 8, 13), self.between(1, 3)
        a, w = self.normal(m, k), self.normal(n, k) / np.float32(np.sqrt(k))
        w = self.ggml.quantize(kind, w) if quantised else narrowed(kind, w)
        multiply = self.ggml.function("ggml_mul_mat", P, P, P, P)
        packed = self.packed(kind, w) if repacked else None
        values = self.ggml.run(lambda context: multiply(context, packed or self.ggml.put(context, kind, w), self.ggml.put(context, F32, a)), m * n, threads)
        name = NAMES[kind] + (".repack" if repacked else "")
        self.record(
            f"mul_mat_{case}.bin", values, op="matmul", shape=[m, n], engine=f"ggml.mul_mat.{name}.{self.cpu}", M=m, N=n, K=k, threads=threads,
            A=self.save(f"A_{case}.bin", a), W=self.save(f"W_{case}.{NAMES[kind]}.bin", w))

    def packed(self, kind, blocks):
        buffer_type = self.ggml.repack_buffer()
        context = self.ggml.init(InitParams(1 << 20, None, True))
        weights = self.ggml.tensor(context, kind, blocks.shape[1] // BLOCK_BYTES[kind] * 32, blocks.shape[0], 1, 1)
        self.ggml.function("ggml_backend_alloc_ctx_tensors_from_buft", P, P, P)(context, buffer_type)
        self.ggml.function("ggml_backend_tensor_set", None, P, P, C.c_size_t, C.c_size_t)(weights, blocks.ctypes.data, 0, blocks.nbytes)
        return weights

    def attention(self, case):
        kind, n = self.one_of(F32, F16), self.one_of(1, 1, 1, 2, 7, 63, 64, 65, 90)
        keys = self.one_of(self.between(1, 140), self.between(500, 530), self.between(400, 1200)) if n < 10 else self.between(1, 200)
        d, key_heads = self.one_of(32, 40, 64, 72, 80, 96, 100, 112, 128), self.one_of(1, 2)
        heads, dv, threads = key_heads * self.one_of(1, 2, 3), self.one_of(d, d, d, 32, 48, 60, 64), self.between(1, 4)
        q, k, v = self.normal(heads, n, d), narrowed(kind, self.normal(key_heads, keys, d)), narrowed(kind, self.normal(key_heads, keys, dv))
        mask = None
        if self.random.random() < 0.6:
            mask = narrowed(F16, np.where(self.random.random((n, keys)) < 0.2, -np.inf, self.normal(n, keys)))
            mask[:, 0] = 0
        scale, bias = float(np.float32(1 / np.sqrt(d))), 0.0 if mask is None else self.one_of(0.0, 0.0, 8.0)
        attend = self.ggml.function("ggml_flash_attn_ext", P, P, P, P, P, P, F, F, F)
        put = self.ggml.put
        values = self.ggml.run(
            lambda context: attend(context, put(context, F32, q), put(context, kind, k), put(context, kind, v), None if mask is None else put(context, F16, mask), scale, bias, 0),
            heads * n * dv, threads)
        self.record(
            f"flash_{case}.bin", values, op="flash_attn_ext", shape=[n, heads, dv], engine=f"ggml.flash_attn_ext.{NAMES[kind]}.{self.cpu}", M=n, N=heads, K=d, KV=keys, Hkv=key_heads,
            threads=threads, scale=scale, max_bias=bias, A=self.save(f"Q_{case}.bin", q), Kfile=self.save(f"K_{case}.bin", k), Vfile=self.save(f"V_{case}.bin", v),
            mask="" if mask is None else self.save(f"mask_{case}.bin", mask))

    def rows(self, case):
        op = self.one_of("silu", "gelu", "sum_rows", "norm", "rms_norm", "soft_max_ext")
        d, m, threads = self.one_of(self.between(1, 40), self.between(40, 400), 16 * self.between(1, 80)), self.one_of(1, 2, 5, 9), self.between(1, 3)
        x, fields, put = 3 * self.normal(m, d), {}, self.ggml.put
        if op == "soft_max_ext":
            fields["scale"] = float(np.float32(self.one_of(0.125, 0.3)))
            soft_max = self.ggml.function("ggml_soft_max_ext", P, P, P, P, F, F)
            build = lambda context: soft_max(context, put(context, F32, x), None, fields["scale"], 0)
        elif op in ("norm", "rms_norm"):
            fields["eps"] = float(np.float32(self.one_of(1e-5, 1e-6)))
            norm = self.ggml.function(f"ggml_{op}", P, P, P, F)
            build = lambda context: norm(context, put(context, F32, x), fields["eps"])
        else:
            unary = self.ggml.function(f"ggml_{op}", P, P, P)
            build = lambda context: unary(context, put(context, F32, x))
        width = 1 if op == "sum_rows" else d
        self.record(
            f"{op}_{case}.bin", self.ggml.run(build, m * width, threads), op=op, shape=[m, width], engine=f"ggml.{op}.f32.{self.cpu}", M=m, K=d, threads=threads,
            X=self.save(f"X_{case}.bin", x), **fields)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--libraries", type=pathlib.Path, required=True)
    parser.add_argument("--cpu", required=True, help="zen4, skylakex, haswell, ...: the part of the file's name after libggml-cpu-")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--no-repack", action="store_true", help="for processors without AVX2, whose weights are not repacked")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    recorder = Recorder(Ggml(options.libraries, options.cpu), options)
    for case in range(options.cases):
        recorder.one_of(recorder.product, recorder.product, recorder.attention, recorder.rows)(case)
    (options.out / "manifest.json").write_text(json.dumps(recorder.manifest))


if __name__ == "__main__":
    main()
