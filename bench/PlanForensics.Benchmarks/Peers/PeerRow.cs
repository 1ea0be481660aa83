namespace PlanForensics.Benchmarks.Peers;

/// <summary>One line of the table: how long we take, how long the best peer takes, and whether our bits were checked.</summary>
/// <param name="Work">What is done.</param>
/// <param name="Threads">Threads of each side.</param>
/// <param name="Ours">Our median.</param>
/// <param name="Peer">The peer's median, or the limit that we are held against.</param>
/// <param name="PeerName">Who that is.</param>
/// <param name="Unit">Unit of both figures.</param>
/// <param name="Ratio">The figure that the target is for.</param>
/// <param name="RatioMeans">What the ratio is, such as <c>speed</c> or <c>times</c>.</param>
/// <param name="Target">The target, with <c>&gt;=</c> or <c>&lt;=</c>.</param>
/// <param name="IsMet">Whether the ratio meets it.</param>
/// <param name="Bits">What our result was compared with, and how many elements were equal.</param>
/// <param name="Note">Shares of the machine's limits, and the other peers.</param>
internal sealed record PeerRow(
    string Work, int Threads, double Ours, double Peer, string PeerName, string Unit, double Ratio, string RatioMeans, string Target, bool IsMet, string Bits, string Note)
{
    /// <summary>A row whose ratio is the peer's time over ours: above 1 we are faster.</summary>
    public static PeerRow Speed(string work, int threads, double ours, double peer, string peerName, double target, string bits, string note = "") =>
        new(work, threads, ours * 1e3, peer * 1e3, peerName, "ms", peer / ours, "speed", FormattableString.Invariant($">= {target}"), peer / ours >= target, bits, note);

    /// <summary>A row whose ratio is our time over a limit's: at most the target.</summary>
    public static PeerRow Times(string work, int threads, double ours, double limit, string limitName, double target, string bits, string note = "") =>
        new(work, threads, ours * 1e3, limit * 1e3, limitName, "ms", ours / limit, "times", FormattableString.Invariant($"<= {target}"), ours / limit <= target, bits, note);
}
