namespace PlanForensics.Gpu.Devices;

/// <summary>A device was asked for that this machine does not have, or whose bits are not the reference's: it is refused, never replaced by another.</summary>
public sealed class DeviceNotAvailableException : PlatformNotSupportedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="device">The name asked for.</param>
    /// <param name="reason">Why it cannot be had.</param>
    public DeviceNotAvailableException(string device, string reason)
        : base($"device {device}: {reason}") => Device = device;

    /// <summary>The name asked for.</summary>
    public string Device { get; }
}
