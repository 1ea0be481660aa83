using System.Numerics;
using System.Runtime.InteropServices;

namespace PlanForensics.Replay.Sharing;

/// <summary>Rows by their bits: equal rows are found by a hash and then compared whole, so that two rows are one only when every bit is equal.</summary>
internal sealed class RowContents(int capacity)
{
    private readonly Dictionary<ulong, SharedRow> _buckets = new(capacity);
    private long _lastId;

    /// <summary>A number that no row has.</summary>
    public long NextId() => ++_lastId;

    public SharedRow? Find(ReadOnlySpan<float> values, ulong hash)
    {
        for (SharedRow? row = _buckets.GetValueOrDefault(hash); row is not null; row = row.NextInBucket)
            if (MemoryMarshal.AsBytes<float>(row.Values).SequenceEqual(MemoryMarshal.AsBytes(values)))
                return row;
        return null;
    }

    public SharedRow Add(float[] values, ulong hash) =>
        _buckets[hash] = new SharedRow(values, hash, NextId()) { NextInBucket = _buckets.GetValueOrDefault(hash) };

    public void Remove(SharedRow row)
    {
        SharedRow? first = _buckets.GetValueOrDefault(row.ContentHash);
        if (!ReferenceEquals(first, row))
        {
            while (first is not null && !ReferenceEquals(first.NextInBucket, row))
                first = first.NextInBucket;
            if (first is not null)
                first.NextInBucket = row.NextInBucket;
        }
        else if (row.NextInBucket is { } next)
        {
            _buckets[row.ContentHash] = next;
        }
        else
        {
            _buckets.Remove(row.ContentHash);
        }
    }

    /// <summary>A hash of bits for finding, not for deciding: four chains of rotate, exclusive or and multiply over eight bytes each.</summary>
    public static ulong HashOf(ReadOnlySpan<float> values)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<float, ulong>(values);
        ulong a = (ulong)values.Length, b = 1, c = 2, d = 3;
        int index = 0;
        for (; index + 4 <= words.Length; index += 4)
        {
            a = (BitOperations.RotateLeft(a, 29) ^ words[index]) * Prime;
            b = (BitOperations.RotateLeft(b, 29) ^ words[index + 1]) * Prime;
            c = (BitOperations.RotateLeft(c, 29) ^ words[index + 2]) * Prime;
            d = (BitOperations.RotateLeft(d, 29) ^ words[index + 3]) * Prime;
        }

        for (; index < words.Length; index++)
            a = (BitOperations.RotateLeft(a, 29) ^ words[index]) * Prime;
        if (values.Length % 2 == 1)
            b = (BitOperations.RotateLeft(b, 29) ^ BitConverter.SingleToUInt32Bits(values[^1])) * Prime;
        a = (a ^ BitOperations.RotateLeft(b, 17)) * Prime;
        c = (c ^ BitOperations.RotateLeft(d, 17)) * Prime;
        a = (a ^ (a >> 32) ^ BitOperations.RotateLeft(c, 31)) * Prime;
        return a ^ (a >> 29);
    }
}
