using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>The prepared statements that write contracts; works inside the caller's transaction.</summary>
internal sealed class ContractWriter : IDisposable
{
    private readonly TensorWriter _tensors;

    public ContractWriter(SqliteConnection connection)
    {
        _tensors = new TensorWriter(connection);
        Requests = new RequestWriter(connection);
        Steps = new StepWriter(connection, _tensors);
    }

    public RequestWriter Requests { get; }

    public StepWriter Steps { get; }

    /// <summary>Writes a contract; false when its request id is taken.</summary>
    public bool Write(ExecutionContract contract)
    {
        if (Requests.Insert(contract, contract.Steps.Count) is not { } key)
            return false;
        foreach (ContractStep step in contract.Steps)
            Steps.Insert(key, step.State, step.Observation, step);
        return true;
    }

    public long PutTensor(TensorReference reference) => _tensors.IdOf(reference);

    /// <summary>Forgets what a rolled-back transaction inserted.</summary>
    public void Forget()
    {
        Requests.Forget();
        Steps.Forget();
    }

    public void Dispose()
    {
        Steps.Dispose();
        Requests.Dispose();
        _tensors.Dispose();
    }
}
