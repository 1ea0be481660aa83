using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>The keys of trace dictionaries: every field name of the contract, and the short names that logs use (docs/telemetry.md lists them).</summary>
internal static class TraceKeys
{
    /// <summary>Short names, one text a target: <c>section.field[:turn] = names</c>.</summary>
    public static IReadOnlyList<string> StepAliases { get; } =
    [
        "State.step_index = step t step_idx", "State.batch_fingerprint:Text = batch_fp batch_hash", "State.batch_size = batch bs num_reqs",
        "State.padded_batch = padded_bs padded_batch_size", "State.batch_tokens = num_tokens num_batched_tokens", "State.started_at:Time = ts timestamp time started_at",
        "State.admitted_at:Time = admitted_at", "State.admission_time_ms = admission_ms", "State.queue_time_ms = queue_ms", "State.gpu_time_ms = gpu_ms step_ms",
        "State.queue_time_ms:SecondsToMilliseconds = queue_s queue_time_s", "State.gpu_time_ms:SecondsToMilliseconds = gpu_s gpu_time_s",
        "State.vram_free_mb = vram_free", "State.workspace_free_bytes:MegabytesToBytes = workspace_free_mb ws_free_mb", "State.workspace_free_bytes = ws_free_bytes",
        "State.workspace_bytes:MegabytesToBytes = workspace_mb ws_mb", "State.workspace_bytes = ws_bytes", "State.kv_regime:Text = kv_regime", "State.kv_pool_used_mb = kv_used_mb",
        "State.paging_active:TruthNumber = paging paging_on paging_active", "State.l2_hit_rate = l2_hit", "State.fallback_count = fallbacks precision_fallbacks",
        "State.dequantize_count = dequant dequants dequant_count", "State.requantize_count = requant requants requant_count",
        "State.replication_pinned_mb = replication_mb", "State.checkpoint_pinned_mb = checkpoint_mb ckpt_pinned_mb", "State.precision_path:Text = precision",
        "State.algorithm_id:Text = algo_id algo algorithm_id", "State.library_config = lib_cfg lib_config", "State.kernel_variant:Text = kernel variant",
        "State.library_versions:VersionText = lib_version lib_versions library_version library_versions", "State.device:Text = gpu", "State.sm_count = sms",
        "State.thread_count = threads", "State.isolation_mode:Text = isolation iso_mode", "State.cross_tenant_batching:TruthNumber = cross_tenant cross_tenant_batching",
        "State.environment = env", "State.plan_fingerprint = plan_fp", "State.collective:CollectiveText = collective",
        "State.shape:ShapeText = shape", "Shape.query_length = q query_len", "Shape.key_length = k context_len kv_len", "Shape.heads = h", "Shape.key_value_heads = kvh kv_heads",
        "Shape.head_dimension = hd head_dim", "Shape.hidden = d hidden_size", "Shape.tensor_parallel = tp tp_size",
        "Collective.type:Text = collective_type", "Collective.protocol:Text = protocol", "Collective.channels = channels", "Collective.message_bytes = message_bytes msg_bytes",
        "Collective.comm_time_ms = comm_ms", "Collective.rank_skew_ms = skew_ms", "Collective.effective_bandwidth_gb_per_s = bandwidth_gb_per_s eff_bw",
        "Collective.retransmits = retransmits retx", "Observation.chosen_token = token next_token", "Observation.logits_sha256 = logits_hash",
        "Header.request_id:Text = request_id request trace_id id",
    ];

    /// <summary>As <see cref="StepAliases"/>, of x.</summary>
    public static IReadOnlyList<string> RequestAliases { get; } =
    [
        "Header.request_id:Text = request_id request trace_id id", "Header.recorded_at:Time = recorded_at ts timestamp time", "Header.completed_at:Time = completed_at",
        "Header.finish_reason:Text = finish_reason", "Header.replica:Text = replica host", "Header.dropped_steps = dropped_steps",
        "Header.model:ModelName = model model_name", "Model.weights_sha256 = weights_sha256 weights_hash", "Model.revision:Text = revision", "Model.quantization:Text = quantization quant",
        "Request.raw_prompt = prompt", "Request.raw_prompt_hash:Hash = prompt_hash raw_prompt_hash", "Request.effective_prompt_hash:Hash = effective_prompt_hash",
        "Request.system_message = system", "Request.system_message_hash:Hash = system_hash system_message_hash", "Request.effective_token_ids = token_ids tokens prompt_token_ids",
        "Request.effective_token_count = token_count prompt_tokens num_prompt_tokens", "Request.effective_token_hash:Hash = token_hash effective_token_hash",
        "Request.routing_template_version:Text = template_version template", "Request.decode = decode_config decode_params sampling sampling_params",
        "Truncation.boundary = truncation_boundary", "Truncation.reason:Text = truncation_reason", "Decode.method = method decode_method", "Decode.temperature = temperature",
        "Decode.top_p = top_p", "Decode.top_k = top_k", "Decode.min_p = min_p", "Decode.seed = seed", "Decode.max_tokens = max_tokens", "Decode.stop = stop stop_sequences",
        "Decode.presence_penalty = presence_penalty", "Decode.frequency_penalty = frequency_penalty", "Decode.repetition_penalty = repetition_penalty",
        "PrefixCache.key:Text = prefix_cache_key prefix_key", "PrefixCache.hit_tokens = prefix_cache_hit_tokens prefix_hit_tokens", "PrefixCache.used:TruthNumber = prefix_cache_used prefix_cache_hit",
    ];

    public static IReadOnlyDictionary<string, TraceField> Step { get; } = Build(StepAliases,
        (TraceSection.State, ContractJson.Context.StepState), (TraceSection.Observation, ContractJson.Context.StepObservation), (TraceSection.Collective, ContractJson.Context.CollectiveState),
        (TraceSection.Shape, ContractJson.Context.StepShape));

    public static IReadOnlyDictionary<string, TraceField> Request { get; } = Build(RequestAliases, (TraceSection.Request, ContractJson.Context.EffectiveRequest));

    private static Dictionary<string, TraceField> Build(IReadOnlyList<string> aliases, params (TraceSection Section, JsonTypeInfo Type)[] records)
    {
        Dictionary<string, TraceField> keys = new(StringComparer.Ordinal);
        foreach (string alias in aliases)
        {
            string[] sides = alias.Split(" = ");
            string[] target = sides[0].Split('.', ':');
            TraceField field = new(Enum.Parse<TraceSection>(target[0]), target[1], target.Length > 2 ? Enum.Parse<TraceValue>(target[2]) : TraceValue.AsIs);
            foreach (string name in sides[1].Split(' '))
                keys.Add(name, field);
        }

        foreach ((TraceSection section, JsonTypeInfo type) in records)
            foreach (JsonPropertyInfo property in type.Properties)
                if (!property.IsExtensionData && property.Get is not null && property.Name != "type")
                    keys.TryAdd(property.Name, new TraceField(section, property.Name));
        return keys;
    }
}
