namespace PlanForensics.Gpu.Tiles;

/// <summary>The 64 sums of one thread, eight rows of eight columns; named fields, since a local array would not stay in registers.</summary>
internal struct Sums64
{
    public F4 L0;
    public F4 R0;
    public F4 L1;
    public F4 R1;
    public F4 L2;
    public F4 R2;
    public F4 L3;
    public F4 R3;
    public F4 L4;
    public F4 R4;
    public F4 L5;
    public F4 R5;
    public F4 L6;
    public F4 R6;
    public F4 L7;
    public F4 R7;

    public static Sums64 Of(float value)
    {
        F4 four = F4.Of(value);
        return new Sums64
        {
            L0 = four, R0 = four,
            L1 = four, R1 = four,
            L2 = four, R2 = four,
            L3 = four, R3 = four,
            L4 = four, R4 = four,
            L5 = four, R5 = four,
            L6 = four, R6 = four,
            L7 = four, R7 = four,
        };
    }

    /// <summary>One term of each of the sums.</summary>
    public void Add<TStep>(F4 upper, F4 lower, F4 left, F4 right)
        where TStep : struct, IMacStep
    {
        L0 = Row<TStep>(upper.X, left, L0);
        R0 = Row<TStep>(upper.X, right, R0);
        L1 = Row<TStep>(upper.Y, left, L1);
        R1 = Row<TStep>(upper.Y, right, R1);
        L2 = Row<TStep>(upper.Z, left, L2);
        R2 = Row<TStep>(upper.Z, right, R2);
        L3 = Row<TStep>(upper.W, left, L3);
        R3 = Row<TStep>(upper.W, right, R3);
        L4 = Row<TStep>(lower.X, left, L4);
        R4 = Row<TStep>(lower.X, right, R4);
        L5 = Row<TStep>(lower.Y, left, L5);
        R5 = Row<TStep>(lower.Y, right, R5);
        L6 = Row<TStep>(lower.Z, left, L6);
        R6 = Row<TStep>(lower.Z, right, R6);
        L7 = Row<TStep>(lower.W, left, L7);
        R7 = Row<TStep>(lower.W, right, R7);
    }

    /// <summary>Each four sums in the place of those before; the last four stay.</summary>
    public void MoveUp() =>
        (L0, R0, L1, R1, L2, R2, L3, R3, L4, R4, L5, R5, L6, R6, L7) = (R0, L1, R1, L2, R2, L3, R3, L4, R4, L5, R5, L6, R6, L7, R7);

    private static F4 Row<TStep>(float a, F4 b, F4 sums)
        where TStep : struct, IMacStep => new()
    {
        X = TStep.Mac(a, b.X, sums.X), Y = TStep.Mac(a, b.Y, sums.Y), Z = TStep.Mac(a, b.Z, sums.Z), W = TStep.Mac(a, b.W, sums.W),
    };
}
