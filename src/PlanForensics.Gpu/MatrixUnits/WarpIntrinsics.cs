using System.Reflection;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using Register = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Registers <see cref="WarpOperations"/> with a context: which PTX each is. Structs in and out stay in registers.</summary>
internal static class WarpIntrinsics
{
    public static Context.Builder UseWarpOperations(this Context.Builder builder)
    {
        IntrinsicImplementationManager intrinsics = builder.GetIntrinsicManager();
        foreach (MethodInfo method in typeof(WarpOperations).GetMethods(BindingFlags.Public | BindingFlags.Static))
            if (method.IsDefined(typeof(IntrinsicImplementationAttribute)))
                intrinsics.RegisterMethod(method, new PTXIntrinsic(typeof(WarpIntrinsics), HandlerOf(method.Name), IntrinsicImplementationMode.GenerateCode));
        return builder;
    }

    private static string HandlerOf(string name) => name switch
    {
        nameof(WarpOperations.LoadMatrices) => nameof(GenerateLoad),
        nameof(WarpOperations.Copy16) => nameof(GenerateCopy),
        nameof(WarpOperations.CommitCopies) => nameof(GenerateCommit),
        nameof(WarpOperations.WaitForOlderCopies) => nameof(GenerateWait),
        _ => nameof(GenerateMultiply),
    };

    internal static void GenerateMultiply(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        Register.HardwareRegister[] a = Flatten(generator, generator.Load(call[0]));
        Register.HardwareRegister[] b = Flatten(generator, generator.Load(call[1]));
        Register.HardwareRegister[] c = Flatten(generator, generator.Load(call[2]));
        Register.HardwareRegister[] result = Flatten(generator, generator.Allocate(call));
        string instruction = call.Target.Source.Name switch
        {
            nameof(WarpOperations.MultiplyBf16) => "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
            nameof(WarpOperations.MultiplyFp16) => "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32",
            _ => "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
        };
        PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(instruction);
        command.AppendVectorArgument(result);
        command.AppendVectorArgument(a);
        command.AppendVectorArgument(b);
        command.AppendVectorArgument(c);
        command.Dispose();
    }

    internal static void GenerateLoad(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        Register.HardwareRegister address = AddressOf(generator, call[0], MemoryAddressSpace.Shared);
        Register.HardwareRegister[] result = Flatten(generator, generator.Allocate(call));
        PTXCodeGenerator.CommandEmitter command = generator.BeginCommand("ldmatrix.sync.aligned.m8n8.x4.shared.b16");
        command.AppendVectorArgument(result);
        command.AppendArgumentValue(address);
        command.Dispose();
    }

    internal static void GenerateCopy(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        Register.HardwareRegister shared = AddressOf(generator, call[0], MemoryAddressSpace.Shared);
        Register.HardwareRegister global = AddressOf(generator, call[1], MemoryAddressSpace.Global);
        using (PTXCodeGenerator.CommandEmitter command = generator.BeginCommand("cp.async.cg.shared.global"))
        {
            command.AppendArgumentValue(shared);
            command.AppendArgumentValue(global);
            command.AppendConstant(16L);
        }

        Zero(generator, call);
    }

    internal static void GenerateCommit(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        generator.Command("cp.async.commit_group");
        Zero(generator, value);
    }

    internal static void GenerateWait(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        using (PTXCodeGenerator.CommandEmitter command = generator.BeginCommand("cp.async.wait_group"))
            command.AppendConstant(1L);
        Zero(generator, value);
    }

    /// <summary>The result of a method that is called for its effect: one without a result would be taken for one without effect.</summary>
    internal static void Zero(PTXCodeGenerator generator, Value value)
    {
        Register.HardwareRegister result = generator.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand("mov.b32");
        command.AppendArgument(result);
        command.AppendConstant(0L);
    }

    private static Register.HardwareRegister[] Flatten(PTXCodeGenerator generator, Register.Register register)
    {
        List<Register.HardwareRegister> flat = [];
        Add(register);
        return [.. flat];

        void Add(Register.Register part)
        {
            if (part is Register.CompoundRegister compound)
                foreach (Register.Register child in compound.Children)
                    Add(child);
            else
                flat.Add(generator.EnsureHardwareRegister((Register.PrimitiveRegister)part));
        }
    }

    /// <summary>An address in the space that an instruction wants: what was cast to a generic one, or a conversion.</summary>
    internal static Register.HardwareRegister AddressOf(PTXCodeGenerator generator, Value value, MemoryAddressSpace space)
    {
        Value resolved = value.Resolve();
        if (resolved is AddressSpaceCast cast && ((AddressSpaceType)cast.Value.Type).AddressSpace == space)
            return generator.LoadHardware(cast.Value);
        if (((AddressSpaceType)resolved.Type).AddressSpace == space)
            return generator.LoadHardware(resolved);
        Register.HardwareRegister generic = generator.LoadHardware(resolved);
        Register.HardwareRegister converted = generator.AllocateRegister(generic.Description);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(space == MemoryAddressSpace.Shared ? "cvta.to.shared.u64" : "cvta.to.global.u64");
        command.AppendArgument(converted);
        command.AppendArgument(generic);
        return converted;
    }
}
