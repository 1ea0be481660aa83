// A serving stack that drifts, and the records that say why:
//
//   dotnet run --project samples/ServingStack -- serve --store serving.db
//   dotnet run --project samples/ServingStack -- load  --store serving.db
//
// An OpenAI-compatible server with continuous batching; OpenBLAS multiplies its matrices. docs/serving.md tells the whole story.
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using ServingStack;
using ServingStack.Engine;
using ServingStack.Load;

const string Usage = """
    usage: ServingStack serve [--url URL] [--store DB] [--model FOLDER] [options]
             --row-by-row        pin: every row is a product of its own
             --activations F     bf16 (default) or fp32 between operators
             --max-batch N       requests decoded together, default 16
             --max-queue N       requests that may wait, default 256
             --blas-threads N    threads of OpenBLAS, default 1
             --keep-logits       record all logits, not only their hash
             --no-record         record nothing
             --managed           no OpenBLAS: products by PlanForensics' kernels
           ServingStack load [--url URL] [--store DB] [--concurrency N] [--tokens N]
                             [--rounds N] [--prompts FILE]
    """;

try
{
    var arguments = new Arguments(args.Skip(1));
    return args.FirstOrDefault() switch
    {
        "serve" => await Serve(arguments),
        "load" => await Load(arguments),
        _ => throw new ArgumentException(args.Length == 0 ? "give a command" : $"there is no command \"{args[0]}\""),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n{Usage}");
    return 2;
}
catch (Exception exception) when (exception is IOException or HttpRequestException or PlatformNotSupportedException or InvalidOperationException)
{
    Console.Error.WriteLine(exception.Message);
    return 3;
}

static async Task<int> Serve(Arguments arguments)
{
    var options = new ServerOptions
    {
        Url = arguments.Value("--url") ?? "http://127.0.0.1:5080",
        Store = arguments.Value("--store") ?? "serving.db",
        Model = arguments.Value("--model") ?? SampleModel(),
        RowByRow = arguments.Has("--row-by-row"),
        Managed = arguments.Has("--managed"),
        Records = !arguments.Has("--no-record"),
        KeepsLogits = arguments.Has("--keep-logits"),
        MaximumBatch = arguments.Number("--max-batch", 16),
        MaximumQueue = arguments.Number("--max-queue", 256),
        BlasThreads = arguments.Number("--blas-threads", 1),
        Activations = arguments.Value("--activations") switch
        {
            null or "bf16" => NumericFormat.Bf16,
            "fp32" => NumericFormat.Fp32,
            string other => throw new ArgumentException($"--activations is bf16 or fp32; got {other}"),
        },
    };
    arguments.Finish();
    await using WebApplication app = ServerApp.Build(options);
    await app.StartAsync();
    StepState baseline = app.Services.GetRequiredService<EngineModel>().Baseline;
    Console.WriteLine($"listening on {app.Urls.First()}");
    Console.WriteLine($"model        {options.ModelName}, {(options.Activations == NumericFormat.Bf16 ? "bf16" : "fp32")} between operators");
    Console.WriteLine($"products     {(baseline.LibraryVersions?["blas"] is { } blas ? $"{blas}; {baseline.KernelVariant}" : baseline.KernelVariant)}");
    Console.WriteLine($"records      {(options.Records ? options.Store : "none")}");
    await app.WaitForShutdownAsync();
    return 0;
}

static async Task<int> Load(Arguments arguments)
{
    var options = new LoadOptions
    {
        Url = new Uri(arguments.Value("--url") ?? "http://127.0.0.1:5080"),
        Store = arguments.Value("--store"),
        Concurrency = arguments.Number("--concurrency", 8),
        Tokens = arguments.Number("--tokens", 64),
        Rounds = arguments.Number("--rounds", 1),
    };
    if (arguments.Value("--prompts") is { } file)
        options = options with { Prompts = [.. File.ReadLines(file).Where(line => line.Trim().Length > 0)] };
    arguments.Finish();
    IProgress<int>? progress = Console.IsErrorRedirected ? null : new Progress<int>(done => Console.Error.Write($"\r{done} completions "));
    LoadReport report = await new LoadDriver(options, progress).RunAsync();
    if (progress is not null)
        Console.Error.WriteLine();
    report.Print(Console.Out);
    if (report.Worst is { } pair && options.Store is { } store)
    {
        Console.WriteLine();
        Console.WriteLine($"planforensics postmortem {pair.AloneId} {pair.LoadedId} \\\n  --store {store} --model samples/models/kjv-1m --activations bf16");
    }

    return report.Drifted.Count == 0 ? 0 : 1;
}

static string SampleModel()
{
    for (DirectoryInfo? folder = new(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
        if (Path.Combine(folder.FullName, "samples", "models", "kjv-1m") is var model && Directory.Exists(model))
            return model;
    throw new ArgumentException("there is no samples/models/kjv-1m in or above this folder: give --model");
}
