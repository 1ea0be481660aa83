using System.Numerics;
using System.Runtime.CompilerServices;

namespace PlanForensics.Replay.Sharing;

/// <summary>One operator under one program on one set of inputs.</summary>
/// <param name="operator">The operator, or whatever else it depends on, by reference.</param>
/// <param name="program">128 bits of the SHA-256 of the program's text.</param>
/// <param name="first">Number of the first input row.</param>
/// <param name="second">Number of the second, or another number that decides the result.</param>
/// <param name="third">Number of the third.</param>
internal readonly struct SharedKey(object @operator, UInt128 program, long first, long second = 0, long third = 0) : IEquatable<SharedKey>
{
    private readonly object _operator = @operator;
    private readonly UInt128 _program = program;
    private readonly long _first = first;
    private readonly long _second = second;
    private readonly long _third = third;

    public bool Equals(SharedKey other) =>
        ReferenceEquals(_operator, other._operator) && _program == other._program && _first == other._first && _second == other._second && _third == other._third;

    public override bool Equals(object? obj) => obj is SharedKey other && Equals(other);

    public override int GetHashCode()
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ulong hash = ((ulong)_program + (uint)RuntimeHelpers.GetHashCode(_operator)) * Prime;
        hash = (BitOperations.RotateLeft(hash, 29) ^ (ulong)_first) * Prime;
        hash = (BitOperations.RotateLeft(hash, 29) ^ (ulong)_second) * Prime;
        hash = (BitOperations.RotateLeft(hash, 29) ^ (ulong)_third) * Prime;
        return (int)(hash >> 32);
    }
}
