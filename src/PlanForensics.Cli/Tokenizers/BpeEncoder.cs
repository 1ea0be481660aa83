using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Encodes with a Hugging Face BPE: Microsoft.ML.Tokenizers merges; characters outside the vocabulary are handled here.</summary>
/// <remarks>
/// A character without a piece becomes its bytes (<c>&lt;0xE2&gt;</c>, with byte_fallback) or the unknown token (several in a row are one with fuse_unk).
/// No merge crosses it, so cutting the text there changes nothing.
/// </remarks>
internal sealed class BpeEncoder
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly BpeTokenizer _library;
    private readonly TextSteps _steps;
    private readonly int? _unknown;
    private readonly bool _hasByteFallback;
    private readonly bool _fusesUnknown;

    public BpeEncoder(Dictionary<string, int> vocabulary, List<string> merges, TextSteps steps, string? unknown, bool hasByteFallback, bool fusesUnknown)
    {
        _vocabulary = vocabulary;
        _steps = steps;
        _library = steps.IsByteLevel
            ? ByteLevelBpe.Create(vocabulary, merges)
            : BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges, PreTokenizer = new WholeText() });
        _unknown = unknown is not null && vocabulary.TryGetValue(unknown, out int id) ? id : null;
        _hasByteFallback = hasByteFallback;
        _fusesUnknown = fusesUnknown;
    }

    public List<int> Encode(string text)
    {
        List<int> ids = [.. _steps.Before];
        string prepared = _steps.Apply(text);
        if (_steps.IsByteLevel)
            ids.AddRange(_library.EncodeToIds(prepared));
        else
            AddRuns(prepared, ids);
        ids.AddRange(_steps.After);
        return ids;
    }

    private void AddRuns(string text, List<int> ids)
    {
        StringBuilder run = new();
        bool afterUnknown = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            string character = rune.ToString();
            if (_vocabulary.ContainsKey(character))
            {
                run.Append(character);
                afterUnknown = false;
                continue;
            }

            Flush(run, ids);
            afterUnknown = AddUnknown(character, afterUnknown, ids);
        }

        Flush(run, ids);
    }

    private void Flush(StringBuilder run, List<int> ids)
    {
        if (run.Length > 0)
            ids.AddRange(_library.EncodeToIds(run.ToString()));
        run.Clear();
    }

    private bool AddUnknown(string character, bool afterUnknown, List<int> ids)
    {
        List<int> bytes = [];
        if (_hasByteFallback)
            foreach (byte value in Encoding.UTF8.GetBytes(character))
                if (_vocabulary.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), out int id))
                    bytes.Add(id);
        if (bytes.Count == Encoding.UTF8.GetByteCount(character))
        {
            ids.AddRange(bytes);
            return false;
        }

        if (_unknown is { } unknown && !(afterUnknown && _fusesUnknown))
            ids.Add(unknown);
        return true;
    }
}
