using PlanForensics.Kernels;

namespace PlanForensics.Conformance;

/// <summary>One operator on one input: every engine must give the bits of the reference.</summary>
/// <param name="Description">Plan and shape.</param>
/// <param name="Run">Runs the case on an engine.</param>
public sealed record ConformanceCase(string Description, Func<IOperatorKernels, float[]> Run)
{
    /// <summary>Null when an engine gives the expected bits, else the first difference.</summary>
    public string? FirstDifference(float[] expected, float[] actual)
    {
        for (int index = 0; index < expected.Length; index++)
        {
            uint want = BitConverter.SingleToUInt32Bits(expected[index]);
            uint got = BitConverter.SingleToUInt32Bits(actual[index]);
            if (want != got)
                return $"{Description}: element {index} of {expected.Length} is 0x{got:X8} ({actual[index]}), expected 0x{want:X8} ({expected[index]})";
        }

        return null;
    }

    public override string ToString() => Description;
}
