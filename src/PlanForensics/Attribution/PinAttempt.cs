using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>A pin that was tried: rules put over both sides' plans, and what came out when both were run freely.</summary>
/// <param name="Scope">Which operators it fixes.</param>
/// <param name="Rules">The rules, side A's plans.</param>
/// <param name="OperatorsPinned">Operators (role in a layer) that it fixes: its cost. No statement about speed.</param>
/// <param name="OperatorCount">Operators of the decoder.</param>
/// <param name="StepsCompared">Steps that both sides recorded.</param>
/// <param name="TokensEqual">Whether both sides choose the same token at every one of them, each going on with its own tokens.</param>
/// <param name="BitsEqual">Whether all their logits are bitwise equal too.</param>
/// <param name="FirstDifferentPosition">Context length of the first step whose tokens differ; null when none does.</param>
public sealed record PinAttempt(
    PinScope Scope, ValueList<PlanRule> Rules, int OperatorsPinned, int OperatorCount, int StepsCompared, bool TokensEqual, bool BitsEqual, int? FirstDifferentPosition);
