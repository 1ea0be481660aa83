namespace PlanForensics.Models;

/// <summary>A weight file that a model was loaded from.</summary>
/// <param name="Path">The file.</param>
/// <param name="LengthBytes">Its size in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes in 64 lower-case hex digits.</param>
public sealed record ModelFile(string Path, long LengthBytes, string Sha256);
