using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>Steps read by a function of SQL that takes a row's columns as arguments (<see cref="NativeValues"/> tells why).</summary>
internal sealed unsafe class FunctionRows : StepRows
{
    private readonly StepDecoder _decoder;
    private readonly sqlite3_stmt _statement;
    private readonly nint _native;
    private GCHandle<FunctionRows> _self;
    private ExceptionDispatchInfo? _failure;
    private int _calls;

    public FunctionRows(SqliteConnection connection, StepQuery query, StepDecoder decoder)
        : base(connection)
    {
        _decoder = decoder;
        _self = new GCHandle<FunctionRows>(this);
        try
        {
            int result = NativeValues.CreateFunction(Database.DangerousGetHandle(), Encoding.ASCII.GetBytes(query.Name), GCHandle<FunctionRows>.ToIntPtr(_self), &Take);
            if (result != raw.SQLITE_OK)
                throw Exception(result);
            _statement = Prepare($"SELECT {query.Name}({query.Columns}) {query.Source}");
        }
        catch
        {
            _self.Dispose();
            throw;
        }

        _native = _statement.DangerousGetHandle();
    }

    public override bool Next()
    {
        _calls = 0;
        bool isRow = IsRow(NativeValues.Step(_native));
        _failure?.Throw();
        if (_calls != (isRow ? 1 : 0))
            throw new InvalidOperationException($"SQLite computed {_calls} rows for one: the query is not answered in the order of its keys");
        return isRow;
    }

    public override void Dispose()
    {
        // The function stays with its connection and is replaced by the next query; without a statement nothing calls it.
        _statement.Dispose();
        _self.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Take(nint context, int count, nint* values)
    {
        FunctionRows rows = GCHandle<FunctionRows>.FromIntPtr(NativeValues.UserData(context)).Target;
        rows._calls++;
        try
        {
            rows._decoder.Decode(new FunctionValues(values), ref rows.Current);
        }
#pragma warning disable CA1031 // No exception may pass through SQLite; it is thrown after the step.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            rows._failure ??= ExceptionDispatchInfo.Capture(exception);
        }
    }
}
