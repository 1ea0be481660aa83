"""Capture what a PyTorch model ran, as contracts that `planforensics import` reads. Copy this file beside your server: it needs PyTorch and nothing else.

    from planforensics_capture import PlanForensicsCapture

    with PlanForensicsCapture(model, out="captured", model_path="path/to/model", layers=["model.layers.*.mlp.down_proj"]) as capture:
        with capture.step(["req-1", "req-2"], token_ids=ids) as step:      # ids: (2, T), or one list a request
            logits = model(ids)
            step.chose(logits[:, -1].argmax(-1))                           # left out: greedy, the lowest id of the largest logit

The folder then holds contracts-rank0.jsonl, one line a request, and tensors-rank0-*.safetensors: `planforensics import captured --store DB`.
Hooks only read: no operator is added to the model's own work, no random number is drawn, nothing is returned from a hook. docs/capture.md has the rest.
"""

import base64
import contextlib
import ctypes
import datetime
import fnmatch
import hashlib
import importlib
import json
import os
import platform
import queue
import re
import struct
import sys
import threading
import warnings

import torch

VARIABLES = ("OMP_NUM_THREADS", "OMP_DYNAMIC", "OMP_SCHEDULE", "GOTO_NUM_THREADS", "NVIDIA_TF32_OVERRIDE", "GLIBC_TUNABLES")
PREFIXES = ("OPENBLAS_", "MKL_", "ATEN_", "DNNL_", "ONEDNN_", "CUBLAS", "CUDNN_", "NCCL_", "RCCL_", "ROCBLAS_", "HIPBLASLT_", "TORCH_", "PYTORCH_", "TORCHINDUCTOR_", "TRITON_", "KMP_",
            "BLIS_", "VLLM_", "SGLANG_", "TLLM_", "FLASHINFER_", "CUDA_", "PLANFORENSICS_")
SECRETS = ("TOKEN", "SECRET", "PASSWORD", "API_KEY", "CREDENTIAL")
PACKAGES = ("transformers", "vllm", "sglang", "sgl_kernel", "flashinfer", "flash_attn", "triton", "xformers", "deepspeed", "accelerate", "numpy")
FEATURES = ("sse4_2", "avx", "avx2", "fma", "avx_vnni", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "sve", "bf16")
ROLES = {"input_layernorm": "attention_norm", "post_attention_layernorm": "mlp_norm", "norm": "final_norm", "embed_tokens": "embedding", "lm_head": "lm_head", "act_fn": "activation"}
ROLES.update({name: name for name in ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")})
FORMATS = {torch.float32: ("fp32", "F32"), torch.float64: ("fp64", "F64"), torch.bfloat16: ("bf16", "BF16"), torch.float16: ("fp16", "F16"), torch.int8: ("int8", "I8"), torch.int32: ("int32", "I32")}
for _name, _format in (("float8_e4m3fn", ("fp8e4m3", "F8_E4M3")), ("float8_e5m2", ("fp8e5m2", "F8_E5M2"))):
    if hasattr(torch, _name):
        FORMATS[getattr(torch, _name)] = _format


def bytes_of(tensor):
    """The bytes of a tensor on the host, little-endian and row-major; without NumPy, which has no bf16."""
    tensor = tensor.contiguous()
    data = ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size()) if tensor.numel() else b""
    if sys.byteorder == "big" and tensor.element_size() > 1:
        data = b"".join(data[at:at + tensor.element_size()][::-1] for at in range(0, len(data), tensor.element_size()))
    return data


def safetensors_bytes(tensors, metadata=None):
    """The safetensors form of [(name, dtype, shape, bytes)]: length, header (padded to 8 bytes), data."""
    header, offset = ({"__metadata__": metadata} if metadata else {}), 0
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text] + [data for *_, data in tensors])


def _version(package):
    try:
        return importlib.import_module("importlib.metadata").version(package)
    except Exception:  # not installed, or installed without metadata
        return None


def _debian_version(package):
    try:
        with open("/var/lib/dpkg/status", encoding="utf-8", errors="replace") as file:
            match = re.search(rf"^Package: {re.escape(package)}\n(?:.+\n)*?Version: (.+)$", file.read(), re.MULTILINE)
        return match[1] if match else ""
    except OSError:
        return ""


