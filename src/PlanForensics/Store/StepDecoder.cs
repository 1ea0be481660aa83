using System.Runtime.CompilerServices;
using System.Text;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Steps;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>Turns the values of a row into a step.</summary>
/// <param name="profiles">The profiles, by id.</param>
/// <param name="outcomes">Keys of requests whose outcomes are wanted.</param>
/// <param name="tensors">Hashes of tensors, by id; where outcomes are wanted.</param>
internal sealed class StepDecoder(Dictionary<long, StepState> profiles, HashSet<long> outcomes, Dictionary<long, string> tensors)
{
    private readonly TextCache _fingerprints = new();
    private readonly TextCache _words = new();
    private readonly StoreTimeReader _times = new();
    private (long Id, StepState State) _profile = (long.MinValue, null!);

    public void Decode<T>(T values, ref StoredStep step)
        where T : struct, IRowValues
    {
        step.Request = values.Int64(0);
        bool withOutcome = outcomes.Count > 0 && outcomes.Contains(step.Request);
        step.Row = new StepRow
        {
            StepIndex = checked((int)values.Int64(1)),
            Rank = checked((int)values.Int64(2)),
            Profile = ProfileOf(values.Int64(3)),
            Phase = values.Bytes(4).SequenceEqual("decode"u8) ? ExecutionPhase.Decode : ExecutionPhase.Prefill,
            QueryLength = checked((int)values.Int64(5)),
            KeyLength = checked((int)values.Int64(6)),
            BatchFingerprint = TextOrNull(values, 7, _fingerprints),
            BatchSize = IntOrNull(values, 8),
            PaddedBatch = IntOrNull(values, 9),
            BatchTokens = IntOrNull(values, 10),
            StartedAt = _times.Read(values.Bytes(11)),
            AdmissionTimeMs = SizeOrNull(values, 12),
            QueueTimeMs = SizeOrNull(values, 13),
            GpuTimeMs = SizeOrNull(values, 14),
            VramFreeMb = SizeOrNull(values, 15),
            WorkspaceFreeBytes = CountOrNull(values, 16),
            KvRegime = TextOrNull(values, 17, _words),
            KvPoolMb = SizeOrNull(values, 18),
            KvPoolUsedMb = SizeOrNull(values, 19),
            PagingActive = IntOrNull(values, 20) is { } paging ? paging != 0 : null,
            L2HitRate = SizeOrNull(values, 21),
            FallbackCount = IntOrNull(values, 22),
            DequantizeCount = IntOrNull(values, 23),
            RequantizeCount = IntOrNull(values, 24),
            ReplicationPinnedMb = SizeOrNull(values, 25),
            CheckpointPinnedMb = SizeOrNull(values, 26),
            CommTimeMs = SizeOrNull(values, 27),
            RankSkewMs = SizeOrNull(values, 28),
            EffectiveBandwidthGbPerS = SizeOrNull(values, 29),
            Retransmits = CountOrNull(values, 30),
            RecordedRegime = RegimeOf(values.Bytes(31)),
            ChosenToken = withOutcome ? IntOrNull(values, 32) : null,
            ChosenTokenHash = withOutcome ? TextOrNull(values, 33, null) : null,
            LogitsSha256 = withOutcome ? TextOrNull(values, 35, null) ?? (IntOrNull(values, 34) is { } tensor ? tensors[tensor] : null) : null,
        };
    }

    /// <summary>An integer of 0 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long? CountOrNull<T>(T values, int column)
        where T : struct, IRowValues
    {
        long value = values.Int64(column);
        if (value > 0)
            return value;
        if (value < 0)
            throw new FormatException($"{StepQuery.Names[column]} is {value}, expected 0 or more");
        return values.IsNull(column) ? null : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int? IntOrNull<T>(T values, int column)
        where T : struct, IRowValues => checked((int?)CountOrNull(values, column));

    /// <summary>A finite number of 0 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double? SizeOrNull<T>(T values, int column)
        where T : struct, IRowValues
    {
        double value = values.Real(column);
        if (value > 0 && double.IsFinite(value))
            return value;
        if (value != 0)
            throw new FormatException(FormattableString.Invariant($"{StepQuery.Names[column]} is {value}, expected a finite number of 0 or more"));
        return values.IsNull(column) ? null : 0;
    }

    private static string? TextOrNull<T>(T values, int column, TextCache? cache)
        where T : struct, IRowValues
    {
        ReadOnlySpan<byte> bytes = values.Bytes(column);
        if (bytes.IsEmpty)
            return values.IsNull(column) ? null : "";
        return cache is null ? Encoding.UTF8.GetString(bytes) : cache.TextOf(bytes);
    }

    private static string? RegimeOf(ReadOnlySpan<byte> extra)
    {
        if (extra.IndexOf("\"regime\""u8) < 0)
            return null;
        StepExtra fields = StoreJson.Parse<StepExtra>(Encoding.UTF8.GetString(extra))!;
        return ContractStepSource.RegimeOf(fields.State) ?? ContractStepSource.RegimeOf(fields.Step);
    }

    private StepState ProfileOf(long id)
    {
        if (id != _profile.Id)
            _profile = (id, profiles.TryGetValue(id, out StepState? state) ? state : throw new FormatException($"profile {id} is missing"));
        return _profile.State;
    }
}
