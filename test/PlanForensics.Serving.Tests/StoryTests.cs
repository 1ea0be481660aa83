using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Store;
using ServingStack.Load;
using Xunit;

namespace PlanForensics.Serving.Tests;

/// <summary>The story of docs/serving.md: a server drifts under load; the records name OpenBLAS's plans for the request that drifted, the operator that flipped its token; the pin ends the drift.</summary>
public sealed class StoryTests(ITestOutputHelper output)
{
    private const string Kernels = "openblas.haswell.sgemm, 1 thread";

    [Fact]
    public async Task Drift_under_load_is_attributed_to_OpenBLAS_explained_and_pinned()
    {
        string library = OpenBlasStory.Library();
        using var folder = new TemporaryFolder();
        string store = folder.File();

        (string said, LoadReport load) = await OpenBlasStory.ServeAsync(store, [], async url => await FlipAsync(url, store));
        said.Should().Contain("core Haswell").And.Contain("whole batch");
        load.Drifted.Should().NotBeEmpty();
        if (load.Drifted.Any(pair => pair.Prompt == "Blessed are the" && pair.Diff!.FirstFlip is not null))
            StoryPage.Matches("load", TextOf(load)).Should().BeTrue(TextOf(load));
        LoadPair flipped = load.Worst!;
        flipped.Diff!.FirstFlip.Should().NotBeNull("some token flips within a few rounds");
        TheRecordNamesWhatRan(store, flipped);
        await TheRulesNameThePlans(store, flipped);
        await TheProbeNamesThePlans(store, flipped, library);
        await ThePostmortemNamesTheOperator(store, flipped);
        await TheReportsReadAsShown(store, flipped);

        string pinnedStore = folder.File("pinned.db");
        (string pinnedSaid, LoadReport pinned) = await OpenBlasStory.ServeAsync(pinnedStore, ["--row-by-row"], url => OpenBlasStory.LoadAsync(url, pinnedStore, 1));
        pinnedSaid.Should().Contain("row by row");
        StoryPage.Matches("pinned", TextOf(pinned)).Should().BeTrue(TextOf(pinned));
        pinned.Pairs.Should().OnlyContain(pair => pair.StepsWithOtherBits == 0 && !pair.TextDiffers, "pinned, nobody's bits depend on the batch");
        string calm = pinned.Pairs.First(pair => pair.Prompt == flipped.Prompt).LoadedId;
        JsonElement verdict = await OpenBlasStory.ToolJsonAsync("attribute", calm, "--store", pinnedStore, "--model", Repository.Model, "--activations", "bf16");
        Found(verdict).Should().Contain($"{Kernels}, row by row").And.NotContain(Kernels, "the record shows the pin");
    }

    private async Task<LoadReport> FlipAsync(Uri url, string store)
    {
        LoadReport report = await OpenBlasStory.LoadAsync(url, store, 1);
        for (int more = 0; more < 4 && report.Worst?.Diff?.FirstFlip is null; more++)
            report = await OpenBlasStory.LoadAsync(url, store, 2);
        output.WriteLine(TextOf(report));
        return report;
    }

    private static string TextOf(LoadReport report)
    {
        using var text = new StringWriter { NewLine = "\n" };
        report.Print(text);
        return text.ToString();
    }

    private static void TheRecordNamesWhatRan(string path, LoadPair pair)
    {
        using ContractStore store = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        ExecutionContract loaded = store.Get(pair.LoadedId);
        StepState state = loaded.Steps[1].State;
        state.LibraryVersions!["blas"].Should().StartWith("OpenBLAS 0.3").And.EndWith("core Haswell");
        state.LibraryVersions["blas_threads"].Should().Be("1");
        state.Environment!["OPENBLAS_CORETYPE"].Should().Be("Haswell");
        loaded.Steps.Max(step => step.State.BatchSize).Should().BeGreaterThan(1);
        store.Get(pair.AloneId).Steps.Max(step => step.State.BatchSize).Should().Be(1);
        loaded.Steps.Should().OnlyContain(step => step.Observation.FullLogits == null && step.Observation.LogitsSha256 != null, "hashes are enough");
    }

