using CsCheck;
using FluentAssertions;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Steps whose values stay on the device: the reference's bits, and what crosses to the host and back.</summary>
public sealed class ResidentStepTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private static readonly CpuReplayEngine Reference = new(ReferenceKernels.Instance);
    private static readonly ExecutionPlan Split = PlanCatalog.Uniform(PlanCatalog.Gemms["split_k4_bf16_staging"], NumericFormat.Bf16, NumericFormat.Fp32);

    private readonly GpuReplayEngine _gpu = new(fixture.Device);

    [Fact]
    public void Random_decoders_have_the_bits_of_the_reference_in_prefill_and_decode_with_sequences_of_a_batch_at_different_positions()
    {
        int compared = 0;
        TinyDecoders.Any.Sample(
            drawn =>
            {
                (ReplayModel model, ExecutionPlan plan) = drawn;
                Outputs(_gpu, model, plan).Should().Equal(Outputs(Reference, model, plan), "{0}", plan.Text);
                Interlocked.Increment(ref compared);
            },
            iter: 16, threads: 1);
        compared.Should().Be(16);
    }

    [Fact]
    public void Another_plan_or_another_weight_gives_other_bits() // negative control of the comparison above
    {
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(2), 5));
        Outputs(_gpu, model, Split).Should().NotEqual(Outputs(Reference, model, PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Bf16, NumericFormat.Fp32)));
        Outputs(_gpu, model, Split).Should().NotEqual(Outputs(Reference, new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(2), 6)), Split));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Transfers_and_waits_of_a_step_do_not_grow_with_the_layers(int batch)
    {
        DeviceTraffic one = DecodeTraffic(layers: 1, batch);
        DeviceTraffic two = DecodeTraffic(layers: 2, batch);
        DeviceTraffic five = DecodeTraffic(layers: 5, batch);
        (five.Uploads, five.UploadedBytes).Should().Be((one.Uploads, one.UploadedBytes));
        one.Uploads.Should().BeLessThanOrEqualTo(2 + batch, "token rows, positions, and the attention's table for each length");
        (five.Downloads, five.DownloadedBytes, five.Synchronizations).Should().Be((1, sizeof(int) * batch, 1), "only the greedy tokens come back");
        (one.Downloads, one.Synchronizations).Should().Be((1, 1));
        (five.Launches - one.Launches).Should().Be(4 * (two.Launches - one.Launches)).And.BePositive();
        five.AllocatedBytes.Should().Be(0, "a step uses what the step before gave back");
    }

    [Fact]
    public void What_is_observed_comes_to_the_host_and_nothing_else()
    {
        const int layers = 3;
        DecodeTraffic(layers, 1, observes: static _ => true).Downloads.Should().Be((layers * 15) + 3 + 1, "15 outputs a layer, three around them, and the token"); // what the count above would see
        DecodeTraffic(layers, 1, observes: static node => node.Role == OperatorRole.MlpResidual).Downloads.Should().Be(layers + 1);
        DecodeTraffic(layers, 1, observes: static _ => false).Downloads.Should().Be(1);
        DecodeTraffic(layers, 1, tokensOnly: false).DownloadedBytes.Should().Be(sizeof(float) * 50, "logits come back, and their greedy token is chosen on the host");
    }

    [Fact]
    public void Tokens_alone_are_the_tokens_of_the_logits()
    {
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(2), 5));
        foreach (IReplayEngine engine in (IReplayEngine[])[_gpu, Reference])
        {
            ReplayStepResult all = engine.Run(model, Step(Split, Start(model, 2), [3, 4, 5]));
            ReplayStepResult tokens = engine.Run(model, Step(Split, Start(model, 2), [3, 4, 5]) with { TokensOnly = true });
            tokens.Tokens.Should().Equal(all.Tokens).And.HaveCount(2);
            tokens.Logits.Should().BeEmpty();
        }
    }

    [Fact]
    public void A_step_leaves_no_value_behind_a_cache_counts_and_what_lies_on_a_closed_device_is_not_made_up()
    {
        GpuDevice device = GpuDevice.Open("ilgpu-cpu");
        var engine = new GpuReplayEngine(device);
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(2), 5));
        ReplaySequence[] sequences = Start(model, 1);
        engine.Run(model, Step(Split, sequences, [.. Enumerable.Range(0, 58).Select(static index => index % 50)]));
        engine.Run(model, Step(Split, sequences, [7]));
        long before = device.Traffic.BytesInUse;
        for (int step = 0; step < 3; step++)
            engine.Run(model, Step(Split, sequences, [7]));
        device.Traffic.BytesInUse.Should().Be(before);
        for (int step = 0; step < 5; step++) // beyond the 64 positions of four pages
            engine.Run(model, Step(Split, sequences, [7]));
        const int page = 16 * 2 * 8 * sizeof(float);
        device.Traffic.BytesInUse.Should().BeGreaterThanOrEqualTo(before + (4 * page * 2 * 2), "keys and values of two layers grew from four pages to eight");
        (sequences[0].Layer(0).Count, sequences[0].Layer(0).HeldCount).Should().Be((67, 0));
        device.Dispose();
        ((Func<uint[]>)(() => [.. Cache(sequences[0])])).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_sequence_goes_on_where_another_engine_left_it()
    {
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(2), 5, NumericFormat.Bf16));
        int[] prompt = [.. Enumerable.Range(0, 70).Select(static index => index % 50)];
        uint[] expected = GoOn([Reference, Reference, Reference, Reference]);
        GoOn([_gpu, Reference, _gpu, _gpu]).Should().Equal(expected);
        GoOn([Reference, _gpu, Reference, _gpu]).Should().Equal(expected);

        uint[] GoOn(IReplayEngine[] engines)
        {
            ReplaySequence[] sequences = Start(model, 1);
            engines[0].Run(model, Step(Split, sequences, prompt));
            engines[1].Run(model, Step(Split, sequences, [9]));
            engines[2].Run(model, Step(Split, sequences, [8]));
            sequences = [sequences[0].Clone()];
            return [.. engines[3].Run(model, Step(Split, sequences, [7])).Logits[0].Select(BitConverter.SingleToUInt32Bits), .. Cache(sequences[0])];
        }
    }

    [Fact]
    public void A_value_of_another_size_is_refused()
    {
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(1), 5));
        DecoderOperator node = model.Graph.Find(OperatorRole.QueryProjection, 0)!;
        Action run = () => _gpu.RunOperators(model, [node], new Dictionary<string, float[]> { ["l0.attention_norm"] = new float[31] }, Step(Split, Start(model, 1), [1]));
        run.Should().Throw<ArgumentException>().WithMessage("expected 32 values; got 31*");
    }

    private DeviceTraffic DecodeTraffic(int layers, int batch, Func<DecoderOperator, bool>? observes = null, bool tokensOnly = true)
    {
        GpuDevice device = fixture.Device;
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(layers), 5, NumericFormat.Bf16));
        ReplaySequence[] sequences = Start(model, batch);
        for (int index = 0; index < batch; index++) // of different lengths
            _gpu.Run(model, Step(Split, [sequences[index]], [.. Enumerable.Range(1, 3 + index)]));
        _gpu.Run(model, Step(Split, sequences, [7]) with { TokensOnly = true });
        DeviceTraffic before = device.Traffic;
        _gpu.Run(model, Step(Split, sequences, [8]) with { TokensOnly = tokensOnly, Observer = observes is null ? null : static _ => { }, Observes = observes });
        DeviceTraffic after = device.Traffic;
        GC.KeepAlive(sequences);
        return new DeviceTraffic(
            after.Launches - before.Launches, after.Synchronizations - before.Synchronizations, after.Uploads - before.Uploads, after.UploadedBytes - before.UploadedBytes,
            after.Downloads - before.Downloads, after.DownloadedBytes - before.DownloadedBytes, after.BytesInUse - before.BytesInUse, after.AllocatedBytes - before.AllocatedBytes);
    }

    /// <summary>Everything that a prefill of three sequences and two decode steps give, and what they leave in the caches.</summary>
    private static uint[] Outputs(IReplayEngine engine, ReplayModel model, ExecutionPlan plan)
    {
        var seen = new List<uint>();
        ReplaySequence[] sequences = Start(model, 3);
        for (int index = 0; index < sequences.Length; index++)
            See(Step(plan, [sequences[index]], [.. Enumerable.Range(3, 1 + (7 * index))]));
        See(Step(plan, sequences, [11]));
        See(Step(plan, sequences, [12, 13]) with { Observer = output => seen.AddRange(output.Values.ToArray().Select(BitConverter.SingleToUInt32Bits)) });
        foreach (ReplaySequence sequence in sequences)
            seen.AddRange(Cache(sequence));
        return [.. seen];

        void See(ReplayStep step)
        {
            ReplayStepResult result = engine.Run(model, step);
            foreach (float[] logits in result.Logits)
                seen.AddRange(logits.Select(BitConverter.SingleToUInt32Bits));
            seen.AddRange(result.Tokens.Select(static token => (uint)token));
        }
    }

    private static IEnumerable<uint> Cache(ReplaySequence sequence)
    {
        KeyValueCache cache = sequence.Layer(0);
        for (int head = 0; head < cache.Heads; head++)
        {
            for (int position = 0; position < cache.Count; position++)
            {
                for (int d = 0; d < cache.HeadDimension; d++)
                {
                    yield return BitConverter.SingleToUInt32Bits(cache.Keys(head)[(d * cache.Capacity) + position]);
                    yield return BitConverter.SingleToUInt32Bits(cache.Values(head)[(position * cache.HeadDimension) + d]);
                }
            }
        }
    }

    private static ReplaySequence[] Start(ReplayModel model, int count) => [.. Enumerable.Range(0, count).Select(_ => new ReplaySequence(model.Configuration))];

    private static ReplayStep Step(ExecutionPlan plan, ReplaySequence[] sequences, int[] tokens) =>
        new() { Phase = ExecutionPhase.Decode, Plan = plan, Batch = [.. sequences.Select(sequence => new SequenceTokens(sequence, tokens))] };
}
