namespace PlanForensics.Gpu.Devices;

/// <summary>Device memory that lives as long as a host object does: when it is collected the memory is used again.</summary>
internal abstract class DeviceResident(DeviceMemory memory)
{
    private readonly List<IDisposable> _leases = [];

    ~DeviceResident() => memory.Abandon(_leases);

    /// <summary>Keeps a lease as long as this object lives.</summary>
    protected DeviceLease<T> Keep<T>(DeviceLease<T> lease)
        where T : unmanaged
    {
        _leases.Add(lease);
        return lease;
    }

    /// <summary>Gives one of them back before.</summary>
    protected void Release<T>(DeviceLease<T> lease)
        where T : unmanaged
    {
        _leases.Remove(lease);
        lease.Dispose();
    }
}
