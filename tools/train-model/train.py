#!/usr/bin/env python3
"""Trains the sample model kjv-1m from nothing, on a CPU.

One file, six steps, in the order in which they run:

  prepare    the King James text, as Debian's `bible` command prints it,
             cleaned to one line of prose a chapter; the last 5 % held out
  tokeniser  a SentencePiece BPE model with byte fallback, trained on the rest
  train      a Llama-shaped model of about a million parameters, fp32, AdamW
  export     bf16 safetensors + config.json + tokenizer.model
  untangle   a short further training, so that the model runs in circles less
             when it reads its own words; exported again
  evaluate   the exported files are read back: held-out loss and greedy samples

See README.md beside this file for the packages and the exact commands.
"""

import argparse
import ctypes
import json
import math
import os
import re
import struct
import subprocess
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # torch's own threads do the splitting
import numpy as np
import sentencepiece as spm
import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "head_dim": 16,
    "hidden_act": "silu",
    "hidden_size": 128,
    "initializer_range": 0.02,
    "intermediate_size": 352,
    "max_position_embeddings": 256,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 8,
    "num_hidden_layers": 4,
    "num_key_value_heads": 4,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": 2048,
}
BOS, EOS, IGNORE = 1, 2, -100
PROMPTS = [
    "In the beginning",
    "And it came to pass",
    "And the king said unto",
    "The LORD is my",
    "Blessed are",
    "Now when Jesus",
    "My son, hear",
    "And Moses spake unto the children of Israel, saying,",
]


# --- 1. prepare ------------------------------------------------------------

def prepare(work, holdout):
    """Writes train.txt and heldout.txt: one chapter a line, verses joined by tabs."""
    env = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    raw = subprocess.run(["bible", "-f", "Gen1:1-Rev22:21"], env=env, check=True,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    chapters, last = [], None
    for line in raw.splitlines():
        m = re.match(r"([1-3]?[A-Za-z]+\d+):\d+ (.*)", line)
        if not m:
            raise SystemExit("not a verse: %r" % line)
        verse = re.sub(r"\s+", " ", m.group(2)).strip()
        if m.group(1) != last:
            chapters.append([])
            last = m.group(1)
        chapters[-1].append(verse)
    if (len(chapters), sum(map(len, chapters))) != (1189, 31102):
        raise SystemExit("the text is not the expected 1189 chapters of 31102 verses")
    # Held out: the last whole chapters that hold at least `holdout` of the characters.
    sizes = [sum(len(v) + 1 for v in c) for c in chapters]
    cut, held = len(chapters), 0
    while held < holdout * sum(sizes):
        cut -= 1
        held += sizes[cut]
    for name, part in (("train.txt", chapters[:cut]), ("heldout.txt", chapters[cut:])):
        with open(os.path.join(work, name), "w", encoding="utf-8") as f:
            f.writelines("\t".join(c) + "\n" for c in part)


# --- 2. tokeniser ----------------------------------------------------------

def train_tokenizer(work, out, vocab):
    with open(os.path.join(work, "train.txt"), encoding="utf-8") as f:
        verses = [v for line in f for v in line.rstrip("\n").split("\t")]
    os.makedirs(out, exist_ok=True)
    # Handed over in memory and taken back so: the model then holds no file names.
    with open(os.path.join(out, "tokenizer.model"), "wb") as f:
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(verses), model_writer=f, model_type="bpe",
            vocab_size=vocab, byte_fallback=True, character_coverage=1.0,
            normalization_rule_name="identity", remove_extra_whitespaces=False,
            add_dummy_prefix=True, unk_id=0, bos_id=BOS, eos_id=EOS, pad_id=-1,
            num_threads=1, minloglevel=1)


