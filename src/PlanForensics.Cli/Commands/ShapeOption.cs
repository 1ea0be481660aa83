using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary><c>--shape M,N,K</c>.</summary>
internal static class ShapeOption
{
    public static Option<OperatorShape> Create() => new("--shape")
    {
        Description = "gemm: M,N,K. attention: queries,keys,head dimension. norm and others: rows,1,width",
        HelpName = "M,N,K",
        Required = true,
        CustomParser = Parse,
    };

    private static OperatorShape Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        string[] parts = text.Split(',');
        Span<int> sizes = stackalloc int[3];
        bool ok = parts.Length == 3;
        for (int index = 0; ok && index < 3; index++)
            ok = int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[index]);
        if (!ok)
            result.AddError($"--shape is three numbers from 0 up, M,N,K such as 8,64,256; got \"{text}\"");
        return new OperatorShape(sizes[0], sizes[1], sizes[2]);
    }
}
