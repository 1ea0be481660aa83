namespace PlanForensics.Attribution;

/// <summary>Which operators a pin fixes, cheapest first.</summary>
public enum PinScope
{
    /// <summary>The operators that a bisection found (<c>operators</c>).</summary>
    Operators,

    /// <summary>Their roles in all layers (<c>roles</c>).</summary>
    Roles,

    /// <summary>Every matrix product, and the roles found (<c>matrix_products</c>).</summary>
    MatrixProducts,

    /// <summary>Every operator (<c>everything</c>).</summary>
    Everything,
}
