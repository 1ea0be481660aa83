using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using Register = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace PlanForensics.Gpu.Arithmetic;

/// <summary>Registers <see cref="Fp"/> with a context: which PTX instruction each operation is.</summary>
internal static class FpIntrinsics
{
    /// <summary>Names the PTX instruction of each operation of <see cref="Fp"/>.</summary>
    public static Context.Builder UseFp(this Context.Builder builder)
    {
        IntrinsicImplementationManager intrinsics = builder.GetIntrinsicManager();
        foreach (MethodInfo method in Operations)
            intrinsics.RegisterMethod(method, new PTXIntrinsic(typeof(FpIntrinsics), nameof(Generate), IntrinsicImplementationMode.GenerateCode));
        return builder;
    }

    /// <summary>The operations.</summary>
    public static IEnumerable<MethodInfo> Operations =>
        typeof(Fp).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(static method => method.IsDefined(typeof(IntrinsicImplementationAttribute)));

    /// <summary>The PTX instruction of an operation.</summary>
    public static string InstructionOf(MethodInfo method)
    {
        string type = method.GetParameters()[0].ParameterType == typeof(double) ? "f64" : "f32";
        return method.Name switch
        {
            nameof(Fp.Narrow) => "cvt.rn.f32.f64",
            nameof(Fp.Widen) => "cvt.f64.f32",
            nameof(Fp.Add) => $"add.rn.{type}",
            nameof(Fp.Sub) => $"sub.rn.{type}",
            nameof(Fp.Mul) => $"mul.rn.{type}",
            nameof(Fp.Div) => $"div.rn.{type}",
            nameof(Fp.Sqrt) => $"sqrt.rn.{type}",
            nameof(Fp.Fma) => $"fma.rn.{type}",
            _ => throw new NotSupportedException($"no PTX instruction is known for {method.Name}"),
        };
    }

    // Found by name; ILGPU hands it the call that it stands for.
    internal static void Generate(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var arguments = new List<Register.PrimitiveRegister>();
        for (int index = 0; index < call.Count; index++)
            arguments.Add(generator.LoadPrimitive(call[index]));
        Register.HardwareRegister result = generator.AllocateHardware(call);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(InstructionOf((MethodInfo)call.Target.Source));
        command.AppendArgument(result);
        foreach (Register.PrimitiveRegister argument in arguments)
            command.AppendArgument(argument);
    }
}
