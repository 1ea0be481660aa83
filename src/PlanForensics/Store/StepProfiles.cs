using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Steps;

namespace PlanForensics.Store;

/// <summary>Ids of step profiles: step states whose fast fields are blank.</summary>
internal sealed class StepProfiles : IDisposable
{
    private const int MostCached = 4096;
    private readonly RawStatement _insert;
    private readonly RawStatement _find;
    private readonly Dictionary<StepState, long> _ids = [];
    private StepState? _lastState;
    private long _lastId;

    public StepProfiles(SqliteConnection connection)
    {
        _insert = new(connection, "INSERT INTO profiles (sha256, state) VALUES (?, ?) ON CONFLICT DO NOTHING");
        _find = new(connection, "SELECT profile_id FROM profiles WHERE sha256 = ?");
    }

    public long IdOf(StepState state)
    {
        if (ReferenceEquals(state, _lastState))
            return _lastId;
        StepState profile = StepProfile.Of(state);
        if (!_ids.TryGetValue(profile, out long id))
        {
            id = Store(profile);
            if (_ids.Count >= MostCached)
                _ids.Clear();
            _ids.Add(profile, id);
        }

        (_lastState, _lastId) = (state, id);
        return id;
    }

    /// <summary>Forgets ids of a transaction that was rolled back.</summary>
    public void Forget()
    {
        _ids.Clear();
        _lastState = null;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
    }

    private long Store(StepState profile)
    {
        string json = StoreJson.Format(profile);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        _insert.Add(hash).Add(json).Run();
        return _find.Add(hash).RunScalar() ?? throw new InvalidOperationException($"the profile {hash} was inserted and is not there");
    }
}
