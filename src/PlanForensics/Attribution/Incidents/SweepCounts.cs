namespace PlanForensics.Attribution.Incidents;

/// <summary>What a replay reproduced of a run.</summary>
internal readonly record struct SweepCounts(int Steps, int StepsEqual, long Logits, long LogitsEqual, int TokensEqual);
