using System.Runtime.InteropServices;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>
/// The column functions of the SQLite library that is loaded, without a safe handle and without a change of the collector's mode: fifty are called for each of a million
/// rows, and the usual way takes longer than SQLite itself. Each is short and calls nothing back. Where an application brings another SQLite, the usual way serves.
/// </summary>
internal static unsafe class NativeColumns
{
    private const string Library = "e_sqlite3";

    /// <summary>Whether the library is the one that these functions are of.</summary>
    public static bool IsUsable { get; } = Check();

    public static int Step(nint statement) => sqlite3_step(statement);

    public static long Int64(nint statement, int column) => sqlite3_column_int64(statement, column);

    public static double Double(nint statement, int column) => sqlite3_column_double(statement, column);

    public static int Type(nint statement, int column) => sqlite3_column_type(statement, column);

    /// <summary>The bytes of a blob or text, valid until the next step.</summary>
    public static ReadOnlySpan<byte> Bytes(nint statement, int column)
    {
        byte* bytes = sqlite3_column_blob(statement, column);
        return bytes == null ? [] : new ReadOnlySpan<byte>(bytes, sqlite3_column_bytes(statement, column));
    }

    private static bool Check()
    {
        try
        {
            return raw.GetNativeLibraryName() == Library && sqlite3_libversion_number() == raw.sqlite3_libversion_number();
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }

    [DllImport(Library, ExactSpelling = true)]
    private static extern int sqlite3_libversion_number();

    [DllImport(Library, ExactSpelling = true)]
    private static extern int sqlite3_step(nint statement);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern long sqlite3_column_int64(nint statement, int column);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern double sqlite3_column_double(nint statement, int column);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern int sqlite3_column_type(nint statement, int column);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern byte* sqlite3_column_blob(nint statement, int column);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern int sqlite3_column_bytes(nint statement, int column);
}
