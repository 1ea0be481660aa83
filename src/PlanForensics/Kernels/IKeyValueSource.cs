namespace PlanForensics.Kernels;

/// <summary>Where keys and values lie that a cache counts and the host does not hold yet.</summary>
internal interface IKeyValueSource
{
    /// <summary>Brings positions to the host, each as (heads, head_dim) keys and values.</summary>
    void Read(int firstPosition, Span<float> keys, Span<float> values);
}
