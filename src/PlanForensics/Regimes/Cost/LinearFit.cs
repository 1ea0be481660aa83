using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Cost;

/// <summary>Ordinary least squares of a time over named quantities.</summary>
/// <remarks>
/// Coefficients minimise the sum of squared residuals; columns are orthogonalised one after the other (modified Gram-Schmidt, twice), in double precision. A column whose part that is independent of those before it
/// is at most 1e-9 of its length is left out: the records cannot tell its coefficient from theirs. <i>No bitwise guarantee</i>. Source: G. H. Golub, C. F. Van Loan, Matrix Computations, 5.2 and 5.3.
/// </remarks>
public sealed record LinearFit
{
    private const double Dependent = 1e-9;

    private LinearFit()
    {
    }

    /// <summary>The terms that were fitted, in order.</summary>
    public required ValueList<FittedTerm> Terms { get; init; }

    /// <summary>Names of quantities that the records cannot tell from the others: constant, or a combination of them.</summary>
    public required ValueList<string> NotIdentified { get; init; }

    /// <summary>Records.</summary>
    public required int Count { get; init; }

    /// <summary>Share of the variance that the fit explains: 1 - residual sum of squares / total; 1 where the times do not vary and are met, null where they do not vary and are not.</summary>
    public required double? Determination { get; init; }

    /// <summary>The residuals, recorded minus predicted.</summary>
    public required ResidualSummary Residuals { get; init; }

    /// <summary>The coefficient of a quantity.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The coefficient; null when it was not fitted.</returns>
    public FittedTerm? Find(string name) => Terms.FirstOrDefault(term => term.Name == name);

    /// <summary>The prediction for one record; quantities that were not identified count with the others that they depend on.</summary>
    /// <param name="values">Quantities by the names of the terms.</param>
    /// <returns>The predicted time.</returns>
    public double Predict(params ReadOnlySpan<(string Name, double Value)> values)
    {
        double sum = 0;
        foreach (FittedTerm term in Terms)
            foreach ((string name, double value) in values)
                if (name == term.Name)
                    sum += term.Coefficient * value;
        return sum;
    }

    /// <summary>Fits.</summary>
    /// <param name="names">Names of the columns.</param>
    /// <param name="columns">One value a record in each.</param>
    /// <param name="times">The times.</param>
    /// <returns>The fit; null without a record.</returns>
    internal static LinearFit? Of(IReadOnlyList<string> names, IReadOnlyList<double[]> columns, double[] times)
    {
        if (times.Length == 0)
            return null;
        List<(string Name, double[] Q, double[] R)> basis = [];
        List<string> left = [];
        for (int column = 0; column < columns.Count; column++)
        {
            double[] vector = [.. columns[column]];
            double length = Math.Sqrt(Dot(vector, vector));
            double[] r = new double[columns.Count];
            for (int pass = 0; pass < 2; pass++)
                for (int known = 0; known < basis.Count; known++)
                {
                    double share = Dot(basis[known].Q, vector);
                    r[known] += share;
                    Subtract(vector, basis[known].Q, share);
                }

            double rest = Math.Sqrt(Dot(vector, vector));
            if (!(rest > Dependent * length))
            {
                left.Add(names[column]);
                continue;
            }

            for (int index = 0; index < vector.Length; index++)
                vector[index] /= rest;
            r[basis.Count] = rest;
            basis.Add((names[column], vector, r));
        }

        return Finish(basis, left, times);
    }

    private static LinearFit Finish(List<(string Name, double[] Q, double[] R)> basis, List<string> left, double[] times)
    {
        double[] residual = [.. times];
        double[] projected = new double[basis.Count];
        for (int pass = 0; pass < 2; pass++)
            for (int index = 0; index < basis.Count; index++)
            {
                double share = Dot(basis[index].Q, residual);
                projected[index] += share;
                Subtract(residual, basis[index].Q, share);
            }

        double mean = times.Average();
        double total = times.Sum(time => (time - mean) * (time - mean));
        double unexplained = Dot(residual, residual);
        double[] coefficients = BackSubstitute(basis, projected);
        double? variance = times.Length > basis.Count ? unexplained / (times.Length - basis.Count) : null;
        return new LinearFit
        {
            Terms = basis.Select((term, index) => new FittedTerm(term.Name, coefficients[index], variance is { } known ? Math.Sqrt(known * InverseRowNorm(basis, index)) : null)).ToValueList(),
            NotIdentified = left.ToValueList(),
            Count = times.Length,
            Determination = total > 0 ? 1 - (unexplained / total) : unexplained <= 1e-20 * Dot(times, times) ? 1 : null,
            Residuals = ResidualSummary.Of(residual),
        };
    }

    private static double[] BackSubstitute(List<(string Name, double[] Q, double[] R)> basis, double[] projected)
    {
        double[] solution = new double[basis.Count];
        for (int row = basis.Count - 1; row >= 0; row--)
        {
            double sum = projected[row];
            for (int column = row + 1; column < basis.Count; column++)
                sum -= basis[column].R[row] * solution[column];
            solution[row] = sum / basis[row].R[row];
        }

        return solution;
    }

    /// <summary>Entry (row, row) of the inverse of X^T X: the squared length of a row of the inverse of R.</summary>
    private static double InverseRowNorm(List<(string Name, double[] Q, double[] R)> basis, int row)
    {
        double norm = 0;
        for (int column = row; column < basis.Count; column++)
        {
            double[] unit = new double[basis.Count];
            unit[column] = 1;
            double entry = BackSubstitute(basis, unit)[row];
            norm += entry * entry;
        }

        return norm;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int index = 0; index < a.Length; index++)
            sum += a[index] * b[index];
        return sum;
    }

    private static void Subtract(double[] from, double[] vector, double share)
    {
        for (int index = 0; index < from.Length; index++)
            from[index] -= share * vector[index];
    }
}
