namespace PlanForensics.Plans;

/// <summary>How ranks add their partial results.</summary>
public enum AllReduceAlgorithm
{
    /// <summary>Every rank reads all others and adds ranks 0, 1, ... in binary32, rounded to the wire format at the end (<c>one_shot</c>).</summary>
    OneShot,

    /// <summary>The owner of a partition adds in binary32 starting at its own rank, then rank+1, ... modulo the number of ranks, rounded to the wire format at the end (<c>two_shot</c>).</summary>
    TwoShot,

    /// <summary>Reduce-scatter around a ring: chunk c starts at rank c+1 and ends at rank c, rounded to the wire format at every hop (<c>ring</c>).</summary>
    Ring,

    /// <summary>Binary tree of neighbouring ranks, rounded to the wire format at every node (<c>tree</c>).</summary>
    Tree,
}
