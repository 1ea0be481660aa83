using System.Text.Json;

namespace PlanForensics.Contracts.Steps;

/// <summary>Streams the steps of contracts in memory.</summary>
/// <param name="contracts">The contracts; request ids differ.</param>
public sealed class ContractStepSource(IReadOnlyList<ExecutionContract> contracts) : IStepSource
{
    private readonly IReadOnlyList<ExecutionContract> _contracts = contracts ?? throw new ArgumentNullException(nameof(contracts));

    /// <inheritdoc/>
    public void ReadSteps(IStepSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        int?[] classes = EqualClasses();
        Dictionary<StepState, StepState> profiles = [];
        for (int index = 0; index < _contracts.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            ExecutionContract contract = _contracts[index];
            sink.Begin(new RequestRow
            {
                RequestId = contract.RequestId,
                Replica = contract.Replica,
                RecordedAt = contract.RecordedAt,
                DroppedSteps = contract.DroppedSteps ?? 0,
                EqualClass = classes[index],
            });
            foreach (ContractStep step in contract.Steps)
                sink.Step(RowOf(step, ProfileOf(step.State, profiles), classes[index] is not null));
        }
    }

    private static StepState ProfileOf(StepState state, Dictionary<StepState, StepState> profiles)
    {
        StepState profile = StepProfile.Of(state);
        if (profiles.TryGetValue(profile, out StepState? known))
            return known;
        profiles.Add(profile, profile);
        return profile;
    }

    private static StepRow RowOf(ContractStep step, StepState profile, bool withOutcome)
    {
        StepState state = step.State;
        return new StepRow
        {
            StepIndex = state.StepIndex,
            Rank = state.Rank,
            Profile = profile,
            Phase = state.Phase,
            QueryLength = state.Shape.QueryLength,
            KeyLength = state.Shape.KeyLength,
            BatchFingerprint = state.BatchFingerprint,
            BatchSize = state.BatchSize,
            PaddedBatch = state.PaddedBatch,
            BatchTokens = state.BatchTokens,
            StartedAt = state.StartedAt?.UtcDateTime,
            AdmissionTimeMs = state.AdmissionTimeMs,
            QueueTimeMs = state.QueueTimeMs,
            GpuTimeMs = state.GpuTimeMs,
            VramFreeMb = state.VramFreeMb,
            WorkspaceFreeBytes = state.WorkspaceFreeBytes,
            KvRegime = state.KvRegime,
            KvPoolMb = state.KvPoolMb,
            KvPoolUsedMb = state.KvPoolUsedMb,
            PagingActive = state.PagingActive,
            L2HitRate = state.L2HitRate,
            FallbackCount = state.FallbackCount,
            DequantizeCount = state.DequantizeCount,
            RequantizeCount = state.RequantizeCount,
            ReplicationPinnedMb = state.ReplicationPinnedMb,
            CheckpointPinnedMb = state.CheckpointPinnedMb,
            CommTimeMs = state.Collective?.CommTimeMs,
            RankSkewMs = state.Collective?.RankSkewMs,
            EffectiveBandwidthGbPerS = state.Collective?.EffectiveBandwidthGbPerS,
            Retransmits = state.Collective?.Retransmits,
            RecordedRegime = RegimeOf(state.UnknownFields) ?? RegimeOf(step.UnknownFields),
            ChosenToken = withOutcome ? step.Observation.ChosenToken : null,
            ChosenTokenHash = withOutcome ? step.Observation.ChosenTokenHash?.ToString() : null,
            LogitsSha256 = withOutcome ? step.Observation.LogitsHash : null,
        };
    }

    internal static string? RegimeOf(UnknownFields? fields) =>
        fields is not null && fields.TryGetValue("regime", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private int?[] EqualClasses()
    {
        Dictionary<(ContentHash, ModelIdentity, DecodeConfiguration?), List<int>> equal = [];
        for (int index = 0; index < _contracts.Count; index++)
        {
            ExecutionContract contract = _contracts[index];
            if (contract.Request.TokenHash is not { } tokens)
                continue;
            (ContentHash, ModelIdentity, DecodeConfiguration?) key = (tokens, contract.Model, contract.Request.Decode);
            if (!equal.TryGetValue(key, out List<int>? members))
                equal.Add(key, members = []);
            members.Add(index);
        }

        int?[] classes = new int?[_contracts.Count];
        int next = 0;
        foreach (List<int> members in equal.Values.Where(members => members.Count > 1))
        {
            foreach (int index in members)
                classes[index] = next;
            next++;
        }

        return classes;
    }
}
