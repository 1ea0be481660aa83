namespace PlanForensics.Incidents;

/// <summary>Element types of a recorded incident.</summary>
public enum IncidentDtype
{
    /// <summary>IEEE binary32 (<c>f32</c>).</summary>
    F32,

    /// <summary>bfloat16, the upper half of a binary32 (<c>bf16</c>).</summary>
    Bf16,

    /// <summary>64-bit integers: token ids (<c>i64</c>).</summary>
    I64,
}
