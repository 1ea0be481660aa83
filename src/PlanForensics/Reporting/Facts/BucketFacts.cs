namespace PlanForensics.Reporting.Facts;

/// <summary>How many values lie at a distance.</summary>
/// <param name="Ulps">The distances, for example <c>2 to 3</c>, or NaN.</param>
/// <param name="UlpsFrom">The least; absent for NaN.</param>
/// <param name="UlpsTo">The largest; absent for NaN.</param>
/// <param name="Count">Values.</param>
/// <param name="Share">Their share, 0 to 1.</param>
internal sealed record BucketFacts(string Ulps, long? UlpsFrom, long? UlpsTo, long Count, double Share);
