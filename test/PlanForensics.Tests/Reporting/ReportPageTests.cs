using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using FluentAssertions;
using PlanForensics.Reporting;
using Xunit;

namespace PlanForensics.Tests.Reporting;

/// <summary>The page in a real browser: it renders, says nothing to the console, asks for nothing, and an accessibility checker (axe-core) finds no fault.</summary>
public sealed class ReportPageTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>, IDisposable
{
    private const string Charts = "[...document.querySelectorAll('.chart')]";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planforensics-page-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("light", 1200)]
    [InlineData("dark", 1200)]
    [InlineData("light", 390)]
    public async Task The_page_renders_without_errors_or_requests_and_is_accessible(string scheme, int width)
    {
        ChromiumBrowser browser = await OpenAsync(ReportSetting.Report.ToHtml(), scheme, width);

        Problems(browser).Should().BeEmpty();
        Requests(browser).Should().OnlyContain(url => url.StartsWith("file:", StringComparison.Ordinal)).And.HaveCount(1);
        (await browser.EvaluateAsync("window.hacked === undefined"))!.GetValue<bool>().Should().BeTrue();
        (await NumberAsync(browser, $"{Charts}.length")).Should().Be(5);
        (await NumberAsync(browser, $"{Charts}.filter(chart => chart.querySelectorAll('svg rect, svg path').length > 3).length")).Should().Be(5, "every chart is drawn");
        (await NumberAsync(browser, $"{Charts}.filter(chart => chart.getAttribute('aria-label').length > 20 && document.getElementById(chart.getAttribute('aria-describedby')).textContent.length > 20).length")).Should().Be(5);
        (await NumberAsync(browser, $"{Charts}.filter(chart => chart.parentElement.querySelector('details table tbody tr')).length")).Should().Be(5, "every chart has its table");
        (await NumberAsync(browser, "document.documentElement.scrollWidth - document.documentElement.clientWidth")).Should().Be(0, "nothing but tables scrolls sideways");
        (await FaultsAsync(browser)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_checks_see_what_breaks_them() // negative control
    {
        string html = ReportSetting.Report.ToHtml()
            .Replace("default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src", "x-src", StringComparison.Ordinal)
            .Replace("<main>", "<main><img src=\"file:///none.png\"><script>console.error('broken')</script><p style=\"color:#eee;background:#fff\">faint</p><h5>skipped</h5>", StringComparison.Ordinal);
        ChromiumBrowser browser = await OpenAsync(html, "light", 1200);

        Problems(browser).Should().Contain(problem => problem.Contains("broken"));
        Requests(browser).Should().HaveCount(2);
        (await FaultsAsync(browser)).Should().Contain(fault => fault.StartsWith("color-contrast")).And.Contain(fault => fault.StartsWith("image-alt"));
    }

    [Fact]
    public async Task The_content_policy_stops_a_script_that_came_with_the_text()
    {
        string html = ReportSetting.Report.ToHtml().Replace("<main>", "<main><script>window.hacked = 1</script><img src=\"https://localhost:1/x.png\" alt=\"\">", StringComparison.Ordinal);
        ChromiumBrowser browser = await OpenAsync(html, "light", 1200);

        (await browser.EvaluateAsync("window.hacked === undefined"))!.GetValue<bool>().Should().BeTrue();
        Problems(browser).Should().Contain(problem => problem.Contains("Content Security Policy"));
        (await NumberAsync(browser, $"{Charts}.filter(chart => chart.querySelector('svg')).length")).Should().Be(5, "its own scripts still run");
    }

    [Fact]
    public async Task A_page_about_a_bare_record_renders_without_charts()
    {
        ChromiumBrowser browser = await OpenAsync(ForensicReport.Of(ReportSetting.Bare).ToHtml(), "light", 390);

        Problems(browser).Should().BeEmpty();
        (await NumberAsync(browser, $"{Charts}.length")).Should().Be(0);
        (await FaultsAsync(browser)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_link_opens_the_record_and_the_keyboard_reaches_every_table()
    {
        ChromiumBrowser browser = await OpenAsync(ReportSetting.Report.ToHtml(), "light", 1200);

        await browser.EvaluateAsync("document.querySelector('.chart[data-chart=margins] .pick').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
        (await browser.EvaluateAsync("location.hash"))!.GetValue<string>().Should().StartWith("#step-");
        (await browser.EvaluateAsync("document.querySelector(location.hash).tagName"))!.GetValue<string>().Should().Be("TR");
        (await NumberAsync(browser, "[...document.querySelectorAll('.scroll')].filter(table => table.tabIndex !== 0).length")).Should().Be(0);
        (await NumberAsync(browser, $"{Charts}.flatMap(chart => [...chart.querySelectorAll('a, [tabindex]')]).length")).Should().Be(0, "a chart holds nothing that takes the focus");
    }

    [Fact]
    public async Task It_prints_in_light_colours_with_its_charts()
    {
        ChromiumBrowser browser = await OpenAsync(ReportSetting.Report.ToHtml(), "dark", 1200);

        JsonNode printed = await browser.CallAsync("Page.printToPDF", new JsonObject { ["printBackground"] = true });
        byte[] pdf = Convert.FromBase64String(printed["data"]!.GetValue<string>());

        pdf.AsSpan(0, 5).SequenceEqual("%PDF-"u8).Should().BeTrue();
        pdf.Length.Should().BeGreaterThan(30_000);
        await browser.CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["media"] = "print", ["features"] = new JsonArray { Feature("dark") } });
        (await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!.GetValue<string>().Should().Be("rgb(255, 255, 255)");
        await browser.CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["media"] = "screen", ["features"] = new JsonArray { Feature("dark") } });
        (await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!.GetValue<string>().Should().Be("rgb(13, 17, 23)", "the control: on a screen it is dark");
    }

    private static JsonObject Feature(string scheme) => new() { ["name"] = "prefers-color-scheme", ["value"] = scheme };

    private async Task<ChromiumBrowser> OpenAsync(string html, string scheme, int width)
    {
        Assert.SkipWhen(chromium.Browser is null, "there is no Chromium on this machine (apt-get install chromium)");
        ChromiumBrowser browser = chromium.Browser!;
        string file = Path.Combine(_folder.FullName, $"{Guid.NewGuid():n}.html");
        await File.WriteAllTextAsync(file, html);
        await browser.CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["media"] = "", ["features"] = new JsonArray { Feature(scheme) } });
        await browser.CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        await browser.OpenAsync(file);
        return browser;
    }

    private static async Task<int> NumberAsync(ChromiumBrowser browser, string expression) => (await browser.EvaluateAsync(expression))!.GetValue<int>();

    private static string[] Problems(ChromiumBrowser browser) =>
    [
        .. browser.Events.Where(item => item["method"]!.GetValue<string>() is "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Log.entryAdded").Select(item => item.ToJsonString()),
    ];

    private static string[] Requests(ChromiumBrowser browser) =>
        [.. browser.Events.Where(item => item["method"]!.GetValue<string>() == "Network.requestWillBeSent").Select(item => item["params"]!["request"]!["url"]!.GetValue<string>())];

    private static async Task<string[]> FaultsAsync(ChromiumBrowser browser)
    {
        await browser.EvaluateAsync(new BundledAxeScriptProvider().GetScript() + "\n;0");
        JsonNode found = (await browser.EvaluateAsync("axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations.map(fault => `${fault.id}: ${fault.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' / ')}`))"))!;
        return [.. found.AsArray().Select(fault => fault!.GetValue<string>())];
    }
}
