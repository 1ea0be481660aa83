using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>A change of regime.</summary>
internal sealed record TransitionDocument
{
    public required EngineStepDocument At { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required CrossingDocument Crossing { get; init; }

    public static TransitionDocument Of(RegimeTransition transition) => new()
    {
        At = EngineStepDocument.Of(transition.Step),
        From = RegimeNames.NameOf(transition.From),
        To = RegimeNames.NameOf(transition.To),
        Crossing = CrossingDocument.Of(transition.Crossing),
    };

    public static TransitionDocument Of(FabricTransition transition) => new()
    {
        At = EngineStepDocument.Of(transition.Step),
        From = RegimeNames.NameOf(transition.From),
        To = RegimeNames.NameOf(transition.To),
        Crossing = CrossingDocument.Of(transition.Crossing),
    };
}
