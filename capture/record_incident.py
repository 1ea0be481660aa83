#!/usr/bin/python3
"""Record a whole greedy run of a Llama-family model in PyTorch on a CPU: the same prompt at several batch sizes.

Writes the form "whole-incident/1": manifest.json, the logits of row 0 at every step, and at chosen steps every
tensor of the forward pass (docs/capture.md). Nothing but PyTorch is needed; Debian's python3-torch will do:

    /usr/bin/python3 capture/record_incident.py --model samples/models/kjv-1m --out incident --sampled 8 --seed 5

Exit code 0: a token of row 0 differs between batch sizes; 3: the run was recorded and none differs.
"""

import argparse
import json
import os
import re
import sys

import torch

from engine_facts import engine
from llama import Model, Step, generate
from tokens import read_pieces, text_of


def read_arguments():
    parser = argparse.ArgumentParser(description="Record a greedy run of a Llama-family model at several batch sizes.")
    parser.add_argument("--model", required=True, help="folder with config.json and model.safetensors (fp32 or bf16)")
    parser.add_argument("--out", required=True, help="folder to write, made if absent")
    prompts = parser.add_mutually_exclusive_group(required=True)
    prompts.add_argument("--prompts", help="file of prompts of equal length, row 0 first: JSON lists of token ids, or a line of ids each")
    prompts.add_argument("--random", type=int, metavar="N", help="N prompts of random tokens")
    prompts.add_argument("--sampled", type=int, metavar="N", help="N prompts that the model itself says at temperature 1")
    parser.add_argument("--prompt-length", type=int, default=8, help="tokens of a random or sampled prompt (default 8)")
    parser.add_argument("--seed", type=int, default=0, help="seed of random and sampled prompts and of the control's neighbours")
    parser.add_argument("--batches", default="1,2,4,8", help="batch sizes, the first is the one the others are compared with")
    parser.add_argument("--steps", type=int, default=32, help="tokens to generate (default 32); a run ends some steps after the last flip")
    parser.add_argument("--after-flip", type=int, default=3, help="steps kept after the last batch size has flipped (default 3)")
    parser.add_argument("--save-steps", default="0,before,flip", help="steps whose tensors are saved: numbers, flip (of each batch size that flips), before; default 0,before,flip")
    parser.add_argument("--save-whole-batch", action="store_true", help="save all rows, not only row 0, at the flip of the smallest batch that flips")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch (default 1); OpenBLAS keeps its own count, by OPENBLAS_NUM_THREADS or the processors")
    parser.add_argument("--name", help="the incident's name; default the folder's")
    parser.add_argument("--note", default="")
    return parser.parse_args()


