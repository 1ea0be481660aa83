using System.Buffers;
using System.Text.Json;

namespace PlanForensics.Contracts;

/// <summary>Writes contracts as JSON lines: UTF-8 without byte order mark, one contract a line, LF. Not thread-safe.</summary>
public sealed class ContractLineWriter
{
    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Writes to a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    public ContractLineWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <summary>Writes one contract and its line end, at once: never half a line, unless the stream itself fails.</summary>
    /// <param name="contract">The contract.</param>
    /// <exception cref="ArgumentNullException">The contract is null.</exception>
    public void Write(ExecutionContract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        _buffer.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_buffer, new JsonWriterOptions { Encoder = ContractJson.Context.Options.Encoder }))
            JsonSerializer.Serialize(json, contract, ContractJson.Context.ExecutionContract);
        _buffer.Write("\n"u8);
        _stream.Write(_buffer.WrittenSpan);
    }
}