def encode_chapters(sp, path):
    """Token stream (<s> chapter </s> ...), the index of each verse's first token, text bytes.

    A verse encodes to the same tokens alone and inside its chapter, as no
    piece crosses a space: so verses can be encoded one by one and joined."""
    stream, starts, size = [], [], 0
    with open(path, encoding="utf-8") as f:
        for line in f:
            verses = line.rstrip("\n").split("\t")
            size += len(" ".join(verses).encode("utf-8"))
            stream.append(BOS)
            for v in verses:
                starts.append(len(stream))
                stream.extend(sp.encode(v))
            stream.append(EOS)
    return np.array(stream, dtype=np.int64), np.array(starts, dtype=np.int64), size


# --- 3. the model ----------------------------------------------------------

class RMSNorm(nn.Module):
    def __init__(self, n, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(n)), eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        h, d = c["hidden_size"], c["head_dim"]
        self.heads, self.kv, self.d = c["num_attention_heads"], c["num_key_value_heads"], d
        self.q_proj = nn.Linear(h, self.heads * d, bias=False)
        self.k_proj = nn.Linear(h, self.kv * d, bias=False)
        self.v_proj = nn.Linear(h, self.kv * d, bias=False)
        self.o_proj = nn.Linear(self.heads * d, h, bias=False)

    def forward(self, x, cos, sin, mask, past=None):
        b, t, _ = x.shape
        q = self.q_proj(x).view(b, t, self.heads, self.d).transpose(1, 2)
        k = self.k_proj(x).view(b, t, self.kv, self.d).transpose(1, 2)
        v = self.v_proj(x).view(b, t, self.kv, self.d).transpose(1, 2)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        if past is not None:  # generation: a list that holds this layer's earlier keys and values
            past[:] = [torch.cat(z, dim=2) for z in zip(past, (k, v))] if past else [k, v]
            k, v = past
        # Query heads are grouped: heads/kv neighbours read one key/value head.
        # They are stacked along the rows, so keys and values need no copies.
        g = self.heads // self.kv
        q = (q * self.d ** -0.5).reshape(b, self.kv, g * t, self.d)
        s = q @ k.transpose(-1, -2)
        s = (s.view(b, self.kv, g, t, -1) + mask).softmax(-1)
        y = s.view(b, self.kv, g * t, -1) @ v
        return self.o_proj(y.view(b, self.heads, t, self.d).transpose(1, 2).reshape(b, t, -1))


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        h, f = c["hidden_size"], c["intermediate_size"]
        self.gate_proj = nn.Linear(h, f, bias=False)
        self.up_proj = nn.Linear(h, f, bias=False)
        self.down_proj = nn.Linear(f, h, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.mlp = MLP(c)

    def forward(self, x, cos, sin, mask, drop, past):
        x = x + F.dropout(self.self_attn(self.input_layernorm(x), cos, sin, mask, past), drop, self.training)
        return x + F.dropout(self.mlp(self.post_attention_layernorm(x)), drop, self.training)


class Backbone(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])


class Llama(nn.Module):
    """Parameter names are those of Hugging Face's LlamaForCausalLM; lm_head is tied."""

    def __init__(self, c, drop=0.0):
        super().__init__()
        self.model, self.drop = Backbone(c), drop
        for name, p in self.named_parameters():
            if p.dim() == 2:
                std = c["initializer_range"]
                if name.endswith(("o_proj.weight", "down_proj.weight")):
                    std /= math.sqrt(2 * c["num_hidden_layers"])
                nn.init.normal_(p, 0.0, std)
        d, n = c["head_dim"], c["max_position_embeddings"]
        inv = 1.0 / c["rope_theta"] ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
        a = torch.outer(torch.arange(n, dtype=torch.float64), inv)
        a = torch.cat((a, a), dim=-1)
        self.register_buffer("cos", a.cos().float(), persistent=False)
        self.register_buffer("sin", a.sin().float(), persistent=False)
        self.register_buffer("mask", torch.full((n, n), float("-inf")).triu(1), persistent=False)

    def forward(self, ids, cache=None):
        m = self.model
        old = cache[0][0].shape[2] if cache and cache[0] else 0
        t = old + ids.shape[1]
        x = F.dropout(m.embed_tokens(ids), self.drop, self.training)
        for i, layer in enumerate(m.layers):
            x = layer(x, self.cos[old:t], self.sin[old:t], self.mask[old:t, :t], self.drop,
                      cache[i] if cache else None)
        return F.linear(m.norm(x), m.embed_tokens.weight)


