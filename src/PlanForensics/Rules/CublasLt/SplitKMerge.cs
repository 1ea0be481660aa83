namespace PlanForensics.Rules.CublasLt;

/// <summary>How the slices of a CUTLASS split-K product are merged; always forward, slice 0 first. The numbers are those of the case files.</summary>
public enum SplitKMerge
{
    /// <summary>Partials are stored in binary32 and added in binary32.</summary>
    Fp32Workspace = 0,

    /// <summary>Partials are rounded to the output format, then added in binary32.</summary>
    OutputWorkspace = 2,

    /// <summary>The running total is kept in the output format: each slice's binary32 partial is added to it and the sum is rounded.</summary>
    Serial = 3,
}
