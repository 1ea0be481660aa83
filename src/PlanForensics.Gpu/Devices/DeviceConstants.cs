using System.Runtime.CompilerServices;
using ILGPU;

namespace PlanForensics.Gpu.Devices;

/// <summary>Numbers that belong to a host object, on the device once and for as long as the object lives: program tables, norm weights, rope tables.</summary>
internal sealed class DeviceConstants(DeviceMemory memory)
{
    private readonly ConditionalWeakTable<object, Table<int>> _integers = [];
    private readonly ConditionalWeakTable<object, Table<float>> _numbers = [];

    /// <summary>The integers of an object, made and uploaded when first asked for.</summary>
    public ArrayView<int> Integers<TOwner>(TOwner owner, Func<TOwner, int[]> values)
        where TOwner : class => _integers.GetValue(owner, one => new Table<int>(memory, values((TOwner)one))).View;

    /// <summary>The numbers of an object, made and uploaded when first asked for.</summary>
    public ArrayView<float> Numbers<TOwner>(TOwner owner, Func<TOwner, float[]> values)
        where TOwner : class => _numbers.GetValue(owner, one => new Table<float>(memory, values((TOwner)one))).View;

    private sealed class Table<T> : DeviceResident
        where T : unmanaged
    {
        public Table(DeviceMemory memory, T[] values)
            : base(memory)
        {
            DeviceLease<T> lease = Keep(memory.RentExactly<T>(values.Length));
            lease.Write(values);
            View = lease.View;
        }

        public ArrayView<T> View { get; }
    }
}
