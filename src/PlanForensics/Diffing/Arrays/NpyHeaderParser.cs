using System.Globalization;

namespace PlanForensics.Diffing.Arrays;

/// <summary>Reads the Python dictionary of a .npy header: exactly the keys descr, fortran_order and shape, as literals; nothing is evaluated.</summary>
internal sealed class NpyHeaderParser(string text, string path, int offset)
{
    private const int MostDimensions = 64;

    private int _at;

    public NpyHeader Parse()
    {
        string? description = null;
        bool? isFortran = null;
        int[]? shape = null;
        Expect('{');
        while (Peek() != '}')
        {
            string key = QuotedText();
            Expect(':');
            switch (key)
            {
                case "descr" when description is null:
                    description = Peek() == '[' ? throw Wrong("structured dtypes are not read; save one field as its own array") : QuotedText();
                    break;
                case "fortran_order" when isFortran is null:
                    isFortran = Truth();
                    break;
                case "shape" when shape is null:
                    shape = Tuple();
                    break;
                default:
                    throw Wrong($"key '{(key.Length <= 40 ? key : key[..40])}' is unknown or occurs twice; descr, fortran_order and shape are expected");
            }

            if (Peek() != '}')
                Expect(',');
        }

        Expect('}');
        if (!text.AsSpan(_at).IsWhiteSpace())
            throw Wrong("text follows the dictionary");
        if (description is null || isFortran is null || shape is null)
            throw Wrong("descr, fortran_order or shape is missing");
        if (isFortran.Value && shape.Count(static dimension => dimension != 1) > 1)
            throw Wrong("the array is in Fortran order; write it with numpy.ascontiguousarray");
        return new NpyHeader(description, shape);
    }

    private char Peek()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        return _at < text.Length ? text[_at] : throw Wrong("the dictionary ends too early");
    }

    private void Expect(char wanted)
    {
        if (Peek() != wanted)
            throw Wrong($"'{wanted}' is expected, but '{text[_at]}' is there");
        _at++;
    }

    private string QuotedText()
    {
        char quote = Peek();
        if (quote is not ('\'' or '"'))
            throw Wrong($"a quoted text is expected, but '{quote}' is there");
        int end = text.IndexOf(quote, _at + 1);
        if (end < 0)
            throw Wrong("a quoted text has no end");
        string content = text[(_at + 1)..end];
        if (content.Contains('\\', StringComparison.Ordinal))
            throw Wrong("a quoted text holds an escape");
        _at = end + 1;
        return content;
    }

    private bool Truth()
    {
        Peek();
        foreach ((string word, bool value) in new[] { ("True", true), ("False", false) })
        {
            if (!text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal))
                continue;
            _at += word.Length;
            return value;
        }

        throw Wrong("True or False is expected");
    }

    private int[] Tuple()
    {
        List<int> dimensions = [];
        Expect('(');
        bool endsInComma = true;
        while (Peek() != ')')
        {
            if (!endsInComma)
                throw Wrong("',' is expected between two dimensions");
            dimensions.Add(Dimension());
            if (dimensions.Count > MostDimensions)
                throw Wrong($"more than {MostDimensions} dimensions");
            endsInComma = Peek() == ',';
            if (endsInComma)
                _at++;
        }

        Expect(')');
        return dimensions.Count != 1 || endsInComma ? [.. dimensions] : throw Wrong("a shape of one dimension is written (N,)");
    }

    // Python 2 wrote a long integer as 3L.
    private int Dimension()
    {
        int start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        if (!int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int dimension))
            throw Wrong("a dimension is expected: digits, at most 2147483647");
        if (_at < text.Length && text[_at] == 'L')
            _at++;
        return dimension;
    }

    private ArrayFormatException Wrong(string problem) => new(path, $"header: {problem}", offset + _at);
}
