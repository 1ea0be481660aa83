"""A Llama-family folder and its forward pass in PyTorch, one noted call an operator."""

import hashlib
import json
import os
import sys

import torch

DTYPES = {"F32": "f32", "BF16": "bf16"}


class Model:
    """config.json and model.safetensors of a Llama-family folder, read without further packages."""

    def __init__(self, folder):
        self.name = os.path.basename(os.path.normpath(folder))
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.config = config = json.load(file)
        for field, wanted in (("attention_bias", False), ("mlp_bias", False), ("rope_scaling", None)):
            if config.get(field, wanted) != wanted:
                sys.exit(f"{folder}: {field} = {config[field]} is not recorded; expected {wanted}")
        if config.get("hidden_act", "silu") != "silu" or config.get("model_type") != "llama":
            sys.exit(f"{folder}: expected model_type llama with hidden_act silu")
        with open(os.path.join(folder, "model.safetensors"), "rb") as file:
            data = file.read()
        self.sha256 = hashlib.sha256(data).hexdigest()
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8:8 + length])
        header.pop("__metadata__", None)
        formats = {entry["dtype"] for entry in header.values()}
        if len(formats) != 1 or not formats <= {"F32", "BF16"}:
            sys.exit(f"{folder}: weights are {sorted(formats)}; expected all F32 or all BF16")
        self.dtype = DTYPES[formats.pop()]
        self.torch_dtype = torch.float32 if self.dtype == "f32" else torch.bfloat16
        body = bytearray(data[8 + length:])
        self.weights = {
            name: torch.frombuffer(body, dtype=self.torch_dtype, offset=entry["data_offsets"][0],
                                   count=(entry["data_offsets"][1] - entry["data_offsets"][0]) // (4 if self.dtype == "f32" else 2))
            .clone().reshape(entry["shape"]) for name, entry in header.items()}
        self.heads = config["num_attention_heads"]
        self.kv_heads = config.get("num_key_value_heads") or self.heads
        self.width = config["hidden_size"]
        self.head_dim = config.get("head_dim") or self.width // self.heads
        self.eps = config.get("rms_norm_eps", 1e-6)
        stored = [name for name in ("model.embed_tokens.weight", "lm_head.weight") if name in self.weights]
        self.embedding, self.head = stored[0], stored[-1] if not config.get("tie_word_embeddings") else stored[0]

    def tables(self, rows):
        """cos and sin as Hugging Face's Llama makes them, in the model's format."""
        frequencies = 1.0 / (self.config.get("rope_theta", 10000.0) ** (torch.arange(0, self.head_dim, 2, dtype=torch.float32) / self.head_dim))
        angles = torch.outer(torch.arange(rows, dtype=torch.float32), frequencies)
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos().to(self.torch_dtype), angles.sin().to(self.torch_dtype)


class Step:
    """One forward pass: each operator is one call of PyTorch, noted with its result."""

    def __init__(self, model):
        self.model = model
        self.sequence = []
        self.values = {}

    def note(self, out, kind, call, inputs, value, **attrs):
        self.sequence.append({"out": out, "kind": kind, "call": call, "inputs": inputs, **({"attrs": attrs} if attrs else {})})
        self.values[out] = value
        return out

    def given(self, out, value):
        return self.note(out, "input", "", [], value)

    def get(self, name):
        return self.model.weights[name[2:]] if name.startswith("W:") else self.values[name]

    def mul(self, out, left, right, call):
        return self.note(out, "mul", call, [left, right], self.get(left) * self.get(right))

    def add(self, out, left, right, call):
        return self.note(out, "add", call, [left, right], self.get(left) + self.get(right))

    def linear(self, out, x, weight):
        return self.note(out, "linear", "torch.nn.functional.linear(x, W)", [x, "W:" + weight],
                         torch.nn.functional.linear(self.get(x), self.model.weights[weight]))

    def widen(self, out, x):
        if self.model.dtype == "f32":
            return x
        return self.note(out, "to_f32", "x.to(torch.float32)", [x], self.get(x).to(torch.float32))

    def narrow(self, out, x):
        if self.model.dtype == "f32":
            return x
        return self.note(out, "to_bf16", "x.to(torch.bfloat16)", [x], self.get(x).to(torch.bfloat16))

    def scalar(self, out, kind, x, value):
        sign = "+" if kind == "add_scalar" else "*"
        return self.note(out, kind, f"x {sign} {value}", [x], self.get(x) + value if sign == "+" else self.get(x) * value, scalar=value)

    def norm(self, prefix, x, weight):
        x = self.widen(prefix + ".f32", x)
        square = self.note(prefix + ".sq", "pow2", "x.pow(2)", [x], self.get(x).pow(2))
        mean = self.note(prefix + ".mean", "mean", "x.mean(-1, keepdim=True)", [square], self.get(square).mean(-1, keepdim=True))
        shifted = self.scalar(prefix + ".eps", "add_scalar", mean, self.model.eps)
        root = self.note(prefix + ".rsqrt", "rsqrt", "torch.rsqrt(x)", [shifted], torch.rsqrt(self.get(shifted)))
        normed = self.narrow(prefix + ".norm_bf16", self.mul(prefix + ".norm", x, root, "x * r"))
        return self.mul(prefix + ".out", "W:" + weight, normed, "weight * x")

    def split(self, out, x, heads, batch, length):
        dim = self.model.head_dim
        return self.note(out, "heads", f"x.view(B, T, {heads}, {dim}).transpose(1, 2).contiguous()", [x],
                         self.get(x).view(batch, length, heads, dim).transpose(1, 2).contiguous(), heads=heads)

    def rotate(self, out, x):
        half = self.model.head_dim // 2
        value = self.get(x)
        cosine = self.mul(out + "_cos", x, "cos", "x * cos")
        turned = self.note(out + "_rot", "rotate_half", f"torch.cat((-x[..., {half}:], x[..., :{half}]), dim=-1)", [x],
                           torch.cat((-value[..., half:], value[..., :half]), dim=-1))
        sine = self.mul(out + "_sin", turned, "sin", "x * sin")
        return self.add(out + "_rope", cosine, sine, "a + b")

    def cached(self, out, new, cache, batch):
        """Appends to the cache, then repeats key-value heads for the query heads that share them."""
        if cache is None:
            everything = self.note(out + "_all", "copy", "new.clone()", [new], self.get(new).clone())
        else:
            old = self.given(out + "_cache", cache)
            everything = self.note(out + "_all", "cat", "torch.cat((cache, new), dim=2)", [old, new], torch.cat((cache, self.get(new)), dim=2))
        model, value = self.model, self.values[everything]
        groups, length = model.heads // model.kv_heads, value.shape[2]
        return self.note(
            out + "_rep", "repeat_kv", f"x[:, :, None].expand(B, {model.kv_heads}, {groups}, S, {model.head_dim}).reshape(B, {model.heads}, S, {model.head_dim})", [everything],
            value[:, :, None].expand(batch, model.kv_heads, groups, length, model.head_dim).reshape(batch, model.heads, length, model.head_dim), rep=groups)

    def attention(self, prefix, x, keys, values, batch, length):
        weight = f"model.layers.{prefix[1:-1]}.self_attn."
        query, key, value = (
            self.split(prefix + letter, self.linear(f"{prefix}{letter}_lin", x, f"{weight}{letter}_proj.weight"), heads, batch, length)
            for letter, heads in (("q", self.model.heads), ("k", self.model.kv_heads), ("v", self.model.kv_heads)))
        query, key = self.rotate(prefix + "q", query), self.rotate(prefix + "k", key)
        key = self.cached(prefix + "k", key, keys, batch)
        value = self.cached(prefix + "v", value, values, batch)
        scores = self.note(prefix + "scores", "matmul_qk", "torch.matmul(q, k.transpose(2, 3))", [query, key],
                           torch.matmul(self.get(query), self.get(key).transpose(2, 3)))
        scores = self.scalar(prefix + "scaled", "mul_scalar", scores, self.model.head_dim ** -0.5)
        if "mask" in self.values:
            scores = self.add(prefix + "masked", scores, "mask", "x + mask")
        scores = self.widen(prefix + "scores_f32", scores)
        shares = self.note(prefix + "probs", "softmax", "torch.softmax(x, dim=-1)", [scores], torch.softmax(self.get(scores), dim=-1))
        shares = self.narrow(prefix + "probs_bf16", shares)
        context = self.note(prefix + "ctx", "matmul_pv", "torch.matmul(p, v)", [shares, value], torch.matmul(self.get(shares), self.get(value)))
        merged = self.note(prefix + "ctx2", "merge_heads", "x.transpose(1, 2).contiguous().view(B*T, H*D)", [context],
                           self.get(context).transpose(1, 2).contiguous().view(batch * length, -1))
        return self.linear(prefix + "o_lin", merged, weight + "o_proj.weight")

    def layer(self, index, x, cache, batch, length):
        prefix, weight = f"L{index}.", f"model.layers.{index}."
        attended = self.attention(prefix, self.norm(prefix + "norm1", x, weight + "input_layernorm.weight"), cache[0], cache[1], batch, length)
        x = self.add(prefix + "res1", x, attended, "residual + x")
        normed = self.norm(prefix + "norm2", x, weight + "post_attention_layernorm.weight")
        gate = self.linear(prefix + "gate", normed, weight + "mlp.gate_proj.weight")
        up = self.linear(prefix + "up", normed, weight + "mlp.up_proj.weight")
        gate = self.note(prefix + "silu", "silu", "torch.nn.functional.silu(x)", [gate], torch.nn.functional.silu(self.get(gate)))
        down = self.linear(prefix + "down", self.mul(prefix + "act", gate, up, "a * b"), weight + "mlp.down_proj.weight")
        return self.add(prefix + "res2", x, down, "residual + x")

    def run(self, ids, position, tables, caches):
        """ids (B, T); returns the caches after the step."""
        model = self.model
        batch, length = ids.shape
        self.given("ids", ids.reshape(-1))
        self.given("cos", tables[0][position:position + length].contiguous())
        self.given("sin", tables[1][position:position + length].contiguous())
        if length > 1:
            self.given("mask", torch.triu(torch.full((length, length), torch.finfo(model.torch_dtype).min, dtype=model.torch_dtype), diagonal=1))
        x = self.note("x", "embedding", "torch.nn.functional.embedding(ids, W)", ["ids", "W:" + model.embedding],
                      torch.nn.functional.embedding(self.values["ids"], model.weights[model.embedding]))
        after = []
        for index in range(model.config["num_hidden_layers"]):
            x = self.layer(index, x, caches[index], batch, length)
            after.append((self.values[f"L{index}.k_all"], self.values[f"L{index}.v_all"]))
        x = self.norm("normF", x, "model.norm.weight")
        if length > 1:
            x = self.note("last", "last_token", "x.view(B, T, H)[:, -1, :].contiguous()", [x], self.get(x).view(batch, length, -1)[:, -1, :].contiguous())
        logits = self.linear("logits", x, model.head)
        self.note("token", "argmax", "torch.argmax(x, dim=-1)", [logits], torch.argmax(self.get(logits), dim=-1))
        return after


def generate(model, prompts, steps, tables, on_step=None):
    """Greedy decoding; returns the tokens of all rows and the logits of row 0, step by step."""
    caches = [(None, None)] * model.config["num_hidden_layers"]
    ids, position = torch.tensor(prompts, dtype=torch.int64), 0
    tokens, logits = [], []
    for number in range(steps):
        step = Step(model)
        caches = step.run(ids, position, tables, caches)
        tokens.append(step.values["token"].tolist())
        logits.append(step.values["logits"][0].clone())
        if on_step:
            on_step(number, step, ids.shape, position)
        position += ids.shape[1]
        ids = step.values["token"].reshape(-1, 1)
    return tokens, torch.stack(logits)