# --- 4. train --------------------------------------------------------------

def loss_of(model, x, y, reduction="mean"):
    return F.cross_entropy(model(x).flatten(0, 1), y.flatten(), ignore_index=IGNORE, reduction=reduction)


def pairs(stream, starts, length):
    """Windows that each begin with <s>, at the given tokens; a <s> is never a target."""
    y = stream[starts[:, None] + np.arange(length)]
    x = np.concatenate((np.full((len(y), 1), BOS), y[:, :-1]), axis=1)
    return torch.from_numpy(x), torch.from_numpy(np.where(y == BOS, IGNORE, y))


@torch.no_grad()
def heldout_loss(model, stream, length, every=1):
    """Nats and tokens over non-overlapping windows; each begins anew, with <s> alone before it."""
    model.eval()
    n = -(-len(stream) // length)
    padded = np.concatenate((stream, np.full(n * length - len(stream), BOS)))
    nats = count = 0
    starts = np.arange(n)[::every] * length
    for i in range(0, len(starts), 16):
        x, y = pairs(padded, starts[i:i + 16], length)
        nats += loss_of(model, x, y, "sum").item()
        count += int((y != IGNORE).sum())
    model.train()
    return nats, count


def train(work, out, a):
    sp = spm.SentencePieceProcessor(model_file=os.path.join(out, "tokenizer.model"))
    stream, starts, size = encode_chapters(sp, os.path.join(work, "train.txt"))
    held, _, _ = encode_chapters(sp, os.path.join(work, "heldout.txt"))
    length = CONFIG["max_position_embeddings"]
    starts = starts[starts + length <= len(stream)]
    print("train %d tokens (%.3f bytes/token), held out %d tokens" %
          (len(stream), size / len(stream), len(held)), flush=True)

    torch.manual_seed(a.seed)
    rng = np.random.default_rng(a.seed)
    model = Llama(CONFIG, a.dropout)
    print("parameters %d" % sum(p.numel() for p in model.parameters()), flush=True)
    decay = [p for p in model.parameters() if p.dim() == 2]
    rest = [p for p in model.parameters() if p.dim() != 2]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": a.weight_decay},
                             {"params": rest, "weight_decay": 0.0}],
                            lr=a.lr, betas=(0.9, 0.95), eps=1e-8)
    began, mean = time.time(), None
    stop = a.stop_at or a.steps
    for step in range(1, stop + 1):
        if step <= a.warmup:
            lr = a.lr * step / a.warmup
        else:
            k = (step - a.warmup) / max(1, a.steps - a.warmup)
            lr = a.lr * (a.final_lr + (1 - a.final_lr) * 0.5 * (1 + math.cos(math.pi * k)))
        for g in opt.param_groups:
            g["lr"] = lr
        x, y = pairs(stream, rng.choice(starts, a.batch), length)
        loss = loss_of(model, x, y)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        mean = loss.item() if mean is None else 0.95 * mean + 0.05 * loss.item()
        if step % a.log_every == 0 or step == stop:
            nats, count = heldout_loss(model, held, length, every=4)
            print("step %d/%d  lr %.2e  train %.4f  held-out (a quarter) %.4f  %.0f s" %
                  (step, a.steps, lr, mean, nats / count, time.time() - began), flush=True)
        if (a.export_every and step % a.export_every == 0) or step == stop:
            export(out, model)
    return time.time() - began


# --- 5. export: bf16 safetensors, read back for the later steps ------------

