using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>All commands, in the order in which help lists them.</summary>
internal static class CommandList
{
    public static IEnumerable<Command> Create(Session session) =>
    [
        DemoCommand.Create(session),
        SimulateCommand.Create(session),
        SweepCommand.Create(session),
        ImportCommand.Create(session),
        ExportCommand.Create(session),
        ListCommand.Create(session),
        ShowCommand.Create(session),
        DiffCommand.Create(session),
        ReplayCommand.Create(session),
        AttributeCommand.Create(session),
        BisectCommand.Create(session),
        PostmortemCommand.Create(session),
        ReportCommand.Create(session),
        RegimesCommand.Create(session),
        ChurnCommand.Create(session),
        PlanCommand.Create(session),
        CausesCommand.Create(session),
        CostCommand.Create(session),
        FeasibleCommand.Create(session),
        CublasCommand.Create(session),
        IdentifyCommand.Create(session),
        ProbeCommand.Create(session),
        TensorCoreCommand.Create(session),
        KernelCommand.Create(session),
        UpgradeCommand.Create(session),
        CompletionCommand.Create(session),
    ];
}
