namespace PlanForensics.GpuCheck;

/// <summary>What to run.</summary>
/// <param name="Device">A name of <c>GpuDevice.Open</c>.</param>
/// <param name="DryRun">Tiny sizes on ILGPU's CPU device, to see that everything runs.</param>
/// <param name="Output">Receives the results as JSON and as Markdown beside it; null for the terminal only.</param>
/// <param name="Python">The Python whose PyTorch is timed in the same run.</param>
internal sealed record CheckOptions(string Device, bool DryRun, string? Output, string Python)
{
    public const string Usage = """
        gpu-check [--device cuda:0] [--dry-run] [--out FILE.json] [--python python3]
          compares every kernel with the reference interpreter, then times the kernels and, through
          PyTorch in the same run, cuBLAS. --dry-run: ILGPU's CPU device at tiny sizes, no timing worth reading.
          0: every bit is the reference's; 1: one is not; 2: usage; 3: no such device.
        """;

    public static CheckOptions? Parse(string[] arguments)
    {
        var options = new CheckOptions("cuda:0", false, null, "python3");
        for (int index = 0; index < arguments.Length; index++)
        {
            string? value = index + 1 < arguments.Length ? arguments[index + 1] : null;
            switch (arguments[index])
            {
                case "--dry-run": options = options with { DryRun = true, Device = "ilgpu-cpu" }; continue;
                case "--device" when value is not null: options = options with { Device = value }; break;
                case "--out" when value is not null: options = options with { Output = value }; break;
                case "--python" when value is not null: options = options with { Python = value }; break;
                default: return null;
            }

            index++;
        }

        return options;
    }
}
