using System.Text.Json;
using System.Text.RegularExpressions;
using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Causes;
using PlanForensics.Reporting;
using Xunit;

namespace PlanForensics.Tests.Reporting;

public sealed partial class ForensicReportTests
{
    private static readonly string Html = ReportSetting.Report.ToHtml();

    private static readonly string Markdown = ReportSetting.Report.ToMarkdown();

    private static readonly JsonElement Json = JsonDocument.Parse(ReportSetting.Report.ToJson()).RootElement;

    [Fact]
    public void The_setting_is_a_real_flip_that_was_explained()
    {
        ReportSetting.Comparison.Postmortem!.State.Should().Be(PostmortemState.Explained);
        ReportSetting.Comparison.Postmortem.Flip!.StepIndexA.Should().Be(3);
    }

    [Fact]
    public void The_three_forms_say_the_same()
    {
        string sentence = Json.GetProperty("verdict").GetProperty("sentence").GetString()!;
        sentence.Should().Contain("layer 1 down_proj flips the token");

        Html.Should().Contain("layer 1 down_proj flips the token");
        Markdown.Should().Contain("layer 1 down\\_proj flips the token");
        foreach (JsonElement found in Json.GetProperty("findings").EnumerateArray())
        {
            string text = found.GetProperty("text").GetString()!;
            Html.Should().Contain(PlanForensics.Reporting.Html.HtmlReport.Escape(text));
            Markdown.Should().Contain(MarkdownReport.Escape(text));
            string row = Markdown.Split('\n').First(line => line.StartsWith('|') && line.Contains(MarkdownReport.Escape(text)));
            foreach (JsonElement record in found.GetProperty("records").EnumerateArray())
                row.Should().Contain($"](#{record.GetString()})");
        }
    }

    [Fact]
    public void The_chain_goes_from_the_batch_to_the_token()
    {
        JsonElement causes = Json.GetProperty("causes");
        JsonElement[] links = [.. causes.GetProperty("links").EnumerateArray()];

        links.Select(link => link.GetProperty("kind").GetString()).Should().Equal("batch", "plan", "operator", "bits", "margin", "token");
        links.Select(link => link.TryGetProperty("step_index", out JsonElement step) ? step.GetInt32() : -1).Should().Equal(1, -1, 3, 1, 3, 3);
        links[0].GetProperty("text").GetString().Should().Contain("a batch of 1").And.Contain("a batch of 4");
        Html.Should().Contain("<ol class=\"chain\"");
        ForensicReport alone = ForensicReport.Of(ReportSetting.Comparison with { Postmortem = null, Attributions = [], Layers = null });
        JsonDocument.Parse(alone.ToJson()).RootElement.GetProperty("causes").GetProperty("sentence").GetString().Should().Contain("Not known: plan, operator");
    }

    [Fact]
    public void States_and_regimes_that_differ_stand_before_the_batch()
    {
        ReportContent content = ReportSetting.Comparison;
        ExecutionContract Change(int side, string id, double free, int threads) => content.Recordings[side] with
        {
            RequestId = id,
            Steps = content.Recordings[side].Steps.Select(step => step with { State = step.State with { VramFreeMb = free, KvPoolMb = 4096, ThreadCount = threads } }).ToValueList(),
        };
        ExecutionContract a = Change(0, "a", 9000, 1);
        ExecutionContract b = Change(1, "b", 500, 2);
        RegimeHistory regimes = new RegimeClassifier().Classify(StepTimeline.Of(a, b));
        CausalChain Chain(string? replica, int step) => new(
            ChainKind.MemoryEvaporation, replica, [new CausalLink(CauseEvent.PinsRose, step, null, null, 3, "pins 1 to 2 MB <b>")], [new MissingLink(CauseEvent.Evicted, "not recorded", ["kv_regime"])], 0.0005);
        CauseReport causes = new([Chain(ReportSetting.Hostile, 1), Chain("another replica", 1), Chain(ReportSetting.Hostile, 900)], [], []);
        ReportContent changed = content with { Recordings = [a, b], Regimes = regimes, Causes = causes, Layers = null };

        JsonElement report = JsonDocument.Parse(ForensicReport.Of(changed, ReportSetting.Options).ToJson()).RootElement;

        JsonElement[] links = [.. report.GetProperty("causes").GetProperty("links").EnumerateArray()];
        links.Take(3).Select(link => link.GetProperty("kind").GetString()).Should().Equal("regime", "state", "batch");
        links[0].GetProperty("text").GetString().Should().Be("side A ran in regime normal, side B in memory pressured");
        JsonElement chain = report.GetProperty("causes").GetProperty("chains").EnumerateArray().Should().ContainSingle("the others ran elsewhere or at other times").Subject;
        (chain.GetProperty("kind").GetString(), chain.GetProperty("missing")[0].GetProperty("name").GetString()).Should().Be(("memory_evaporation", "evicted"));
        chain.GetProperty("links")[0].GetProperty("records").GetArrayLength().Should().BePositive();
        ForensicReport.Of(changed, ReportSetting.Options).ToHtml().Should().Contain("pins 1 to 2 MB &lt;b&gt;").And.Contain("In the engine meanwhile: memory evaporation");
        links[1].GetProperty("text").GetString().Should().Be("side A against side B: thread_count 1 against 2");
        report.GetProperty("sides")[1].GetProperty("timeline").EnumerateArray().First().GetProperty("value").GetString().Should().Be("memory_pressured");
    }

