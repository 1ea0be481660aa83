namespace PlanForensics.Attribution;

/// <summary>What a postmortem can say.</summary>
public enum PostmortemState
{
    /// <summary>The effective requests differ: that is the verdict, and no plan is blamed (<c>requests_differ</c>).</summary>
    RequestsDiffer,

    /// <summary>Other weights ran (<c>weights_differ</c>).</summary>
    WeightsDiffer,

    /// <summary>No step is known to differ in bits or tokens (<c>no_difference</c>).</summary>
    NoDifference,

    /// <summary>The operators that make the difference were found between the classes that made both sides' bits (<c>explained</c>).</summary>
    Explained,

    /// <summary>The sides were compared with the candidates, but the operators were not found (<c>attributed</c>).</summary>
    Attributed,

    /// <summary>At least one side's bits were made by no candidate, or nothing could be compared (<c>unexplained</c>).</summary>
    Unexplained,
}
