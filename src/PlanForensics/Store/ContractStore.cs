using System.Text.Json;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Contracts.Steps;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Numerics;

namespace PlanForensics.Store;

/// <summary>
/// A file of execution contracts (SQLite; docs/store.md documents its views, which Python may read). Every method is one transaction: all of
/// it, or nothing. Instances are thread-safe, one call at a time; other processes and a <see cref="Recorder"/> may use the file meanwhile.
/// </summary>
public sealed class ContractStore : IStepSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly Dictionary<long, StepState> _profiles = [];
    private ContractWriter? _writer;
    private bool _disposed;

    private ContractStore(string path, ContractStoreMode mode, SqliteConnection connection)
    {
        Path = path;
        Mode = mode;
        _connection = connection;
    }

    /// <summary>The file, as a full path.</summary>
    public string Path { get; }

    /// <summary>What the store was opened for.</summary>
    public ContractStoreMode Mode { get; }

    /// <summary>The schema version that this library writes: the number of migrations.</summary>
    public static int SchemaVersion => StoreMigrations.LatestVersion;

    /// <summary>Opens a store; for writing, an older schema is upgraded in one transaction.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">What to open it for. Default: create it when it is missing.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The open store.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ContractStoreException">The file is missing, damaged, no store, of a newer version, or may not be written.</exception>
    public static ContractStore Open(string path, ContractStoreMode mode = ContractStoreMode.Create, ContractStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string fullPath = System.IO.Path.GetFullPath(path);
        return new ContractStore(fullPath, mode, StoreConnection.Open(fullPath, mode, options ?? new ContractStoreOptions()));
    }

    /// <summary>Writes a contract with its steps and tensors. Writing an equal contract again changes nothing.</summary>
    /// <param name="contract">The contract.</param>
    /// <returns>Whether it was written; false when an equal one was there.</returns>
    /// <exception cref="ArgumentException">Its fields contradict each other (a count, a hash).</exception>
    /// <exception cref="ContractStoreException">Another contract has the request id, or the file cannot be written.</exception>
    public bool Write(ExecutionContract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        if (ContractRules.FindProblem(contract) is { } problem)
            throw new ArgumentException($"the contract \"{contract.RequestId}\" contradicts itself: {problem}", nameof(contract));
        return Change("writing a contract", transaction => WriteOne(contract, transaction));
    }

    /// <summary>Reads a contract.</summary>
    /// <param name="requestId">Name of the request.</param>
    /// <param name="withTensors">Whether to read tensors too; otherwise only their hashes. Default: true.</param>
    /// <returns>The contract.</returns>
    /// <exception cref="KeyNotFoundException">The store has no such request.</exception>
    /// <exception cref="ContractStoreException">The file cannot be read.</exception>
    public ExecutionContract Get(string requestId, bool withTensors = true) => Find(requestId, withTensors)
        ?? throw new KeyNotFoundException($"the contract store {Path} has no request \"{requestId}\"; List() names those it has");

    /// <summary>Reads a contract, if it is there.</summary>
    /// <param name="requestId">Name of the request.</param>
    /// <param name="withTensors">Whether to read tensors too; otherwise only their hashes. Default: true.</param>
    /// <returns>The contract, or null.</returns>
    /// <exception cref="ContractStoreException">The file cannot be read.</exception>
    public ExecutionContract? Find(string requestId, bool withTensors = true)
    {
        ArgumentNullException.ThrowIfNull(requestId);
        return Read("reading a contract", transaction => Find(requestId, withTensors, transaction));
    }

    /// <summary>Lists the requests, oldest first.</summary>
    /// <returns>All requests, without steps.</returns>
    /// <exception cref="ContractStoreException">The file cannot be read.</exception>
    public IReadOnlyList<ContractSummary> List() => Read("listing the requests", ReadSummaries);

    /// <summary>Streams all steps, column by column, without building contracts: requests in the order in which they were written, each with its steps.</summary>
    /// <param name="sink">Receives them; must not call the store.</param>
    /// <param name="cancellation">Ends the streaming.</param>
    /// <exception cref="OperationCanceledException">The streaming was cancelled.</exception>
    /// <exception cref="ContractStoreException">The file cannot be read.</exception>
    public void ReadSteps(IStepSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        Read("reading the steps", transaction =>
        {
            new StepReader(_connection, transaction, NativeValues.IsUsable).Read(sink, cancellation);
            return true;
        });
    }

    /// <summary>Stores a tensor by its content; stored once however often it is put.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>The reference by which to find it.</returns>
    /// <exception cref="ContractStoreException">The file cannot be written.</exception>
    public TensorReference PutTensor(TensorValue tensor)
    {
        TensorReference reference = TensorReference.Of(tensor);
        Change("writing a tensor", _ => Writer.PutTensor(reference));
        return reference;
    }

    /// <summary>Reads a tensor.</summary>
    /// <param name="reference">Format, shape and hash.</param>
    /// <returns>The tensor, or null when the store has only its hash or does not know it.</returns>
    /// <exception cref="ArgumentException">The stored bytes do not fit format and shape.</exception>
    /// <exception cref="ContractStoreException">The file cannot be read, or the bytes no longer have the hash.</exception>
    public TensorValue? FindTensor(TensorReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        byte[]? bytes = Read("reading a tensor", transaction => new TensorReader(_connection, transaction, withValues: true).FindBytes(reference.Sha256));
        return bytes is null ? null : TensorValue.FromBytes(reference.Format, new ReadOnlyMemory<byte>(bytes), reference.Shape.AsSpan());
    }

    /// <summary>Writes contracts as JSON lines, oldest first, from one state of the store.</summary>
    /// <param name="stream">Receives the lines; stays open.</param>
    /// <param name="requestIds">The requests; null, the default, for all.</param>
    /// <param name="withTensors">Whether tensors go along as base64; otherwise only their hashes. Default: true.</param>
    /// <returns>Contracts written.</returns>
    /// <exception cref="KeyNotFoundException">A named request is not in the store.</exception>
    /// <exception cref="ContractStoreException">The file cannot be read.</exception>
    public long Export(Stream stream, IEnumerable<string>? requestIds = null, bool withTensors = true)
    {
        ContractLineWriter writer = new(stream);
        return Read("exporting", transaction =>
        {
            long count = 0;
            foreach (string requestId in requestIds ?? ReadSummaries(transaction).Select(summary => summary.RequestId))
            {
                writer.Write(Find(requestId, withTensors, transaction)
                    ?? throw new KeyNotFoundException($"the contract store {Path} has no request \"{requestId}\""));
                count++;
            }

            return count;
        });
    }

    /// <summary>Reads contracts from JSON lines: all, or on failure none.</summary>
    /// <param name="stream">The lines; stays open.</param>
    /// <param name="options">What to do with damaged lines; null for the default, to fail. <c>OnSkipped</c> is called on another thread, one call at a time.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ContractFormatException">A damaged line, unless damaged lines are skipped.</exception>
    /// <exception cref="ContractStoreException">A request is in the store with other content, or the file cannot be written.</exception>
    public ContractImport Import(Stream stream, ContractReadOptions? options = null)
    {
        ContractLineReader reader = new(stream, options);
        return Change("importing", transaction =>
        {
            (long imported, long present, long steps) = (0, 0, 0);
            // Reading takes as long as writing: it goes ahead on a thread of its own.
            using ContractReadAhead ahead = new(reader);
            foreach (ExecutionContract contract in ahead.Contracts())
            {
                steps += contract.Steps.Count;
                _ = WriteOne(contract, transaction) ? imported++ : present++;
            }

            return new ContractImport(reader.LineCount, imported, present, reader.SkippedCount, steps);
        });
    }

    /// <summary>Writes records of another tool: all, or on failure none. A file that was imported before is left alone.</summary>
    /// <param name="origin">Where they come from.</param>
    /// <param name="read">Reads them into the sink; returns remarks to keep with the import.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ContractFormatException">The reader found a damaged line.</exception>
    /// <exception cref="ContractStoreException">A request is in the store, or the file cannot be written.</exception>
    public TelemetryImport Import(TelemetryOrigin origin, Func<ITelemetrySink, IReadOnlyList<string>> read)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return Change("importing", transaction =>
            {
                using TelemetryWriter telemetry = new(_connection, transaction, Writer);
                return telemetry.TryBegin(origin) ? telemetry.Finish(read(telemetry)) : new TelemetryImport(AlreadyPresent: true);
            });
        }
        catch (RequestTakenException exception)
        {
            throw new ContractStoreException(ContractStoreProblem.Conflict, Path,
                $"the contract store {Path} has a request \"{exception.RequestId}\" from elsewhere; nothing was changed, import into another store", exception);
        }
    }

    /// <summary>Writes an engine's run, iteration by iteration: all, or on failure none. Reading gives its requests as contracts like any other.</summary>
    /// <param name="run">What the run is.</param>
    /// <param name="write">Gives iterations and requests to the sink.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ContractStoreException">The run's name or a request's id is taken, or the file cannot be written.</exception>
    public EngineRunImport Record(EngineRun run, Action<IEngineRunSink> write)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            return Change("recording a run", transaction =>
            {
                using EngineRunWriter writer = new(_connection, Writer);
                if (!writer.TryBegin(run))
                    throw new ContractStoreException(ContractStoreProblem.Conflict, Path, $"the contract store {Path} has a run \"{run.Name}\"; nothing was changed, give the new run another name");
                write(writer);
                return new EngineRunImport(writer.Iterations, writer.Requests, writer.Spans);
            });
        }
        catch (RequestTakenException exception)
        {
            throw new ContractStoreException(ContractStoreProblem.Conflict, Path,
                $"the contract store {Path} has a request \"{exception.RequestId}\"; nothing was changed, give the new run another name", exception);
        }
    }

    /// <summary>Checks the whole file: SQLite's integrity and foreign keys, and the hash of every tensor. Takes as long as reading the file.</summary>
    /// <returns>What is wrong, one text a finding; empty when nothing is.</returns>
    /// <exception cref="ContractStoreException">The file cannot be read at all.</exception>
    public IReadOnlyList<string> Verify() => Read("verifying", transaction => StoreVerification.Run(_connection, transaction));

    /// <summary>Closes the file. The last one to close it folds the log into the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _writer?.Dispose();
            _connection.Dispose();
        }
    }

    private ContractWriter Writer => _writer ??= new ContractWriter(_connection);

    private bool WriteOne(ExecutionContract contract, SqliteTransaction transaction)
    {
        if (Writer.Write(contract))
            return true;
        if (contract.Equals(Find(contract.RequestId, withTensors: false, transaction)))
            return false;
        throw new ContractStoreException(ContractStoreProblem.Conflict, Path,
            $"the contract store {Path} has request \"{contract.RequestId}\" with other content; record it under another id, nothing was changed");
    }

    private ExecutionContract? Find(string requestId, bool withTensors, SqliteTransaction transaction) =>
        new ContractRowReader(_connection, transaction, withTensors, _profiles).Find(requestId);

    private List<ContractSummary> ReadSummaries(SqliteTransaction transaction)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            SELECT request_id, recorded_at, completed_at, model_name, step_count, effective_token_count, effective_token_hash, dropped_steps
            FROM v_requests ORDER BY recorded_at, request_id
            """;
        using SqliteDataReader reader = command.ExecuteReader();
        RowReader row = new(reader);
        List<ContractSummary> summaries = [];
        for (; reader.Read(); row.NextRow())
            summaries.Add(new ContractSummary(row.Text(), row.TimeOrNull()!.Value, row.TimeOrNull(), row.Text(), row.Long(), row.LongOrNull(), row.TextOrNull(), row.Long()));
        return summaries;
    }

    private T Change<T>(string doing, Func<SqliteTransaction, T> work)
    {
        if (Mode == ContractStoreMode.ReadOnly)
            throw new ContractStoreException(ContractStoreProblem.ReadOnly, Path, $"{doing} failed: the contract store {Path} was opened for reading only; open it with ContractStoreMode.ReadWrite");
        lock (_gate)
        {
            try
            {
                return Transact(doing, deferred: false, work);
            }
            catch
            {
                _writer?.Forget();
                _profiles.Clear();
                throw;
            }
        }
    }

    private T Read<T>(string doing, Func<SqliteTransaction, T> work)
    {
        lock (_gate)
            return Transact(doing, deferred: true, work);
    }

    private T Transact<T>(string doing, bool deferred, Func<SqliteTransaction, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred);
            T result = work(transaction);
            transaction.Commit();
            return result;
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.Of(exception, Path, doing);
        }
        catch (Exception exception) when (exception is JsonException or (FormatException and not ContractFormatException) or ArgumentException
            or OverflowException or InvalidCastException)
        {
            throw new ContractStoreException(ContractStoreProblem.Corrupt, Path,
                $"{doing} failed: a row of the contract store {Path} does not hold what it should: {exception.Message}; restore a copy, or check it with Verify()", exception);
        }
    }
}
