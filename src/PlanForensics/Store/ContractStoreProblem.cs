namespace PlanForensics.Store;

/// <summary>What kept a store from doing its work.</summary>
public enum ContractStoreProblem
{
    /// <summary>There is no file at the path, or no folder to create it in.</summary>
    NotFound,

    /// <summary>The file is not a contract store: not SQLite, or the SQLite file of another application.</summary>
    NotAStore,

    /// <summary>The file was written by a newer version.</summary>
    NewerSchema,

    /// <summary>The file has an older schema and was opened for reading only.</summary>
    OlderSchema,

    /// <summary>The file is damaged.</summary>
    Corrupt,

    /// <summary>File, folder or store may only be read.</summary>
    ReadOnly,

    /// <summary>The disk, or the size limit of the store, is full.</summary>
    DiskFull,

    /// <summary>Another process held the write lock for longer than the wait.</summary>
    Busy,

    /// <summary>What is to be written is in the store with other content.</summary>
    Conflict,

    /// <summary>The operating system or SQLite reported another failure.</summary>
    InputOutput,
}
