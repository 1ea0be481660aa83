"""Times the operators of gpu-check through PyTorch; prints one JSON document. Arguments: device, then the sizes of CheckSizes in its order."""
import json
import sys
import time

import torch

device = sys.argv[1]
gemm, outputs, depth, copy_bytes, layers, hidden, inner, heads, key_heads, vocabulary, context, repeats = map(int, sys.argv[2:])
cuda = device.startswith("cuda")
if cuda:
    # strict fp32, as the plan that it is compared with
    torch.backends.cuda.matmul.allow_tf32 = False
torch.manual_seed(1)
times = []


def wait():
    if cuda:
        torch.cuda.synchronize()


def measure(name, amount, unit, run):
    run()
    wait()
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        wait()
        best = min(best, (time.perf_counter() - start) / repeats)
    times.append({"name": name, "milliseconds": best * 1e3, "amount": amount / best, "unit": unit})


def square(name, dtype):
    a = torch.randn(gemm, gemm, device=device).to(dtype)
    b = torch.randn(gemm, gemm, device=device).to(dtype)
    measure(name, 2 * gemm**3 / 1e12, "TFLOP/s", lambda: torch.matmul(a, b.t()))


source = torch.zeros(copy_bytes // 4, device=device)
target = torch.empty_like(source)
measure("copy", 2 * copy_bytes / 1e9, "GB/s", lambda: target.copy_(source))
del source, target
square("gemm_fp32_strict", torch.float32)
square("gemm_bf16_mma", torch.bfloat16)
x = torch.randn(depth, device=device)
w = torch.randn(outputs, depth, device=device)
measure("gemv_fp32", 4 * outputs * depth / 1e9, "GB/s", lambda: torch.mv(w, x))
x = x.to(torch.bfloat16)
w = w.to(torch.bfloat16)
measure("gemv_bf16", 2 * outputs * depth / 1e9, "GB/s", lambda: torch.mv(w, x))
del w

head = hidden // heads
cosine = torch.ones(head // 2, device=device)
sine = torch.zeros(head // 2, device=device)


def norm(y):
    wide = y.float()
    return (wide * torch.rsqrt(wide.pow(2).mean() + 1e-5)).to(y.dtype)


def rotate(y):
    first, second = y.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1).to(y.dtype)


@torch.no_grad()
def decode(blocks, top, dtype):
    stream = torch.ones(hidden, device=device, dtype=dtype)
    group = heads // key_heads
    for block in blocks:
        y = norm(stream)
        q, k, v = (torch.mv(one, y) for one in block["qkv"])
        q = rotate(q.view(heads, head))
        block["k"][:, -1] = rotate(k.view(key_heads, head))
        block["v"][:, -1] = v.view(key_heads, head)
        scores = torch.einsum("hd,hsd->hs", q, block["k"].repeat_interleave(group, 0)) / head**0.5
        attended = torch.einsum("hs,hsd->hd", torch.softmax(scores, -1), block["v"].repeat_interleave(group, 0))
        stream = stream + torch.mv(block["o"], attended.reshape(-1))
        y = norm(stream)
        y = torch.nn.functional.silu(torch.mv(block["gate"], y)) * torch.mv(block["up"], y)
        stream = stream + torch.mv(block["down"], y)
    return torch.mv(top, norm(stream)).argmax().item()


def decode_step(name, dtype):
    def weights(n, k):
        return (torch.randn(n, k, device=device) * 0.02).to(dtype)

    def cached():
        return torch.randn(key_heads, context, head, device=device).to(dtype)

    blocks = [
        {
            "qkv": [weights(n, hidden) for n in (hidden, key_heads * head, key_heads * head)],
            "o": weights(hidden, hidden),
            "gate": weights(inner, hidden),
            "up": weights(inner, hidden),
            "down": weights(hidden, inner),
            "k": cached(),
            "v": cached(),
        }
        for _ in range(layers)
    ]
    top = weights(vocabulary, hidden)
    measure(name, 1, "steps/s", lambda: decode(blocks, top, dtype))


decode_step("decode_llama_1b_fp32", torch.float32)
decode_step("decode_llama_1b_bf16", torch.bfloat16)
name = torch.cuda.get_device_name(device) if cuda else "cpu"
print(json.dumps({"torch": torch.__version__, "device": name, "times": times}))
