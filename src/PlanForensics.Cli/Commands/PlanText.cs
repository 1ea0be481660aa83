using PlanForensics.Cli.Output;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary>Reads plans as a command line gives them: a text, or a name of the catalogue.</summary>
internal static class PlanText
{
    /// <summary>Reads an operator's plan.</summary>
    /// <exception cref="PlanFormatException">The text is no plan.</exception>
    /// <exception cref="UsageException">The text is one word that is no name of the catalogue.</exception>
    public static OperatorPlan ReadOperator(string text)
    {
        string trimmed = text.Trim();
        if (PlanCatalog.Operators.TryGetValue(trimmed, out OperatorPlan? named))
            return named;
        try
        {
            return OperatorPlan.Parse(trimmed);
        }
        catch (PlanFormatException exception) when (exception.Position == 0 && trimmed.Length > 0 && !trimmed.Contains(' ', StringComparison.Ordinal))
        {
            IReadOnlyList<string> near = NearNames.Of(trimmed, PlanCatalog.Operators.Keys);
            throw new UsageException(
                $"{exception.Message}. It is no name of \"planforensics plan list\" either{(near.Count == 0 ? "" : $"; near it are {string.Join(", ", near)}")}", exception);
        }
    }
}
