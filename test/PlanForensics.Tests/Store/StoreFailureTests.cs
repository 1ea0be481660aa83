using FluentAssertions;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Store;

public sealed class StoreFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        WriteSmall();
        SqliteRows.Execute(_folder.File(), "PRAGMA user_version = 99");
        byte[] before = File.ReadAllBytes(_folder.File());

        ContractStoreException thrown = Refused(() => ContractStore.Open(_folder.File()), ContractStoreProblem.NewerSchema);

        thrown.Message.Should().Contain(_folder.File()).And.Contain("schema version 99").And.Contain($"up to {ContractStore.SchemaVersion}").And.Contain("newer PlanForensics");
        File.ReadAllBytes(_folder.File()).Should().Equal(before);
    }

    [Fact]
    public void An_older_schema_is_upgraded_with_its_rows()
    {
        using (SqliteConnection connection = SqliteRows.Open(_folder.File()))
            StoreMigrations.Run(connection, StoreConnection.ApplicationId, upTo: 1);
        SqliteRows.Execute(_folder.File(), """INSERT INTO models (identity) VALUES ('{"name":"old"}')""");

        Refused(() => ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly), ContractStoreProblem.OlderSchema).Message.Should().Contain("ReadWrite");
        using (ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadWrite))
            store.Write(ContractSamples.Small());

        SqliteRows.Read(_folder.File(), "PRAGMA user_version").Should().Equal($"{StoreMigrations.LatestVersion}");
        SqliteRows.Read(_folder.File(), "SELECT name FROM models ORDER BY name").Should().Equal("old", "tiny");
        StoreMigrations.LatestVersion.Should().BeGreaterThan(1);
    }

    [Theory]
    [InlineData("this is a text file, not a database at all, and it is longer than a hundred bytes so that it could have had a header of its own")]
    [InlineData("short")]
    public void A_file_that_is_not_SQLite_is_refused_and_left_alone(string text)
    {
        File.WriteAllText(_folder.File(), text);

        Refused(() => ContractStore.Open(_folder.File()), ContractStoreProblem.NotAStore).Message.Should().Contain("SQLite format 3").And.Contain("0x");

        File.ReadAllText(_folder.File()).Should().Be(text);
    }

    [Fact]
    public void The_SQLite_file_of_another_application_is_refused_and_left_alone()
    {
        SqliteRows.Execute(_folder.File(), "CREATE TABLE t (a); PRAGMA application_id = 7");
        byte[] before = File.ReadAllBytes(_folder.File());

        Refused(() => ContractStore.Open(_folder.File()), ContractStoreProblem.NotAStore).Message.Should().Contain("0x00000007").And.Contain("another application");

        File.ReadAllBytes(_folder.File()).Should().Equal(before);
    }

    [Fact]
    public void An_empty_file_becomes_a_store_but_cannot_be_read()
    {
        File.WriteAllBytes(_folder.File(), []);

        Refused(() => ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly), ContractStoreProblem.NotAStore);
        using ContractStore store = ContractStore.Open(_folder.File());
        store.List().Should().BeEmpty();
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused()
    {
        WriteSmall();
        using (FileStream stream = new(_folder.File(), FileMode.Open))
            stream.SetLength(stream.Length - 5000);

        Refused(() => ContractStore.Open(_folder.File()), ContractStoreProblem.Corrupt).Message.Should().Contain("cut off").And.Contain(".recover");
    }

    [Fact]
    public void Damaged_pages_are_reported_when_they_are_read_and_by_verification()
    {
        WriteSmall();
        byte[] bytes = File.ReadAllBytes(_folder.File());
        for (int index = 4096; index < bytes.Length; index++)
            bytes[index] = (byte)(index * 7);
        File.WriteAllBytes(_folder.File(), bytes);

        Action read = () =>
        {
            using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
            store.List();
        };

        Refused(read, ContractStoreProblem.Corrupt).Message.Should().Contain("damaged").And.Contain(_folder.File());
    }

    [Fact]
    public void A_damaged_tensor_is_reported_never_returned()
    {
        TensorReference reference;
        using (ContractStore store = ContractStore.Open(_folder.File()))
            reference = store.PutTensor(TensorValue.FromFp32([1, 2, 3, 4], 4));
        SqliteRows.Execute(_folder.File(), "UPDATE blobs SET data = zeroblob(16)");

        using ContractStore again = ContractStore.Open(_folder.File());

        Refused(() => again.FindTensor(reference), ContractStoreProblem.Corrupt).Message.Should().Contain(reference.Sha256);
        again.Verify().Should().ContainSingle().Which.Should().StartWith("tensor: the bytes of " + reference.Sha256);
    }

    [Theory]
    [InlineData("UPDATE requests SET x = '{\"effective_token_ids\":[-1]}'")]
    [InlineData("UPDATE requests SET x = '[]'")]
    [InlineData("UPDATE requests SET recorded_at = 'yesterday'")]
    [InlineData("UPDATE steps SET top1_format = 'fp7'")]
    [InlineData("UPDATE steps SET batch_size = -1")]
    [InlineData("UPDATE steps SET key_length = 99999999999")]
    [InlineData("UPDATE profiles SET state = '{}'")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM profiles")]
    public void A_row_that_holds_nonsense_is_reported(string damage)
    {
        WriteSmall();
        SqliteRows.Execute(_folder.File(), damage);
        using ContractStore store = ContractStore.Open(_folder.File());

        Refused(() => store.Get("r1"), ContractStoreProblem.Corrupt);
    }

    [Fact]
    public void A_missing_file_or_folder_or_a_folder_instead_of_a_file_is_said()
    {
        Refused(() => ContractStore.Open(_folder.File("none.db"), ContractStoreMode.ReadWrite), ContractStoreProblem.NotFound).Message.Should().Contain("no such file");
        Refused(() => ContractStore.Open(_folder.File("a/b.db")), ContractStoreProblem.NotFound).Message.Should().Contain("folder").And.Contain("does not exist");
        Refused(() => ContractStore.Open(_folder.Path), ContractStoreProblem.NotAStore).Message.Should().Contain("is a folder");
        ((Action)(() => ContractStore.Open(""))).Should().Throw<ArgumentException>();
        File.Exists(_folder.File("none.db")).Should().BeFalse();
    }

    [Fact]
    public void A_folder_that_takes_no_files_is_said()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "needs /proc, the one folder that refuses even root");

        Refused(() => ContractStore.Open("/proc/store.db"), ContractStoreProblem.ReadOnly).Message.Should().Contain("/proc/store.db").And.Contain("choose another folder");
        Refused(() => Recorder.Start("/proc/store.db", new RecorderOptions { WhenFull = QueueFullPolicy.Block }), ContractStoreProblem.ReadOnly);
    }

    [Fact]
    public void A_store_opened_for_reading_is_not_written()
    {
        WriteSmall();
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);

        Refused(() => store.Write(ContractSamples.Small("r2")), ContractStoreProblem.ReadOnly).Message.Should().Contain("ReadWrite");
        store.Get("r1").Should().Be(ContractSamples.Small());
    }

    [Fact]
    public void A_full_disk_is_said_and_nothing_that_was_written_is_lost()
    {
        using ContractStore store = ContractStore.Open(_folder.File(), options: new ContractStoreOptions { MaxBytes = 400_000 });
        List<string> written = [];
        ContractStoreException? full = null;
        for (int index = 0; index < 1000 && full is null; index++)
        {
            try
            {
                store.Write(ContractSamples.Small($"r{index}", steps: 30));
                written.Add($"r{index}");
            }
            catch (ContractStoreException exception)
            {
                full = exception;
            }
        }

        full!.Problem.Should().Be(ContractStoreProblem.DiskFull);
        full.Message.Should().Contain("make room").And.Contain(_folder.File());
        written.Should().NotBeEmpty();
        store.List().Select(summary => summary.RequestId).Should().BeEquivalentTo(written);
        store.Get(written[^1]).Should().Be(ContractSamples.Small(written[^1], steps: 30));
        store.Verify().Should().BeEmpty();
        using ContractStore larger = ContractStore.Open(_folder.File());
        larger.Write(ContractSamples.Small("after", steps: 30)).Should().BeTrue();
        larger.Get("after").Should().Be(ContractSamples.Small("after", steps: 30));
    }

    [Fact]
    public void A_limit_too_small_for_an_empty_store_is_said() =>
        Refused(() => ContractStore.Open(_folder.File(), options: new ContractStoreOptions { MaxBytes = 1 }), ContractStoreProblem.DiskFull);

    [Fact]
    public void A_lock_held_too_long_is_said()
    {
        WriteSmall();
        using SqliteConnection other = SqliteRows.Open(_folder.File());
        using SqliteTransaction transaction = other.BeginTransaction(deferred: false);
        using ContractStore store = ContractStore.Open(_folder.File(), options: new ContractStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(10) });

        Refused(() => store.Write(ContractSamples.Small("r2")), ContractStoreProblem.Busy).Message.Should().Contain("write lock");
        store.Get("r1").Should().Be(ContractSamples.Small());
    }

    [Fact]
    public void Paths_with_odd_characters_work()
    {
        string path = _folder.File("o'dd ?name#%41;é=1.db");
        using (ContractStore store = ContractStore.Open(path))
            store.Write(ContractSamples.Small());

        using ContractStore again = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        again.Get("r1").Should().Be(ContractSamples.Small());
        Directory.GetFiles(_folder.Path, "*.db").Should().Equal(path);
    }

    private void WriteSmall()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Write(ContractSamples.Small());
    }

    private static ContractStoreException Refused(Action action, ContractStoreProblem problem)
    {
        ContractStoreException thrown = action.Should().Throw<ContractStoreException>().Which;
        thrown.Problem.Should().Be(problem, thrown.Message);
        return thrown;
    }
}
