namespace PlanForensics.Plans;

/// <summary>What an engine runs for one operator at one shape. Equal <see cref="Text"/> means equal bits on every input.</summary>
public abstract class OperatorProgram : IEquatable<OperatorProgram>
{
    private protected OperatorProgram(string text) => Text = text;

    /// <summary>The canonical text.</summary>
    public string Text { get; }

    /// <summary>Fingerprint of the canonical text.</summary>
    public PlanFingerprint Fingerprint => PlanFingerprint.Of(Text);

    /// <inheritdoc/>
    public bool Equals(OperatorProgram? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OperatorProgram);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
