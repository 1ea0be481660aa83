namespace PlanForensics.Regimes;

/// <summary>Numbers texts; null is -1.</summary>
internal sealed class TextTable
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private string? _last;
    private int _lastId;

    public int IdOf(string? text)
    {
        if (text is null)
            return -1;
        if (ReferenceEquals(text, _last))
            return _lastId;
        if (!_ids.TryGetValue(text, out _lastId))
        {
            _lastId = _texts.Count;
            _ids.Add(text, _lastId);
            _texts.Add(text);
        }

        _last = text;
        return _lastId;
    }

    public string? TextOf(int id) => id < 0 ? null : _texts[id];
}
