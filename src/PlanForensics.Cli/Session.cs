using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli;

/// <summary>Where one run of the tool writes, and how it is cancelled.</summary>
/// <param name="Output">Receives results.</param>
/// <param name="Error">Receives errors, remarks and progress.</param>
internal sealed record Session(TextWriter Output, TextWriter Error)
{
    /// <summary>Columns of text where the output is no terminal.</summary>
    public const int DefaultWidth = 80;

    /// <summary>Standard input.</summary>
    /// <remarks>Opened when it is read: .NET changes the terminal's mode with it.</remarks>
    public TextReader Input { get => field ??= Console.In; init; }

    /// <summary>Whether results go to a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether errors go to a terminal; progress is shown only there.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether results may be coloured: a terminal, and <c>NO_COLOR</c> is not set.</summary>
    public bool UseColour { get; init; }

    /// <summary>Columns of text.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Cancelled by ctrl-C.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Standard output as bytes, or null where only <see cref="Output"/> is there.</summary>
    public Stream? OutputBytes { get; init; }

    /// <summary>Prints results.</summary>
    public TextReport Report => new(Output, Width, UseColour);

    /// <summary>Prints one JSON document.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => Output.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Prints a remark that is no result.</summary>
    public void Remark(string text) => Error.WriteLine($"planforensics: {text}");
}
