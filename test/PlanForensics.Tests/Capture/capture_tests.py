"""What planforensics_capture.py must do, told by Debian's PyTorch: run by CaptureTests.cs, or by hand with /usr/bin/python3 -B capture_tests.py."""

import base64
import hashlib
import json
import os
import struct
import sys
import tempfile
import types
import unittest
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "capture"))

import torch
from torch import nn

from planforensics_capture import PlanForensicsCapture, bytes_of, math_flags, safetensors_bytes, weights_sha256, workspace_bytes

torch.set_grad_enabled(False)


class Toy(nn.Module):
    """Embedding, two layers, head; a layer's activation works in place on its input, as serving stacks like it."""

    def __init__(self, dtype=torch.float32, width=8, vocabulary=11):
        super().__init__()
        torch.manual_seed(5)
        self.embed_tokens = nn.Embedding(vocabulary, width, dtype=dtype)
        self.layers = nn.ModuleList(nn.Sequential(nn.Linear(width, width, bias=False, dtype=dtype), nn.ReLU(inplace=True)) for _ in range(2))
        self.lm_head = nn.Linear(width, vocabulary, bias=False, dtype=dtype)

    def forward(self, ids):
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x)
        return self.lm_head(x)


def read_safetensors(path):
    """An independent reader of the form: names, dtypes, shapes, bytes."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    assert (8 + length) % 8 == 0
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    header.pop("__metadata__", None)
    spans = sorted(entry["data_offsets"] for entry in header.values())
    assert spans[0][0] == 0 and spans[-1][1] == len(body) and all(a[1] == b[0] for a, b in zip(spans, spans[1:])), "no gaps"
    return {name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])]) for name, entry in header.items()}


class CaptureTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def read(self, rank=0):
        with open(os.path.join(self.folder.name, f"contracts-rank{rank}.jsonl"), encoding="utf-8") as file:
            lines = {line["request_id"]: line for line in map(json.loads, file)}
        tensors = {}
        for name in sorted(os.listdir(self.folder.name)):
            self.assertFalse(name.endswith(".partial"))
            if name.endswith(".safetensors"):
                tensors.update(read_safetensors(os.path.join(self.folder.name, name)))
        return lines, {hashlib.sha256(data).hexdigest(): (dtype, shape, data) for dtype, shape, data in tensors.values()}

    def test_hooks_change_no_bit_and_leave_nothing_behind(self):
        for dtype, bits in ((torch.float32, torch.int32), (torch.bfloat16, torch.int16)):
            model, ids = Toy(dtype), torch.tensor([[1, 2, 3], [4, 5, 6]])
            plain, state = model(ids), torch.get_rng_state()
            with PlanForensicsCapture(model, self.folder.name, layers=["*"], tensors=("input", "output")) as capture:
                with capture.step(["a", "b"], ids):
                    hooked = model(ids)
            self.assertTrue(torch.equal(plain.view(bits), hooked.view(bits)))
            self.assertTrue(torch.equal(state, torch.get_rng_state()), "no random number was drawn")
            self.assertFalse(any(module._forward_hooks for module in model.modules()))
        meddler = model.layers[0].register_forward_hook(lambda module, inputs, output: output * 1.0078125)  # negative control: the comparison sees a hook that does change bits
        self.assertFalse(torch.equal(plain.view(torch.int16), model(ids).view(torch.int16)))
        meddler.remove()

    def test_tensors_are_the_bytes_at_the_time_of_the_call(self):
        """The in-place ReLU overwrites the Linear's output after its hook: a view instead of a copy would hold the overwritten values."""
        model, ids = Toy(torch.bfloat16), torch.tensor([[1, 2, 3], [4, 5, 6]])
        before = model.layers[0][0](model.embed_tokens(ids))
        self.assertTrue((before < 0).any())
        with PlanForensicsCapture(model, self.folder.name, layers=["layers.0.0"]) as capture:
            with capture.step(["a", "b"], ids):
                logits = model(ids)
        lines, tensors = self.read()
        for row, name in enumerate("ab"):
            step = lines[name]["steps"][0]
            reference = step["observation"]["captured_tensors"][0]
            self.assertEqual(("layers.0.0 output", "layers.0.0", {"format": "bf16", "shape": [3, 8]}), (reference["name"], reference["module"], {k: reference["tensor"][k] for k in ("format", "shape")}))
            self.assertEqual(("BF16", [3, 8], bytes_of(before[row])), tensors[reference["tensor"]["sha256"]])
            self.assertEqual(bytes_of(logits[row, -1]), tensors[step["observation"]["logits_sha256"]][2])
            self.assertEqual([0, 1], [item["layer"] for item in step["observation"]["hidden_state_hashes"]])
            self.assertEqual(step["observation"]["chosen_token"], int(logits[row, -1].float().argmax()))

    def test_bytes_of_keeps_every_bit(self):
        special = torch.tensor([0x0000, -0x8000, 0x7F80, -0x0080, 0x7FC1, 0x0001, 0x3F80], dtype=torch.int16)
        self.assertEqual(struct.pack("<7h", *special.tolist()), bytes_of(special.view(torch.bfloat16)))
        grid = torch.arange(6, dtype=torch.int32).reshape(2, 3)
        self.assertEqual(struct.pack("<6i", 0, 3, 1, 4, 2, 5), bytes_of(grid.t()), "row-major, whatever the strides")
        self.assertEqual(b"", bytes_of(torch.empty(0)))
        self.assertEqual(b"\x01\x02", safetensors_bytes([("t", "I8", (2,), b"\x01\x02")])[-2:])

    def test_state_of_a_batch_and_its_rows(self):
        model = Toy()
        with PlanForensicsCapture(model, self.folder.name, replica="pod-1") as capture:
            capture.begin("long", [1, 2, 3, 4, 5], {"method": "sample", "temperature": 0.5}, raw_prompt="abc")
            with capture.step(["long"], [[1, 2, 3]]):                       # a chunk that chooses nothing
                model(torch.tensor([[1, 2, 3]]))
            with capture.step(["short", "long"], [[7], [4, 5]], queue_time_ms=1.5) as step:    # flattened tokens, as vLLM runs them
                step.chose([9, None])
                model(torch.tensor([7, 4, 5]))
            with capture.step(["short"], torch.tensor([[9]])):
                model(torch.tensor([[9]]))
            capture.finish("short", "stop")
        lines, _ = self.read()
        short, long = lines["short"]["steps"], lines["long"]["steps"]
        self.assertEqual([("prefill", 1, 1, 0, 0, 2, 3), ("decode", 1, 2, 0, 0, 1, 1)], [self.place(step) for step in short])
        self.assertEqual([("prefill", 3, 3, 0, 0, 1, 3), ("prefill", 2, 5, 1, 1, 2, 3)], [self.place(step) for step in long])
        self.assertEqual([9, None], [step["observation"].get("chosen_token") for step in short][:1] + [long[0]["observation"].get("chosen_token")])
        self.assertNotIn("chosen_token", long[1]["observation"])
        self.assertEqual((1.5, short[0]["state"]["batch_fingerprint"]), (long[1]["state"]["queue_time_ms"], long[1]["state"]["batch_fingerprint"]))
        self.assertEqual(("stop", "abc", 0.5, [7], "pod-1"), (lines["short"]["finish_reason"], lines["long"]["request"]["raw_prompt"], lines["long"]["request"]["decode"]["temperature"],
                                                            lines["short"]["request"]["effective_token_ids"], lines["long"]["replica"]))
        self.assertNotIn("completed_at", lines["long"])
        together, whole = long[1]["observation"]["logits_sha256"], model(torch.tensor([7, 4, 5]))
        self.assertEqual(hashlib.sha256(bytes_of(whole[2])).hexdigest(), together, "logits of the last of the request's own rows")

    @staticmethod
    def place(step):
        state = step["state"]
        return (state["phase"], state["shape"]["query_length"], state["shape"]["key_length"], state["batch_index"], state["first_row"], state["batch_size"], state["batch_tokens"])

    def test_padding_must_be_said(self):
        model, padded = Toy(), torch.tensor([[0, 0, 1], [4, 5, 6]])
        with PlanForensicsCapture(model, self.folder.name, layers=["layers.1.0"]) as capture:
            with capture.step(["a", "b"], [[1], [4, 5, 6]], padding="left"):
                logits = model(padded)
        lines, tensors = self.read()
        self.assertEqual([1, 8], lines["a"]["steps"][0]["observation"]["captured_tensors"][0]["tensor"]["shape"])
        self.assertEqual(bytes_of(logits[0, 2]), tensors[lines["a"]["steps"][0]["observation"]["logits_sha256"]][2])
        self.assertEqual((2, "left"), (lines["a"]["steps"][0]["state"]["first_row"], lines["a"]["steps"][0]["state"]["padding"]))
        with self.assertRaisesRegex(RuntimeError, "no row"):
            with PlanForensicsCapture(model, self.folder.name, strict=True) as capture:
                with capture.step(["a", "b"], [[1], [4, 5, 6]]):
                    model(padded)

    def test_an_exception_of_the_model_goes_on_and_is_not_recorded(self):
        model = Toy()
        with self.assertRaises(IndexError):
            with PlanForensicsCapture(model, self.folder.name) as capture:
                with capture.step(["a"], [[1]]):
                    model(torch.tensor([[1]]))
                with capture.step(["a"], [[99]]):
                    model(torch.tensor([[99]]))
        self.assertFalse(any(module._forward_hooks for module in model.modules()))
        self.assertEqual(1, len(self.read()[0]["a"]["steps"]))

    def test_an_error_of_the_capture_does_not_reach_the_model(self):
        model, ids = Toy(), torch.tensor([[1, 2]])
        capture = PlanForensicsCapture(model, self.folder.name, layers=["layers.0"])
        capture._snapshot = lambda tensor, step: 1 / 0
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            with capture:
                with capture.step(["a"], ids):
                    logits = model(ids)
        self.assertTrue(torch.equal(logits, model(ids)))
        self.assertIn("ZeroDivisionError", str(seen[-1].message))

    def test_a_writer_that_cannot_write_says_so_at_the_end_and_never_blocks(self):
        model, ids = Toy(), torch.tensor([[1, 2]])
        with self.assertRaisesRegex(OSError, "incomplete"):
            with PlanForensicsCapture(model, self.folder.name, max_pending=2) as capture:
                capture._write_step = lambda step: (_ for _ in ()).throw(OSError(28, "No space left on device"))
                for _ in range(8):
                    with capture.step(["a"], ids):
                        model(ids)

    def test_a_module_that_did_not_run_is_remarked(self):
        model = Toy()
        with self.assertRaisesRegex(RuntimeError, "layers.1 did not run"):
            with PlanForensicsCapture(model, self.folder.name, strict=True) as capture:
                with capture.step(["a"], [[1]]):
                    model.lm_head(model.layers[0](model.embed_tokens(torch.tensor([[1]]))))

    def test_logits_by_value_by_hash_and_given(self):
        model, ids = Toy(), torch.tensor([[1, 2]])
        logits = model(ids)
        for mode in ("inline", "hash", "none"):
            with PlanForensicsCapture(model, self.folder.name, logits=mode, hidden_states=False, top_k=3) as capture:
                with capture.step(["a"], ids):
                    model(ids)
            lines, tensors = self.read()
            observation = lines["a"]["steps"][0]["observation"]
            self.assertEqual({}, tensors)
            if mode == "none":
                self.assertEqual({}, observation)
                continue
            self.assertEqual(hashlib.sha256(bytes_of(logits[0, -1])).hexdigest(), observation["logits_sha256"])
            self.assertEqual(mode == "inline", "logits" in observation and base64.b64decode(observation["logits"]["data"]) == bytes_of(logits[0, -1]))
            expected = sorted(range(11), key=lambda token: (-float(logits[0, -1, token]), token))[:3]
            self.assertEqual(expected, [item["token"] for item in observation["top_k"]])
            self.assertEqual(struct.pack("<f", float(logits[0, -1, expected[0]])), bytes.fromhex(observation["top1"]["bits"][2:])[::-1])

    def test_ties_and_nans_are_ordered_as_contracts_order_them(self):
        capture = PlanForensicsCapture(Toy(), self.folder.name)
        row = torch.tensor([1.0, 2.0, 2.0, float("nan"), float("-inf")], dtype=torch.bfloat16)
        self.assertEqual([(3, "0x7fc0", None), (1, "0x4000", 2.0), (2, "0x4000", 2.0)], [(item["token"], item["bits"], item.get("value")) for item in capture._top(row, 3)])

    def test_arguments_that_cannot_be_are_refused_with_what_can(self):
        for arguments, text in ((dict(layers=["nothing.*"]), "names are, for example, embed_tokens"), (dict(logits_module="head"), "no module 'head'"), (dict(logits="all"), "expected file, inline")):
            with self.assertRaisesRegex(ValueError, text):
                PlanForensicsCapture(Toy(), self.folder.name, **arguments)
        with PlanForensicsCapture(Toy(), self.folder.name) as capture:
            with self.assertRaisesRegex(ValueError, "one list of one token or more"):
                with capture.step(["a", "b"], [[1]]):
                    pass

    def test_environment_flags_and_workspace_are_found(self):
        os.environ.update(CUBLAS_WORKSPACE_CONFIG=":4096:2:16:8", OPENBLAS_VERBOSE="1", MKL_CBWR="COMPATIBLE", TORCH_TEST_TOKEN="hidden")
        self.addCleanup(lambda: [os.environ.pop(name) for name in ("CUBLAS_WORKSPACE_CONFIG", "OPENBLAS_VERBOSE", "MKL_CBWR", "TORCH_TEST_TOKEN")])
        self.assertEqual((4096 * 2 + 16 * 8) * 1024, workspace_bytes())
        with PlanForensicsCapture(Toy(), self.folder.name) as capture:
            with capture.step(["a"], [[1]]):
                capture.model(torch.tensor([[1]]))
        state = self.read()[0]["a"]["steps"][0]["state"]
        self.assertEqual({"CUBLAS_WORKSPACE_CONFIG", "OPENBLAS_VERBOSE", "MKL_CBWR"}, {"CUBLAS_WORKSPACE_CONFIG", "OPENBLAS_VERBOSE", "MKL_CBWR"} & set(state["environment"]))
        self.assertNotIn("TORCH_TEST_TOKEN", state["environment"])
        self.assertIn("reports " + torch.__version__, state["library_versions"]["torch"])
        self.assertEqual((torch.get_num_threads(), (4096 * 2 + 16 * 8) * 1024), (state["thread_count"], state["workspace_bytes"]))
        torch.use_deterministic_algorithms(True)
        self.assertTrue(math_flags()["deterministic_algorithms"])
        torch.use_deterministic_algorithms(False)
        self.assertFalse(math_flags()["deterministic_algorithms"])

    def test_hash_of_weights_is_that_of_contracts(self):
        for name, data in (("b.safetensors", b"2"), ("a.safetensors", b"1")):
            with open(os.path.join(self.folder.name, name), "wb") as file:
                file.write(data)
        one, two = hashlib.sha256(b"1").hexdigest(), hashlib.sha256(b"2").hexdigest()
        self.assertEqual(hashlib.sha256(f"{one}  a.safetensors\n{two}  b.safetensors\n".encode()).hexdigest(), weights_sha256(self.folder.name))
        self.assertEqual(one, weights_sha256(os.path.join(self.folder.name, "a.safetensors")))

    def test_a_module_that_runs_twice_in_a_step_is_written_twice(self):
        model = Toy()
        model.layers[1] = model.layers[0]
        with PlanForensicsCapture(model, self.folder.name, layers=["layers.0.0"]) as capture:
            with capture.step(["a"], [[3]]):
                model(torch.tensor([[3]]))
        lines, tensors = self.read()
        captured = lines["a"]["steps"][0]["observation"]["captured_tensors"]
        self.assertEqual(2, len({item["tensor"]["sha256"] for item in captured} & set(tensors)))

    def test_large_captures_are_cut_into_files(self):
        model = Toy()
        with PlanForensicsCapture(model, self.folder.name, layers=["layers.*"], shard_bytes=64) as capture:
            for token in range(5):
                with capture.step(["a"], [[token]]):
                    model(torch.tensor([[token]]))
        lines, tensors = self.read()
        self.assertGreater(sum(name.endswith(".safetensors") for name in os.listdir(self.folder.name)), 3)
        for step in lines["a"]["steps"]:
            self.assertTrue(all(item["tensor"]["sha256"] in tensors for item in step["observation"]["captured_tensors"]))


