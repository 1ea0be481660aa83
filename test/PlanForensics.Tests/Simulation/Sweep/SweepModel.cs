using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Replay;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Tests.Simulation.Sweep;

/// <summary>The project's own model, and prompts in its language.</summary>
internal static class SweepModel
{
    public static string Path { get; } = System.IO.Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");

    public static ReplayModel Model { get; } = new(DecoderModel.Load(Path));

    public static ServedModel Shape { get; } = ServedModel.Of(Model.Configuration, "kjv-1m");

    public static ModelTokenizer Tokenizer { get; } = ModelTokenizer.Load(Path);

    public static SweepPrompt Prompt(string text) => new(text, Tokenizer.Encode(text)!.ToValueList());

    public static PathRunner Runner(int tokens) => new(new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(256L << 20)), Model, tokens);
}
