using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Store;

public sealed class ContractStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_contract_with_every_field_comes_back_equal(bool withUnknown)
    {
        ExecutionContract contract = ContractSamples.Full(withUnknown);
        using (ContractStore store = ContractStore.Open(_folder.File()))
            store.Write(contract).Should().BeTrue();

        using ContractStore again = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        ExecutionContract read = again.Get(contract.RequestId);

        read.Should().Be(contract);
        ContractJson.Format(read).Should().Be(ContractJson.Format(contract));
        again.Verify().Should().BeEmpty();
    }

    [Fact]
    public void What_was_not_recorded_stays_apart_from_what_was_recorded_as_none()
    {
        StepObservation none = new() { TopK = [], HiddenStateHashes = [], CapturedTensors = [] };
        StepState state = ContractSamples.State(1) with { LibraryConfig = [], Environment = ValueMap.Empty, Collective = new CollectiveState() };
        ExecutionContract contract = ContractSamples.Small() with
        {
            Request = new EffectiveRequest { EffectiveTokenIds = [], ShapingEvents = [] },
            Steps = [new ContractStep { State = state, Observation = none }, new ContractStep { State = ContractSamples.State(2), Observation = new StepObservation() }],
        };
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Write(contract);

        ExecutionContract read = store.Get("r1");

        read.Should().Be(contract);
        read.Steps[0].Observation.TopK.Should().BeEmpty();
        read.Steps[1].Observation.TopK.Should().BeNull();
    }

    [Fact]
    public void Logits_that_are_not_numbers_keep_their_bits()
    {
        StepObservation odd = StepObservation.FromLogits(
            TensorValue.FromFp32([BitConverter.UInt32BitsToSingle(0xFFC12345), float.PositiveInfinity, BitConverter.UInt32BitsToSingle(1)], 3), 1, topK: 3);
        ExecutionContract contract = ContractSamples.Small() with { Steps = [new ContractStep { State = ContractSamples.State(0), Observation = odd }] };
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Write(contract);

        store.Get("r1").Steps[0].Observation.Should().Be(odd);
        store.Get("r1").Steps[0].Observation.TopK![0].Bits.Should().Be(0xFFC12345);
    }

    [Fact]
    public void Writing_an_equal_contract_again_changes_nothing_and_a_different_one_is_refused()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        ExecutionContract contract = ContractSamples.Small();

        store.Write(contract).Should().BeTrue();
        store.Write(contract).Should().BeFalse();
        Action other = () => store.Write(contract with { FinishReason = "length" });

        other.Should().Throw<ContractStoreException>().Which.Problem.Should().Be(ContractStoreProblem.Conflict);
        store.Get("r1").Should().Be(contract);
        store.List().Should().ContainSingle();
    }

    [Fact]
    public void A_contract_that_contradicts_itself_is_not_written()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        ExecutionContract contract = ContractSamples.Small();

        Action write = () => store.Write(contract with { Request = contract.Request with { EffectiveTokenCount = 7 } });

        write.Should().Throw<ArgumentException>().WithMessage("*effective_token_count is 7, but effective_token_ids holds 3*");
        store.List().Should().BeEmpty();
    }

    [Fact]
    public void Requests_are_listed_oldest_first_and_found_by_name()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        ExecutionContract first = ContractSamples.Small("a\"b'é\u0000c");
        store.Write(ContractSamples.Small("later") with { RecordedAt = first.RecordedAt.AddTicks(1) });
        store.Write(first);

        store.List().Select(summary => summary.RequestId).Should().Equal(first.RequestId, "later");
        store.List()[0].Should().Be(new ContractSummary(
            first.RequestId, first.RecordedAt, null, "tiny", 3, 3, ContentHash.OfTokenIds([1, 5, 9]).ToString(), 0));
        store.Get(first.RequestId).Should().Be(first);
        store.Find("nobody").Should().BeNull();
        ((Action)(() => store.Get("nobody"))).Should().Throw<KeyNotFoundException>();
    }

    [Fact]
    public void Equal_tensors_are_stored_once_whatever_their_shape()
    {
        TensorValue row = TensorValue.FromFp32(new float[100_000], 100_000);
        TensorValue square = TensorValue.FromBytes(NumericFormat.Bf16, row.Bytes, 1000, 200);
        using ContractStore store = ContractStore.Open(_folder.File());

        TensorReference a = store.PutTensor(row);
        TensorReference b = store.PutTensor(square);
        store.PutTensor(row);

        store.FindTensor(a.WithoutValue()).Should().Be(row);
        store.FindTensor(b.WithoutValue()).Should().Be(square);
        store.FindTensor(TensorReference.Of(TensorValue.FromFp32([1], 1)).WithoutValue()).Should().BeNull();
        SqliteRows.Read(_folder.File(), "SELECT count(*), sum(byte_count) FROM blobs").Should().Equal("1|400000");
        SqliteRows.Read(_folder.File(), "SELECT format, shape, has_data FROM v_tensors ORDER BY format").Should().Equal("bf16|[1000,200]|1", "fp32|[100000]|1");
    }

    [Fact]
    public void Tensors_may_be_left_unread_and_may_be_known_by_hash_alone()
    {
        ExecutionContract contract = ContractSamples.Small();
        ContractStep hashOnly = contract.Steps[2] with
        {
            Observation = contract.Steps[2].Observation with { Logits = contract.Steps[2].Observation.Logits!.WithoutValue() },
        };
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Write(contract with { Steps = [contract.Steps[0], contract.Steps[1], hashOnly] });

        store.Get("r1", withTensors: false).Steps[0].Observation.FullLogits.Should().BeNull();
        store.Get("r1").Steps[0].Observation.FullLogits!.ToFp32().Should().Equal(0.5f, 7f, 0f, 0f);
        store.Get("r1").Steps[2].Observation.FullLogits.Should().BeNull();
        store.Get("r1").Should().Be(contract);
    }

    [Fact]
    public void Slow_state_is_stored_once_for_many_steps()
    {
        StepState slow = ContractSamples.State(0) with { Environment = new ValueMap([new("MKL_CBWR", "AVX2")]), KernelVariant = "k" };
        ContractStep At(int index) => new() { State = slow with { StepIndex = index, QueueTimeMs = index }, Observation = new StepObservation { ChosenToken = index } };
        using ContractStore store = ContractStore.Open(_folder.File());
        ExecutionContract contract = ContractSamples.Small() with { Steps = Enumerable.Range(0, 500).Select(At).ToValueList() };
        store.Write(contract);
        store.Write(contract with { RequestId = "r2" });

        SqliteRows.Read(_folder.File(), "SELECT count(*) FROM profiles").Should().Equal("1");
        store.Get("r2").Steps.Should().Equal(contract.Steps);
    }

    [Fact]
    public void Export_and_import_carry_everything()
    {
        using MemoryStream lines = new();
        using (ContractStore store = ContractStore.Open(_folder.File()))
        {
            store.Write(ContractSamples.Full());
            store.Write(ContractSamples.Small());
            store.Export(lines).Should().Be(2);
        }

        lines.Position = 0;
        using ContractStore copy = ContractStore.Open(_folder.File("copy.db"));
        copy.Import(lines).Should().Be(new ContractImport(2, 2, 0, 0, Steps: 4));
        lines.Position = 0;
        copy.Import(lines).Should().Be(new ContractImport(2, 0, 2, 0, Steps: 4));
        copy.Get("r1").Should().Be(ContractSamples.Small());
        copy.Get(ContractSamples.Full().RequestId).Should().Be(ContractSamples.Full());
    }

    [Fact]
    public void An_import_that_fails_leaves_nothing_behind_and_damaged_lines_are_skipped_only_when_asked()
    {
        string text = $"{ContractJson.Format(ContractSamples.Small("a"))}\n{{damaged\n{ContractJson.Format(ContractSamples.Small("b"))}\n";
        using ContractStore store = ContractStore.Open(_folder.File());

        Action import = () => store.Import(new MemoryStream(Encoding.UTF8.GetBytes(text)));

        import.Should().Throw<ContractFormatException>().Which.Line.Should().Be(2);
        store.List().Should().BeEmpty();
        store.Import(new MemoryStream(Encoding.UTF8.GetBytes(text)), new ContractReadOptions { SkipDamaged = true }).Should().Be(new ContractImport(3, 2, 0, 1, Steps: 6));
        store.List().Should().HaveCount(2);
    }

    [Fact]
    public async Task Readers_see_whole_contracts_while_others_write()
    {
        using ContractStore writer = ContractStore.Open(_folder.File());
        using ContractStore reader = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        Task writing = Task.Run(() =>
        {
            for (int index = 0; index < 60; index++)
                writer.Write(ContractSamples.Small($"r{index}", steps: 20));
        }, TestContext.Current.CancellationToken);

        int most = 0;
        while (!writing.IsCompleted)
        {
            IReadOnlyList<ContractSummary> seen = reader.List();
            seen.All(summary => summary.StepCount == 20).Should().BeTrue();
            seen.Count.Should().BeGreaterThanOrEqualTo(most);
            most = seen.Count;
            if (most > 0)
                reader.Get(seen[^1].RequestId).Steps.Should().HaveCount(20);
        }

        await writing;
        reader.List().Should().HaveCount(60);
    }

    [Fact]
    public void A_closed_store_says_so()
    {
        ContractStore store = ContractStore.Open(_folder.File());
        store.Dispose();
        store.Dispose();

        ((Action)(() => store.List())).Should().Throw<ObjectDisposedException>();
    }
}
