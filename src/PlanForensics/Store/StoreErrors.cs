using System.Globalization;
using Microsoft.Data.Sqlite;

namespace PlanForensics.Store;

/// <summary>Turns what SQLite reports into what happened, where, and what to do.</summary>
internal static class StoreErrors
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static ContractStoreException Of(SqliteException exception, string path, string doing, long unwrittenSteps = 0)
    {
        (ContractStoreProblem problem, string advice) = exception.SqliteErrorCode switch
        {
            Busy or Locked => (ContractStoreProblem.Busy, "another process holds the write lock; try again, or raise ContractStoreOptions.BusyTimeout"),
            ReadOnly => (ContractStoreProblem.ReadOnly, "the file or its folder may only be read; open with ContractStoreMode.ReadOnly, or copy the file to a folder that may be written"),
            CannotOpen => CannotOpenProblem(path),
            Full => (ContractStoreProblem.DiskFull, "the disk or the limit ContractStoreOptions.MaxBytes is full; make room and try again, what was committed is whole"),
            Corrupt or NotADatabase => (ContractStoreProblem.Corrupt, "the file is damaged; restore a copy, or save what can be read with `sqlite3 FILE .recover`"),
            InputOutput => (ContractStoreProblem.InputOutput, "the disk or the file system failed; check it, then try again"),
            _ => (ContractStoreProblem.InputOutput, "this is unexpected; please report it with this message"),
        };
        string message = string.Create(CultureInfo.InvariantCulture,
            $"{doing} failed at {path}: {exception.Message.TrimEnd('.')} (SQLite {exception.SqliteErrorCode}/{exception.SqliteExtendedErrorCode}); {advice}");
        return new ContractStoreException(problem, path, message, exception, unwrittenSteps);
    }

    private static (ContractStoreProblem Problem, string Advice) CannotOpenProblem(string path) =>
        Directory.Exists(Path.GetDirectoryName(path))
            ? (ContractStoreProblem.ReadOnly, "the folder does not let files be created in it; choose another folder, or ContractStoreMode.ReadOnly for an existing file")
            : (ContractStoreProblem.NotFound, "the folder does not exist; create it first");
}
