using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary>Opens stores and finds requests, with messages that help.</summary>
internal static class StoreAccess
{
    /// <exception cref="CannotRunException">The store was written by an older version; the message says how to upgrade it.</exception>
    public static ContractStore OpenToRead(string path)
    {
        try
        {
            return ContractStore.Open(InputFile.Existing(path, "contract store"), ContractStoreMode.ReadOnly);
        }
        catch (ContractStoreException exception) when (exception.Problem == ContractStoreProblem.OlderSchema)
        {
            throw new CannotRunException($"the contract store {path} was written by an older version and reading changes nothing; \"planforensics upgrade --store {path}\" brings it up to date", exception);
        }
    }

    /// <exception cref="CannotRunException">The store has no such request; the message lists near ones.</exception>
    public static ExecutionContract Require(this ContractStore store, string requestId, bool withTensors = true) =>
        store.Find(requestId, withTensors) ?? throw Unknown(store, requestId);

    public static CannotRunException Unknown(ContractStore store, string requestId)
    {
        string[] known = [.. store.List().Select(summary => summary.RequestId)];
        IReadOnlyList<string> near = NearNames.Of(requestId, known);
        string advice = known.Length == 0 ? "the store is empty"
            : near.Count > 0 ? $"near it are {string.Join(", ", near)}"
            : $"it has {Numbers.Count(known.Length, "request")}: {string.Join(", ", known.Take(5))}{(known.Length > 5 ? ", ..." : "")}";
        return new CannotRunException($"the contract store {store.Path} has no request \"{requestId}\"; {advice}");
    }
}
