using System.CommandLine;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary><c>--model PATH</c>: the weights to replay with, and the tokeniser beside them.</summary>
internal static class ModelOption
{
    public static Option<string> Create() => new("--model")
    {
        Description = "the recorded model: a folder with config.json and safetensors, or a llama2.c checkpoint",
        HelpName = "PATH",
        Required = true,
    };

    /// <summary>Loads a model to replay recordings with: cosines and sines that they hold are taken as given.</summary>
    public static (ReplayModel Model, ModelTokenizer Tokenizer) Load(string path, params ReadOnlySpan<ExecutionContract> recorded)
    {
        if (!Path.Exists(path))
            throw new CannotRunException($"there is no model at {path}; give a folder with config.json and safetensors, or a llama2.c checkpoint");
        return (RecordedRope.Prepare(DecoderModel.Load(path), recorded), ModelTokenizer.Load(path));
    }
}
