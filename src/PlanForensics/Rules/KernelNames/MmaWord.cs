using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>The word that names product and instruction in older names: <c>s16816gemm</c>, <c>sgemm</c>, <c>h884cudnn</c>, <c>s1688tf32gemm</c>, <c>s16816fprop</c>.</summary>
/// <param name="Operator">Product or convolution.</param>
/// <param name="Instruction">Shape of the matrix instruction, null for SIMT kernels.</param>
/// <param name="Accumulator">Format of the accumulator: s fp32, h fp16, i int32; null for double and complex.</param>
/// <param name="MathFormat">The format between instruction and <c>gemm</c>, null where there is none.</param>
/// <param name="IsMatrixUnit">Whether an instruction is spelled out.</param>
internal sealed record MmaWord(KernelOperator Operator, KernelExtent? Instruction, NumericFormat? Accumulator, NumericFormat? MathFormat, bool IsMatrixUnit)
{
    private static readonly string[] Products = ["gemm"];
    private static readonly string[] Convolutions = ["cudnn", "fprop", "dgrad", "wgrad", "deconv"];

    public static MmaWord? Read(string word)
    {
        bool isProduct = Products.Any(tail => word.EndsWith(tail, StringComparison.Ordinal));
        string? tail = isProduct ? Products[0] : Convolutions.FirstOrDefault(tail => word.EndsWith(tail, StringComparison.Ordinal));
        if (tail is null)
            return null;
        string head = word[..^tail.Length];
        int digit = head.AsSpan().IndexOfAnyInRange('0', '9');
        string letters = digit < 0 ? head : head[..digit];
        if (letters is not ("s" or "h" or "i" or "d" or "z" or "c" or "gc" or "gz"))
            return null;
        KernelExtent? instruction = null;
        NumericFormat? math = null;
        if (digit >= 0)
            (instruction, math) = ReadInstruction(head[digit..]);
        return new MmaWord(isProduct ? KernelOperator.Gemm : KernelOperator.Convolution, instruction, AccumulatorOf(letters), math, digit >= 0);
    }

    private static NumericFormat? AccumulatorOf(string letters) => letters switch
    {
        "s" => NumericFormat.Fp32,
        "h" => NumericFormat.Fp16,
        "i" => NumericFormat.Int32,
        _ => null,
    };

    private static (KernelExtent? Instruction, NumericFormat? Math) ReadInstruction(string text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is 'x'))
            end++;
        KernelExtent? instruction = KernelWords.Sizes(text.AsSpan(0, end)) is { Length: 3 } sizes ? KernelWords.Extent(sizes) : Compact(text[..end]);
        return (instruction, KernelFormats.OfWord(text[end..]));
    }

    // Digits run together, so only the shapes that exist can be read.
    private static KernelExtent? Compact(string digits) => digits switch
    {
        "884" => new(8, 8, 4),
        "1684" => new(16, 8, 4),
        "1688" => new(16, 8, 8),
        "16816" => new(16, 8, 16),
        "16832" => new(16, 8, 32),
        "16864" => new(16, 8, 64),
        "168128" => new(16, 8, 128),
        "168256" => new(16, 8, 256),
        "8816" => new(8, 8, 16),
        "8832" => new(8, 8, 32),
        "161616" => new(16, 16, 16),
        "16168" => new(16, 16, 8),
        "32816" => new(32, 8, 16),
        "83216" => new(8, 32, 16),
        _ => null,
    };
}
