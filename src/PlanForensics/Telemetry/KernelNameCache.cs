using System.Buffers;
using System.Text;
using System.Text.Json;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Numerics;
using PlanForensics.Rules.KernelNames;

namespace PlanForensics.Telemetry;

/// <summary>Reads each kernel name once.</summary>
internal sealed class KernelNameCache
{
    private readonly Dictionary<string, NamedKernel> _known = new(StringComparer.Ordinal);

    public NamedKernel Get(string name)
    {
        if (_known.TryGetValue(name, out NamedKernel? known))
            return known;
        KernelDescription read = KernelNameParser.Parse(name);
        NamedKernel kernel = new(name, BaseName(name), read.Family, read.Operator is { } what ? JsonNamingPolicy.SnakeCaseLower.ConvertName(what.ToString()) : null, Json(read));
        _known.Add(name, kernel);
        return kernel;
    }

    private static string BaseName(string name)
    {
        int end = name.AsSpan().IndexOfAny('<', '(');
        // "(anonymous namespace)::f<1>" begins with a bracket of its own.
        while (end >= 0 && name.AsSpan(end).StartsWith("(anonymous namespace)", StringComparison.Ordinal))
            end = name.AsSpan(end + 21).IndexOfAny('<', '(') is >= 0 and var next ? end + 21 + next : -1;
        string head = (end < 0 ? name : name[..end]).Trim();
        return head[(head.LastIndexOfAny([' ', ':']) + 1)..] is { Length: > 0 } function ? function : name;
    }

    private static string Json(KernelDescription kernel)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        Extent(writer, "tile", kernel.Tile);
        Extent(writer, "instruction", kernel.Instruction);
        Number(writer, "stages", kernel.Stages);
        Extent(writer, "cluster", kernel.Cluster);
        if (kernel.SplitK is { Count: { } count })
            writer.WriteNumber("split_k", count);
        else if (kernel.SplitK is { } split)
            writer.WriteBoolean("split_k", split.IsSplit);
        Number(writer, "slice_k", kernel.SliceK);
        Format(writer, "operand_format", kernel.OperandFormat);
        Format(writer, "accumulator_format", kernel.AccumulatorFormat);
        Format(writer, "output_format", kernel.OutputFormat);
        Format(writer, "workspace_format", kernel.WorkspaceFormat);
        Text(writer, "layout", kernel.Layout);
        Text(writer, "architecture", kernel.Architecture);
        if (kernel.Truncated)
            writer.WriteBoolean("truncated", true);
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Extent(Utf8JsonWriter writer, string name, KernelExtent? extent)
    {
        if (extent is not { } known)
            return;
        writer.WriteStartObject(name);
        Number(writer, "m", known.M);
        Number(writer, "n", known.N);
        Number(writer, "k", known.K);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void Format(Utf8JsonWriter writer, string name, NumericFormat? value) =>
        Text(writer, name, value is { } format ? NumericFormats.NameOf(format) : null);
}
