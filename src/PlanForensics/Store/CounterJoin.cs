using System.Globalization;
using Microsoft.Data.Sqlite;

namespace PlanForensics.Store;

/// <summary>
/// Joins launches with counters to launches with times: of equal name, grid and block, the n-th with counters is the n-th in time of the latest
/// profile that has the name. Tools print names with more or less of their arguments, so what is left joins by the function's name where both sides
/// know only one kernel of it. A hit rate of a whole step is the mean over its kernels, weighted by their time.
/// </summary>
internal sealed class CounterJoin(SqliteConnection connection, SqliteTransaction transaction)
{
    private const string ByName = """
        WITH counted AS (
          SELECT position, name_id, grid, block, row_number() OVER (PARTITION BY name_id, grid, block ORDER BY position) AS nth
          FROM counter_launches WHERE import_id = $import),
        latest AS (
          SELECT c.name_id, max(k.import_id) AS import_id FROM (SELECT DISTINCT name_id FROM counted) c JOIN kernels k ON k.name_id = c.name_id GROUP BY c.name_id),
        timed AS (
          SELECT k.import_id, k.position, k.name_id, k.grid, k.block,
            row_number() OVER (PARTITION BY k.name_id, k.grid, k.block ORDER BY k.start_ns, k.position) AS nth
          FROM latest l JOIN kernels k ON k.name_id = l.name_id AND k.import_id = l.import_id)
        UPDATE counter_launches SET (kernel_import_id, kernel_position) = (pair.import_id, pair.kernel)
        FROM (
          SELECT c.position, t.import_id, t.position AS kernel FROM counted c
          JOIN timed t ON t.name_id = c.name_id AND t.nth = c.nth AND t.grid IS c.grid AND t.block IS c.block) AS pair
        WHERE counter_launches.import_id = $import AND counter_launches.position = pair.position
        """;

    private const string ByFunction = """
        WITH counted AS (
          SELECT l.position, n.base_name, l.grid, l.block, row_number() OVER (PARTITION BY n.base_name, l.grid, l.block ORDER BY l.position) AS nth,
            min(l.name_id) OVER shape AS first_name, max(l.name_id) OVER shape AS last_name, min(l.kernel_position) OVER shape AS joined
          FROM counter_launches l JOIN kernel_names n ON n.name_id = l.name_id WHERE l.import_id = $import
          WINDOW shape AS (PARTITION BY n.base_name, l.grid, l.block)),
        latest AS (
          SELECT c.base_name, max(k.import_id) AS import_id FROM (SELECT DISTINCT base_name FROM counted) c
          JOIN kernel_names n ON n.base_name = c.base_name JOIN kernels k ON k.name_id = n.name_id GROUP BY c.base_name),
        timed AS (
          SELECT k.import_id, k.position, n.base_name, k.grid, k.block,
            row_number() OVER (PARTITION BY n.base_name, k.grid, k.block ORDER BY k.start_ns, k.position) AS nth,
            min(k.name_id) OVER shape AS first_name, max(k.name_id) OVER shape AS last_name
          FROM latest l JOIN kernel_names n ON n.base_name = l.base_name JOIN kernels k ON k.name_id = n.name_id AND k.import_id = l.import_id
          WINDOW shape AS (PARTITION BY n.base_name, k.grid, k.block))
        UPDATE counter_launches SET (kernel_import_id, kernel_position) = (pair.import_id, pair.kernel)
        FROM (
          SELECT c.position, t.import_id, t.position AS kernel FROM counted c
          JOIN timed t ON t.base_name = c.base_name AND t.nth = c.nth AND t.grid IS c.grid AND t.block IS c.block
          WHERE c.joined IS NULL AND c.first_name = c.last_name AND t.first_name = t.last_name) AS pair
        WHERE counter_launches.import_id = $import AND counter_launches.position = pair.position
        """;

    private const string HitRates = """
        UPDATE steps SET l2_hit_rate = rate.value
        FROM (
          SELECT k.request_key, k.step_index, k.rank,
            sum(c.value / CASE c.unit WHEN '%' THEN 100.0 ELSE 1.0 END * (k.end_ns - k.start_ns)) / sum(k.end_ns - k.start_ns) AS value
          FROM counter_launches l
          JOIN kernels k ON k.import_id = l.kernel_import_id AND k.position = l.kernel_position
          JOIN counters c ON c.import_id = l.import_id AND c.position = l.position AND c.meaning = 'l2_hit_rate'
          WHERE l.import_id = $import AND k.request_key IS NOT NULL AND k.end_ns > k.start_ns
          GROUP BY k.request_key, k.step_index, k.rank) AS rate
        WHERE steps.request_key = rate.request_key AND steps.step_index = rate.step_index AND steps.rank = rate.rank AND steps.l2_hit_rate IS NULL
          AND rate.value BETWEEN 0 AND 1
        """;

    /// <summary>Joins one import; the launches that found their partner.</summary>
    public long Run(long import)
    {
        Execute(ByName, import);
        Execute(ByFunction, import);
        Execute(HitRates, import);
        return Execute("SELECT count(*) FROM counter_launches WHERE import_id = $import AND kernel_position IS NOT NULL", import);
    }

    private long Execute(string sql, long import)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The texts are constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$import", import);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
