using System.Collections.Immutable;
using PlanForensics.Identification.Attention;
using PlanForensics.Identification.Functions;
using PlanForensics.Identification.Ggml;
using PlanForensics.Identification.LayerNorms;
using PlanForensics.Identification.Products;
using PlanForensics.Identification.Rows;

namespace PlanForensics.Identification;

/// <summary>The candidate sources of this library, one a kind of operator.</summary>
internal static class CandidateSources
{
    public static ImmutableArray<ICandidateSource> All { get; } =
    [
        new ProductSource(),
        new QuantizedProductSource(),
        new FlashAttentionSource(),
        new LayerNormSource(),
        new ScaledDotProductSource(),
        new FunctionSource(),
        new RowSource(),
        new RopeSource(),
    ];
}
