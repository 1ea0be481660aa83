using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using PlanForensics.Gpu.MatrixUnits;
using Register = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace PlanForensics.Gpu.Turnstiles;

/// <summary>Registers <see cref="TurnOperations"/> with a context: which PTX each is.</summary>
internal static class TurnIntrinsics
{
    public const string AcquireInstruction = "ld.acquire.gpu.global.b32";
    public const string ReleaseInstruction = "st.release.gpu.global.b32";

    public static Context.Builder UseTurnOperations(this Context.Builder builder)
    {
        IntrinsicImplementationManager intrinsics = builder.GetIntrinsicManager();
        Register(nameof(TurnOperations.Acquire), nameof(GenerateAcquire));
        Register(nameof(TurnOperations.Release), nameof(GenerateRelease));
        return builder;

        void Register(string operation, string handler)
        {
            MethodInfo method = typeof(TurnOperations).GetMethod(operation) ?? throw new MissingMethodException(nameof(TurnOperations), operation);
            intrinsics.RegisterMethod(method, new PTXIntrinsic(typeof(TurnIntrinsics), handler, IntrinsicImplementationMode.GenerateCode));
        }
    }

    internal static void GenerateAcquire(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        Register.HardwareRegister address = WarpIntrinsics.AddressOf(generator, call[0], MemoryAddressSpace.Global);
        Register.HardwareRegister result = generator.AllocateHardware(call);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(AcquireInstruction);
        command.AppendArgument(result);
        command.AppendArgumentValue(address);
    }

    internal static void GenerateRelease(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        Register.HardwareRegister address = WarpIntrinsics.AddressOf(generator, call[0], MemoryAddressSpace.Global);
        Register.PrimitiveRegister next = generator.LoadPrimitive(call[1]);
        using (PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(ReleaseInstruction))
        {
            command.AppendArgumentValue(address);
            command.AppendArgument(next);
        }

        WarpIntrinsics.Zero(generator, call);
    }
}