    /// <summary>Without a word about candidates: the record names the library.</summary>
    private static async Task TheRulesNameThePlans(string store, LoadPair pair)
    {
        foreach (string request in new[] { pair.AloneId, pair.LoadedId })
        {
            JsonElement verdict = await OpenBlasStory.ToolJsonAsync("attribute", request, "--store", store, "--model", Repository.Model, "--activations", "bf16");
            verdict.GetProperty("state").GetString().Should().Be("identified", request);
            Found(verdict).Should().Contain(Kernels);
            Best(verdict).GetProperty("steps_equal").GetInt32().Should().Be(StepsOf(store, request), "every step's hash of the logits is reproduced");
            Controls(verdict).Should().OnlyContain(passed => passed);
            verdict.GetProperty("classes").EnumerateArray().Where(item => !item.GetProperty("reproduces_everything").GetBoolean()).Should().HaveCountGreaterThan(2, "other cores' maps do not fit");
        }
    }

    /// <summary>In words, as the page shows it.</summary>
    private static async Task TheReportsReadAsShown(string store, LoadPair pair)
    {
        (int exitCode, string attributed, string error) = await OpenBlasStory.ToolAsync("attribute", pair.LoadedId, "--store", store, "--model", Repository.Model, "--activations", "bf16");
        exitCode.Should().Be(0, error);
        StoryPage.Matches("attribute", attributed).Should().BeTrue(attributed);
        (_, string explained, _) = await OpenBlasStory.ToolAsync("postmortem", pair.AloneId, pair.LoadedId, "--store", store, "--model", Repository.Model, "--activations", "bf16");
        if (pair is { Prompt: "Blessed are the", Diff.FirstFlip.StepIndexA: 1 }) // the usual one; another flip reads otherwise
            StoryPage.Matches("postmortem", explained).Should().BeTrue(explained);
        StoryPage.Matches("postmortem", attributed).Should().BeFalse("a page that matches everything shows nothing");
    }

    private static int StepsOf(string path, string request)
    {
        using ContractStore store = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        return store.Get(request).Steps.Count;
    }

    private static async Task TheProbeNamesThePlans(string store, LoadPair pair, string library)
    {
        JsonElement verdict = await OpenBlasStory.ToolJsonAsync(
            "attribute", pair.LoadedId, "--store", store, "--model", Repository.Model, "--activations", "bf16", "--candidates", $"probe:{library}");

        verdict.GetProperty("state").GetString().Should().Be("identified");
        Found(verdict).Should().ContainSingle(name => name.StartsWith("probed libopenblas", StringComparison.Ordinal) && name.Contains("(Haswell), 1 thread", StringComparison.Ordinal) && !name.Contains("row by row", StringComparison.Ordinal));
    }

    private static async Task ThePostmortemNamesTheOperator(string store, LoadPair pair)
    {
        JsonElement result = await OpenBlasStory.ToolJsonAsync("postmortem", pair.AloneId, pair.LoadedId, "--store", store, "--model", Repository.Model, "--activations", "bf16");

        result.GetProperty("state").GetString().Should().Be("explained", result.GetProperty("explanation").GetString());
        result.GetProperty("bisection").GetProperty("groups").GetArrayLength().Should().BePositive();
        result.GetProperty("pin").GetProperty("steps_compared").GetInt32().Should().BePositive();
    }

    private static JsonElement Best(JsonElement verdict) => verdict.GetProperty("classes")[verdict.GetProperty("matching")[0].GetInt32()];

    private static string[] Found(JsonElement verdict) =>
    [
        .. verdict.GetProperty("matching").EnumerateArray().SelectMany(index => verdict.GetProperty("classes")[index.GetInt32()].GetProperty("members").EnumerateArray().Select(member => member.GetString()!)),
    ];

    private static IEnumerable<bool> Controls(JsonElement verdict) => verdict.GetProperty("controls").EnumerateArray().Select(control => control.GetProperty("passed").GetBoolean());
}
