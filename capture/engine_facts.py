"""What decides PyTorch's kernels on this machine: versions, core type, instruction sets, variables."""

import ctypes
import os
import platform
import re
import subprocess

import torch

# Variables that choose kernels. They belong to the plan, so they are recorded where they are set.
KERNEL_VARIABLES = [
    "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "GLIBC_TUNABLES",
]


def version_of(package):
    try:
        return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def engine(threads):
    """The manifest's engine: readable versions, and the variables that choose kernels."""
    capability = re.search(r"CPU capability usage: (\w+)", torch.__config__.show())
    debian = version_of("python3-torch")
    try:
        blas = ctypes.CDLL("libopenblas.so.0")
        blas.openblas_get_corename.restype = blas.openblas_get_config.restype = ctypes.c_char_p
        release = version_of("libopenblas0-pthread") or blas.openblas_get_config().decode().split()[1]
        blas, blas_threads = f"OpenBLAS {release} core {blas.openblas_get_corename().decode()}", str(blas.openblas_get_num_threads())
    except (OSError, AttributeError):
        blas, blas_threads = "unknown", ""
    flags, native = "", "unknown"
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            text = file.read()
        words = re.search(r"flags\s*:(.*)", text)
        known = ["avx2", "fma", "avx512f", "avx512bw", "avx512_bf16", "amx_bf16"]
        present = set(words[1].split()) if words else set()
        native = next((isa for isa, needed in (("avx512_core_bf16", {"avx512_bf16"}), ("avx512_core", {"avx512bw", "avx512dq", "avx512vl"}), ("avx2", {"avx2"})) if needed <= present), "sse41")
        flags = ", ".join([(re.search(r"model name\s*:\s*(.*)", text) or [0, ""])[1]] + [flag for flag in known if flag in present])
    isa = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or "default"
    return {
        "torch": f"{debian.split('+')[0] or torch.__version__} (Debian {debian or '?'}, reports {torch.__version__}), CPU, eager, {threads} thread{'s' if threads > 1 else ''}, "
                 f"ATen capability {capability[1] if capability else 'unknown'}",
        "blas": blas,
        "blas_threads": blas_threads,
        "onednn": f"{version_of('libdnnl2') or '?'}, max ISA {isa}" + (f" ({native})" if isa == "default" else ""),
        "sleef": version_of("libsleef3"),
        "glibc": platform.libc_ver()[1],
        "numpy": version_of("python3-numpy").split(":")[-1].split("-")[0],
        "cpu": f"{platform.machine()} {flags}".strip(),
        "env": {name: os.environ[name] for name in KERNEL_VARIABLES if name in os.environ},
    }
