namespace PlanForensics.Rules.KernelNames;

/// <summary>Codes of built-in types in the Itanium C++ ABI.</summary>
internal static class ItaniumBuiltins
{
    public static IReadOnlyList<(string Code, string Name)> Floats { get; } =
        [("DF16_", "_Float16"), ("DF16b", "__bf16"), ("Dh", "half"), ("Dn", "nullptr_t")];

    public static string? NameOf(char code) => code switch
    {
        'v' => "void",
        'b' => "bool",
        'c' => "char",
        'a' => "signed char",
        'h' => "unsigned char",
        's' => "short",
        't' => "unsigned short",
        'i' => "int",
        'j' => "unsigned int",
        'l' => "long",
        'm' => "unsigned long",
        'x' => "long long",
        'y' => "unsigned long long",
        'f' => "float",
        'd' => "double",
        _ => null,
    };
}
