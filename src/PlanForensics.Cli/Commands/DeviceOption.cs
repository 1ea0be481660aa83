using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary><c>--device NAME</c>: where a command replays. The bits are the same everywhere.</summary>
internal static class DeviceOption
{
    /// <summary>The CPU engine's name.</summary>
    public const string Cpu = "cpu";

    public static Option<string> Create() => new Option<string>("--device")
    {
        Description = "where to replay: cpu (default), ilgpu-cpu, cuda, cuda:N; the bits are the same",
        HelpName = "NAME",
        DefaultValueFactory = static _ => Cpu,
    }.Offers("cpu", "ilgpu-cpu", "cuda");
}