class PageTests(unittest.TestCase):
    """The Python of docs/capture.md, run: the example with a small model, the adapters with stand-ins for vLLM's and SGLang's classes."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "docs", "capture.md"), encoding="utf-8") as file:
            self.blocks = [block.split("```")[0] for block in file.read().split("```python\n")[1:]]
        os.environ["PLANFORENSICS_OUT"] = self.folder.name

    read = CaptureTests.read

    def test_the_example(self):
        model, before = Toy(), os.getcwd()
        model.layers[0].down_proj = nn.Identity()
        os.chdir(self.folder.name)
        self.addCleanup(os.chdir, before)
        exec(self.blocks[0], {"model": model, "ids": torch.tensor([[1, 2], [3, 4]])})
        with open("captured/contracts-rank0.jsonl", encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual(["req-1", "req-2"], [line["request_id"] for line in lines])
        self.assertEqual(["layer 0 down_proj output"], [tensor["name"] for tensor in lines[0]["steps"][0]["observation"]["captured_tensors"]])

    def module(self, name, **members):
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            if ".".join(parts[:end]) not in sys.modules:
                sys.modules[".".join(parts[:end])] = types.ModuleType(".".join(parts[:end]))
                self.addCleanup(sys.modules.pop, ".".join(parts[:end]))
        sys.modules[name].__dict__.update(members)

    def test_the_adapter_of_vllm(self):
        class GPUModelRunner:
            def __init__(self):
                self.model, self.model_config = Served(), types.SimpleNamespace(model="toy")
                self.input_batch, self.logits = types.SimpleNamespace(req_ids=[]), None

            def _model_forward(self, input_ids=None, **_):
                return self.model(input_ids)

            def execute_model(self, scheduler_output):
                self.input_batch.req_ids = list(scheduler_output.num_scheduled_tokens)
                hidden = self._model_forward(input_ids=scheduler_output.ids)
                ends = torch.tensor(list(scheduler_output.num_scheduled_tokens.values())).cumsum(0) - 1
                self.logits = self.model.logits_processor(hidden[ends])

            def sample_tokens(self, grammar_output):
                return types.SimpleNamespace(sampled_token_ids=[[int(token)] for token in self.logits.argmax(-1)])

        self.module("vllm.v1.worker.gpu_model_runner", GPUModelRunner=GPUModelRunner)
        exec(self.blocks[1], {})
        runner, new = GPUModelRunner(), lambda name, prompt: types.SimpleNamespace(
            req_id=name, prompt_token_ids=prompt, num_computed_tokens=0, sampling_params=types.SimpleNamespace(temperature=0.0, top_p=1.0))
        step = lambda ids, lengths, news=(), finished=(): types.SimpleNamespace(
            ids=torch.tensor(ids), num_scheduled_tokens=lengths, total_num_scheduled_tokens=sum(lengths.values()), scheduled_new_reqs=news, finished_req_ids=finished)
        for scheduled in (step([1, 2, 3, 0], {"a": 3}, [new("a", [1, 2, 3])]), step([4, 5, 6], {"a": 1, "b": 2}, [new("b", [5, 6])]), step([7], {"b": 1}, finished={"a"})):
            runner.execute_model(scheduled)
            runner.sample_tokens(None)
        runner.planforensics.close()
        lines, tensors = self.read()
        self.assertEqual([("prefill", 3, 3, 0, 0, 1, 3), ("decode", 1, 4, 0, 0, 2, 3)], [CaptureTests.place(one) for one in lines["a"]["steps"]])
        self.assertEqual([("prefill", 2, 2, 1, 1, 2, 3), ("decode", 1, 3, 0, 0, 1, 1)], [CaptureTests.place(one) for one in lines["b"]["steps"]])
        self.check_logits(runner.model, lines["b"]["steps"][0], tensors, [5, 6])
        self.assertIn("completed_at", lines["a"])

    def test_the_adapter_of_sglang(self):
        class ForwardBatch(types.SimpleNamespace):
            @classmethod
            def init_new(cls, batch, model_runner):
                return cls(input_ids=batch.ids, extend_seq_lens_cpu=batch.lens, extend_prefix_lens_cpu=batch.lens and [0] * len(batch.lens))

        class ModelRunner:
            is_draft_worker, tp_rank, tp_size, server_args = False, 1, 2, types.SimpleNamespace(model_path="toy")

            def __init__(self):
                self.model = Served()

            def forward(self, batch):
                hidden = self.model(batch.input_ids)
                lens = batch.extend_seq_lens_cpu or [1] * len(batch.input_ids)
                return self.model.logits_processor(hidden[torch.tensor(lens).cumsum(0) - 1])

            def sample(self, logits_output, batch):
                return logits_output.next_token_logits.argmax(-1)

        self.module("sglang.srt.model_executor.forward_batch_info", ForwardBatch=ForwardBatch)
        self.module("sglang.srt.model_executor.model_runner", ModelRunner=ModelRunner)
        exec(self.blocks[2], {})
        runner, settings = ModelRunner(), types.SimpleNamespace(temperature=0.0)
        runner.model.logits_processor.wraps = True
        requests = [types.SimpleNamespace(rid=name, origin_input_ids=prompt, sampling_params=settings) for name, prompt in (("a", [1, 2, 3]), ("b", [5, 6]))]
        for ids, lens in (([1, 2, 3, 5, 6], [3, 2]), ([7, 8], None)):
            batch = ForwardBatch.init_new(types.SimpleNamespace(ids=torch.tensor(ids), lens=lens, reqs=requests), runner)
            runner.sample(runner.forward(batch), batch)
        runner.planforensics.close()
        lines, tensors = self.read(rank=1)
        self.assertEqual([("prefill", 2, 2, 1, 3, 2, 5), ("decode", 1, 3, 1, 1, 2, 2)], [CaptureTests.place(one) for one in lines["b"]["steps"]])
        self.assertEqual((1, 2), (lines["a"]["steps"][0]["state"]["rank"], lines["a"]["steps"][0]["state"]["shape"]["tensor_parallel"]))
        self.check_logits(runner.model, lines["b"]["steps"][0], tensors, [5, 6])

    def check_logits(self, model, step, tensors, tokens):
        own = model.logits_processor.head(model(torch.tensor(tokens)))[-1]
        self.assertEqual(bytes_of(own), tensors[step["observation"]["logits_sha256"]][2])
        self.assertEqual(int(own.argmax()), step["observation"]["chosen_token"])


class Served(nn.Module):
    """A model as vLLM and SGLang run it: flattened tokens, and logits by a module of their own."""

    class Logits(nn.Module):
        def __init__(self):
            super().__init__()
            self.head, self.wraps = nn.Linear(8, 11, bias=False), False

        def forward(self, hidden):
            logits = self.head(hidden)
            return types.SimpleNamespace(next_token_logits=logits) if self.wraps else logits

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.embed_tokens, self.layers = nn.Embedding(11, 8), nn.ModuleList([nn.Linear(8, 8)])
        self.lm_head, self.logits_processor = nn.Identity(), Served.Logits()

    def forward(self, ids):
        return self.layers[0](self.embed_tokens(ids))


if __name__ == "__main__":
    unittest.main()
