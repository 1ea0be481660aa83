using System.Diagnostics.CodeAnalysis;
using PlanForensics.Identification;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary>The recorded operators of one <c>identify</c> run.</summary>
internal sealed class IdentificationCases
{
    private readonly RecordedManifest? _manifest;
    private readonly RecordedOperator? _single;

    private IdentificationCases(RecordedManifest? manifest, RecordedOperator? single) => (_manifest, _single) = (manifest, single);

    public int Count => _manifest?.Names.Length ?? 1;

    /// <summary>All cases of a manifest.</summary>
    public static IdentificationCases Of(string manifest) => new(RecordedManifest.Open(manifest), null);

    /// <summary>One matrix product.</summary>
    public static IdentificationCases Of(string a, string w, string c, OperatorShape shape, int threads, Session session)
    {
        if (threads < 1)
            throw new UsageException($"--threads is at least 1; got {threads}");
        foreach ((string file, string what) in new[] { (a, "file of activations"), (w, "file of weights"), (c, "recorded output") })
            InputFile.Existing(file, what);
        RecordedOperator product = RecordedManifest.ReadProduct(a, w, c, shape, threads);
        long rows = new FileInfo(a).Length / sizeof(float) / shape.Depth;
        if (rows > shape.Rows)
            session.Remark($"{a} has {rows} rows of {shape.Depth}: the first {shape.Rows} are taken");
        return new IdentificationCases(null, product);
    }

    /// <summary>Reads a case; one of a manifest that cannot be read is unexplained, for the reason that is given, and the others go on.</summary>
    public bool TryRead(int index, [NotNullWhen(true)] out RecordedOperator? recorded, [NotNullWhen(false)] out IdentificationResult? unread)
    {
        unread = null;
        recorded = _single;
        if (_manifest is null)
            return recorded is not null;
        try
        {
            recorded = _manifest.Read(index);
            return true;
        }
        catch (ManifestFormatException exception)
        {
            unread = new IdentificationResult
            {
                Name = _manifest.Names[index], Verdict = IdentificationVerdict.Unexplained, Elements = _manifest.ElementCount(index), Reason = $"cannot be read: {exception.Reason}",
            };
            return false;
        }
    }
}
