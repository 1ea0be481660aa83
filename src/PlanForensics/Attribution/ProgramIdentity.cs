using System.Runtime.CompilerServices;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>The short fingerprint of a program, computed once for each program object.</summary>
internal static class ProgramIdentity
{
    private static readonly ConditionalWeakTable<OperatorProgram, string> Identities = [];

    public static string Of(OperatorProgram program) => Identities.GetValue(program, static p => p.Fingerprint.Hex[..32]);
}
