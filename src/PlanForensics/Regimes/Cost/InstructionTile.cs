using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Regimes.Cost;

/// <summary>The tile of one matrix-unit instruction: rows M, columns N, depth K.</summary>
/// <param name="M">Rows.</param>
/// <param name="N">Columns; of an instruction with several sizes, the smallest.</param>
/// <param name="K">Depth.</param>
public readonly record struct InstructionTile(int M, int N, int K)
{
    /// <summary>The usual instruction of an architecture for a format.</summary>
    /// <param name="computeCapability">Compute capability times ten.</param>
    /// <param name="operand">Format of the operands.</param>
    /// <returns>
    /// 70: m8n8k4 (fp16); 75: m16n8k8 (fp16); 80 to 89: m16n8k16 (fp16, bf16), m16n8k8 (tf32), m16n8k32 (fp8, from 89, and int8); 90: wgmma m64n8 and 100, 103: tcgen05 m64n8, with 32 bytes of K. Null where there is none.
    /// </returns>
    /// <remarks>Source: PTX ISA, sections on mma, wgmma.mma_async and tcgen05.mma.</remarks>
    public static InstructionTile? Find(int computeCapability, NumericFormat operand)
    {
        bool isHalf = operand is NumericFormat.Fp16 or NumericFormat.Bf16;
        bool isByte = operand is NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 or NumericFormat.Int8;
        bool isKnown = isHalf || isByte || operand == NumericFormat.Tf32;
        return computeCapability switch
        {
            70 when operand == NumericFormat.Fp16 => new(8, 8, 4),
            75 when operand == NumericFormat.Fp16 => new(16, 8, 8),
            80 or 86 or 87 or 89 when isHalf => new(16, 8, 16),
            80 or 86 or 87 or 89 when operand == NumericFormat.Tf32 => new(16, 8, 8),
            80 or 86 or 87 when operand == NumericFormat.Int8 => new(16, 8, 32),
            89 when isByte => new(16, 8, 32),
            90 or 100 or 103 when isKnown => new(64, 8, isHalf ? 16 : isByte ? 32 : 8),
            _ => null,
        };
    }

    /// <summary>Reads the text form.</summary>
    /// <param name="text">For example <c>16x8x16</c> or <c>m16n8k16</c>.</param>
    /// <param name="tile">The tile, when the method returns true.</param>
    /// <returns>Whether the text is three numbers from 1 to 65,536.</returns>
    public static bool TryParse(string? text, out InstructionTile tile)
    {
        tile = default;
        string[] parts = (text ?? "").TrimStart('m').Split('x', 'n', 'k');
        Span<int> sizes = stackalloc int[3];
        if (parts.Length != 3)
            return false;
        for (int index = 0; index < 3; index++)
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[index]) || sizes[index] is < 1 or > 65536)
                return false;
        tile = new InstructionTile(sizes[0], sizes[1], sizes[2]);
        return true;
    }

    /// <summary>The text form.</summary>
    /// <returns>For example <c>16x8x16</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{M}x{N}x{K}");
}
