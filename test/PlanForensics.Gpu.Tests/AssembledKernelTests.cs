using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime.Cuda;
using PlanForensics.Gpu.Ptx;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>NVIDIA's assembler takes every kernel, keeps it in registers, and contracts nothing. Needs no card; ptxas is found on the PATH or in PLANFORENSICS_PTXAS, nvdisasm beside it.</summary>
public sealed partial class AssembledKernelTests
{
    private const string Missing = "no ptxas: the test needs NVIDIA's assembler (Debian: nvidia-cuda-toolkit, non-free), on the PATH or named by PLANFORENSICS_PTXAS";

    private static readonly string? Assembler = Environment.GetEnvironmentVariable("PLANFORENSICS_PTXAS") ?? Find("ptxas");

    [Fact]
    public void Every_kernel_is_assembled_without_spills_and_within_the_registers_that_feasibility_counts()
    {
        Assert.SkipWhen(Assembler is null, Missing);
        using Context context = PtxCompiler.NewContext();
        foreach ((string name, var kernel) in KernelCatalog.All)
        {
            foreach ((CudaArchitecture architecture, string target) in ((CudaArchitecture, string)[])[(CudaArchitecture.SM_80, "sm_80"), (CudaArchitecture.SM_90, "sm_90")])
            {
                string said = Assemble(PtxCompiler.Compile(context, kernel, architecture), target, out _);
                said.Should().Contain("0 bytes spill stores, 0 bytes spill loads", "{0} for {1} stays in registers", name, target);
                int registers = int.Parse(Registers().Match(said).Groups[1].Value, CultureInfo.InvariantCulture);
                int most = name.StartsWith("WarpKernels", StringComparison.Ordinal) ? 40 : name.StartsWith("ProgramKernels", StringComparison.Ordinal) ? 64 : 128;
                registers.Should().BeLessThanOrEqualTo(most, "{0} for {1}", name, target);
            }
        }
    }

    [Theory]
    [InlineData("TileKernels.Gemm(FmaStep, Bf16Weights)", 128, 0)]
    [InlineData("TileKernels.Gemm(MulAddStep, Bf16Weights)", 0, 128)]
    [InlineData("TurnstileKernels.Gemm(FmaStep, Bf16Weights)", 128, 0)]
    [InlineData("TurnstileKernels.Gemm(MulAddStep, Bf16Weights)", 0, 128)]
    public void Products_are_fused_in_machine_code_where_the_plan_says_so_and_only_there(string name, int fused, int multiplied)
    {
        foreach ((CudaArchitecture architecture, string target) in ((CudaArchitecture, string)[])[(CudaArchitecture.SM_80, "sm_80"), (CudaArchitecture.SM_90, "sm_90")])
        {
            string code = Disassemble(PtxCompiler.Compile(KernelCatalog.All[name], architecture), target);
            Regex.Count(code, @"\bFFMA\b").Should().Be(fused);
            Regex.Count(code, @"\bFMUL\b").Should().Be(multiplied);
        }
    }

    [Fact]
    public void A_turn_is_acquired_with_the_caches_dropped_and_released_behind_a_fence()
    {
        string code = Disassemble(PtxCompiler.Compile(KernelCatalog.All["TurnstileKernels.Gemm(FmaStep, Bf16Weights)"], CudaArchitecture.SM_90), "sm_90");
        code.Should().Contain("LDG.E.STRONG.GPU").And.Contain("CCTL.IVALL").And.Contain("MEMBAR.ALL.GPU").And.Contain("STG.E.STRONG.GPU");
    }

    [Fact]
    public void Contraction_is_seen_where_it_happens() // negative control
    {
        string ptx = PtxCompiler.Compile(typeof(BadKernels).GetMethod(nameof(BadKernels.Contractible))!, CudaArchitecture.SM_80);
        Regex.Count(Disassemble(ptx, "sm_80"), @"\bFFMA\b").Should().Be(1, "mul.f32 and add.f32 without a rounding become one instruction");
    }

    private static string Disassemble(string ptx, string target)
    {
        Assert.SkipWhen(Assembler is null, Missing);
        string disassembler = Path.Combine(Path.GetDirectoryName(Assembler)!, "nvdisasm");
        Assert.SkipUnless(File.Exists(disassembler), "no nvdisasm beside ptxas");
        Assemble(ptx, target, out byte[] binary);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, binary);
            return Run(disassembler, "-c", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What the assembler says, and what it makes.</summary>
    private static string Assemble(string ptx, string target, out byte[] binary)
    {
        string source = Path.GetTempFileName();
        string made = Path.GetTempFileName();
        try
        {
            File.WriteAllText(source, Version().Replace(ptx, ".version 7.8")); // an assembler of CUDA 11.8 or newer; nothing newer is used
            string said = Run(Assembler!, $"-arch={target}", "-v", "-o", made, source);
            binary = File.ReadAllBytes(made);
            return said;
        }
        finally
        {
            File.Delete(source);
            File.Delete(made);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors.Result);
        return output + errors.Result;
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    [GeneratedRegex(@"^\.version .*$", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();
}
