namespace PlanForensics.Rules.CublasLt;

/// <summary>What a STAGES_ID means for a matrix-unit kernel.</summary>
/// <param name="BlockK">Depth of one tile, at least 1.</param>
/// <param name="KPerDot">Terms of one matrix-unit instruction, after which the accumulator is rounded; null where the profile does not need it (nvjet).</param>
public readonly record struct StagesRecipe(int BlockK, int? KPerDot);
