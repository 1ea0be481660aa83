using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>llama.cpp: <c>mul_mat_vec_q&lt;(ggml_type)T, columns, ...&gt;</c>, <c>mul_mat_q&lt;(ggml_type)T, columns of the tile, ...&gt;</c>, its stream-K fixup, and its other CUDA kernels.</summary>
internal sealed class LlamaCppGrammar : IKernelGrammar
{
    private static readonly Dictionary<string, KernelOperator> Others = new(StringComparer.Ordinal)
    {
        ["flash_attn_combine_results"] = KernelOperator.AttentionCombine,
        ["flash_attn_mask_to_KV_max"] = KernelOperator.Reduce,
        ["quantize_q8_1"] = KernelOperator.Quantize,
        ["quantize_mmq_q8_1"] = KernelOperator.Quantize,
        ["rms_norm_f32"] = KernelOperator.Norm,
        ["norm_f32"] = KernelOperator.Norm,
        ["group_norm_f32"] = KernelOperator.Norm,
        ["l2_norm_f32"] = KernelOperator.Norm,
        ["soft_max_f32"] = KernelOperator.Softmax,
        ["rope_norm"] = KernelOperator.Rope,
        ["rope_neox"] = KernelOperator.Rope,
        ["rope_multi"] = KernelOperator.Rope,
        ["rope_vision"] = KernelOperator.Rope,
        ["k_bin_bcast"] = KernelOperator.Pointwise,
        ["k_bin_bcast_unravel"] = KernelOperator.Pointwise,
        ["unary_op_kernel"] = KernelOperator.Pointwise,
        ["unary_gated_op_kernel"] = KernelOperator.Activation,
        ["silu_f32"] = KernelOperator.Activation,
        ["gelu_f32"] = KernelOperator.Activation,
        ["scale_f32"] = KernelOperator.Pointwise,
        ["k_set_rows"] = KernelOperator.KvCacheWrite,
        ["dequantize_mul_mat_vec"] = KernelOperator.Gemv,
    };

    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        if (name.EndsInsideName && (function.StartsWith("mul_mat_", StringComparison.Ordinal) || function.StartsWith("flash_attn_", StringComparison.Ordinal)))
            return name.Describe("llama_cpp", function.StartsWith("mul_mat_vec", StringComparison.Ordinal) ? KernelOperator.Gemv : null);
        if (function.StartsWith("mul_mat_", StringComparison.Ordinal))
            return Product(name);
        if (function.StartsWith("flash_attn_", StringComparison.Ordinal) && (function.Contains("_ext", StringComparison.Ordinal) || function.StartsWith("flash_attn_tile", StringComparison.Ordinal)))
            return name.Describe("llama_cpp", KernelOperator.Attention) with { Tile = HeadOf(name) };
        if (function.StartsWith("flash_attn_stream_k_fixup", StringComparison.Ordinal))
            return name.Describe("llama_cpp", KernelOperator.AttentionCombine) with { SplitK = new KernelSplit(true), Tile = HeadOf(name) };
        if (function.StartsWith("dequantize_block", StringComparison.Ordinal))
            return name.Describe("llama_cpp", KernelOperator.Dequantize);
        if (!Others.TryGetValue(function, out KernelOperator other))
            return null;
        bool isFp32 = function.EndsWith("_f32", StringComparison.Ordinal);
        return name.Describe("llama_cpp", other) with { OperandFormat = isFp32 ? NumericFormat.Fp32 : null };
    }

    private static KernelDescription Product(KernelName name)
    {
        string function = name.Function;
        NumericFormat? operand = FormatOf(name.Root.At(0));
        if (function.StartsWith("mul_mat_vec", StringComparison.Ordinal))
            return name.Describe("llama_cpp", KernelOperator.Gemv) with { OperandFormat = operand };
        if (function.Contains("stream_k_fixup", StringComparison.Ordinal))
            return name.Describe("llama_cpp", KernelOperator.SplitKReduce) with { SplitK = new KernelSplit(true), Tile = ColumnsOf(name) };
        return name.Describe("llama_cpp", KernelOperator.Gemm) with { OperandFormat = operand, Tile = function is "mul_mat_q" ? ColumnsOf(name) : null };
    }

    private static KernelExtent? ColumnsOf(KernelName name) => name.Root.At(1)?.Number is > 1 and int columns ? new KernelExtent(null, columns, null) : null;

    private static KernelExtent? HeadOf(KernelName name) => name.Root.At(0)?.Number is > 1 and int head ? new KernelExtent(null, null, head) : null;

    // A ggml_type is a number: 0 fp32, 1 fp16, 30 bf16; the block formats have no name among plans.
    private static NumericFormat? FormatOf(KernelNode? type) => type?.Number switch
    {
        0 => NumericFormat.Fp32,
        1 => NumericFormat.Fp16,
        30 => NumericFormat.Bf16,
        null => KernelFormats.OfType(type),
        _ => null,
    };
}
