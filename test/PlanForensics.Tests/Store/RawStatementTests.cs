using System.Globalization;
using System.Text;
using FluentAssertions;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Store;
using Xunit;

namespace PlanForensics.Tests.Store;

/// <summary>A statement whose parameters keep their values writes what it is told, whatever it was told before.</summary>
public sealed class RawStatementTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public RawStatementTests()
    {
        _connection.Open();
        Execute("CREATE TABLE t (n INTEGER PRIMARY KEY, a, b, c)");
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Every_value_may_follow_every_other_in_the_same_place()
    {
        (string Expected, Action<RawStatement> Add)[] values =
        [
            ("null", statement => statement.AddNull()),
            ("null", statement => statement.Add((string?)null)),
            ("integer 0", statement => statement.Add(0L)),
            ("integer 1", statement => statement.Add(true)),
            ("real 0.0", statement => statement.Add((double?)0)),
            ("real 1.0", statement => statement.Add((double?)1)),
            ("null", statement => statement.Add((double?)double.NaN)),
            ("text a", statement => statement.Add("a")),
            ("text 1", statement => statement.Add(1.ToString(CultureInfo.InvariantCulture))),
            ("text ", statement => statement.Add("")),
            ("text long", statement => statement.Add(new string('x', 300))),
            ("text utf8", statement => statement.AddUtf8("utf8"u8)),
            ("blob a", statement => statement.AddBlob("a"u8)),
            ("blob ", statement => statement.AddBlob([])),
            ("text 2026-03-01T12:00:00.0000000Z", statement => statement.AddTime(Noon.ToOffset(TimeSpan.FromHours(5)))),
        ];
        List<string> expected = [];
        using RawStatement insert = new(_connection, "INSERT INTO t (n, a, b) VALUES (?, ?, ?)");

        foreach ((string first, Action<RawStatement> addFirst) in values)
        {
            foreach ((string second, Action<RawStatement> addSecond) in values)
            {
                foreach ((string text, Action<RawStatement> add) in ((string, Action<RawStatement>)[])[(first, addFirst), (second, addSecond), (second, addSecond)])
                {
                    insert.Add(expected.Count);
                    add(insert);
                    insert.Add("kept").Run();
                    expected.Add($"{text} kept");
                }
            }
        }

        Read("SELECT CASE WHEN a IS NULL THEN 'null' WHEN length(a) = 300 THEN 'text long' ELSE typeof(a) || ' ' || a END || ' ' || b FROM t ORDER BY n").Should().Equal(expected);
    }

    [Fact]
    public void A_refused_row_leaves_nothing_that_the_next_one_would_keep_by_mistake()
    {
        using RawStatement insert = new(_connection, "INSERT INTO t (n, a, b) VALUES (?, ?, ?)");
        insert.Add(1L).Add("first").Add(1L).Run();

        insert.Invoking(statement => statement.Add(1L).Add("refused").Add(2L).Run()).Should().Throw<SqliteException>();
        insert.Add(2L).Add("first").Add(2L).Run();

        Read("SELECT n || a || b FROM t ORDER BY n").Should().Equal("1first1", "2first2");
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(0, 0)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void The_short_way_to_a_place_in_the_batch_writes_what_the_serialiser_writes(int index, int row)
    {
        Span<byte> text = stackalloc byte[64];
        StepExtra extra = new() { BatchIndex = index, FirstRow = row };

        extra.TryFormat(text, out int written).Should().BeTrue();

        Encoding.UTF8.GetString(text[..written]).Should().Be(StoreJson.Format(extra));
        (extra with { FirstRow = null }).TryFormat(text, out _).Should().BeFalse();
        (extra with { State = new UnknownFields([]) }).TryFormat(text, out _).Should().BeFalse();
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<string> Read(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }
}
