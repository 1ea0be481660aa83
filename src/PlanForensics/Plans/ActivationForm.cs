namespace PlanForensics.Plans;

/// <summary>How SiLU is written.</summary>
public enum ActivationForm
{
    /// <summary><c>x / (1 + exp(-x))</c> (<c>divide</c>).</summary>
    Divide,

    /// <summary><c>x * (1 / (1 + exp(-x)))</c> (<c>sigmoid</c>).</summary>
    Sigmoid,
}
