using System.Text.RegularExpressions;

namespace PlanForensics.Rules.Feasibility;

/// <summary>Reads device names as drivers print them.</summary>
/// <remarks>Source: NVIDIA's table of CUDA GPUs and compute capabilities.</remarks>
internal static partial class GpuModel
{
    // The first pattern that fits holds: longer numbers first, so that GH200 is no H20.
    private static readonly (Regex Name, int Capability)[] Capabilities =
    [
        (Word(@"GB10"), 121), (Word(@"GB300|B300"), 103), (Word(@"GB200|B200|B100"), 100), (Word(@"RTX 50\d\d|RTX PRO \d{4} Blackwell"), 120),
        (Word(@"GH200|H200|H100|H800|H20"), 90), (Word(@"L40S|L40|L20|L4|L2|RTX 40\d\d|RTX \d{4} Ada"), 89), (Word(@"Orin"), 87),
        (Word(@"A100|A800|A30"), 80), (Word(@"A40|A16|A10G|A10|A2|RTX 30\d\d|RTX A\d{4}"), 86), (Word(@"T4|RTX 20\d\d|Quadro RTX \d{4}|TITAN RTX"), 75),
        (Word(@"V100|V100S|TITAN V"), 70),
    ];

    /// <summary>Compute capability times ten; null where the name is not known.</summary>
    public static int? CapabilityOf(string name)
    {
        Match stated = Stated().Match(name);
        if (stated.Success)
            return int.Parse(stated.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        foreach ((Regex pattern, int capability) in Capabilities)
            if (pattern.IsMatch(name))
                return capability;
        return null;
    }

    public static DeviceKind KindOf(string name) => CapabilityOf(name) is not null || NvidiaName().IsMatch(name) ? DeviceKind.NvidiaGpu
        : OtherGpuName().IsMatch(name) ? DeviceKind.OtherGpu
        : ProcessorName().IsMatch(name) ? DeviceKind.Processor
        : DeviceKind.Unknown;

    private static Regex Word(string names) => new($@"(?<![A-Za-z0-9])(?:{names})(?:[A-Z]{{0,3}})?(?![A-Za-z0-9])", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"\bsm_?(\d{2,3})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Stated();

    [GeneratedRegex(@"NVIDIA|Tesla|GeForce|Quadro", RegexOptions.CultureInvariant)]
    private static partial Regex NvidiaName();

    [GeneratedRegex(@"\bMI\d{2,3}\w*|Instinct|Radeon|\bgfx\d+|Data Center GPU Max|Gaudi", RegexOptions.CultureInvariant)]
    private static partial Regex OtherGpuName();

    [GeneratedRegex(@"EPYC|Xeon|Ryzen|Threadripper|Core\(TM\)|\bCPU\b|Graviton|Neoverse|Opteron|Pentium|Celeron|Athlon", RegexOptions.CultureInvariant)]
    private static partial Regex ProcessorName();
}
