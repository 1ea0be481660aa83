using ILGPU.IR.Intrinsics;

namespace PlanForensics.Gpu.Turnstiles;

/// <summary>A turn in global memory, handed from group to group.</summary>
/// <remarks>
/// What a thread wrote, and what was written before a barrier that it passed, is seen by whoever acquires the turn that it released, in all threads that pass a barrier after that: release and acquire
/// at the device's scope of the PTX memory model, barriers being part of the causality order.
/// </remarks>
internal static class TurnOperations
{
    /// <summary>Reads whose turn it is. Called over and over; on the CPU device it lets other threads run.</summary>
    [IntrinsicImplementation]
    public static int Acquire(ref int turn)
    {
        int value = Volatile.Read(ref turn);
        Thread.Yield();
        return value;
    }

    /// <summary>Says whose turn is next.</summary>
    [IntrinsicImplementation]
    public static int Release(ref int turn, int next)
    {
        Volatile.Write(ref turn, next);
        return 0;
    }
}
