namespace PlanForensics.Gpu.Devices;

/// <summary>What a device has room for; kernels are checked against it before they are launched.</summary>
/// <param name="WarpSize">Threads of a warp.</param>
/// <param name="ThreadsPerGroup">Most threads of a group (block).</param>
/// <param name="SharedMemoryBytes">Most shared memory of a group.</param>
/// <param name="RegistersPerGroup">32-bit registers of a group; 0 where the device does not say.</param>
/// <param name="GridX">Most groups in the grid's first dimension.</param>
/// <param name="GridY">Most groups in the second.</param>
/// <param name="GridZ">Most groups in the third.</param>
/// <param name="MemoryBytes">Memory of the device.</param>
/// <param name="Multiprocessors">Multiprocessors.</param>
public sealed record DeviceLimits(
    int WarpSize, int ThreadsPerGroup, int SharedMemoryBytes, int RegistersPerGroup, int GridX, int GridY, int GridZ, long MemoryBytes, int Multiprocessors);