    [Fact]
    public void Equal_content_gives_equal_bytes()
    {
        ForensicReport again = ForensicReport.Of(ReportSetting.Comparison, ReportSetting.Options);

        again.ToHtml().Should().Be(Html);
        again.ToMarkdown().Should().Be(Markdown);
        again.ToJson().Should().Be(ReportSetting.Report.ToJson());
    }

    [Fact]
    public void Recorded_text_is_never_markup()
    {
        string page = Scripts().Replace(Html, "<script>");

        page.Should().NotContain("<img").And.NotContain("<b>t").And.NotContain("<i>").And.NotContain("onerror=\"").And.NotContain("\u202e").And.NotContain("</script><script>window");
        page.Should().Contain("&lt;img src=x onerror=&quot;", "the text is there, as text").And.Contain("\\u{202e}");
        Markdown.Should().NotContain("<img").And.NotMatchRegex(@"(?<!\\)\]\(javascript").And.NotContain("<b>").And.NotContain("\u202e").And.NotContain("https://");
        Markdown.Should().Contain("&lt;img src=x");
        foreach (string table in Markdown.Split("\n\n").Where(block => block.StartsWith('|')))
            table.TrimEnd('\n').Split('\n').Select(Cells).Distinct().Should().ContainSingle("a bar in the text is no border of a cell");
    }

    [Fact]
    public void Data_for_the_script_cannot_end_its_element()
    {
        string data = DataIsland().Match(Html).Groups[1].Value;

        data.Should().NotContain("<").And.NotContain(">");
        JsonDocument.Parse(data).RootElement.GetProperty("margins").GetProperty("points").GetArrayLength().Should().Be(16);
    }

    [Fact]
    public void Every_link_leads_to_a_record_that_is_there_once()
    {
        string[] ids = [.. Ids().Matches(Html).Select(match => match.Groups[1].Value)];
        string[] targets = [.. Links().Matches(Html).Select(match => match.Groups[1].Value)];

        ids.Should().OnlyHaveUniqueItems();
        targets.Should().NotBeEmpty().And.OnlyContain(target => ids.Contains(target));
        targets.Should().Contain("step-a-3").And.Contain("step-b-3").And.Contain("record-a");
        string[] marked = [.. MarkdownLinks().Matches(Markdown).Select(match => match.Groups[1].Value)];
        marked.Should().NotBeEmpty().And.OnlyContain(target => Markdown.Contains($"<a id=\"{target}\"></a>"));
    }

    [Fact]
    public void Records_in_the_document_are_ids_of_its_steps_or_sides()
    {
        string[] known =
        [
            .. Json.GetProperty("sides").EnumerateArray().SelectMany(side => side.GetProperty("steps").EnumerateArray().Append(side)).Select(item => item.GetProperty("record").GetString()!),
        ];
        string[] used = [.. Json.GetProperty("findings").EnumerateArray().SelectMany(item => item.GetProperty("records").EnumerateArray()).Select(item => item.GetString()!)];

        known.Should().HaveCount(18).And.OnlyHaveUniqueItems();
        used.Should().NotBeEmpty().And.OnlyContain(record => known.Contains(record));
    }

