// The first diff: one sum, one product, one completion, each under two plans:   dotnet run samples/00-first-diff.cs
//
// Begin here. Nothing is recorded and nobody serves: the same numbers are added in two orders, and what differs is named in bits, ulps and tokens. Results go to stdout.
#:project ../src/PlanForensics/PlanForensics.csproj
#:package Microsoft.ML.Tokenizers@2.0.1
#:property PublishAot=false

using Microsoft.ML.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

// 1. One sum. Additions of floats round, so their order shows.
float[] terms = [1e8f, 3.14159f, -1e8f, 2.71828f];
float forward = ((terms[0] + terms[1]) + terms[2]) + terms[3];
float pairwise = (terms[0] + terms[2]) + (terms[1] + terms[3]);
Console.WriteLine($"one sum      forward {forward:G9} (0x{BitConverter.SingleToUInt32Bits(forward):x8}), pairwise {pairwise:G9} (0x{BitConverter.SingleToUInt32Bits(pairwise):x8})");

// 2. One matrix product of a real model, layer 0 down_proj: K = 352 terms an output. A plan is text; it lowers to a program that states every rounding.
string folder = Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples", "models", "kjv-1m");
var model = new ReplayModel(DecoderModel.Load(folder));
WeightMatrix weights = model.Matrix(OperatorRole.DownProjection, 0);
float[] input = [.. Enumerable.Range(0, weights.Depth).Select(index => MathF.ScaleB(((index * 7919) % 1021) - 510, -9))]; // any numbers do; these are exact everywhere
TensorDiff product = TensorDiff.Between(Run("gemm"), Run("gemm split_k=4"));
Console.WriteLine();
Console.WriteLine($"one product  \"gemm\"            {Program("gemm")}");
Console.WriteLine($"             \"gemm split_k=4\"  {Program("gemm split_k=4")}");
Console.WriteLine($"             {product.BitsDifferentCount} of {product.ElementCount} outputs have other bits, by {product.MaxUlps} ulps at most");

// 3. One completion, greedily, where every product is rounded to bf16: most steps hide the difference, some do not.
using Stream vocabulary = File.OpenRead(Path.Combine(folder, "tokenizer.model"));
LlamaTokenizer tokenizer = LlamaTokenizer.Create(vocabulary);
int[] prompt = [.. tokenizer.EncodeToIds("And the king said")];
ExecutionContract a = Complete("sequential_fma");
ExecutionContract b = Complete("split_k4");
TraceDiff diff = TraceDiff.Between(a, b);
Console.WriteLine();
Console.WriteLine($"completion   {a.Steps.Count} steps; up to the first other token {diff.Steps.Count} are compared: {diff.BitwiseEqualCount} bitwise equal, {diff.AbsorbedCount} with other logits and the same token");
Console.WriteLine($"             bits first differ at {diff.FirstDivergence}");
if (diff.FirstFlip is not { } flip)
    return 1;
int[] common = [.. prompt, .. a.ChosenTokens.Take(flip.StepIndexA)];
Console.WriteLine($"             step {flip.StepIndexA}, after \"{Tail(tokenizer.Decode(common))}\":");
Console.WriteLine($"               sequential_fma  \"{Word(flip.TokenA)}\", ahead by {flip.SideA.Margin!.Margin} ({flip.SideA.Margin.Ulps} ulps of bf16)");
Console.WriteLine($"               split_k4        \"{Word(flip.TokenB)}\", ahead by {flip.SideB.Margin!.Margin} ({flip.SideB.Margin.Ulps} ulps of bf16)");

// Controls: the same plan again is the same bits, and so is another spelling of it.
Console.WriteLine();
Console.WriteLine($"control      the same plan twice: {TraceDiff.Between(a, Complete("sequential_fma")).BitwiseEqualCount} of {a.Steps.Count} steps bitwise equal");
Console.WriteLine($"control      \"gemm split_k=1\" and \"gemm\" lower to {(Program("gemm split_k=1") == Program("gemm") ? "one program" : "two programs")}");
return 0;

GemmProgram Lower(string plan) => (GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, weights.Outputs, weights.Depth));

string Program(string plan) => Lower(plan).Uniform!.Text;

TensorValue Run(string plan)
{
    float[] output = new float[weights.Outputs];
    KernelSelection.Default.Gemm(Lower(plan), input, weights, [], output);
    return TensorValue.FromFp32(output, output.Length);
}

ExecutionContract Complete(string plan) => GreedyRecording.Run(
    new CpuReplayEngine(KernelSelection.Default), model, plan, prompt, new PlanSchedule(plan, PlanCatalog.Uniform(PlanCatalog.Gemms[plan], NumericFormat.Bf16)), steps: 64);

string Word(int? token) => tokenizer.Decode([common[^1], token!.Value], considerSpecialTokens: true)!;

static string Tail(string text) => text.Length <= 48 ? text : "..." + text[^45..];
