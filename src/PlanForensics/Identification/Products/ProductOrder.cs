namespace PlanForensics.Identification.Products;

/// <summary>When two programs of a product are counted as one order: when they differ at most in where sums start at +0.0, that is in the sign of a zero.</summary>
internal static class ProductOrder
{
    public static string Of(string program) => program.Replace("+0(", "(", StringComparison.Ordinal);
}
