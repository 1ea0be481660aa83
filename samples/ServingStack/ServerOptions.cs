using PlanForensics.Numerics;

namespace ServingStack;

/// <summary>How the server runs.</summary>
public sealed record ServerOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:5080";

    /// <summary>The store that takes the contracts.</summary>
    public string Store { get; init; } = "serving.db";

    /// <summary>The model's folder: config.json, safetensors, tokenizer.model.</summary>
    public required string Model { get; init; }

    /// <summary>The model's name in the API.</summary>
    public string ModelName { get; init; } = "kjv-1m";

    /// <summary>Requests decoded together at most.</summary>
    public int MaximumBatch { get; init; } = 16;

    /// <summary>Requests that may wait; more are turned away.</summary>
    public int MaximumQueue { get; init; } = 256;

    /// <summary>Threads of OpenBLAS.</summary>
    public int BlasThreads { get; init; } = 1;

    /// <summary>The pin: each row of each product is a call of its own, so that nobody's bits depend on the batch.</summary>
    public bool RowByRow { get; init; }

    /// <summary>Whether products run by PlanForensics' own kernels, for machines without OpenBLAS: then nothing drifts.</summary>
    public bool Managed { get; init; }

    /// <summary>Whether steps are recorded.</summary>
    public bool Records { get; init; } = true;

    /// <summary>Whether all logits are kept, not only their hash and the largest.</summary>
    public bool KeepsLogits { get; init; }

    /// <summary>The largest logits that are recorded.</summary>
    public int TopK { get; init; } = 5;

    /// <summary>Format between operators and of the logits: bf16, as most models are served, or fp32.</summary>
    public NumericFormat Activations { get; init; } = NumericFormat.Bf16;

    /// <summary>Wait after each step, for tests and demonstrations; default none.</summary>
    public TimeSpan StepDelay { get; init; }

    /// <summary>How long a server that is asked to stop goes on decoding what runs.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}
