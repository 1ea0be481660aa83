namespace PlanForensics.Engines.Aten;

internal static class AtenNames
{
    public static string Of(AtenCapability capability) => capability switch
    {
        AtenCapability.Avx2 => "aten.avx2",
        AtenCapability.Avx512 => "aten.avx512",
        _ => "aten.default",
    };
}
