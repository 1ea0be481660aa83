namespace PlanForensics.Cli.Output;

/// <summary>What a cell says; its colour where colours are shown, never the only carrier of meaning.</summary>
internal enum Tone
{
    /// <summary>Nothing to point out.</summary>
    Plain,

    /// <summary>Equal, reproduced.</summary>
    Good,

    /// <summary>Different, ruled out.</summary>
    Bad,

    /// <summary>Not decided.</summary>
    Unsure,
}
