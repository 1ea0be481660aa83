namespace PlanForensics.Plans;

/// <summary>Which elements a vector loop computes, where a library's scalar loop takes the rest by another function.</summary>
/// <remarks>The first <c>floor(n / Length) * Length</c> of n elements are computed by the plan's own <see cref="MathPath"/>, the others by <see cref="Tail"/>. Over a tensor the count runs over
/// all its elements, row after row: whether an element of one row is a tail element then depends on how many rows there are.</remarks>
public readonly record struct MathBlock
{
    /// <summary>Elements that the vector loop takes at a time, 0 to 1,024; 0 (default) when every element is computed alike.</summary>
    public int Length
    {
        get;
        init => field = value is >= 0 and <= 1024 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "math_block is 0 (none) to 1024");
    }

    /// <summary>The scalar loop's function; default portable.</summary>
    public MathPath Tail { get; init; }

    /// <summary>Whether the count runs over the whole tensor rather than over each row; default false.</summary>
    public bool OverTensor { get; init; }

    /// <summary>Elements of one row that the vector loop computes: those from 0 up to this column.</summary>
    /// <param name="row">0-based row.</param>
    /// <param name="rows">Rows of the tensor.</param>
    /// <param name="width">Values in a row.</param>
    /// <returns>A column between 0 and <paramref name="width"/>.</returns>
    public int VectorisedColumns(long row, long rows, int width)
    {
        if (Length == 0)
            return width;
        if (!OverTensor)
            return width / Length * Length;
        long vectorised = rows * width / Length * Length;
        return (int)System.Math.Clamp(vectorised - (row * width), 0, width);
    }

    internal static MathBlock Read(PlanFieldReader reader)
    {
        int length = reader.Integer("math_block", 0);
        MathPath tail = reader.Enum("math_tail", MathPath.Portable);
        string over = reader.Text("math_over", "row");
        if (over is not ("row" or "tensor"))
            throw reader.Bad("math_over", "row or tensor");
        return reader.Finishing(() => new MathBlock { Length = length, Tail = tail, OverTensor = over == "tensor" });
    }

    internal void Write(PlanTextWriter writer) => writer
        .Add("math_block", Length, 0)
        .Add("math_tail", Tail, MathPath.Portable)
        .Add("math_over", OverTensor ? "tensor" : "row", "row");
}
