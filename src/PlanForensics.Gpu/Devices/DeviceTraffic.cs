namespace PlanForensics.Gpu.Devices;

/// <summary>What a device has done since it was opened and what it holds; the difference of two of them is what ran between.</summary>
/// <param name="Launches">Kernels launched.</param>
/// <param name="Synchronizations">Times that the host waited for the device: each download is one. Uploads are handed to the driver and not waited for.</param>
/// <param name="Uploads">Copies from host to device.</param>
/// <param name="UploadedBytes">Their bytes.</param>
/// <param name="Downloads">Copies from device to host.</param>
/// <param name="DownloadedBytes">Their bytes.</param>
/// <param name="BytesInUse">Bytes of device memory in use now: weights, caches and values, each with the room that was set aside for it.</param>
/// <param name="AllocatedBytes">Bytes of device memory allocated, those that wait to be used again included.</param>
public sealed record DeviceTraffic(
    long Launches, long Synchronizations, long Uploads, long UploadedBytes, long Downloads, long DownloadedBytes, long BytesInUse, long AllocatedBytes);
