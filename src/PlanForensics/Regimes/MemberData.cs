using PlanForensics.Plans;

namespace PlanForensics.Regimes;

/// <summary>A row of one request as the timeline keeps it; -1 and NaN stand for "not recorded".</summary>
internal struct MemberData
{
    public int Step;
    public int Request;
    public int StepIndex;
    public int QueryLength;
    public int KeyLength;
    public int RecordedRegime;
    public ExecutionPhase Phase;
    public double AdmissionTimeMs;
    public double QueueTimeMs;
}
