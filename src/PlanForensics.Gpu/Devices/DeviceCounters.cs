namespace PlanForensics.Gpu.Devices;

/// <summary>What a device has done since it was opened, counted on the host.</summary>
internal sealed class DeviceCounters
{
    public long Launches;
    public long Synchronizations;
    public long Uploads;
    public long UploadedBytes;
    public long Downloads;
    public long DownloadedBytes;
}
