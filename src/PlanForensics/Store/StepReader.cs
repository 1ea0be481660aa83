using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Steps;

namespace PlanForensics.Store;

/// <summary>Streams the steps of a store, column by column, without building contracts.</summary>
/// <param name="connection">The store.</param>
/// <param name="transaction">A transaction on it.</param>
/// <param name="native">Whether to read past the column functions of SQLite.</param>
internal sealed class StepReader(SqliteConnection connection, SqliteTransaction transaction, bool native)
{
    public void Read(IStepSink sink, CancellationToken cancellation)
    {
        List<(long Key, RequestRow Request)> requests = new StepRequests(connection, transaction).Read();
        HashSet<long> outcomes = [.. requests.Where(entry => entry.Request.EqualClass is not null).Select(entry => entry.Key)];
        StepDecoder decoder = new(ReadProfiles(), outcomes, outcomes.Count > 0 ? ReadTensorHashes() : []);
        using StepRows single = StepRows.Open(connection, StepQuery.Single, decoder, native);
        using StepRows spanned = StepRows.Open(connection, StepQuery.Spanned, decoder, native);
        (bool hasSingle, bool hasSpanned) = (single.Next(), spanned.Next());
        (int next, long key) = (0, long.MinValue);
        for (long count = 0; hasSingle || hasSpanned; count++)
        {
            if ((count & 4095) == 0)
                cancellation.ThrowIfCancellationRequested();
            bool isSingle = hasSingle && (!hasSpanned || PlaceOf(single).CompareTo(PlaceOf(spanned)) <= 0);
            StepRows rows = isSingle ? single : spanned;
            while (key != rows.Current.Request)
            {
                if (next == requests.Count)
                    throw new FormatException($"a step names the request {rows.Current.Request}, which is missing");
                (key, RequestRow request) = requests[next++];
                sink.Begin(request);
            }

            sink.Step(in rows.Current.Row);
            (hasSingle, hasSpanned) = isSingle ? (single.Next(), hasSpanned) : (hasSingle, spanned.Next());
        }

        for (; next < requests.Count; next++)
            sink.Begin(requests[next].Request);
    }

    private static (long Request, int Step, int Rank) PlaceOf(StepRows rows) => (rows.Current.Request, rows.Current.Row.StepIndex, rows.Current.Row.Rank);

    private Dictionary<long, string> ReadTensorHashes()
    {
        using SqliteCommand command = Command("SELECT tensor_id, sha256 FROM tensors");
        using SqliteDataReader reader = command.ExecuteReader();
        Dictionary<long, string> hashes = [];
        while (reader.Read())
            hashes.Add(reader.GetInt64(0), reader.GetString(1));
        return hashes;
    }

    private Dictionary<long, StepState> ReadProfiles()
    {
        using SqliteCommand command = Command("SELECT profile_id, state FROM profiles");
        using SqliteDataReader reader = command.ExecuteReader();
        Dictionary<long, StepState> profiles = [];
        while (reader.Read())
            profiles.Add(reader.GetInt64(0), StoreJson.Parse<StepState>(reader.GetString(1)) ?? throw new FormatException($"profile {reader.GetInt64(0)} is empty"));
        return profiles;
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
