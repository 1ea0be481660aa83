namespace PlanForensics.Attribution;

/// <summary>What one replay of a mixture gave: the token at the step looked at, and every step's logits hash.</summary>
internal sealed record BisectionRun(int Token, IReadOnlyList<string> Hashes)
{
    public bool IsEqualTo(BisectionRun other) => Token == other.Token && Hashes.SequenceEqual(other.Hashes);

    public bool Differs(BisectionRun other, BisectionTarget target) => target == BisectionTarget.Token ? Token != other.Token : Hashes[^1] != other.Hashes[^1];
}
