using System.Runtime.CompilerServices;
using ILGPU;
using PlanForensics.Gpu.Devices;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Gpu.Execution;

/// <summary>A model's vectors on a device: norm weights and biases, for as long as the model lives. Matrices are kept by <see cref="GemmRunner"/>.</summary>
internal sealed class DeviceModel(GpuDevice device, ReplayModel model)
{
    private static readonly ConditionalWeakTable<GpuDevice, ConditionalWeakTable<ReplayModel, DeviceModel>> Models = [];

    private readonly Dictionary<(OperatorRole, int, bool), ArrayView<float>> _vectors = [];
    private readonly List<object> _owners = [];

    public static DeviceModel Of(GpuDevice device, ReplayModel model) => Models.GetValue(device, static _ => []).GetValue(model, one => new DeviceModel(device, one));

    /// <summary>A norm's weight or an operator's bias; empty where there is none.</summary>
    public ArrayView<float> Vector(OperatorRole role, int layer, bool isBias = false)
    {
        if (_vectors.TryGetValue((role, layer, isBias), out ArrayView<float> vector))
            return vector;
        float[] values = model.Vector(role, layer, isBias).ToArray();
        _owners.Add(values);
        return _vectors[(role, layer, isBias)] = device.Constants.Numbers(values, static one => one);
    }
}
