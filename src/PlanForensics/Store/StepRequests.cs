using Microsoft.Data.Sqlite;
using PlanForensics.Contracts.Steps;

namespace PlanForensics.Store;

/// <summary>Reads the requests of a stream of steps, and which of them have equal x.</summary>
internal sealed class StepRequests(SqliteConnection connection, SqliteTransaction transaction)
{
    public List<(long Key, RequestRow Request)> Read()
    {
        Dictionary<long, int> classes = ReadEqualClasses();
        using SqliteCommand command = Command("SELECT request_key, request_id, recorded_at, replica, dropped_steps FROM requests ORDER BY request_key");
        using SqliteDataReader reader = command.ExecuteReader();
        RowReader row = new(reader);
        List<(long, RequestRow)> requests = [];
        for (; reader.Read(); row.NextRow())
        {
            long key = row.Long();
            requests.Add((key, new RequestRow
            {
                RequestId = row.Text(),
                RecordedAt = row.TimeOrNull()!.Value,
                Replica = row.TextOrNull(),
                DroppedSteps = row.LongOrNull() ?? 0,
                EqualClass = classes.TryGetValue(key, out int number) ? number : null,
            }));
        }

        return requests;
    }

    // The index of tokens tells who may be equal; only their decode configurations are read from x.
    private Dictionary<long, int> ReadEqualClasses()
    {
        using SqliteCommand command = Command("""
            WITH shared AS (
              SELECT token_hash, model_id FROM requests WHERE token_hash IS NOT NULL GROUP BY token_hash, model_id HAVING count(*) > 1)
            SELECT r.request_key, r.token_hash, r.model_id, r.x -> '$.decode'
            FROM shared s CROSS JOIN requests r ON r.token_hash = s.token_hash AND r.model_id = s.model_id
            ORDER BY r.request_key
            """);
        using SqliteDataReader reader = command.ExecuteReader();
        RowReader row = new(reader);
        Dictionary<(string, long, string?), List<long>> equal = [];
        for (; reader.Read(); row.NextRow())
        {
            long key = row.Long();
            (string, long, string?) x = (row.Text(), row.Long(), row.TextOrNull());
            if (!equal.TryGetValue(x, out List<long>? keys))
                equal.Add(x, keys = []);
            keys.Add(key);
        }

        Dictionary<long, int> classes = [];
        int next = 0;
        foreach (List<long> keys in equal.Values.Where(keys => keys.Count > 1))
        {
            foreach (long key in keys)
                classes.Add(key, next);
            next++;
        }

        return classes;
    }

    private SqliteCommand Command(string sql)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The texts are constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
