namespace PlanForensics.Contracts.Telemetry;

/// <summary>A GPU kernel's name and what it spells out.</summary>
/// <param name="Name">The name, as the tool printed it.</param>
/// <param name="BaseName">The function alone, without namespaces, template arguments and parameters: what tools agree on.</param>
/// <param name="Family">Its grammar (docs/kernel-names.md), or <c>unknown</c>.</param>
/// <param name="Operator">What it computes, in snake_case; null where the name does not say.</param>
/// <param name="DescriptionJson">The partial plan as a JSON object, fields of <c>planforensics kernel --json</c> that the name tells.</param>
public sealed record NamedKernel(string Name, string BaseName, string Family, string? Operator, string DescriptionJson);