    [Fact]
    public void The_page_loads_nothing_and_runs_only_its_own_scripts()
    {
        string page = Scripts().Replace(Html, "<script>");

        page.Should().Contain("default-src 'none'").And.NotContain("http:").And.NotContain("<link").And.NotContain("src=\"").And.NotContain("@import").And.NotContain("url(");
        Regex.Count(Html, "'sha256-[A-Za-z0-9+/]{43}='").Should().Be(3);
        page.Should().NotContainAny("onload=\"", "onclick=\"", "style=\"");
    }

    [Fact]
    public void Headings_go_down_one_level_at_a_time_and_the_verdict_comes_first()
    {
        string page = Scripts().Replace(Html, "<script>");
        int[] levels = [.. Headings().Matches(page).Select(match => match.Groups[1].Value[0] - '0')];

        levels[0].Should().Be(1);
        levels.Should().OnlyContain(level => level == 1 || level == 2);
        levels.Count(level => level == 1).Should().Be(1);
        Headings().Matches(page)[1].Value.Should().Contain("verdict-title");
    }

    [Fact]
    public void What_was_not_recorded_is_said_and_no_chart_is_drawn_of_it()
    {
        ForensicReport bare = ForensicReport.Of(ReportSetting.Bare);
        string html = bare.ToHtml();

        html.Should().NotContain("data-chart=");
        html.Should().Contain("Neither regime, batch size nor plan was recorded at any step").And.Contain("No step recorded two logits").And.Contain("without a model no candidate plan was replayed");
        Regex.Count(Html, "data-chart=").Should().Be(5, "the control: where all was recorded, the charts are there");
        JsonElement missing = JsonDocument.Parse(bare.ToJson()).RootElement.GetProperty("missing");
        missing.EnumerateArray().Select(item => item.GetProperty("name").GetString()).Should().Contain(["margins of the request", "logits of the request", "batch size of the request", "shaping of the request", "token ids of the request", "plans"]);
    }

    [Fact]
    public void A_recording_without_steps_is_said_to_have_none() =>
        ForensicReport.Of(ReportSetting.Bare with { Recordings = [ReportSetting.Bare.Recordings[0] with { Steps = [] }] }).ToHtml().Should().Contain("there is nothing to draw");

    [Fact]
    public void The_histogram_counts_every_logit_of_the_steps_compared()
    {
        foreach (JsonElement attribution in Json.GetProperty("attributions").EnumerateArray())
            foreach (JsonElement found in attribution.GetProperty("classes").EnumerateArray())
            {
                long counted = found.GetProperty("histogram").EnumerateArray().Sum(bucket => bucket.GetProperty("count").GetInt64());
                counted.Should().Be(67L * found.GetProperty("steps_compared").GetInt32());
                bool equal = found.GetProperty("histogram").EnumerateArray().All(bucket => bucket.GetProperty("ulps").GetString() == "0");
                equal.Should().Be(found.GetProperty("reproduces_everything").GetBoolean());
            }
    }

    [Fact]
    public void Lists_that_do_not_fit_the_recordings_are_refused()
    {
        Action act = () => ForensicReport.Of(ReportSetting.Comparison with { Diffs = [null] });

        act.Should().Throw<ArgumentException>().WithMessage("*Diffs has 1 entries for 2 recordings*");
    }

    private static int Cells(string line) => UnescapedBars().Count(line) - 1;

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBars();

    [GeneratedRegex("<script[^>]*>.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex("<script type=\"application/json\" id=\"chart-data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex DataIsland();

    [GeneratedRegex("<[a-z0-9]+ (?:[a-z-]+=\"[^\"]*\" )*id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex(@"\]\(#((?:step|record|plan)-[^)]+)\)")]
    private static partial Regex MarkdownLinks();

    [GeneratedRegex("<h([1-6])[^>]*>")]
    private static partial Regex Headings();
}