def _blas():
    """The matrix library that is loaded into this process, not one that could be."""
    build = torch.__config__.show()
    match = re.search(r"Math Kernel Library Version ([\d.]+)", build)
    if match:
        return {"blas": f"oneMKL {match[1]}", "mkl": match[1]}
    try:
        with open("/proc/self/maps", encoding="utf-8") as file:
            paths = [line.split()[-1] for line in file if "openblas" in line and ".so" in line]
        library = ctypes.CDLL(paths[0])
        library.openblas_get_corename.restype = library.openblas_get_config.restype = ctypes.c_char_p
        release = _debian_version("libopenblas0-pthread") or library.openblas_get_config().decode().split()[1]
        return {"blas": f"OpenBLAS {release} core {library.openblas_get_corename().decode()}", "blas_threads": str(library.openblas_get_num_threads())}
    except (OSError, IndexError, AttributeError):
        return {"blas": "unknown"}


def library_versions(threads, device="cpu"):
    """What the libraries report, under the names that record_incident.py uses too."""
    build, debian = torch.__config__.show(), _debian_version("python3-torch")
    capability = re.search(r"CPU capability usage: (\w+)", build)
    onednn = re.search(r"(?:MKL-DNN|oneDNN) v([\d.]+)", build)
    isa = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or "default"
    words = set(cpu_features())
    native = "avx512_core_bf16" if "avx512_bf16" in words else "avx512_core" if {"avx512bw", "avx512dq", "avx512vl"} <= words else "avx2" if "avx2" in words else "sse41"
    versions = {
        "torch": f"{debian.split('+')[0] or torch.__version__} ({f'Debian {debian}, ' if debian else ''}reports {torch.__version__}), {device.upper()}, eager, {threads} thread{'s' if threads > 1 else ''}, "
                 f"ATen capability {capability[1] if capability else 'unknown'}",
        **_blas(),
        "onednn": f"{onednn[1] if onednn else '?'}, max ISA {isa}" + (f" ({native})" if isa == "default" else ""),
        "sleef": _debian_version("libsleef3"), "glibc": platform.libc_ver()[1], "cpu": " ".join([platform.machine(), _processor()] + sorted(words)).strip(),
        "python": platform.python_version(), **{name: _version(name) for name in PACKAGES},
    }
    if torch.version.cuda:
        versions["cuda"] = torch.version.cuda
        with contextlib.suppress(Exception):
            versions["cudnn"] = str(torch.backends.cudnn.version())
        with contextlib.suppress(Exception):
            versions["nccl"] = ".".join(str(part) for part in torch.cuda.nccl.version())
        with contextlib.suppress(OSError), open("/proc/driver/nvidia/version", encoding="utf-8") as file:
            versions["driver"] = re.search(r"Kernel Module\D*([\d.]+)", file.read())[1]
    return {name: value for name, value in versions.items() if value}


def _cpuinfo(key):
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        match = re.search(rf"^{key}\s*:\s*(.*)$", file.read(), re.MULTILINE)
        return match[1] if match else ""
    return ""


def _processor():
    return _cpuinfo("model name") or platform.processor()


def cpu_features():
    present = set((_cpuinfo("flags") or _cpuinfo("Features")).split())
    return [feature for feature in FEATURES if feature in present]


def kernel_variables():
    return {name: value for name, value in sorted(os.environ.items())
            if (name in VARIABLES or name.startswith(PREFIXES)) and not any(word in name.upper() for word in SECRETS)}


def math_flags():
    """cuDNN, TF32 and determinism switches, as PyTorch holds them now."""
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    wanted = {"cudnn_enabled": (cudnn, "enabled"), "cudnn_deterministic": (cudnn, "deterministic"), "cudnn_benchmark": (cudnn, "benchmark"), "cudnn_tf32": (cudnn, "allow_tf32"),
              "matmul_tf32": (matmul, "allow_tf32"), "bf16_reduced_precision_reduction": (matmul, "allow_bf16_reduced_precision_reduction"),
              "fp16_reduced_precision_reduction": (matmul, "allow_fp16_reduced_precision_reduction")}
    flags = {}
    for name, (holder, field) in wanted.items():
        with contextlib.suppress(Exception):
            flags[name] = bool(getattr(holder, field))
    flags["deterministic_algorithms"] = torch.are_deterministic_algorithms_enabled()
    return flags


