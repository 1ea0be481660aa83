using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay.Sharing;

/// <summary>A row of logits in a memo, with its token and its observation: they follow from the row's bits, the tie rule, the format and the number of logits kept.</summary>
internal readonly struct SharedLogits(OperatorMemo memo, SharedRow row)
{
    public float[] Values => row.Values;

    public int Token(TieRule tie)
    {
        if (row.Derived is Outcome known && known.Tie == tie)
            return known.Token;
        int token = GreedyChoice.Of(row.Values, tie);
        memo.Attach(row, new Outcome(tie, token, null, 0), bytes: 0);
        return token;
    }

    public StepObservation Observe(NumericFormat format, int token, int topK)
    {
        if (row.Derived is Outcome { Observation: { } observation } known && known.Token == token && known.TopK == topK && observation.LogitsFormat == format)
            return observation;
        TensorValue logits = TensorValue.FromRounded(format, row.Values, row.Values.Length);
        observation = StepObservation.FromLogits(logits, token, topK);
        if (row.Derived is Outcome outcome && outcome.Token == token)
            memo.Attach(row, outcome with { Observation = observation, TopK = topK }, logits.Bytes.Length);
        return observation;
    }

    private sealed record Outcome(TieRule Tie, int Token, StepObservation? Observation, int TopK);
}
