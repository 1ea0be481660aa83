using System.Collections.Immutable;

namespace PlanForensics.Plans;

/// <summary>
/// Different plans for regions of one output, as libraries that pick a kernel for each micro-tile do. Regions are tried in order; the last one covers the rest.
/// </summary>
/// <remarks>Text: <c>map{ROWSxCOLUMNS: gemm ...; ...; *x*: gemm ...}</c>, a <c>program{...}</c> wherever a <c>gemm</c> may stand, ROWS and COLUMNS being ranges <c>first..last</c> (0-based, inclusive) joined by commas, or <c>*</c>.</remarks>
public sealed record PlanMap : OperatorPlan
{
    private const int MostRegions = 256;
    private readonly string _text;

    /// <summary>Creates a map.</summary>
    /// <param name="regions">Regions in order; the last must be unbounded in rows and columns.</param>
    /// <exception cref="ArgumentException">There is no region, there are more than 256, or the last one does not cover everything.</exception>
    public PlanMap(ImmutableArray<PlanMapRegion> regions)
    {
        if (regions.IsDefaultOrEmpty || regions[^1].Rows is not null || regions[^1].Columns is not null)
            throw new ArgumentException("a plan map ends with a region *x* that covers the rest", nameof(regions));
        if (regions.Length > MostRegions)
            throw new ArgumentException($"a plan map has at most {MostRegions} regions; got {regions.Length}", nameof(regions));
        Regions = regions;
        _text = "map{" + string.Join("; ", regions.Select(region => region.Text)) + "}";
    }

    /// <summary>The regions, in the order in which they are tried.</summary>
    public ImmutableArray<PlanMapRegion> Regions { get; }

    /// <inheritdoc/>
    public override string Text => _text;

    /// <summary>Whether two maps have the same text.</summary>
    /// <param name="other">Another map.</param>
    /// <returns>Whether the texts are equal.</returns>
    public bool Equals(PlanMap? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        if (shape.Rows == 0 || shape.Columns == 0)
            return GemmProgram.Whole(shape, Uniform(Regions[^1], shape));
        int[] rowCuts = Cuts(Regions.Select(region => region.Rows), shape.Rows);
        int[] columnCuts = Cuts(Regions.Select(region => region.Columns), shape.Columns);
        var lowered = Regions.Select(region => new Lazy<ReductionProgram>(() => Uniform(region, shape))).ToArray();
        var bands = new List<List<ProgramRegion>>();
        for (int row = 0; row + 1 < rowCuts.Length; row++)
        {
            List<ProgramRegion> band = Band(rowCuts[row], rowCuts[row + 1] - rowCuts[row], columnCuts, lowered);
            if (bands.Count > 0 && Continues(bands[^1], band))
                bands[^1] = [.. bands[^1].Select(region => region with { RowCount = region.RowCount + band[0].RowCount })];
            else
                bands.Add(band);
        }

        return bands is [[var whole]] ? GemmProgram.Whole(shape, whole.Program) : new GemmProgram([.. bands.SelectMany(band => band)]);
    }

    /// <summary>The plan of some rows alone, where it is the same for each of them.</summary>
    /// <param name="first">The first row, 0-based.</param>
    /// <param name="count">How many rows, at least 1.</param>
    /// <returns>A plan that no longer tells rows apart; null when the rows have different plans.</returns>
    public OperatorPlan? ForRows(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var regions = ImmutableArray.CreateBuilder<PlanMapRegion>();
        foreach (PlanMapRegion region in Regions)
        {
            int covered = region.Rows is null ? count : Enumerable.Range(first, count).Count(region.Rows.Contains);
            if (covered != 0 && covered != count)
                return null;
            if (covered == count)
                regions.Add(region with { Rows = null });
            if (covered == count && region.Columns is null)
                break;
        }

        return regions.Count == 1 ? regions[0].Plan : new PlanMap(regions.ToImmutable());
    }

    internal static PlanMap ParseMap(string text)
    {
        if (!text.EndsWith('}'))
            throw new PlanFormatException(text, text.Length, "expected \"}\" at the end of a map");
        var regions = ImmutableArray.CreateBuilder<PlanMapRegion>();
        int position = "map{".Length;
        foreach (string part in text[position..^1].Split("; "))
        {
            int colon = part.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || !PlanMapRegion.TryParseBounds(part[..colon], out var rows, out var columns))
                throw new PlanFormatException(text, position, "expected ROWSxCOLUMNS: gemm ... or program{...}, each FIRST..LAST,FIRST..LAST,... or *");
            regions.Add(new PlanMapRegion(rows, columns, ParseRegion(text, position + colon + 2, part[(colon + 2)..])));
            position += part.Length + 2;
        }

        try
        {
            return new PlanMap(regions.ToImmutable());
        }
        catch (ArgumentException exception)
        {
            throw PlanFormatException.Of(text, text.Length - 1, exception);
        }
    }

    private static OperatorPlan ParseRegion(string text, int position, string part)
    {
        if (part != "gemm" && !part.StartsWith("gemm ", StringComparison.Ordinal) && !ProgramPlan.IsProgram(part))
            throw new PlanFormatException(text, position, "a map's regions hold gemm or program plans");
        try
        {
            return Parse(part);
        }
        catch (PlanFormatException exception)
        {
            throw exception.Within(text, position);
        }
    }

    /// <summary>The rectangles of successive rows that lie in the same regions, neighbours of one program joined.</summary>
    private List<ProgramRegion> Band(int row, int count, int[] columnCuts, Lazy<ReductionProgram>[] lowered)
    {
        var band = new List<ProgramRegion>();
        for (int column = 0; column + 1 < columnCuts.Length; column++)
        {
            int index = 0;
            while (!Regions[index].Contains(row, columnCuts[column]))
                index++;
            ReductionProgram program = lowered[index].Value;
            int width = columnCuts[column + 1] - columnCuts[column];
            if (band.Count > 0 && band[^1].Program.Equals(program))
                band[^1] = band[^1] with { ColumnCount = band[^1].ColumnCount + width };
            else
                band.Add(new ProgramRegion(row, count, columnCuts[column], width, program));
        }

        return band;
    }

    private static bool Continues(List<ProgramRegion> band, List<ProgramRegion> next) => band.Count == next.Count
        && band.Zip(next).All(pair => pair.First.ColumnStart == pair.Second.ColumnStart && pair.First.Program.Equals(pair.Second.Program));

    private static ReductionProgram Uniform(PlanMapRegion region, OperatorShape shape) =>
        ((GemmProgram)region.Plan.Lower(shape)).Uniform
        ?? throw new PlanNotSupportedException(region.Plan.Text, "a map's region holds a plan that lowers to one program");

    private static int[] Cuts(IEnumerable<IndexSet?> sets, int limit) => [.. sets
        .Where(set => set is not null)
        .SelectMany(set => set!.Ranges)
        .SelectMany(range => new[] { range.First, range.Last + 1 })
        .Append(0).Append(limit)
        .Where(cut => cut >= 0 && cut <= limit)
        .Distinct().Order()];
}