def to_bf16(x):
    """fp32 array -> the 16 high bits, rounded to nearest, ties to even."""
    u = np.ascontiguousarray(x, dtype="<f4").view("<u4")
    return ((u + 0x7FFF + ((u >> 16) & 1)) >> 16).astype("<u2")


def export(out, model):
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, p in sorted(model.named_parameters()):
        blob = to_bf16(p.detach().numpy()).tobytes()
        header[name] = {"dtype": "BF16", "shape": list(p.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    head = json.dumps(header, separators=(",", ":")).encode("utf-8")
    head += b" " * (-len(head) % 8)
    path = os.path.join(out, "model.safetensors")
    with open(path + ".part", "wb") as f:
        f.write(struct.pack("<Q", len(head)) + head)
        f.writelines(blobs)
    os.replace(path + ".part", path)
    with open(os.path.join(out, "config.json"), "w", encoding="utf-8") as f:
        f.write(json.dumps(CONFIG, indent=2) + "\n")


def load(out):
    """The exported weights, widened to fp32 (exact), in a fresh model."""
    with open(os.path.join(out, "model.safetensors"), "rb") as f:
        data = f.read()
    n = struct.unpack("<Q", data[:8])[0]
    header, base = json.loads(data[8:8 + n]), 8 + n
    header.pop("__metadata__")
    state = {}
    for name, t in header.items():
        lo, hi = t["data_offsets"]
        u = np.frombuffer(data[base + lo:base + hi], dtype="<u2").astype("<u4") << 16
        state[name] = torch.from_numpy(u.view("<f4").reshape(t["shape"]).copy())
    with open(os.path.join(out, "config.json"), encoding="utf-8") as f:
        config = json.load(f)
    model = Llama(config)
    model.load_state_dict(state)
    return model.eval(), spm.SentencePieceProcessor(model_file=os.path.join(out, "tokenizer.model"))


# --- 6. untangle -----------------------------------------------------------

def repeats(ids, n):
    """For each token: does it end a run of n tokens that stood earlier in the row?"""
    seen, out = set(), []
    for i in range(len(ids)):
        gram = tuple(ids[max(0, i - n + 1):i + 1])
        out.append(len(gram) == n and gram in seen)
        seen.add(gram)
    return out


@torch.no_grad()
def greedy(model, ids, count):
    """Continues each row of ids with the likeliest tokens; </s> does not stop it."""
    cache = [[] for _ in model.model.layers]
    logits = model(ids, cache)
    for _ in range(count):
        nxt = logits[:, -1].argmax(-1, keepdim=True)
        ids = torch.cat((ids, nxt), dim=1)
        logits = model(nxt, cache)
    return ids


def untangle(work, out, a):
    """Teaches the exported model not to run in circles when it reads its own words.

    Unlikelihood training (Welleck et al., 2019): the model continues real
    beginnings greedily; a token that ends a run of n tokens which stood in the
    row before is made less likely, by -log(1 - p), if it begins a word (the
    rest of a word already begun is left alone). The text is still learnt from
    in each step."""
    model, sp = load(out)
    model.train()
    stream, starts, _ = encode_chapters(sp, os.path.join(work, "train.txt"))
    length, rng = len(model.cos), np.random.default_rng(a.seed + 1)
    starts = starts[starts + length <= len(stream)]
    word = torch.tensor([sp.id_to_piece(i).startswith("\u2581") for i in range(CONFIG["vocab_size"])])
    opt = torch.optim.AdamW(model.parameters(), lr=a.untangle_lr, betas=(0.9, 0.95), weight_decay=0.0)
    began, mean, share = time.time(), None, None
    for step in range(1, a.untangle_steps + 1):
        for g in opt.param_groups:
            g["lr"] = a.untangle_lr * (1 - (step - 1) / a.untangle_steps)
        x, y = pairs(stream, rng.choice(starts, a.batch), length)
        text = loss_of(model, x, y)
        begin = int(rng.integers(4, 17))
        x, _ = pairs(stream, rng.choice(starts, 16), begin)
        rows = greedy(model, x, 128 - begin)
        again = torch.tensor([repeats(r, a.untangle_n) for r in rows.tolist()])[:, begin:]
        hit = again & word[rows[:, begin:]]
        p = model(rows[:, :-1])[:, begin - 1:].softmax(-1).gather(2, rows[:, begin:, None])[..., 0]
        loss = text + a.untangle_weight * (-torch.log((1 - p).clamp(min=1e-3)) * hit).sum() / hit.numel()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        rate = again.float().mean().item()
        mean = text.item() if mean is None else 0.95 * mean + 0.05 * text.item()
        share = rate if share is None else 0.9 * share + 0.1 * rate
        if step % 20 == 0 or step == a.untangle_steps:
            print("untangle %d/%d  train %.4f  repeated runs %.3f  %.0f s" %
                  (step, a.untangle_steps, mean, share, time.time() - began), flush=True)
    export(out, model)
    return time.time() - began


# --- 7. evaluate -----------------------------------------------------------

def sample(model, sp, prompt, count):
    ids = [BOS] + sp.encode(prompt)
    ids = greedy(model, torch.tensor([ids]), min(count, len(model.cos) - len(ids)))[0].tolist()
    return sp.decode(ids[1:ids.index(EOS) if EOS in ids else None])


def evaluate(work, out):
    model, sp = load(out)
    stream, _, size = encode_chapters(sp, os.path.join(work, "heldout.txt"))
    nats, count = heldout_loss(model, stream, len(model.cos))
    print("parameters %d" % sum(p.numel() for p in model.parameters()))
    print("held out, bf16 weights: %.4f nats/token over %d tokens, %.4f bits/byte over %d bytes" %
          (nats / count, count, nats / math.log(2) / size, size))
    for p in PROMPTS:
        print("> %s" % sample(model, sp, p, 80), flush=True)


def keep_freed_memory():
    """Tells glibc not to hand big blocks back at each step: a third faster here."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--out", required=True, help="the folder the model files go to")
    p.add_argument("--work", required=True, help="a folder for the cleaned text")
    p.add_argument("--evaluate-only", action="store_true", help="train nothing: read --out and report")
    p.add_argument("--untangle-only", action="store_true", help="begin with the model in --out as it stands")
    p.add_argument("--steps", type=int, default=5000)
    p.add_argument("--stop-at", type=int, default=0, help="end early, on the schedule of --steps (for trials)")
    p.add_argument("--batch", type=int, default=8, help="windows of 256 tokens a step")
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--final-lr", type=float, default=0.02, help="of --lr, at the last step")
    p.add_argument("--warmup", type=int, default=100)
    p.add_argument("--weight-decay", type=float, default=0.1)
    p.add_argument("--dropout", type=float, default=0.0)
    p.add_argument("--untangle-steps", type=int, default=300, help="further steps, at the end; 0 for none")
    p.add_argument("--untangle-n", type=int, default=6, help="tokens in a repeated run")
    p.add_argument("--untangle-lr", type=float, default=3e-4)
    p.add_argument("--untangle-weight", type=float, default=3.0)
    p.add_argument("--seed", type=int, default=1611)
    p.add_argument("--holdout", type=float, default=0.05)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--log-every", type=int, default=100)
    p.add_argument("--export-every", type=int, default=0, help="also export every so many steps")
    a = p.parse_args()
    keep_freed_memory()
    torch.set_num_threads(a.threads)
    os.makedirs(a.work, exist_ok=True)
    prepare(a.work, a.holdout)
    if not (a.evaluate_only or a.untangle_only):
        train_tokenizer(a.work, a.out, CONFIG["vocab_size"])
        print("trained in %.0f s" % train(a.work, a.out, a), flush=True)
    if a.untangle_steps and not a.evaluate_only:
        print("untangled in %.0f s" % untangle(a.work, a.out, a), flush=True)
    evaluate(a.work, a.out)


if __name__ == "__main__":
    main()
