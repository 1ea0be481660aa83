namespace ServingStack.Engine;

/// <summary>Text that became certain.</summary>
/// <param name="Text">The text; may be empty.</param>
/// <param name="FinishReason">Why the completion ended (<c>stop</c>, <c>length</c>), with the last piece; else null.</param>
/// <param name="Tokens">Tokens generated so far.</param>
public sealed record CompletionPiece(string Text, string? FinishReason, int Tokens);
