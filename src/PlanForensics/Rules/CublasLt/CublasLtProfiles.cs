using System.Collections.Immutable;

namespace PlanForensics.Rules.CublasLt;

/// <summary>The measured profiles that lie in this assembly, one for each (architecture, cuBLASLt major.minor).</summary>
public static class CublasLtProfiles
{
    private const string Prefix = "PlanForensics.Rules.CublasLt.Profiles.";

    private const string Suffix = ".json";

    /// <summary>The names, in ordinal order, for example <c>sm90_lt13_1</c>.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(CublasLtProfiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads an embedded profile.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>The profile, or null when there is none of the name.</returns>
    public static CublasLtProfile? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Names.Contains(name, StringComparer.Ordinal))
            return null;
        using Stream stream = typeof(CublasLtProfiles).Assembly.GetManifestResourceStream(Prefix + name + Suffix)!;
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return CublasLtProfile.Parse(json, $"embedded profile {name}");
    }

    /// <summary>Reads an embedded profile.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="KeyNotFoundException">There is no profile of the name.</exception>
    public static CublasLtProfile Get(string name) =>
        Find(name) ?? throw new KeyNotFoundException($"there is no embedded profile {name}; there are {string.Join(", ", Names)}");

    /// <summary>Reads a profile file.</summary>
    /// <param name="path">The file; its form is that of the embedded profiles.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CublasLtFormatException">It is no profile.</exception>
    public static CublasLtProfile Read(string path) => CublasLtProfile.Parse(File.ReadAllBytes(path), path);
}
