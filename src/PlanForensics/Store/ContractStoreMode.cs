namespace PlanForensics.Store;

/// <summary>What a store is opened for.</summary>
public enum ContractStoreMode
{
    /// <summary>Reading and writing; the file is created when it is missing.</summary>
    Create,

    /// <summary>Reading and writing an existing file.</summary>
    ReadWrite,

    /// <summary>Reading an existing file; nothing is written, not even an upgrade of an older schema.</summary>
    ReadOnly,
}
