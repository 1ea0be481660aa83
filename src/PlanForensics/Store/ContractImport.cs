namespace PlanForensics.Store;

/// <summary>What an import did.</summary>
/// <param name="Lines">Lines read, empty ones included.</param>
/// <param name="Imported">Contracts written.</param>
/// <param name="AlreadyPresent">Contracts that were in the store with equal content.</param>
/// <param name="Skipped">Damaged lines skipped; 0 unless that was asked for.</param>
/// <param name="Steps">Steps of the contracts read.</param>
public sealed record ContractImport(long Lines, long Imported, long AlreadyPresent, long Skipped, long Steps = 0);
