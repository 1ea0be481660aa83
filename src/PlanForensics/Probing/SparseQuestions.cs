namespace PlanForensics.Probing;

/// <summary>Asks one group questions that set a few terms and leave the others at zero.</summary>
internal static class SparseQuestions
{
    /// <summary>Runs the questions, as many a call as the group has lines.</summary>
    /// <param name="calls">The box.</param>
    /// <param name="group">The outputs asked.</param>
    /// <param name="plain">Value of the other operand, everywhere.</param>
    /// <param name="questions">Terms and their values; the other terms are +0.0.</param>
    /// <returns>The answers, in order.</returns>
    public static float[] Ask(BoxCalls calls, OutputGroup group, float plain, IReadOnlyList<(int Term, float Value)[]> questions)
    {
        float[] answers = new float[questions.Count];
        for (int first = 0; first < answers.Length; first += group.Probes.Length)
        {
            calls.Fill(plain, 0);
            int count = Math.Min(group.Probes.Length, answers.Length - first);
            for (int index = 0; index < count; index++)
                foreach ((int term, float value) in questions[first + index])
                    calls.Set(group.Probes[index].Line, term, value);
            calls.Call();
            for (int index = 0; index < count; index++)
                answers[first + index] = calls.Output(group.Probes[index].Line, group.Probes[index].Other);
        }

        return answers;
    }

    public static float Ask(BoxCalls calls, OutputGroup group, float plain, params (int Term, float Value)[] question) => Ask(calls, group, plain, [question])[0];
}
