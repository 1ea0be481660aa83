using System.Collections.Immutable;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.DotNet;
using PlanForensics.Engines.Ggml;
using PlanForensics.Engines.Mlas;
using PlanForensics.Engines.NumPy;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Engines.OneMkl;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Numerics;

namespace PlanForensics.Engines;

/// <summary>All rules of real engines that this library knows.</summary>
public static class EngineCatalog
{
    /// <summary>Matrix products, one family a line; names are unique.</summary>
    public static ImmutableArray<IGemmFamily> Gemms { get; } =
    [
        new ConstantB(),
        new GraphInputB(transposed: false),
        new GraphInputB(transposed: true),
        new HaswellVector(transposed: false),
        new HaswellVector(transposed: true),
        new HaswellVector(transposed: false, wide: true),
        new HaswellVector(transposed: true, wide: true),
        new MatrixProduct(),
        new LinearLayer(),
        new AtenLanes(transposed: false),
        new AtenLanes(transposed: true),
        new Bf16Product(),
        new Bf16Product(0),
        new Bf16Product(512),
        new Bf16Product(1024),
        new Bf16Vector(),
        new AtenLoop(transposed: false),
        new AtenLoop(transposed: true),
        .. new[] { NumericFormat.Fp32, NumericFormat.Fp16, NumericFormat.Bf16 }.SelectMany(GgmlProducts),
        .. SgemmFamily.All,
    ];

    /// <summary>Matrix products of weights in quantised blocks; asked with <see cref="GemmKey.Blocks"/>.</summary>
    public static ImmutableArray<IGemmFamily> QuantizedGemms { get; } =
    [
        new QuantizedDot("vec_dot", BlockFormat.Q8Type0), new QuantizedDot("vec_dot", BlockFormat.Q4Type0),
        new QuantizedDot("llamafile", BlockFormat.Q8Type0), new QuantizedDot("llamafile", BlockFormat.Q4Type0),
        new Repack(),
        new ScalarDot(BlockFormat.Q8Type0), new ScalarDot(BlockFormat.Q4Type0),
    ];

    /// <summary>ggml's flash attention, one rule a build.</summary>
    public static ImmutableArray<FlashAttentionExt> FlashAttentions { get; } =
    [
        .. new[] { GgmlVectors.Avx512, GgmlVectors.Avx2 }.SelectMany<GgmlVectors, FlashAttentionExt>(vectors =>
            [new(vectors, FlashAttentionBuild.Fused), new(vectors, FlashAttentionBuild.Unfused), new(vectors, FlashAttentionBuild.KeysOnly)]),
    ];

    /// <summary>LayerNorms, one family a line; names are unique.</summary>
    public static ImmutableArray<ILayerNormFamily> LayerNorms { get; } = [.. Aten.LayerNorm.All, new Mlas.LayerNorm()];

    /// <summary>RMSNorms with weights, one family a line; names are unique.</summary>
    public static ImmutableArray<ILayerNormFamily> RmsNorms { get; } = [new Mlas.RmsNorm()];

    /// <summary>Attention computed by one call over whole heads; names are unique.</summary>
    public static ImmutableArray<Aten.ScaledDotProduct> Attentions { get; } = Aten.ScaledDotProduct.All;

    /// <summary>Operators over rows; names are unique.</summary>
    public static ImmutableArray<IRowFamily> Rows { get; } = [.. AtenRows.All, .. ColumnSum.All, .. MlasRows.All, new ReduceSum(), .. NumPyRows.All, .. TensorSum.All, .. GgmlRows.All];

    private static IEnumerable<IGemmFamily> GgmlProducts(NumericFormat weights) =>
        Enum.GetValues<GgmlVectors>().Where(vectors => weights == NumericFormat.Bf16 || vectors != GgmlVectors.Avx512F)
            .SelectMany<GgmlVectors, IGemmFamily>(vectors => [new VecDot(vectors, weights), new Llamafile(vectors, weights)])
            .Append(new ScalarVecDot(weights));
}
