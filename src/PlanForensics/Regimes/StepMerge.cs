using System.Runtime.CompilerServices;
using PlanForensics.Contracts.Steps;
using PlanForensics.Plans;

namespace PlanForensics.Regimes;

/// <summary>Joins what the requests of a batch recorded of their step; the result does not depend on their order.</summary>
internal static class StepMerge
{
    public static void Begin(ref StepData data, in StepRow row, TimelineBuilder builder)
    {
        data.ProfileSet = builder.Profiles.SetOf(builder.Profiles.IdOf(row.Profile));
        data.Fingerprint = builder.Texts.IdOf(row.BatchFingerprint);
        data.KvRegime = builder.Texts.IdOf(row.KvRegime);
        data.BatchSize = row.BatchSize ?? -1;
        data.PaddedBatch = row.PaddedBatch ?? -1;
        data.BatchTokens = row.BatchTokens ?? -1;
        data.QueryLength = row.QueryLength;
        data.KeyLength = row.KeyLength;
        data.FallbackCount = row.FallbackCount ?? -1;
        data.DequantizeCount = row.DequantizeCount ?? -1;
        data.RequantizeCount = row.RequantizeCount ?? -1;
        data.Paging = row.PagingActive is { } paging ? (sbyte)(paging ? 1 : 0) : (sbyte)-1;
        data.HasPrefill = row.Phase == ExecutionPhase.Prefill;
        data.HasDecode = row.Phase == ExecutionPhase.Decode;
        data.StartedTicks = row.StartedAt?.Ticks ?? -1;
        data.WorkspaceFreeBytes = row.WorkspaceFreeBytes ?? -1;
        data.Retransmits = row.Retransmits ?? -1;
        data.GpuTimeMs = row.GpuTimeMs ?? double.NaN;
        data.VramFreeMb = row.VramFreeMb ?? double.NaN;
        data.KvPoolMb = row.KvPoolMb ?? double.NaN;
        data.KvPoolUsedMb = row.KvPoolUsedMb ?? double.NaN;
        data.L2HitRate = row.L2HitRate ?? double.NaN;
        data.ReplicationPinnedMb = row.ReplicationPinnedMb ?? double.NaN;
        data.CheckpointPinnedMb = row.CheckpointPinnedMb ?? double.NaN;
        data.CommTimeMs = row.CommTimeMs ?? double.NaN;
        data.RankSkewMs = row.RankSkewMs ?? double.NaN;
        data.EffectiveBandwidthGbPerS = row.EffectiveBandwidthGbPerS ?? double.NaN;
    }

    /// <summary>Adds a further request's row; false when it contradicts what the others recorded of the engine.</summary>
    public static bool Add(ref StepData data, in StepRow row, TimelineBuilder builder)
    {
        bool agrees = true;
        int profile = builder.Profiles.IdOf(row.Profile);
        data.ProfileSet = builder.Profiles.Union(data.ProfileSet, profile);
        data.KvRegime = FirstText(data.KvRegime, row.KvRegime, builder, ref agrees);
        data.BatchSize = (int)Most(data.BatchSize, row.BatchSize ?? -1, ref agrees);
        data.PaddedBatch = (int)Most(data.PaddedBatch, row.PaddedBatch ?? -1, ref agrees);
        data.BatchTokens = (int)Most(data.BatchTokens, row.BatchTokens ?? -1, ref agrees);
        data.QueryLength = Math.Max(data.QueryLength, row.QueryLength);
        data.KeyLength = Math.Max(data.KeyLength, row.KeyLength);
        data.FallbackCount = (int)Most(data.FallbackCount, row.FallbackCount ?? -1, ref agrees);
        data.DequantizeCount = (int)Most(data.DequantizeCount, row.DequantizeCount ?? -1, ref agrees);
        data.RequantizeCount = (int)Most(data.RequantizeCount, row.RequantizeCount ?? -1, ref agrees);
        data.Paging = (sbyte)Most(data.Paging, row.PagingActive is { } paging ? (paging ? 1 : 0) : -1, ref agrees);
        data.HasPrefill |= row.Phase == ExecutionPhase.Prefill;
        data.HasDecode |= row.Phase == ExecutionPhase.Decode;
        long started = row.StartedAt?.Ticks ?? -1;
        data.StartedTicks = data.StartedTicks < 0 || (started >= 0 && started < data.StartedTicks) ? started : data.StartedTicks;
        data.WorkspaceFreeBytes = Least(data.WorkspaceFreeBytes, row.WorkspaceFreeBytes ?? -1, ref agrees);
        data.Retransmits = Most(data.Retransmits, row.Retransmits ?? -1, ref agrees);
        data.GpuTimeMs = Most(data.GpuTimeMs, row.GpuTimeMs, ref agrees);
        data.VramFreeMb = Least(data.VramFreeMb, row.VramFreeMb, ref agrees);
        data.KvPoolMb = Most(data.KvPoolMb, row.KvPoolMb, ref agrees);
        data.KvPoolUsedMb = Most(data.KvPoolUsedMb, row.KvPoolUsedMb, ref agrees);
        data.L2HitRate = Least(data.L2HitRate, row.L2HitRate, ref agrees);
        data.ReplicationPinnedMb = Most(data.ReplicationPinnedMb, row.ReplicationPinnedMb, ref agrees);
        data.CheckpointPinnedMb = Most(data.CheckpointPinnedMb, row.CheckpointPinnedMb, ref agrees);
        data.CommTimeMs = Most(data.CommTimeMs, row.CommTimeMs, ref agrees);
        data.RankSkewMs = Most(data.RankSkewMs, row.RankSkewMs, ref agrees);
        data.EffectiveBandwidthGbPerS = Least(data.EffectiveBandwidthGbPerS, row.EffectiveBandwidthGbPerS, ref agrees);
        return agrees;
    }

    private static int FirstText(int id, string? text, TimelineBuilder builder, ref bool agrees)
    {
        int other = builder.Texts.IdOf(text);
        if (other == id || other < 0)
            return id;
        if (id < 0)
            return other;
        agrees = false;
        return string.CompareOrdinal(builder.Texts.TextOf(id), text) <= 0 ? id : other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Most(long known, long value, ref bool agrees)
    {
        agrees &= known < 0 || value < 0 || known == value;
        return Math.Max(known, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Least(long known, long value, ref bool agrees)
    {
        agrees &= known < 0 || value < 0 || known == value;
        return known < 0 ? value : value < 0 ? known : Math.Min(known, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Most(double known, double? value, ref bool agrees)
    {
        if (value is not { } number)
            return known;
        agrees &= double.IsNaN(known) || known == number;
        return double.IsNaN(known) || known < number ? number : known;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Least(double known, double? value, ref bool agrees)
    {
        if (value is not { } number)
            return known;
        agrees &= double.IsNaN(known) || known == number;
        return double.IsNaN(known) || known > number ? number : known;
    }
}