def raw(tensor):
    tensor = tensor.contiguous()
    return (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()


def name_of(tensor):
    return {torch.float32: "f32", torch.bfloat16: "bf16", torch.int64: "i64"}[tensor.dtype]


def save_step(path, step, batch, whole):
    """Writes the tensors one after the other, each at a multiple of 64 bytes; returns where they are."""
    tensors, data = {}, bytearray()
    for operation in step.sequence:
        value = step.values[operation["out"]]
        shared = operation["out"] in ("cos", "sin", "mask")
        part = value if whole or shared else value[:value.shape[0] // batch]
        tensors[operation["out"]] = {"offset": len(data), "dtype": name_of(value), "shape": list(part.shape), "shape_full": list(value.shape)}
        data += raw(part)
        data += bytes(-len(data) % 64)
    with open(path, "wb") as file:
        file.write(data)
    return tensors


def make_prompts(arguments, model, tables):
    if arguments.prompts:
        with open(arguments.prompts, encoding="utf-8") as file:
            text = file.read().strip()
        prompts = json.loads(text) if text.startswith("[") else [[int(token) for token in re.split(r"[ ,]+", line.strip())] for line in text.splitlines() if line.strip()]
        if len({len(prompt) for prompt in prompts}) != 1:
            sys.exit("prompts must have one length")
        return prompts
    generator = torch.Generator().manual_seed(arguments.seed)
    count = arguments.random or arguments.sampled
    first = model.config.get("bos_token_id", 1)
    if arguments.random:
        rest = torch.randint(3, model.config["vocab_size"], (count, arguments.prompt_length - 1), generator=generator).tolist()
        return [[first] + row for row in rest]
    ids = torch.full((count, 1), first, dtype=torch.int64)
    while ids.shape[1] < arguments.prompt_length:
        step = Step(model)
        step.run(ids, 0, tables, [(None, None)] * model.config["num_hidden_layers"])
        shares = torch.softmax(step.values["logits"].float(), dim=-1)
        shares[:, :3] = 0
        ids = torch.cat((ids, torch.multinomial(shares, 1, generator=generator)), dim=1)
    return ids.tolist()


def divergence_of(reference, other):
    (tokens, logits), (other_tokens, other_logits) = reference, other
    differing = [step for step in range(len(tokens)) if raw(logits[step]) != raw(other_logits[step])]
    flips = [step for step in range(len(tokens)) if tokens[step][0] != other_tokens[step][0]]
    found = {"first_token_difference_step": flips[0] if flips else None, "first_logits_difference_step": differing[0] if differing else None}
    return found, flips[0] if flips else None


def describe_flip(found, step, names, runs):
    pair = [runs[0][0][step][0], runs[1][0][step][0]]
    bits = [[int.from_bytes(raw(logits[step][token:token + 1]), "little") for token in pair] for _, logits in runs]
    found["tokens"] = dict(zip(names, pair))
    found["logit_bits_of_both_tokens"] = {"ids": pair, **dict(zip(names, bits))}
    found["logits_of_both_tokens"] = {name: [float(logits[step][token]) for token in pair] for name, (_, logits) in zip(names, runs)}
    found["logits_differing_at_that_step"] = int((runs[0][1][step].float() != runs[1][1][step].float()).sum())


def main():
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    model = Model(arguments.model)
    longest = model.config.get("max_position_embeddings", 1 << 20)
    tables = model.tables(longest)
    prompts = make_prompts(arguments, model, tables)
    batches = [int(size) for size in arguments.batches.split(",")]
    if max(batches) > len(prompts):
        sys.exit(f"batch {max(batches)} needs {max(batches)} prompts; there are {len(prompts)}")
    if len(prompts[0]) + arguments.steps > longest:
        sys.exit(f"{len(prompts[0])} + {arguments.steps} tokens are more than the model's {longest} positions")

    runs = {size: generate(model, prompts[:size], arguments.steps, tables) for size in batches}
    flips = {size: divergence_of(runs[batches[0]], runs[size])[1] for size in batches[1:]}
    flipping = sorted({step for step in flips.values() if step is not None})
    steps = min(arguments.steps, flipping[-1] + 1 + arguments.after_flip) if flipping else arguments.steps
    runs = {size: (tokens[:steps], logits[:steps]) for size, (tokens, logits) in runs.items()}
    wanted = set()
    for word in arguments.save_steps.split(","):
        wanted |= {max(step - 1, 0) for step in flipping} if word == "before" else set(flipping) if word == "flip" else {int(word)}

    os.makedirs(arguments.out, exist_ok=True)
    write = lambda name, data: open(os.path.join(arguments.out, name), "wb").write(data)
    rows = len(prompts[0]) + steps
    for name, table in (("cos", tables[0]), ("sin", tables[1])):
        write(f"rope_{name}.bin", raw(table[:rows]))
    neighbours = torch.randint(3, model.config["vocab_size"], (max(batches), len(prompts[0])), generator=torch.Generator().manual_seed(arguments.seed + 1)).tolist()
    sequences, recorded = {}, []
    first_flip = min((size for size in batches[1:] if flips[size] is not None), default=None)
    for size in batches:
        saved = []

        def keep(number, step, shape, position):
            sequence = "prefill" if number == 0 else "decode"
            sequences.setdefault(sequence, step.sequence)
            if number not in wanted:
                return
            whole = arguments.save_whole_batch and size == first_flip and number == flips[size]
            file = f"b{size}_s{number}.bin"
            tensors = save_step(os.path.join(arguments.out, file), step, size, whole)
            saved.append({"step": number, "sequence": sequence, "B": size, "T": shape[1], "S": position + shape[1], "pos": position, "saved": "all" if whole else "row0",
                          "file": file, "token_row0": step.values["token"].tolist()[0], "tensors": tensors})

        tokens, logits = generate(model, prompts[:size], steps, tables, keep)
        others = None if size == 1 else generate(model, prompts[:1] + neighbours[1:size], steps, tables)
        write(f"b{size}_logits.bin", raw(logits))
        recorded.append({
            "batch": size, "rows": list(range(size)), "tokens": tokens, "tokens_row0": [row[0] for row in tokens],
            "logits_row0": {"file": f"b{size}_logits.bin", "shape": list(logits.shape), "dtype": name_of(logits)},
            "control_repeat_bit_equal": tokens == runs[size][0] and raw(logits) == raw(runs[size][1]),
            "control_other_neighbours_row0_bit_equal": None if others is None else raw(others[1]) == raw(logits), "steps": saved})

    divergence = {}
    for size in batches[1:]:
        names = [f"batch{batches[0]}", f"batch{size}"]
        found, flip = divergence_of(runs[batches[0]], runs[size])
        if flip is not None:
            describe_flip(found, flip, names, [runs[batches[0]], runs[size]])
        divergence[f"{names[1]}_vs_{names[0]}"] = found
    pieces = read_pieces(arguments.model)
    if pieces:
        for run in recorded:
            run["text_row0"] = text_of(pieces, run["tokens_row0"])
    manifest = {
        "format": "whole-incident/1", "name": arguments.name or os.path.basename(os.path.normpath(arguments.out)),
        "note": arguments.note or f"{model.dtype} greedy decoding of row 0 at batch sizes {arguments.batches}, seed {arguments.seed}", "engine": engine(arguments.threads),
        "model": {"name": model.name, "file": "model.safetensors", "sha256": model.sha256, "config": model.config}, "dtype": model.dtype, "threads": arguments.threads,
        "encoding": "little-endian raw; f32 = IEEE binary32; bf16 = uint16 high half; i64 = int64; tensors row-major (C order); each tensor starts at its byte offset (multiple of 64) in the step file",
        "row_convention": "2-D activations are [B*T, width] with batch row 0 first; 4-D are [B, heads, T or S, head_dim or S]. saved=\"row0\": only the part of batch row 0 is stored "
                          "(shape_full is what the engine worked on); saved=\"all\": whole tensor",
        "prompts": prompts[:max(batches)], **({"prompt_text_row0": text_of(pieces, prompts[0])} if pieces else {}), "sequences": sequences, "runs": recorded,
        "rope_tables": {**{name: {"file": f"rope_{name}.bin", "shape": [rows, model.head_dim], "dtype": model.dtype} for name in ("cos", "sin")},
                        "use": "row index = absolute position; given data, not to be recomputed"},
        "divergence": divergence,
    }
    with open(os.path.join(arguments.out, "manifest.json"), "w", encoding="utf-8", newline="\n") as file:
        file.write("{" + ",\n".join(f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}" for key, value in manifest.items()) + "}\n")
    for size in batches[1:]:
        print(f"batch {size} against {batches[0]}: " + ("the same tokens" if flips[size] is None else f"token {flips[size]} differs: {divergence[f'batch{size}_vs_batch{batches[0]}']['tokens']}"))
    return 0 if flipping else 3


if __name__ == "__main__":
    sys.exit(main())
