namespace PlanForensics.Identification;

/// <summary>What recorded bits say about the plan that made them.</summary>
public enum IdentificationVerdict
{
    /// <summary>Exactly one program reproduces every element, and no negative control does.</summary>
    Identified,

    /// <summary>Several distinct programs reproduce every element and no negative control does: the plan is one of them. Typical for bf16 outputs.</summary>
    Class,

    /// <summary>A negative control too reproduces every element: the data are too thin to tell orders apart.</summary>
    Ambiguous,

    /// <summary>No known plan reproduces every element; the nearest is given.</summary>
    Unexplained,
}
