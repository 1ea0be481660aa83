using PlanForensics.Gpu;
using PlanForensics.Gpu.Devices;
using PlanForensics.GpuCheck;

if (CheckOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(CheckOptions.Usage);
    return 2;
}

GpuDevice device;
try
{
    device = GpuDevice.Open(options.Device);
}
catch (DeviceNotAvailableException exception)
{
    Console.Error.WriteLine($"gpu-check: {exception.Message}");
    return 3;
}

using (device)
{
    var report = new CheckReport(device, options.DryRun);
    report.Print();
    new ConformanceCheck(device, report).Run(options.DryRun);
    new ResidentCheck(device, report).Run(options.DryRun ? 9 : 1);
    new TimingCheck(device, report, CheckSizes.For(options.DryRun)).Run();
    report.AddBaseline(TorchBaseline.Run(options, CheckSizes.For(options.DryRun)));
    report.Finish(options.Output);
    return report.Differences == 0 ? 0 : 1;
}
