using System.Text.Json;
using FluentAssertions;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Tests.Replay;

public sealed class RecordedTokensTests
{
    private static readonly ExecutionPlan Plain = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Fp32);

    [Theory]
    [InlineData("stories260k_f32_flip_b", "stories260K-hf", 12)]
    [InlineData("stories260k_f32_flip_a", "stories260K-hf", 12)]
    public void A_plain_plan_gives_the_tokens_that_PyTorch_gave(string incident, string model, int steps)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("incidents", incident, "manifest.json")));
        int[] prompt = [.. manifest.RootElement.GetProperty("prompts")[0].EnumerateArray().Select(id => id.GetInt32())];
        int[] tokens = [.. manifest.RootElement.GetProperty("runs")[0].GetProperty("tokens_row0").EnumerateArray().Select(id => id.GetInt32())];
        var replay = new ReplayModel(DecoderModel.Load(SharedData.PathOf("models", model)));
        GreedyText.Generate(new CpuReplayEngine(ReferenceKernels.Instance), replay, Plain, prompt, steps).Should().Equal(tokens.Take(steps));
    }

    [Theory]
    [InlineData("stories260K", "checkpoint_v1.bin", "tokenizer.bin")]
    [InlineData("stories260K", "checkpoint_legacy.bin", "tokenizer.bin")]
    [InlineData("stories260K-hf", "", "")]
    public void Stories260K_tells_its_known_story(string folder, string weights, string tokenizer)
    {
        var model = new ReplayModel(DecoderModel.Load(SharedData.PathOf("models", folder, weights)));
        ModelTokenizer tokens = ModelTokenizer.Load(SharedData.PathOf("models", folder, tokenizer));
        List<int> generated = GreedyText.Generate(new CpuReplayEngine(KernelSelection.Default), model, Plain, [1], 80);
        tokens.Decode([.. generated]).Trim().Should().StartWith(
            "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.");
    }

    [Theory]
    [InlineData("tinystories-656k")]
    [InlineData("tinystories-656k-bf16")]
    public void TinyStories_goes_on_as_it_is_known_to(string folder)
    {
        string path = SharedData.PathOf("models", folder);
        var model = new ReplayModel(DecoderModel.Load(path));
        ModelTokenizer tokens = ModelTokenizer.Load(path);
        int[] prompt = [.. tokens.Encode("Once upon a time")!];
        prompt.Take(4).Should().Equal(1, 80, 147, 201);
        List<int> generated = GreedyText.Generate(new CpuReplayEngine(KernelSelection.Default), model, Plain, prompt, 60);
        tokens.Decode([.. prompt, .. generated]).Should().Contain(
            "Once upon a time, a little girl named Lily lived in a small house with her mom, dad, and her dog, Spot, Spot, loved to play all day. One day, Lily saw a small bird on the ground.");
    }
}
