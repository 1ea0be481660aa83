using Microsoft.ML.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace ServingStack.Engine;

/// <summary>What the server serves with: the model, its tokeniser, the kernels, and what a record says of them.</summary>
public sealed class EngineModel
{
    private EngineModel(ServerOptions options, OpenBlas? library)
    {
        DecoderModel decoder = DecoderModel.Load(options.Model);
        using Stream vocabulary = File.OpenRead(Path.Combine(options.Model, "tokenizer.model"));
        Tokenizer = LlamaTokenizer.Create(vocabulary);
        Model = new ReplayModel(decoder);
        Identity = new ModelIdentity { Name = options.ModelName, WeightsSha256 = decoder.FileSha256 };
        IOperatorKernels own = KernelSelection.Create(KernelSelection.Default.Name, 1);
        Engine = new CpuReplayEngine(library is null ? own : new OpenBlasKernels(library, own, options.RowByRow));
        // What every operator but the products does, and the formats in which products are stored. How a product adds only OpenBLAS knows.
        Plan = PlanCatalog.Uniform(new GemmPlan(), options.Activations);
        Baseline = BaselineOf(options, library);
    }

    /// <summary>The tokeniser.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The weights.</summary>
    public ReplayModel Model { get; }

    /// <summary>The model in contracts.</summary>
    public ModelIdentity Identity { get; }

    /// <summary>Runs steps.</summary>
    public IReplayEngine Engine { get; }

    /// <summary>The plan of everything but the products.</summary>
    public ExecutionPlan Plan { get; }

    /// <summary>What all steps' states share.</summary>
    public StepState Baseline { get; }

    /// <summary>Loads everything.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine has no OpenBLAS, and the options do not do without.</exception>
    public static EngineModel Load(ServerOptions options)
    {
        OpenBlas? library = options.Managed ? null : OpenBlas.Find(options.BlasThreads)
            ?? throw new PlatformNotSupportedException("no OpenBLAS on this machine: install Debian's libopenblas0-pthread, or run with --managed, without the foreign engine");
        return new EngineModel(options, library);
    }

    /// <summary>Text to tokens, with the token that begins a sequence.</summary>
    public int[] Encode(string text) => [.. Tokenizer.EncodeToIds(text)];

    private StepState BaselineOf(ServerOptions options, OpenBlas? library)
    {
        ModelConfiguration configuration = Model.Configuration;
        return new StepState
        {
            StepIndex = 0,
            Phase = ExecutionPhase.Decode,
            Shape = new StepShape
            {
                QueryLength = 1,
                KeyLength = 1,
                Heads = configuration.HeadCount,
                KeyValueHeads = configuration.KeyValueHeadCount,
                HeadDimension = configuration.HeadDimension,
                Hidden = configuration.HiddenSize,
                TensorParallel = 1,
            },
            KvRegime = "contiguous",
            KernelVariant = library is null ? Engine.Name : options.RowByRow ? "cblas_sgemm, row by row" : "cblas_sgemm, whole batch",
            LibraryVersions = library is null ? null : new ValueMap([new("blas", $"{library.Configuration}, core {library.Core}"), new("blas_threads", $"{library.Threads}")]),
            ThreadCount = library?.Threads ?? 1,
            Device = "cpu",
            CpuFeatures = KernelEnvironment.CaptureCpuFeatures(),
            Environment = KernelEnvironment.Capture(),
        };
    }
}
