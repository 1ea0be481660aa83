namespace PlanForensics.Simulation.Batching;

/// <summary>The hash chain of a block: of its own content and of every block before it. 128 bits, so that equal keys may be taken for equal chains.</summary>
internal readonly record struct BlockKey(ulong High, ulong Low)
{
    public BlockKey Then(ulong kind, ulong content) => new(
        Draws.Mix((High ^ Draws.Mix(content + 0x9E3779B97F4A7C15)) + (kind * 0xD1B54A32D192ED03)),
        Draws.Mix((Low + Draws.Mix(content ^ 0xA0761D6478BD642F)) ^ (kind * 0xE7037ED1A0B428DB)));
}
