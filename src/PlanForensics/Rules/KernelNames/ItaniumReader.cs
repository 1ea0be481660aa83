using System.Globalization;

namespace PlanForensics.Rules.KernelNames;

/// <summary>Reads the function name of an Itanium-mangled symbol into a tree (the C++ ABI's grammar, without expressions); never throws.</summary>
internal sealed class ItaniumReader
{
    private const int DeepestNesting = 64;
    private readonly string _text;
    private readonly List<KernelNode> _substitutions = [];
    private int _at = 2;
    private int _depth;
    private bool _stopped;
    private bool _isCut;

    private ItaniumReader(string text) => _text = text;

    private char Next => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Reads a symbol that starts with <c>_Z</c>. What follows the name (parameter types) is not read.</summary>
    public static KernelNode Read(string text, out bool isCut)
    {
        ItaniumReader reader = new(text);
        KernelNode node = reader.ReadName();
        isCut = reader._isCut;
        return node;
    }

    private KernelNode ReadName()
    {
        if (++_depth > DeepestNesting)
            _stopped = true;
        KernelNode node = Take('N') ? ReadNested() : ReadUnscoped();
        _depth--;
        return node;
    }

    private KernelNode ReadUnscoped()
    {
        Take('L');
        KernelNode node;
        if (Next is 'S')
        {
            bool isStandard = _text.AsSpan(_at).StartsWith("St", StringComparison.Ordinal);
            node = ReadSubstitution();
            if (isStandard)
                node = Remember(new KernelNode("std::" + ReadSource(), []));
        }
        else
        {
            node = Remember(new KernelNode(ReadSource(), []));
        }

        return Next is 'I' ? Remember(new KernelNode(node.Name, ReadArguments())) : node;
    }

    private KernelNode ReadNested()
    {
        while (Next is 'K' or 'V' or 'r')
            _at++;
        KernelNode node = KernelNode.Empty;
        while (!_stopped)
        {
            if (Take('E'))
                break;
            if (Next is 'L')
                _at++;
            if (Next is 'S')
                node = ReadSubstitution();
            else if (Next is 'I')
                node = Remember(new KernelNode(node.Name, ReadArguments()));
            else if (char.IsAsciiDigit(Next))
                node = Remember(new KernelNode(node.Name.Length == 0 ? ReadSource() : $"{node.Name}::{ReadSource()}", node.Arguments));
            else
                Stop();
        }

        return node;
    }

    private string ReadSource()
    {
        if (ReadNumber() is not { } length || length <= 0)
        {
            Stop();
            return "";
        }

        if (length > _text.Length - _at)
        {
            string rest = _text[_at..];
            _at = _text.Length;
            Stop();
            return KernelEllipsis.Strip(rest) + "...";
        }

        string source = _text.Substring(_at, length);
        _at += length;
        return source.StartsWith("_GLOBAL__N", StringComparison.Ordinal) ? "unnamed" : source;
    }

    private List<KernelNode> ReadArguments()
    {
        _at++;
        List<KernelNode> arguments = [];
        while (!_stopped && !Take('E'))
        {
            if (Next is 'J')
            {
                arguments.AddRange(ReadArguments());
                continue;
            }

            KernelNode argument = Next is 'L' ? ReadLiteral() : ReadType();
            if (!_stopped || argument.Arguments.Count > 0)
                arguments.Add(argument);
        }

        return arguments;
    }

    private KernelNode ReadLiteral()
    {
        _at++;
        if (_text.AsSpan(_at).StartsWith("_Z", StringComparison.Ordinal))
        {
            _at += 2;
            KernelNode function = ReadName();
            // The function's own parameter types follow, up to the literal's end.
            int end = _text.IndexOf('E', Math.Min(_at, _text.Length));
            if (end < 0)
                Stop();
            else
                _at = end + 1;
            return function;
        }

        bool isBool = Next is 'b';
        ReadType();
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Next) && Next is not 'E')
            _at++;
        string value = _text[Math.Min(start, _text.Length)..Math.Min(_at, _text.Length)].Replace('n', '-');
        if (!Take('E'))
            Stop();
        return new KernelNode(isBool ? (value == "1" ? "true" : "false") : value, []);
    }

    private KernelNode ReadType()
    {
        if (++_depth > DeepestNesting)
            _stopped = true;
        KernelNode node = _stopped ? KernelNode.Empty : ReadTypeBody();
        _depth--;
        return node;
    }

    private KernelNode ReadTypeBody()
    {
        char letter = Next;
        if (letter is 'P' or 'R' or 'O' or 'K' or 'V')
        {
            _at++;
            KernelNode inner = ReadType();
            return Remember(new KernelNode(inner.Name, inner.Arguments));
        }

        if (letter is 'N' || char.IsAsciiDigit(letter) || letter is 'S')
            return ReadName();
        if (letter is 'D')
            return ReadFloat();
        if (ItaniumBuiltins.NameOf(letter) is { } builtin)
        {
            _at++;
            return new KernelNode(builtin, []);
        }

        Stop();
        return KernelNode.Empty;
    }

    private KernelNode ReadFloat()
    {
        foreach ((string code, string name) in ItaniumBuiltins.Floats)
        {
            if (!_text.AsSpan(_at).StartsWith(code, StringComparison.Ordinal))
                continue;
            _at += code.Length;
            return new KernelNode(name, []);
        }

        Stop();
        return KernelNode.Empty;
    }

    private KernelNode ReadSubstitution()
    {
        _at++;
        if (Take('t'))
            return new KernelNode("std", []);
        int index = 0;
        int start = _at;
        while (char.IsAsciiDigit(Next) || char.IsAsciiLetterUpper(Next))
        {
            index = Math.Min((index * 36) + (char.IsAsciiDigit(Next) ? Next - '0' : Next - 'A' + 10), 1_000_000);
            _at++;
        }

        int position = _at == start ? 0 : index + 1;
        if (Take('_') && position < _substitutions.Count)
            return _substitutions[position];
        Stop();
        return KernelNode.Empty;
    }

    private int? ReadNumber()
    {
        int start = _at;
        while (char.IsAsciiDigit(Next))
            _at++;
        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    private KernelNode Remember(KernelNode node)
    {
        _substitutions.Add(node);
        return node;
    }

    private bool Take(char letter)
    {
        if (Next != letter)
            return false;
        _at++;
        return true;
    }

    private void Stop()
    {
        _stopped = true;
        // Where text is left, the symbol uses something this reader does not know; where none is, it was cut.
        _isCut |= _at >= _text.Length;
    }
}
