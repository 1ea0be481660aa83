using System.Runtime.InteropServices;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>
/// What reading many rows needs of the SQLite library that is loaded. Its column functions enter a mutex at each call, and a row has forty values: that takes longer than all else
/// that SQLite does for the row. A function of SQL gets all of them at once, and the functions that read its arguments enter none. Each is short and calls nothing back, so no safe
/// handle and no change of the collector's mode is needed. Where an application brings another SQLite, <see cref="ColumnRows"/> serves.
/// </summary>
internal static unsafe class NativeValues
{
    private const string Library = "e_sqlite3";
    private const int Utf8 = 1;
    private const int DirectOnly = 0x80000;

    /// <summary>Whether the library is the one that these functions are of.</summary>
    public static bool IsUsable { get; } = Check();

    public static int Step(nint statement) => sqlite3_step(statement);

    public static int Type(nint value) => sqlite3_value_type(value);

    public static long Int64(nint value) => sqlite3_value_int64(value);

    public static double Double(nint value) => sqlite3_value_double(value);

    /// <summary>The bytes of a blob or text, valid as long as the value is.</summary>
    public static ReadOnlySpan<byte> Bytes(nint value)
    {
        byte* bytes = sqlite3_value_blob(value);
        return bytes == null ? [] : new ReadOnlySpan<byte>(bytes, sqlite3_value_bytes(value));
    }

    /// <summary>Gives a connection a function of any number of arguments whose result is NULL. The name is ASCII.</summary>
    public static int CreateFunction(nint database, ReadOnlySpan<byte> name, nint data, delegate* unmanaged[Cdecl]<nint, int, nint*, void> function)
    {
        Span<byte> text = stackalloc byte[name.Length + 1];
        name.CopyTo(text);
        fixed (byte* first = text)
            return sqlite3_create_function_v2(database, first, -1, Utf8 | DirectOnly, data, function, 0, 0, 0);
    }

    /// <summary>What the function was created with.</summary>
    public static nint UserData(nint context) => sqlite3_user_data(context);

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

    [DllImport(Library, ExactSpelling = true)]
    private static extern int sqlite3_create_function_v2(
        nint database, byte* name, int arguments, int flags, nint data, delegate* unmanaged[Cdecl]<nint, int, nint*, void> function, nint step, nint final, nint destroy);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern nint sqlite3_user_data(nint context);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern long sqlite3_value_int64(nint value);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern double sqlite3_value_double(nint value);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern int sqlite3_value_type(nint value);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern byte* sqlite3_value_blob(nint value);

    [DllImport(Library, ExactSpelling = true), SuppressGCTransition]
    private static extern int sqlite3_value_bytes(nint value);
}
