"""The Llama of llama.py as a tree of modules, with Hugging Face's names: what capture_run.py hooks."""

import torch
from torch import nn


class Rotary(nn.Module):
    def __init__(self, cosine, sine):
        super().__init__()
        self.register_buffer("cosine", cosine)
        self.register_buffer("sine", sine)

    def forward(self, first, length):
        return self.cosine[first:first + length].contiguous(), self.sine[first:first + length].contiguous()


class RmsNorm(nn.Module):
    def __init__(self, weight, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(weight, requires_grad=False), eps

    def forward(self, x):
        wide = x.to(torch.float32)
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * wide.to(x.dtype)


class Attention(nn.Module):
    def __init__(self, model, prefix):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = model.heads, model.kv_heads, model.head_dim
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, linear(model, f"{prefix}{name}.weight"))

    def forward(self, x, cosine, sine, mask, cache):
        batch, length, _ = x.shape
        split = lambda value, heads: value.view(batch, length, heads, self.head_dim).transpose(1, 2).contiguous()
        rotate = lambda value: value * cosine + torch.cat((-value[..., self.head_dim // 2:], value[..., :self.head_dim // 2]), dim=-1) * sine
        query, key, value = split(self.q_proj(x), self.heads), split(self.k_proj(x), self.kv_heads), split(self.v_proj(x), self.kv_heads)
        query, key = rotate(query), rotate(key)
        if cache is not None:
            key, value = torch.cat((cache[0], key), dim=2), torch.cat((cache[1], value), dim=2)
        shape = (batch, self.kv_heads, self.heads // self.kv_heads, key.shape[2], self.head_dim)
        repeat = lambda kept: kept[:, :, None].expand(shape).reshape(batch, self.heads, -1, self.head_dim)
        scores = torch.matmul(query, repeat(key).transpose(2, 3)) * self.head_dim ** -0.5
        if mask is not None:
            scores = scores + mask
        shares = torch.softmax(scores.to(torch.float32), dim=-1).to(x.dtype)
        context = torch.matmul(shares, repeat(value)).transpose(1, 2).contiguous().view(batch, length, -1)
        return self.o_proj(context), (key, value)


class Mlp(nn.Module):
    def __init__(self, model, prefix):
        super().__init__()
        for name in ("gate_proj", "up_proj", "down_proj"):
            setattr(self, name, linear(model, f"{prefix}{name}.weight"))
        self.act_fn = nn.SiLU()

    def forward(self, x):
        return self.down_proj(self.act_fn(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, model, index):
        super().__init__()
        prefix = f"model.layers.{index}."
        self.self_attn, self.mlp = Attention(model, prefix + "self_attn."), Mlp(model, prefix + "mlp.")
        self.input_layernorm = RmsNorm(model.weights[prefix + "input_layernorm.weight"], model.eps)
        self.post_attention_layernorm = RmsNorm(model.weights[prefix + "post_attention_layernorm.weight"], model.eps)

    def forward(self, x, cosine, sine, mask, cache):
        attended, cache = self.self_attn(self.input_layernorm(x), cosine, sine, mask, cache)
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x)), cache


class Decoder(nn.Module):
    def __init__(self, model, tables):
        super().__init__()
        self.embed_tokens = nn.Embedding.from_pretrained(model.weights[model.embedding])
        self.layers = nn.ModuleList(Layer(model, index) for index in range(model.config["num_hidden_layers"]))
        self.norm = RmsNorm(model.weights["model.norm.weight"], model.eps)
        self.rotary_emb = Rotary(*tables)

    def forward(self, ids, first, caches):
        length = ids.shape[1]
        x = self.embed_tokens(ids)
        cosine, sine = self.rotary_emb(first, length)
        mask = torch.triu(torch.full((length, length), torch.finfo(x.dtype).min, dtype=x.dtype), diagonal=1) if length > 1 else None
        after = []
        for layer, cache in zip(self.layers, caches):
            x, cache = layer(x, cosine, sine, mask, cache)
            after.append(cache)
        return self.norm(x), after


class Llama(nn.Module):
    """`model(ids, first, caches)` gives the logits of the last position and the caches; ids are (batch, T)."""

    def __init__(self, model, positions):
        super().__init__()
        self.config = model.config
        self.model = Decoder(model, model.tables(positions))
        self.lm_head = linear(model, model.head)

    def forward(self, ids, first, caches):
        x, caches = self.model(ids, first, caches)
        return self.lm_head(x[:, -1, :].contiguous()), caches


def linear(model, name):
    weight = model.weights[name]
    module = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    module.weight = nn.Parameter(weight, requires_grad=False)
    return module
