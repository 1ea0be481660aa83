using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>Reads contracts on a thread of its own, a few batches ahead; batches are small in number of contracts and in bytes, so memory stays bounded.</summary>
internal sealed class ContractReadAhead : IDisposable
{
    private const int MostContracts = 256;
    private const long MostBytes = 4 << 20;
    private readonly BlockingCollection<List<ExecutionContract>> _batches = new(boundedCapacity: 4);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly ContractLineReader _reader;
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    public ContractReadAhead(ContractLineReader reader)
    {
        _reader = reader;
        _thread = new Thread(Run) { IsBackground = true, Name = "PlanForensics import" };
        _thread.Start();
    }

    /// <summary>The contracts, in order; what the reader threw comes after those before it.</summary>
    public IEnumerable<ExecutionContract> Contracts()
    {
        foreach (List<ExecutionContract> batch in _batches.GetConsumingEnumerable())
            foreach (ExecutionContract contract in batch)
                yield return contract;
        _failure?.Throw();
    }

    public void Dispose()
    {
        _abandoned.Cancel();
        _thread.Join();
        _batches.Dispose();
        _abandoned.Dispose();
    }

    private void Run()
    {
        List<ExecutionContract> batch = [];
        long taken = 0;
        try
        {
            foreach (ExecutionContract contract in _reader.Read())
            {
                batch.Add(contract);
                if (batch.Count < MostContracts && _reader.ByteCount - taken < MostBytes)
                    continue;
                _batches.Add(batch, _abandoned.Token);
                (batch, taken) = ([], _reader.ByteCount);
            }
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // It is thrown again where the contracts are taken.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }

        try
        {
            _batches.Add(batch, _abandoned.Token);
            _batches.CompleteAdding();
        }
        catch (OperationCanceledException)
        {
            // The import has ended before: nobody waits for the rest.
        }
    }
}
