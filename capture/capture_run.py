#!/usr/bin/python3
"""Serve prompts greedily at several batch sizes under PlanForensicsCapture: an example of its use, and its measurement.

    /usr/bin/python3 capture/capture_run.py --model samples/models/kjv-1m --out captured --prompts samples/incidents/kjv-1m-bf16/manifest.json --batches 1,4 --steps 8
    planforensics import captured --store captured.db

Row r of the run at batch N becomes the request batch-N/row-R. --measure N runs N steps with and without the capture in turn and prints what it costs.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time

import torch

from llama import Model
from llama_module import Llama
from planforensics_capture import PlanForensicsCapture
from tokens import read_pieces, text_of


def read_arguments():
    parser = argparse.ArgumentParser(description="Serve prompts at several batch sizes under PlanForensicsCapture.")
    parser.add_argument("--model", required=True, help="folder with config.json and model.safetensors (fp32 or bf16)")
    parser.add_argument("--out", help="folder to write, made if absent")
    parser.add_argument("--prompts", required=True, help="JSON: a list of prompts of equal length (token ids), or an object with such a list in \"prompts\"")
    parser.add_argument("--batches", default="1,4", help="batch sizes (default 1,4); batch N serves prompts 0 to N - 1")
    parser.add_argument("--steps", type=int, default=8, help="tokens to generate (default 8)")
    parser.add_argument("--layers", nargs="*", default=[], help="modules whose outputs are written, as patterns")
    parser.add_argument("--inputs", action="store_true", help="write inputs of those modules too")
    parser.add_argument("--logits", default="file", help="file, inline, hash or none (default file)")
    parser.add_argument("--prefix", default="", help="before every request's name")
    parser.add_argument("--measure", type=int, metavar="N", help="measure the cost of the capture over N steps at each batch size, instead of recording")
    return parser.parse_args()


def serve(model, prompts, steps, capture=None, names=None):
    """Greedy decoding of one batch; returns the logits of every step and all tokens."""
    caches, ids, first, everything, tokens = [None] * len(model.model.layers), torch.tensor(prompts, dtype=torch.int64), 0, [], []
    for _ in range(steps):
        if capture is None:
            logits, caches = model(ids, first, caches)
            chosen = torch.argmax(logits, dim=-1)
        else:
            with capture.step(names, ids) as step:
                logits, caches = model(ids, first, caches)
                chosen = torch.argmax(logits, dim=-1)
                step.chose(chosen)
        everything.append(logits)
        tokens.append(chosen.tolist())
        first, ids = first + ids.shape[1], chosen.reshape(-1, 1)
    return everything, tokens


def measure(model, arguments, prompts, sizes):
    """Median of a decode step, by mode, in turn: processor time of the serving thread, and of the whole process (the writer's thread hashes and writes). Wall time would measure what else runs."""
    modes = {"off": None, "logits hashed": dict(logits="hash", hidden_states=False, rope=False), "as by default": {}, "down_proj outputs too": dict(layers=["*.down_proj"])}
    print(f"median processor time of {arguments.measure} decode steps, PyTorch on {torch.get_num_threads()} thread")
    print(f"{'batch':>5}  {'capture':<22} {'serving thread ms':>17} {'over off':>9} {'process ms':>11}")
    for size in sizes:
        times, whole = {mode: [] for mode in modes}, {mode: [] for mode in modes}
        while len(times["off"]) < arguments.measure:
            for mode, options in modes.items():
                with tempfile.TemporaryDirectory() as folder:
                    capture = None if options is None else PlanForensicsCapture(model, folder, **options)
                    if capture:
                        capture.__enter__()
                    caches, ids, first = [None] * len(model.model.layers), torch.tensor(prompts[:size], dtype=torch.int64), 0
                    before = time.process_time()
                    for number in range(17):
                        began = time.thread_time()
                        if capture:
                            with capture.step([f"r{row}" for row in range(size)], ids):
                                logits, caches = model(ids, first, caches)
                        else:
                            logits, caches = model(ids, first, caches)
                        if number:
                            times[mode].append(1000 * (time.thread_time() - began))
                        first, ids = first + ids.shape[1], torch.argmax(logits, dim=-1).reshape(-1, 1)
                    if capture:
                        capture.close()
                    whole[mode].append(1000 * (time.process_time() - before) / 17)
        base = statistics.median(times["off"])
        for mode in modes:
            here = statistics.median(times[mode])
            print(f"{size:>5}  {mode:<22} {here:>17.3f} {'' if mode == 'off' else f'{here - base:+.3f}':>9} {statistics.median(whole[mode]):>11.3f}")


def main():
    arguments = read_arguments()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    loaded = Model(arguments.model)
    with open(arguments.prompts, encoding="utf-8") as file:
        prompts = json.load(file)
    prompts = prompts["prompts"] if isinstance(prompts, dict) else prompts
    sizes = [int(size) for size in arguments.batches.split(",")]
    if max(sizes) > len(prompts) or len({len(prompt) for prompt in prompts}) != 1:
        sys.exit(f"expected {max(sizes)} prompts of one length; {arguments.prompts} has {len(prompts)}, of {sorted({len(prompt) for prompt in prompts})} tokens")
    model = Llama(loaded, loaded.config.get("max_position_embeddings", 4096)).eval()
    if arguments.measure:
        measure(model, arguments, prompts, sizes)
        return 0
    if not arguments.out:
        sys.exit("--out is missing: the folder to write")
    pieces = read_pieces(arguments.model)
    with PlanForensicsCapture(model, arguments.out, model_path=arguments.model, layers=arguments.layers, tensors=("input", "output") if arguments.inputs else "output", logits=arguments.logits) as capture:
        for size in sizes:
            names = [f"{arguments.prefix}batch-{size}/row-{row}" for row in range(size)]
            for name, prompt in zip(names, prompts):
                capture.begin(name, prompt, {"method": "greedy", "temperature": 0, "tie_rule": "lowest_id", "max_tokens": arguments.steps},
                              **({"effective_prompt": text_of(pieces, prompt)} if pieces else {}))
            captured, tokens = serve(model, prompts[:size], arguments.steps, capture, names)
            for name in names:
                capture.finish(name, "length")
            plain, _ = serve_without_hooks(model, prompts[:size], arguments.steps, capture)
            same = all(torch.equal(a.view(torch.int16 if a.dtype == torch.bfloat16 else torch.int32), b.view(torch.int16 if b.dtype == torch.bfloat16 else torch.int32)) for a, b in zip(captured, plain))
            print(f"batch {size}: row 0 says {text_of(pieces, [row[0] for row in tokens]) if pieces else [row[0] for row in tokens]!r}; without hooks: {'the same bits' if same else 'OTHER BITS'}")
            if not same:
                return 1
    return 0


def serve_without_hooks(model, prompts, steps, capture):
    """The same batch again with every hook taken off: the control of "only reads"."""
    hooks = [(module, module._forward_hooks.copy()) for module in model.modules() if module._forward_hooks]
    for module, _ in hooks:
        module._forward_hooks.clear()
    try:
        return serve(model, prompts, steps)
    finally:
        for module, kept in hooks:
            module._forward_hooks.update(kept)


if __name__ == "__main__":
    sys.exit(main())
