namespace PlanForensics.Kernels;

/// <summary>Weights in a kernel's own arrangement, from which each row comes back as it was stored.</summary>
internal interface IPackedRows
{
    /// <summary>One output's weights.</summary>
    /// <param name="output">The row.</param>
    /// <param name="destination">Receives the elements' bytes in the matrix's stored format.</param>
    void CopyStoredRow(int output, Span<byte> destination);
}
