using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Cli.Commands;

/// <summary>Prompts, one a line; after a tab, text that a right answer contains.</summary>
internal sealed class SweepPromptFile
{
    private readonly ModelTokenizer _tokenizer;
    private readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal);

    private SweepPromptFile(ModelTokenizer tokenizer) => _tokenizer = tokenizer;

    public required IReadOnlyList<SweepPrompt> Prompts { get; init; }

    /// <summary>1 where an answer contains the text expected of it, else 0; null where no prompt says what is expected.</summary>
    public Func<SweepPrompt, ValueList<int>, double>? Scorer => _expected.Count == 0 ? null
        : (prompt, answer) => _tokenizer.Decode([.. prompt.Tokens, .. answer])?.Contains(_expected[prompt.Name], StringComparison.Ordinal) == true ? 1 : 0;

    /// <exception cref="CannotRunException">The file is missing or empty, the tokeniser does not encode, or a prompt is too long.</exception>
    public static SweepPromptFile Read(string? path, ModelTokenizer tokenizer, int contextLength)
    {
        if (!tokenizer.CanEncode)
            throw new CannotRunException($"the model's tokeniser does not encode ({tokenizer.Describe}); give another --model");
        string[] lines = path is null ? DemoPrompts.Default : [.. File.ReadLines(InputFile.Existing(path, "file of prompts")).Where(line => line.Trim().Length > 0)];
        if (lines.Length == 0)
            throw new CannotRunException($"{path} holds no prompt; write one a line");
        string[][] parts = [.. lines.Select(line => line.Split('\t', 2))];
        int scored = parts.Count(part => part.Length == 2);
        if (scored != 0 && scored != lines.Length)
            throw new CannotRunException($"{scored} of {lines.Length} prompts of {path} say after a tab what is expected; let all of them or none");
        List<SweepPrompt> prompts = [];
        foreach (string[] part in parts)
        {
            int[] tokens = [.. tokenizer.Encode(part[0].Trim())!];
            if (tokens.Length >= contextLength)
                throw new CannotRunException($"the prompt \"{part[0].Trim()}\" has {tokens.Length} tokens; the model takes at most {contextLength - 1}");
            string name = part[0].Trim();
            if (prompts.Exists(prompt => prompt.Name == name))
                throw new CannotRunException($"the prompt \"{name}\" occurs twice; let each stand once");
            prompts.Add(new SweepPrompt(name, tokens.ToValueList()));
        }

        SweepPromptFile file = new(tokenizer) { Prompts = prompts };
        foreach (string[] part in parts.Where(part => part.Length == 2))
            file._expected.Add(part[0].Trim(), part[1].Trim());
        return file;
    }
}
