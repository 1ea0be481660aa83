using CsCheck;
using PlanForensics.Conformance;
using PlanForensics.Gpu;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;

namespace PlanForensics.GpuCheck;

/// <summary>Every kernel against the reference interpreter on the device.</summary>
internal sealed class ConformanceCheck(GpuDevice device, CheckReport report)
{
    private const string Seed = "0000KOIPe036";

    private readonly GpuOperatorKernels _kernels = new(device);

    public void Run(bool dryRun)
    {
        foreach (KernelPaths paths in (KernelPaths[])[KernelPaths.None, KernelPaths.All & ~KernelPaths.Turnstile, KernelPaths.All])
        {
            _kernels.Paths = paths;
            string which = paths == KernelPaths.None ? "interpreter" : paths == KernelPaths.All ? "specialised" : "specialised, no turnstile";
            Matrix($"matrix, {which}", dryRun ? 40 : 1);
            Random($"random products, {which}", ConformanceCases.Gemms, dryRun ? 10 : 2000);
            Random($"random programs, {which}", ConformanceCases.RandomPrograms, dryRun ? 10 : 2000);
            Random($"matrix units in software, {which}", ConformanceCases.MatrixUnitGemms, dryRun ? 10 : 1000);
            Random($"norms, {which}", ConformanceCases.Norms, dryRun ? 10 : 1000);
            Random($"attention, {which}", ConformanceCases.Attentions, dryRun ? 5 : 1000);
            Random($"elementwise, {which}", ConformanceCases.Elementwise, dryRun ? 10 : 1000);
        }

        Units();
    }

    private void Matrix(string name, int every)
    {
        List<string> refused = [];
        (int compared, IReadOnlyList<string> differences) = ConformanceMatrix.Compare(
            ConformanceMatrix.All.Where((_, index) => index % every == 0), ReferenceKernels.Instance, _kernels, refused);
        report.AddConformance(name, compared, differences, refused.Count);
    }

    private void Random(string name, Gen<ConformanceCase?> cases, int count)
    {
        List<ConformanceCase> drawn = [];
        cases.Sample(item =>
        {
            if (item is not null)
                drawn.Add(item);
        }, seed: Seed, iter: count, threads: 1);
        List<string> refused = [];
        (int compared, IReadOnlyList<string> differences) = ConformanceMatrix.Compare(drawn, ReferenceKernels.Instance, _kernels, refused);
        report.AddConformance(name, compared, differences, refused.Count);
    }

    /// <summary>The instruction itself against its model: where it differs the engine runs the model in software.</summary>
    private void Units()
    {
        var unit = new UnitRunner(device);
        if (unit.Gpu is null)
        {
            report.AddRemark("matrix units: none whose model is known on this device; their steps run in software");
            return;
        }

        foreach (NumericFormat format in (NumericFormat[])[NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Tf32])
        {
            string? difference = UnitCheck.FirstDifference(unit, device, format);
            report.AddConformance($"mma.sync {NumericFormats.NameOf(format)} against the {unit.Gpu} model", 4, difference is null ? [] : [difference], 0);
        }
    }
}
