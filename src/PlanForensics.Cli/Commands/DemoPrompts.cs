namespace PlanForensics.Cli.Commands;

/// <summary>Prompts in the language of the sample model's training text.</summary>
internal static class DemoPrompts
{
    public static string[] Default =>
    [
        "In the beginning", "And the king said", "The LORD spake unto Moses", "Blessed are the", "And it came to pass", "Now the sons of", "Behold, I will",
        "Praise ye the LORD", "The wisdom of", "And Jesus answered", "Then the people", "My son, hear", "The word of the LORD came", "Go ye into the",
        "Woe unto the", "And David went",
    ];
}
