using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Words for hashes that do not compare.</summary>
internal static class HashKeys
{
    public static string NotComparable(string what, ContentHash? a, ContentHash? b) =>
        $"{what}: side A has {Name(a)}, side B {Name(b)}; "
        + (a is { IsKeyed: true } && b is { IsKeyed: true } ? "hashing both under one key would tell" : "the key would tell");

    private static string Name(ContentHash? hash) => hash switch
    {
        null => "hashes under an unnamed key",
        { KeyId: { } key } => $"a hash under key {key}",
        _ => "a plain hash or the content",
    };
}
