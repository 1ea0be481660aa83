namespace PlanForensics.Diffing;

/// <summary>Words for what was not recorded.</summary>
internal static class Missing
{
    public static string Text(string what, bool onA, bool onB) => (onA, onB) switch
    {
        (true, false) => $"only side A recorded {what}; side B must record it too",
        (false, true) => $"only side B recorded {what}; side A must record it too",
        _ => $"neither side recorded {what}",
    };
}
