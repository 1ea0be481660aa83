using System.Globalization;
using System.Text;
using System.Text.Json;
using PlanForensics.Gpu.Devices;

namespace PlanForensics.GpuCheck;

/// <summary>Results as they come, and the two files at the end.</summary>
internal sealed class CheckReport(GpuDevice device, bool dryRun)
{
    private readonly List<(string Name, int Compared, int Different, int Refused)> _conformance = [];
    private readonly List<Measurement> _own = [];
    private readonly List<string> _remarks = [];
    private IReadOnlyList<Measurement> _torch = [];

    /// <summary>Cases whose bits are not the reference's.</summary>
    public int Differences => _conformance.Sum(static line => line.Different);

    public void Print()
    {
        Console.WriteLine($"device     {device.Description}");
        Console.WriteLine($"driver     {device.DriverVersion}, ILGPU {GpuDevice.IlgpuVersion}, .NET {Environment.Version}");
        if (dryRun)
            AddRemark("a dry run on ILGPU's CPU device at tiny sizes: its times say nothing about a GPU");
    }

    public void AddRemark(string text)
    {
        _remarks.Add(text);
        Console.WriteLine($"note       {text}");
    }

    public void AddConformance(string name, int compared, IReadOnlyList<string> differences, int refused)
    {
        _conformance.Add((name, compared, differences.Count, refused));
        Console.WriteLine($"bits       {name}: {compared} compared, {differences.Count} different, {refused} refused");
        foreach (string difference in differences.Take(3))
            Console.WriteLine($"           {difference}");
    }

    public void AddTime(Measurement measurement)
    {
        _own.Add(measurement);
        Console.WriteLine(Line("time", measurement));
    }

    public void AddBaseline((IReadOnlyList<Measurement> Times, string? Remark) baseline)
    {
        _torch = baseline.Times;
        foreach (Measurement measurement in _torch)
            Console.WriteLine(Line("torch", measurement));
        if (baseline.Remark is not null)
            AddRemark(baseline.Remark);
    }

    public void Finish(string? output)
    {
        Console.WriteLine(Differences == 0 ? "every bit is the reference's" : $"{Differences} cases have other bits than the reference");
        if (output is null)
            return;
        using (FileStream file = File.Create(output))
        using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
            WriteJson(json);
        File.WriteAllText(Path.ChangeExtension(output, ".md"), Markdown());
    }

    private static string Line(string kind, Measurement one) => string.Create(CultureInfo.InvariantCulture, $"{kind,-10} {one.Name}: {one.Milliseconds:F4} ms, {one.Amount:F3} {one.Unit}");

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("format", "gpu-check/1");
        json.WriteString("device", device.Description);
        json.WriteString("driver", device.DriverVersion);
        json.WriteString("ilgpu", GpuDevice.IlgpuVersion);
        json.WriteString("dotnet", Environment.Version.ToString());
        json.WriteBoolean("dry_run", dryRun);
        json.WriteStartArray("conformance");
        foreach ((string name, int compared, int different, int refused) in _conformance)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("compared", compared);
            json.WriteNumber("different", different);
            json.WriteNumber("refused", refused);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteTimes(json, "times", _own);
        WriteTimes(json, "torch_times", _torch);
        json.WriteStartArray("remarks");
        foreach (string remark in _remarks)
            json.WriteStringValue(remark);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, string name, IReadOnlyList<Measurement> times)
    {
        json.WriteStartArray(name);
        foreach (Measurement one in times)
        {
            json.WriteStartObject();
            json.WriteString("name", one.Name);
            json.WriteNumber("milliseconds", one.Milliseconds);
            json.WriteNumber("amount", one.Amount);
            json.WriteString("unit", one.Unit);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private string Markdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {device.Description}\n\n{device.DriverVersion}, ILGPU {GpuDevice.IlgpuVersion}, .NET {Environment.Version}{(dryRun ? ", dry run" : "")}\n\n");
        text.Append("| Conformance | Compared | Different | Refused |\n|---|---|---|---|\n");
        foreach ((string name, int compared, int different, int refused) in _conformance)
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {compared} | {different} | {refused} |\n");
        text.Append("\n| Operator | ms | | PyTorch ms | | Share | Target |\n|---|---|---|---|---|---|---|\n");
        foreach (Measurement one in _own)
        {
            Measurement? other = _torch.FirstOrDefault(torch => torch.Name == one.Name);
            (string share, string target) = ShareOf(one, other);
            text.Append(CultureInfo.InvariantCulture, $"| {one.Name} | {one.Milliseconds:F4} | {one.Amount:F2} {one.Unit} | ");
            text.Append(other is null ? " | " : string.Create(CultureInfo.InvariantCulture, $"{other.Milliseconds:F4} | {other.Amount:F2} {other.Unit}"));
            text.Append(CultureInfo.InvariantCulture, $" | {share} | {target} |\n");
        }

        foreach (string remark in _remarks)
            text.Append(CultureInfo.InvariantCulture, $"\n{remark}\n");
        return text.ToString();
    }

    /// <summary>What the targets are about: products against cuBLAS, the matrix-vector product against the copy of the same run.</summary>
    private (string Share, string Target) ShareOf(Measurement one, Measurement? torch)
    {
        Measurement? yardstick = one.Name is "gemv_fp32" or "gemv_bf16" ? _own.FirstOrDefault(static other => other.Name == "copy") : torch;
        string share = yardstick is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{one.Amount / yardstick.Amount:F2}");
        return (share, one.Name switch { "gemm_fp32_strict" => "0.7 of cuBLAS", "gemm_bf16_mma" => "0.5 of cuBLAS", "gemv_fp32" or "gemv_bf16" => "0.8 of the copy", _ => "" });
    }
}
