using System.Text;

namespace PlanForensics.Rules.KernelNames;

/// <summary>Reads a demangled C++ name into a tree; never throws, whatever the text.</summary>
internal sealed class CppNameReader
{
    private const int DeepestNesting = 64;
    private readonly string _text;
    private int _at;

    private CppNameReader(string text) => _text = text;

    /// <summary>Whether the text ended inside brackets.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads the function's name and template arguments; return type and parameters are dropped.</summary>
    public static KernelNode Read(string text, out bool isCut)
    {
        CppNameReader reader = new(text);
        KernelNode node = KernelNode.Empty;
        while (reader._at < text.Length)
        {
            KernelNode next = reader.ReadNode(0, endsAtSpace: true);
            if (next.Name.Length > 0 || next.Arguments.Count > 0)
                node = next;
            if (reader._at >= text.Length || text[reader._at] is '(')
                break;
            reader._at++;
        }

        isCut = reader.IsCut || reader.ParametersAreCut();
        return node;
    }

    private bool ParametersAreCut()
    {
        if (_at >= _text.Length)
            return false;
        ReadOnlySpan<char> rest = _text.AsSpan(_at);
        return rest.Count('(') > rest.Count(')');
    }

    private KernelNode ReadNode(int depth, bool endsAtSpace)
    {
        StringBuilder name = new();
        List<KernelNode> arguments = [];
        while (_at < _text.Length)
        {
            char letter = _text[_at];
            if (letter is ',' or '>' || (endsAtSpace && letter is ' '))
                break;
            if (letter is '(')
            {
                if (depth == 0 && name.Length > 0)
                    break;
                SkipParentheses();
                continue;
            }

            _at++;
            if (letter is '<')
                arguments = ReadArguments(depth + 1);
            else if (letter is '=')
                name.Clear();
            else
                name.Append(letter);
        }

        return new KernelNode(Clean(name.ToString()), arguments);
    }

    private List<KernelNode> ReadArguments(int depth)
    {
        List<KernelNode> arguments = [];
        while (_at < _text.Length)
        {
            if (depth > DeepestNesting)
            {
                _at = _text.Length;
                break;
            }

            KernelNode argument = ReadNode(depth, endsAtSpace: false);
            bool ended = _at >= _text.Length;
            if (KernelEllipsis.EndsWith(argument.Name))
            {
                // "bf16..." still names its type; "(long)1..." may be any number and is dropped.
                IsCut = true;
                argument = new KernelNode(KernelEllipsis.Strip(argument.Name), argument.Arguments);
                if (argument.Arguments.Count > 0 || KernelFormats.OfWord(argument.Name) is not null)
                    arguments.Add(argument);
            }
            else if (!ended || argument.Arguments.Count > 0)
            {
                if (argument.Name.Length > 0 || argument.Arguments.Count > 0)
                    arguments.Add(argument);
            }

            if (ended)
                break;
            if (_text[_at++] is '>')
                return arguments;
        }

        IsCut = true;
        return arguments;
    }

    private void SkipParentheses()
    {
        int depth = 0;
        for (; _at < _text.Length; _at++)
        {
            depth += _text[_at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth > 0)
                continue;
            _at++;
            return;
        }

        IsCut = true;
    }

    private static string Clean(string text)
    {
        string name = text.Trim();
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
            name = name.TrimEnd('u', 'l', 'U', 'L');
        return name;
    }
}
