namespace PlanForensics.Regimes;

/// <summary>Compares the regimes that the recording stack named with those of the classifier.</summary>
internal static class LabelCheck
{
    public static List<RegimeLabelFinding> Run(StepTimeline timeline, RegimeVerdict[] verdicts)
    {
        Dictionary<(int Label, Regime Regime), RegimeLabelFinding> findings = [];
        for (int position = 0; position < verdicts.Length; position++)
        {
            foreach (int row in timeline.RowsOf(position))
            {
                int label = timeline.RowAt(row).RecordedRegime;
                RegimeVerdict verdict = verdicts[position];
                if (label < 0 || Agrees(timeline.TextOf(label)!, verdict))
                    continue;
                findings[(label, verdict.Regime)] = findings.TryGetValue((label, verdict.Regime), out RegimeLabelFinding? known)
                    ? known with { Count = known.Count + 1 }
                    : new RegimeLabelFinding(timeline.TextOf(label)!, verdict.Regime, 1, timeline.Steps[position], timeline.Requests[timeline.RowAt(row).Request].RequestId);
            }
        }

        return [.. findings.Values];
    }

    // A word that is no name of a regime is another vocabulary: nothing can be said.
    private static bool Agrees(string label, RegimeVerdict verdict) => !RegimeNames.TryParse(label, out Regime named) || named == Regime.Unknown || verdict.Allows(named);
}
