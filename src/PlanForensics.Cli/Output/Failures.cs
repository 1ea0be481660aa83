using PlanForensics.Contracts;
using PlanForensics.Identification;
using PlanForensics.Kernels.TensorCores;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Cli.Output;

/// <summary>Turns what a command threw into a message and an exit code.</summary>
internal static class Failures
{
    public static ExitCode Report(Exception exception, Session session)
    {
        switch (exception)
        {
            case UsageException or PlanFormatException:
                session.Remark(exception.Message);
                return ExitCode.Usage;
            case OperationCanceledException:
                session.Remark("cancelled; nothing was changed");
                return ExitCode.CannotRun;
            case CannotRunException or IOException or UnauthorizedAccessException or ModelFormatException or Incidents.IncidentFormatException or ContractFormatException
                or ContractReplayException or PlanNotSupportedException or CublasLtFormatException or TensorCoreDataException or ManifestFormatException:
                session.Remark(exception.Message);
                return ExitCode.CannotRun;
            default:
                session.Remark($"unexpected {exception.GetType().Name}: {exception.Message}; this is a defect of planforensics, please report it with what follows");
                session.Error.WriteLine(exception);
                return ExitCode.CannotRun;
        }
    }
}
