using System.Globalization;
using System.Text;

namespace PlanForensics.Contracts;

/// <summary>The shape of one request's part of a step. The text form is <c>q=1,k=37,h=8,kvh=2,hd=64,d=512,tp=1</c>; unknown parts are left out.</summary>
public sealed record StepShape : ExtensibleRecord
{
    /// <summary>Tokens of this request that enter the model in this step (q): 1 in plain decode, the chunk in prefill. 1 or more.</summary>
    public required int QueryLength { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Context length (k): keys that the last of these tokens attends to, itself included. 1 or more.</summary>
    public required int KeyLength { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Query heads (h), over all ranks.</summary>
    public int? Heads { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Key and value heads (kvh), over all ranks.</summary>
    public int? KeyValueHeads { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Elements of one head (hd).</summary>
    public int? HeadDimension { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Hidden size (d).</summary>
    public int? Hidden { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Tensor-parallel ranks (tp).</summary>
    public int? TensorParallel { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Reads the text form; parts may come in any order.</summary>
    /// <param name="text">For example <c>q=1,k=37,h=8,d=64,tp=1</c>.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="FormatException">A part is unknown, repeated, not a positive integer, or q or k is missing.</exception>
    public static StepShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, int> parts = new(StringComparer.Ordinal);
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals].TrimEnd();
            if (equals < 0 || !int.TryParse(part.AsSpan(equals + 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int number) || number < 1)
                throw new FormatException($"a shape part is NAME=N with N 1 or more, but is \"{part}\" in \"{text}\"");
            if (name is not ("q" or "k" or "h" or "kvh" or "hd" or "d" or "tp"))
                throw new FormatException($"shape part \"{name}\" is none of q, k, h, kvh, hd, d, tp in \"{text}\"");
            if (!parts.TryAdd(name, number))
                throw new FormatException($"shape part \"{name}\" occurs twice in \"{text}\"");
        }

        if (!parts.TryGetValue("q", out int query) || !parts.TryGetValue("k", out int keys))
            throw new FormatException($"a shape needs q= and k=, but is \"{text}\"");
        int? Optional(string name) => parts.TryGetValue(name, out int number) ? number : null;
        return new StepShape
        {
            QueryLength = query,
            KeyLength = keys,
            Heads = Optional("h"),
            KeyValueHeads = Optional("kvh"),
            HeadDimension = Optional("hd"),
            Hidden = Optional("d"),
            TensorParallel = Optional("tp"),
        };
    }

    /// <summary>The text form; unknown fields are not part of it.</summary>
    /// <returns>For example <c>q=1,k=37,h=8,d=64,tp=1</c>.</returns>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"q={QueryLength},k={KeyLength}");
        foreach ((string name, int? value) in new[] { ("h", Heads), ("kvh", KeyValueHeads), ("hd", HeadDimension), ("d", Hidden), ("tp", TensorParallel) })
            if (value is { } number)
                text.Append(CultureInfo.InvariantCulture, $",{name}={number}");
        return text.ToString();
    }
}
