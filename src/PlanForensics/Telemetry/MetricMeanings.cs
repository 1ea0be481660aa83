namespace PlanForensics.Telemetry;

/// <summary>What metrics of serving stacks and of DCGM say, in words of ours. Only ECC and XID counts bear on bits; the rest tells the load.</summary>
internal static class MetricMeanings
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["vllm:num_requests_running"] = "running_requests",
        ["vllm:num_requests_waiting"] = "waiting_requests",
        ["vllm:num_requests_swapped"] = "swapped_requests",
        ["vllm:kv_cache_usage_perc"] = "kv_pool_used_ratio",
        ["vllm:gpu_cache_usage_perc"] = "kv_pool_used_ratio",
        ["vllm:prefix_cache_queries"] = "prefix_cache_queries",
        ["vllm:prefix_cache_queries_total"] = "prefix_cache_queries",
        ["vllm:prefix_cache_hits"] = "prefix_cache_hits",
        ["vllm:prefix_cache_hits_total"] = "prefix_cache_hits",
        ["vllm:num_preemptions_total"] = "preemptions",
        ["vllm:num_preemptions"] = "preemptions",
        ["vllm:prompt_tokens_total"] = "prompt_tokens",
        ["vllm:generation_tokens_total"] = "generated_tokens",
        ["DCGM_FI_DEV_FB_FREE"] = "vram_free_mb",
        ["DCGM_FI_DEV_FB_USED"] = "vram_used_mb",
        ["DCGM_FI_DEV_SM_CLOCK"] = "sm_clock_mhz",
        ["DCGM_FI_DEV_MEM_CLOCK"] = "memory_clock_mhz",
        ["DCGM_FI_DEV_GPU_TEMP"] = "temperature_celsius",
        ["DCGM_FI_DEV_MEMORY_TEMP"] = "memory_temperature_celsius",
        ["DCGM_FI_DEV_POWER_USAGE"] = "power_watts",
        ["DCGM_FI_DEV_XID_ERRORS"] = "hardware_error",
        ["DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"] = "tensor_pipe_active",
        ["DCGM_FI_PROF_SM_ACTIVE"] = "sm_active",
        ["DCGM_FI_PROF_DRAM_ACTIVE"] = "dram_active",
    };

    // Histograms of vLLM, whose samples end in _bucket, _sum, _count.
    private static readonly Dictionary<string, string> Histograms = new(StringComparer.Ordinal)
    {
        ["vllm:iteration_tokens_total"] = "batch_tokens",
        ["vllm:request_queue_time_seconds"] = "queue_time_seconds",
        ["vllm:request_prefill_time_seconds"] = "prefill_time_seconds",
        ["vllm:request_decode_time_seconds"] = "decode_time_seconds",
        ["vllm:request_inference_time_seconds"] = "inference_time_seconds",
        ["vllm:time_to_first_token_seconds"] = "time_to_first_token_seconds",
        ["vllm:time_per_output_token_seconds"] = "time_per_output_token_seconds",
        ["vllm:e2e_request_latency_seconds"] = "request_time_seconds",
    };

    public static string? Of(string metric)
    {
        if (Names.TryGetValue(metric, out string? meaning))
            return meaning;
        if (metric.StartsWith("DCGM_FI_DEV_ECC_", StringComparison.Ordinal))
            return "hardware_error";
        foreach (string part in (ReadOnlySpan<string>)["_bucket", "_sum", "_count"])
            if (metric.EndsWith(part, StringComparison.Ordinal) && Histograms.TryGetValue(metric[..^part.Length], out string? histogram))
                return histogram + part;
        return null;
    }
}
