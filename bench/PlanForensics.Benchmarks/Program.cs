using System.Globalization;
using BenchmarkDotNet.Running;
using PlanForensics.Benchmarks;
using PlanForensics.Benchmarks.Peers;
using PlanForensics.Benchmarks.Scaling;
using PlanForensics.Kernels;

if (args is ["quick", ..])
    QuickRun.Run(args.Length > 1 ? args[1] : KernelSelection.Default.Name, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1);
else if (args is ["peers", .. string[] options])
    PeerTable.Run(options);
else if (args is ["scaling", .. string[] groups])
    ScalingTable.Run(groups);
else if (args is ["recorder", .. string[] model])
    RecorderRun.Run(model.Length > 0 ? model[0] : Path.Combine("samples", "models", "kjv-1m"));
else if (args is ["tensorcore", ..])
    TensorCoreRun.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(QuickRun).Assembly).Run(args);