def workspace_bytes():
    """CUBLAS_WORKSPACE_CONFIG (":4096:8" is 8 buffers of 4096 KiB) in bytes; None where it is unset."""
    pairs = re.findall(r":(\d+):(\d+)", os.environ.get("CUBLAS_WORKSPACE_CONFIG", ""))
    return sum(int(size) * 1024 * int(count) for size, count in pairs) if pairs else None


def weights_sha256(path):
    """The hash that a contract's model.weights_sha256 means: of the one file, or of the lines that sha256sum prints for the shards."""
    names = sorted(name for name in os.listdir(path) if name.endswith(".safetensors")) if os.path.isdir(path) else [""]
    hashes = []
    for name in names:
        digest = hashlib.sha256()
        with open(os.path.join(path, name) if name else path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        hashes.append((digest.hexdigest(), name))
    if not hashes:
        raise FileNotFoundError(f"{path}: no safetensors file; give model_path a folder or a file with the weights")
    return hashes[0][0] if len(hashes) == 1 else hashlib.sha256("".join(f"{digest}  {name}\n" for digest, name in hashes).encode()).hexdigest()


def _now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _tensors_in(value):
    """Tensors of a module's input or output, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    for name in ("logits", "next_token_logits"):  # Hugging Face's and SGLang's output records
        if isinstance(getattr(value, name, None), torch.Tensor):
            return [getattr(value, name)]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else []
    return [item for item in items if isinstance(item, torch.Tensor)]


def _is_compiling():
    compiler = getattr(torch, "compiler", None)
    return torch.jit.is_tracing() or (compiler is not None and hasattr(compiler, "is_compiling") and compiler.is_compiling())


class _Request:
    """What is known of one request between its steps. After a step is handed over, `steps` belongs to the writer."""

    def __init__(self, prompt, decode=None, cached=0, fields=None):
        self.prompt, self.decode, self.position, self.fields = prompt, decode, cached, fields or {}
        self.steps, self.count, self.recorded_at, self.chooses_itself = [], 0, _now(), True
        self.is_greedy = decode is None or decode.get("method", "greedy") == "greedy" or decode.get("temperature") == 0


class _Step:
    """One forward pass of a batch."""

    def __init__(self, capture, ids, tokens, padding, fields):
        self.capture, self.ids, self.tokens, self.padding, self.fields = capture, ids, tokens, padding, fields
        self.lengths = [row if isinstance(row, int) else len(row) for row in tokens]
        self.firsts = [sum(self.lengths[:index]) for index in range(len(ids))]
        self.total, self.padded = sum(self.lengths), None
        self.taken, self.logits, self.rope, self.chosen, self.started_at, self.ran, self.streams = [], None, None, None, _now(), set(), {}

    def chose(self, tokens):
        """The token of each request; None for a prefill chunk that chooses none. A tensor is read later, without waiting for the device."""
        self.chosen = self.capture._snapshot(tokens.reshape(-1), self) if isinstance(tokens, torch.Tensor) else list(tokens)

    def gave_logits(self, logits):
        """Logits that no hooked module returns: (requests, vocabulary), or a row for each position."""
        self.logits = self.capture._snapshot(logits, self)

    def rows(self, tensor, index):
        """The rows of one request in a tensor of the batch: (requests, T, ...) or (tokens, ...); None where it has no such rows."""
        if self.padding == "end":
            return tensor[self.firsts[index]:self.firsts[index] + self.lengths[index]] if tensor.dim() > 1 and tensor.shape[0] >= self.total else None
        length = self.lengths[index]
        if tensor.dim() > 2 and tensor.shape[0] == len(self.ids):
            if tensor.shape[1] == length:
                return tensor[index]
            if self.padding and tensor.shape[1] >= max(self.lengths):
                return tensor[index, :length] if self.padding == "right" else tensor[index, tensor.shape[1] - length:]
        return tensor[self.firsts[index]:self.firsts[index] + length] if tensor.dim() and tensor.shape[0] == self.total else None

    def last_row(self, tensor, index):
        """The logits that choose a request's token."""
        if tensor.dim() == 2 and tensor.shape[0] == len(self.ids):
            return tensor[index]
        if tensor.dim() == 3 and tensor.shape[:2] == (len(self.ids), 1):
            return tensor[index, 0]
        rows = self.rows(tensor, index)
        return None if rows is None else rows[-1]

    def rope_rows(self, table, index, position):
        """A request's rows of cosines or sines: a table by position, or the rows of this step."""
        length, rows = self.lengths[index], table.reshape(-1, table.shape[-1])
        if table.dim() == 3 and table.shape[0] == len(self.ids) and table.shape[1] == length:
            return table[index]
        if rows.shape[0] in (length, self.total):
            return rows if rows.shape[0] == length else rows[self.firsts[index]:self.firsts[index] + length]
        return rows[position:position + length] if rows.shape[0] >= position + length else None


class PlanForensicsCapture:
    """Hooks a module tree for as long as the context lasts.

    layers: names of modules (fnmatch patterns) whose `tensors` ("output", "input", or both) are written; default none. logits: "file" (bytes in safetensors), "inline" (base64 in the
    line), "hash" (SHA-256 only) or "none". logits_module: what returns the logits; default logits_processor (vLLM, SGLang) or lm_head, else the model itself. hidden_states: the hash of every layer's
    output. rope: the cosines and sines of rotary modules, which a replay needs. top_k: so many of the largest logits, beside the two that are always there. max_pending: steps that may
    wait for the writer before step() waits. strict: close() raises where there are remarks; else it warns.
    """

    def __init__(self, model, out, *, layers=(), tensors=("output",), logits="file", logits_module=None, hidden_states=True, rope=True, top_k=0, model_name=None, model_path=None,
                 replica=None, rank=None, tensor_parallel=None, max_pending=64, shard_bytes=256 << 20, strict=False):
        if logits not in ("file", "inline", "hash", "none"):
            raise ValueError(f"logits is {logits!r}; expected file, inline, hash or none")
        self.model, self.out, self.tensors, self.logits = model, out, (tensors,) if isinstance(tensors, str) else tuple(tensors), logits
        self.top_k, self.replica, self.strict, self.shard_bytes, self.rope = top_k, replica, strict, shard_bytes, rope
        distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
        self.rank = rank if rank is not None else torch.distributed.get_rank() if distributed else 0
        self.tensor_parallel = tensor_parallel or (torch.distributed.get_world_size() if distributed else None)
        self.identity = {"name": model_name or (os.path.basename(os.path.normpath(model_path)) if model_path else type(model).__name__)}
        if model_path:
            self.identity["weights_sha256"] = weights_sha256(model_path)
        self._targets = self._find_targets([layers] if isinstance(layers, str) else list(layers), logits_module, hidden_states)
        self._handles, self._step, self._requests, self._number, self._rope_cache, self._device = [], None, {}, 0, None, None
        self.remarks, self._queue, self._error, self._writer = [], queue.Queue(max_pending), None, None
        self._shard, self._shard_size, self._shards, self._written, self._names = [], 0, 0, set(), {}

    def _find_targets(self, patterns, logits_module, hidden_states):
        """What is wanted of each module: {name: (module, tensors?, logits?, layer or None, rotary?)}."""
        modules = dict(self.model.named_modules())
        some = ", ".join(list(modules)[1:6])
        if logits_module is not None and logits_module not in modules:
            raise ValueError(f"the model has no module {logits_module!r}; it has, for example, {some}")
        named = {name.rsplit(".", 1)[-1]: name for name in modules}
        head = logits_module if logits_module is not None else named.get("logits_processor", named.get("lm_head", ""))
        targets = {}
        for name, module in modules.items():
            wanted = bool(name) and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
            layer = re.search(r"(?:^|\.)(?:layers|h|blocks)\.(\d+)$", name) if hidden_states else None
            rotary = self.rope and ("rotary" in type(module).__name__.lower() or name.endswith("rotary_emb"))
            logits = self.logits != "none" and name == head
            if wanted or layer or rotary or logits:
                targets[name] = (module, wanted, logits, int(layer[1]) if layer else None, rotary)
        if patterns and not any(wanted for _, wanted, *_ in targets.values()):
            raise ValueError(f"no module is named {' or '.join(patterns)}; names are, for example, {some}")
        return targets

    # The context.

    def __enter__(self):
        os.makedirs(self.out, exist_ok=True)
        self._lines = open(os.path.join(self.out, f"contracts-rank{self.rank}.jsonl"), "w", encoding="utf-8", newline="\n")
        self._device = next((parameter.device for parameter in self.model.parameters()), torch.device("cpu"))
        self._profile = self._describe()
        self._writer = threading.Thread(target=self._write, name="planforensics-capture", daemon=True)
        self._writer.start()
        self._handles = [target[0].register_forward_hook(self._hook(name, *target[1:])) for name, target in self._targets.items()]
        return self

    def __exit__(self, *_):
        self.close()
        return False

    def close(self):
        """Takes the hooks off, waits for the writer and writes what is left: requests that were not finished stand there as not completed."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if not self._writer:
            return
        for request_id in list(self._requests):
            self.finish(request_id, completed=False)
        self._queue.put(None)
        self._writer.join()
        self._writer = None
        self._lines.close()
        if self._error:
            raise OSError(f"{self.out}: the capture is incomplete: {self._error}") from self._error
        if self.remarks and self.strict:
            raise RuntimeError(f"{len(self.remarks)} remarks; the first: {self.remarks[0]}")
        if self.remarks:
            warnings.warn(f"PlanForensicsCapture: {len(self.remarks)} remarks; the first: {self.remarks[0]}", stacklevel=2)

    # Requests and steps.

    def begin(self, request_id, prompt_token_ids, decode=None, cached_tokens=0, **request_fields):
        """Tells the whole prompt before its first chunk runs. Needed for chunked prefill, prefix caches and decode settings; else the first step's tokens are the prompt.
        request_fields are fields of the effective request (docs/contracts.md), for example raw_prompt or shaping_events."""
        if cached_tokens:
            request_fields.setdefault("prefix_cache", {"used": True, "hit_tokens": cached_tokens})
        self._requests[request_id] = _Request([int(token) for token in prompt_token_ids], decode, cached_tokens, request_fields)

    @contextlib.contextmanager
    def step(self, request_ids, token_ids, padding=None, **state_fields):
        """One forward pass. token_ids: a (requests, T) tensor, or for each request a list of ids, without padding, or their number where begin() told the prompt. padding: "left" or
        "right" where rows of a batch are padded, "end" where rows follow the last token of a flattened batch. state_fields are fields of the step's state (docs/contracts.md), for example
        queue_time_ms. A pass that raises is not recorded; its exception goes on."""
        if self._step is not None:
            raise RuntimeError("a step is open already; one forward pass at a time")
        tokens = [row if isinstance(row, int) else [int(token) for token in row] for row in (token_ids.tolist() if isinstance(token_ids, torch.Tensor) else token_ids)]
        if len(tokens) != len(request_ids) or not all(tokens) or len(set(request_ids)) != len(request_ids):
            raise ValueError(f"expected one list of one token or more, or its length, for each of {len(request_ids)} different requests; got {tokens} for {list(request_ids)}")
        unknown = [name for name, row in zip(request_ids, tokens) if isinstance(row, int) and name not in self._requests]
        if unknown:
            raise ValueError(f"only the number of tokens is given for {', '.join(unknown)}, whose prompt is not known: call begin() first, or give token ids")
        step = _Step(self, list(request_ids), tokens, padding, state_fields)
        cuda = self._device.type == "cuda"
        if cuda:
            step.began, step.ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            step.began.record()
        self._step = step
        try:
            yield step
        finally:
            self._step = None
        if cuda:
            step.ended.record()
            for stream in step.streams.values():
                step.streams[stream] = stream.record_event()
            step.fields.setdefault("vram_free_mb", torch.cuda.mem_get_info()[0] / (1 << 20))
        self._hand_over(step)

    def finish(self, request_id, finish_reason=None, completed=True):
        """Writes a request's line, behind the steps that still wait. Returns whether the request is known."""
        request = self._requests.pop(request_id, None)
        if request is not None:
            self._queue.put((request_id, request, finish_reason, _now() if completed else None))
        return request is not None

    def flush(self):
        """Writes the tensors taken so far, behind the steps that still wait: a process that is killed loses what came after, and requests that were not finished."""
        self._queue.put("flush")

    def _hand_over(self, step):
        step.flags, step.threads, step.number, step.parts = math_flags(), torch.get_num_threads(), self._number, []
        self._number += 1
        for request_id, tokens, length in zip(step.ids, step.tokens, step.lengths):
            request = self._requests.get(request_id)
            if request is None:
                request = self._requests[request_id] = _Request(tokens)
            if step.chosen is not None:
                request.chooses_itself = False
            step.parts.append((request, request.count, request.position))
            request.count, request.position = request.count + 1, request.position + length
        for name in self._targets.keys() - step.ran:
            self._remark(f"{name or 'the model'} did not run as a module in step {step.number}: compiled, in a CUDA graph, or called past its hooks")
        self._queue.put(step)

    # Hooks: they copy and return nothing.

    def _hook(self, name, wanted, logits, layer, rotary):
        def hook(module, inputs, output):
            if _is_compiling() or self._step is None:
                return
            try:
                with torch.no_grad():
                    self._take(self._step, name, wanted, logits, layer, rotary, module, inputs, output)
            except Exception as error:  # the model's own pass must go on
                self._remark(f"{name or 'the model'}: {type(error).__name__}: {error}")
        return hook

    def _take(self, step, name, wanted, logits, layer, rotary, module, inputs, output):
        if self._device.type == "cuda" and torch.cuda.is_current_stream_capturing():
            return
        step.ran.add(name)
        outputs = _tensors_in(output)
        if rotary and step.rope is None:
            table = getattr(module, "cos_sin_cache", None)
            if table is not None:
                if self._rope_cache is None:
                    self._rope_cache = table.detach().to("cpu").chunk(2, -1)
                step.rope = self._rope_cache
            elif len(outputs) == 2:
                step.rope = tuple(self._snapshot(table, step) for table in outputs)
        if logits and outputs:
            value = outputs[0]
            step.logits = self._snapshot(value[:, -1] if value.dim() == 3 and step.padding != "right" and value.shape[0] == len(step.ids) else value, step)
        if layer is not None and outputs:
            step.taken.append((None, layer, self._snapshot(outputs[0], step)))
        for side, values in (("input", _tensors_in(inputs)), ("output", outputs)):
            if wanted and side in self.tensors:
                for index, value in enumerate(values):
                    step.taken.append((f"{name}.{side}" + (f".{index}" if len(values) > 1 else ""), None, self._snapshot(value, step)))

    def _snapshot(self, tensor, step):
        """A copy on the host. From a CUDA device it is asynchronous, on the stream that made the tensor: nothing waits until the writer reads it."""
        tensor = tensor.detach()
        if not tensor.is_cuda:
            return tensor.to("cpu", copy=True).contiguous()
        host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        host.copy_(tensor, non_blocking=True)
        stream = torch.cuda.current_stream(tensor.device)
        step.streams[stream] = stream
        return host

    def _remark(self, text):
        if text not in self.remarks and len(self.remarks) < 100:
            self.remarks.append(text)

    # The writer: everything below runs on its own thread.

    def _write(self):
        while True:
            item = self._queue.get()
            try:
                if item is None:
                    self._write_shard()
                    return
                if self._error is None:
                    self._write_step(item) if isinstance(item, _Step) else self._write_shard() if item == "flush" else self._write_line(*item)
            except Exception as error:  # close() raises it; until then the queue is emptied, so that nobody waits for ever
                self._error = error
                if item is None:
                    return

    def _write_step(self, step):
        for event in step.streams.values():
            event.synchronize()
        fingerprint = hashlib.sha256("\n".join(step.ids).encode()).hexdigest()[:16]
        chosen = step.chosen.tolist() if isinstance(step.chosen, torch.Tensor) else step.chosen
        for index, (request, number, position) in enumerate(step.parts):
            length = step.lengths[index]
            if request.steps and request.steps[-1]["state"]["shape"]["key_length"] > position:
                raise ValueError(f"{step.ids[index]}: steps out of order")
            state = {**self._profile, "step_index": number, "rank": self.rank, "phase": "prefill" if position < len(request.prompt) else "decode",
                     "shape": {"query_length": length, "key_length": position + length, **self._shape()}, "batch_fingerprint": fingerprint, "batch_size": len(step.ids),
                     "batch_tokens": step.total, "batch_index": index, "first_row": step.firsts[index], "engine_step": step.number, "started_at": step.started_at,
                     "math_flags": step.flags, "thread_count": step.threads}
            if step.padding == "end":
                state["padding"] = "end"
            elif step.padding:
                width = max(step.lengths)
                state.update(batch_tokens=step.total, padded_batch=len(step.ids), first_row=index * width + (width - length if step.padding == "left" else 0), padding=step.padding)
            if self._device.type == "cuda":
                step.ended.synchronize()
                state["gpu_time_ms"] = step.began.elapsed_time(step.ended)
            state.update(step.fields)
            ends = request.is_greedy and position + length >= len(request.prompt)
            own = None if chosen is None or position + length < len(request.prompt) else chosen[index]  # a chunk of a prompt chooses nothing
            request.steps.append({"state": state, "observation": self._observe(step, index, position, own, ends)})

    def _observe(self, step, index, position, chosen, ends):
        observation, prefix = {}, f"step-{step.number:06d}/{step.ids[index]}/"
        row = None if step.logits is None else step.last_row(step.logits, index)
        if row is not None:
            reference, data = self._reference(row, prefix + "logits", self.logits == "file")
            top = self._top(row, max(2, self.top_k))
            observation.update(top1=top[0], logits_sha256=reference["sha256"], logits_format=reference["format"], **({"top2": top[1]} if len(top) > 1 else {}))
            if self.top_k:
                observation["top_k"] = top[:self.top_k]
            if self.logits in ("file", "inline"):
                observation["logits"] = {**reference, **({"data": base64.b64encode(data).decode()} if self.logits == "inline" else {})}
            chosen = top[0]["token"] if chosen is None and step.chosen is None and ends else chosen
        elif step.logits is not None:
            self._remark(f"logits of shape {tuple(step.logits.shape)} have no row for each of {len(step.ids)} requests with {step.lengths} tokens; they were left out")
        if chosen is not None:
            observation["chosen_token"] = int(chosen)
        hashes, captured = [], []
        for name, layer, value in step.taken:
            part = step.rows(value, index)
            if part is None:
                self._remark(f"{name or f'layer {layer}'}: a tensor of shape {tuple(value.shape)} has no rows for requests with {step.lengths} tokens; it was left out")
            elif name is None:
                hashes.append({"layer": layer, "format": FORMATS[part.dtype][0], "sha256": hashlib.sha256(bytes_of(part)).hexdigest()})
            elif part.dtype not in FORMATS:
                self._remark(f"{name}: {part.dtype} has no format in a contract; it was left out")
            else:
                captured.append({**self._name(name), "tensor": self._reference(part, prefix + name, True)[0]})
        for name, table in zip(("cos", "sin"), step.rope or ()):
            part = step.rope_rows(table, index, position)
            if part is not None and part.dtype in FORMATS:
                captured.append({"name": f"rope {name}", "tensor": self._reference(part, prefix + "rope_" + name, True)[0]})
        return {**observation, **({"hidden_state_hashes": hashes} if hashes else {}), **({"captured_tensors": captured} if captured else {})}

    def _name(self, name):
        """A module's tensor in the words of contracts: layer 2 down_proj output; another module keeps its path."""
        path, side = re.match(r"(.*)\.((?:input|output)(?:\.\d+)?)$", name).groups()
        layer, role = re.search(r"(?:^|\.)(?:layers|h|blocks)\.(\d+)\.", path), ROLES.get(path.rsplit(".", 1)[-1])
        words = f"layer {layer[1]} {role}" if layer and role else role or path
        return {"name": f"{words} {side.replace('.', ' ')}", "module": path, **({"layer": int(layer[1])} if layer else {})}

    def _reference(self, tensor, name, keep):
        data = bytes_of(tensor)
        digest = hashlib.sha256(data).hexdigest()
        if keep and digest not in self._written:
            self._written.add(digest)
            self._names[name] = calls = self._names.get(name, 0) + 1  # a module may run several times in a step
            self._shard.append((name if calls == 1 else f"{name}#{calls}", FORMATS[tensor.dtype][1], tuple(tensor.shape), data))
            self._shard_size += len(data)
            if self._shard_size >= self.shard_bytes:
                self._write_shard()
        return {"format": FORMATS[tensor.dtype][0], "shape": list(tensor.shape), "sha256": digest}, data

    def _top(self, row, count):
        """The largest logits; of equal ones the lower id first, a NaN above every number."""
        wide = row.float()
        order = torch.sort(wide, descending=True, stable=True).indices[:count].tolist()
        format, width = FORMATS[row.dtype][0], row.element_size()
        top = []
        for token in order:
            bits = int.from_bytes(bytes_of(row[token:token + 1]), "little")
            value = float(wide[token])
            top.append({"token": token, "format": format, "bits": f"0x{bits:0{2 * width}x}", **({"value": value} if value - value == 0 else {})})
        return top

    def _write_line(self, request_id, request, finish_reason, completed_at):
        ids = request.prompt
        decode = request.decode or ({"method": "greedy", "temperature": 0, "tie_rule": "lowest_id"} if request.chooses_itself else None)
        x = {"effective_token_ids": ids, "effective_token_count": len(ids), "effective_token_hash": "sha256:" + hashlib.sha256(struct.pack(f"<{len(ids)}i", *ids)).hexdigest()}
        line = {"schema_version": 1, "request_id": request_id, "recorded_at": request.recorded_at, "completed_at": completed_at, "finish_reason": finish_reason, "replica": self.replica,
                "model": self.identity, "request": {**x, **({"decode": decode} if decode else {}), **request.fields}, "steps": request.steps}
        self._lines.write(json.dumps({name: value for name, value in line.items() if value is not None}, separators=(",", ":")) + "\n")
        self._lines.flush()

    def _write_shard(self):
        if self._shard:
            path = os.path.join(self.out, f"tensors-rank{self.rank}-{self._shards:05d}.safetensors")
            with open(path + ".partial", "wb") as file:
                file.write(safetensors_bytes(self._shard, {"format": "pt", "made_by": "planforensics_capture"}))
            os.replace(path + ".partial", path)
            self._shard, self._shard_size, self._shards, self._names = [], 0, self._shards + 1, {}

    def _shape(self):
        config = getattr(self.model, "config", None)
        config = getattr(config, "text_config", None) or config
        read = config.get if isinstance(config, dict) else lambda name: getattr(config, name, None)
        shape = {"heads": read("num_attention_heads"), "key_value_heads": read("num_key_value_heads"), "head_dimension": read("head_dim"), "hidden": read("hidden_size"), "tensor_parallel": self.tensor_parallel}
        return {name: value for name, value in shape.items() if isinstance(value, int)}

    def _describe(self):
        cuda = self._device.type == "cuda"
        dtype = next((parameter.dtype for parameter in self.model.parameters()), None)
        profile = {
            "library_versions": library_versions(torch.get_num_threads(), self._device.type), "environment": kernel_variables(), "cpu_features": cpu_features(), "workspace_bytes": workspace_bytes(),
            "device": torch.cuda.get_device_name(self._device) if cuda else _processor(), "precision_path": FORMATS[dtype][0] if dtype in FORMATS else None,
            "sm_count": torch.cuda.get_device_properties(self._device).multi_processor_count if cuda else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        }
        if (self.tensor_parallel or 1) > 1:
            collective = {"type": os.environ.get("NCCL_ALGO", "").lower(), "protocol": os.environ.get("NCCL_PROTO", "").lower()}
            profile["collective"] = {name: value for name, value in collective.items() if value}
        return {name: value for name, value in profile.items() if value or name == "environment"}
