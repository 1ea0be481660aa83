using System.Collections.Immutable;
using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Cli.Commands;

/// <summary><c>cublas</c>: from the answers of cuBLASLt's heuristic to plans.</summary>
internal static class CublasCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> profile = new("--profile")
        {
            Description = $"what was measured: {string.Join(", ", CublasLtProfiles.Names)}, or a profile file",
            Required = true,
        };
        Option<string> cases = new("--cases") { Description = "a JSON file of products and the heuristic's configs; - for standard input", Required = true };
        return new ToolCommand(
            entry,
            "cublas --profile sm90_lt13_1 --cases cases.json",
            "cublas --profile profile.json --cases cases.json --json")
        {
            profile, cases,
        }.Runs(parsed => Run(parsed, parsed.GetRequiredValue(profile), parsed.GetRequiredValue(cases), session));
    }

    private static ExitCode Run(ParseResult parsed, string profileName, string casesPath, Session session)
    {
        CublasLtProfile profile = FindProfile(profileName);
        ImmutableArray<CublasLtCase> cases = CublasLtCase.ParseAll(ReadCases(casesPath), casesPath);
        CublasLtDecision[] decisions = [.. cases.Select(one => CublasLtPlanner.Plan(profile, one))];
        if (parsed.WantsJson())
        {
            session.WriteJson<IReadOnlyList<CublasDecisionDocument>>(
                [.. decisions.Select(CublasDecisionDocument.Of)], ToolJson.Documents.IReadOnlyListCublasDecisionDocument);
            return ExitCode.Same;
        }

        ReportTable table = new(">case", "M,N,K", "kind", "plan");
        for (int index = 0; index < decisions.Length; index++)
        {
            CublasLtCase one = cases[index];
            table.Add(Numbers.Of(index), FormattableString.Invariant($"{one.M},{one.N},{one.K}"), CublasLtKinds.NameOf(one.Kind), Words(decisions[index]));
        }

        session.Report.Table(table);
        int planned = decisions.Count(decision => decision.IsPlanned);
        session.Report.Line();
        session.Report.Line(FormattableString.Invariant($"{planned} planned, {decisions.Length - planned} declined, by {profile.Name}, cuBLASLt {profile.MeasuredVersion}"));
        return ExitCode.Same;
    }

    private static CublasLtProfile FindProfile(string name)
    {
        if (CublasLtProfiles.Find(name) is { } embedded)
            return embedded;
        if (File.Exists(name) || Directory.Exists(name))
            return CublasLtProfiles.Read(InputFile.Existing(name, "profile"));
        throw new CannotRunException($"{name} is neither an embedded profile ({string.Join(", ", CublasLtProfiles.Names)}) nor a file; check the name or the path");
    }

    private static byte[] ReadCases(string path)
    {
        if (path != "-")
            return File.ReadAllBytes(InputFile.Existing(path, "file of cases"));
        using Stream input = Console.OpenStandardInput();
        using MemoryStream read = new();
        input.CopyTo(read);
        return read.ToArray();
    }

    private static string Words(CublasLtDecision decision)
    {
        if (!decision.IsPlanned)
            return $"declined: {decision.Reason}";
        CublasPlanDocument plan = CublasPlanDocument.Of(decision.Plan);
        return $"{plan.Mode} {plan.ToText()}".TrimEnd();
    }
}
