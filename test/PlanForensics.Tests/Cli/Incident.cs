using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;
using PlanForensics.Simulation;
using PlanForensics.Store;

namespace PlanForensics.Tests.Cli;

/// <summary>
/// A store of really served requests: prompts p0 and p1 alone (b1-...) and as a batch of four (b4-...). The dispatcher takes one row by lanes and more rows in
/// sequence, in fp32, so that the bits differ between the two.
/// </summary>
public sealed class Incident : IDisposable
{
    public const int Steps = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planforensics-cli-");

    public Incident()
    {
        ReplayModel model = new(DecoderModel.Load(ModelPath));
        ShapeBucketDispatcher dispatcher = new(new ShapeBucket(1, OneRow), new ShapeBucket(null, ManyRows));
        StaticBatchServer server = new(new CpuReplayEngine(KernelSelection.Default), model, dispatcher);
        using ContractStore store = ContractStore.Open(StorePath);
        foreach (int batch in new[] { 1, 4 })
        {
            ContractCollector collector = new(new ModelIdentity { Name = "kjv-1m", WeightsSha256 = model.Source.FileSha256 }, new FixedClock());
            server.Serve([Request(batch, 0), Request(batch, 1)], batch, Steps, collector);
            foreach (ExecutionContract contract in collector.Contracts)
                store.Write(WithPlans(contract, dispatcher));
        }
    }

    public static ExecutionPlan OneRow { get; } = PlanCatalog.Uniform(PlanCatalog.Gemms["gemv_warp32"], NumericFormat.Fp32);

    public static ExecutionPlan ManyRows { get; } = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Fp32);

    public static string ModelPath => Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");

    public string StorePath => PathOf("incident.db");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private static ServedRequest Request(int batch, int prompt) => new(
        string.Create(CultureInfo.InvariantCulture, $"b{batch}-p{prompt}"),
        EffectiveRequest.FromTokenIds([1, 300 + prompt, 500, 700], new DecodeConfiguration { Method = "greedy", Temperature = 0, MaxTokens = Steps }));

    private static ExecutionContract WithPlans(ExecutionContract contract, ShapeBucketDispatcher dispatcher) => contract with
    {
        Steps = contract.Steps.Select(step => step with
        {
            State = step.State with { Plan = dispatcher.PlanFor(step.State).Text, PlanFingerprint = dispatcher.PlanFor(step.State).Fingerprint.Hex },
        }).ToValueList(),
    };

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    }
}
