using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution.Incidents;

/// <summary>Computes each recorded operator of a step from its recorded inputs under a plan, and counts the elements that have the recorded bits.</summary>
/// <remarks>Where only row 0 of a batch was recorded, its part is computed, under the plan of the whole batch. May be used by one thread at a time.</remarks>
public sealed class RecordedOperators : IDisposable
{
    private readonly IOperatorKernels _kernels;
    private readonly WholeIncident _incident;
    private readonly ModelConfiguration _configuration;
    private readonly SafetensorsFile _weights;
    private readonly Dictionary<string, WeightMatrix> _matrices = [];

    /// <summary>Opens the model's weights.</summary>
    /// <param name="kernels">The kernels that run matrix products.</param>
    /// <param name="model">The recorded model.</param>
    /// <param name="incident">The incident.</param>
    public RecordedOperators(IOperatorKernels kernels, DecoderModel model, WholeIncident incident)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(incident);
        (_kernels, _incident, _configuration) = (kernels, incident, model.Configuration);
        _weights = SafetensorsFile.Open(model.Files[0].Path);
    }

    /// <summary>Compares every recorded operator of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="planFor">The plan of a step.</param>
    /// <returns>One tally a kind of call, by name.</returns>
    /// <exception cref="IncidentFormatException">A call is not one of this form, or its inputs were not recorded.</exception>
    public ValueList<OperatorTally> Compare(IncidentRun run, Func<StepState, ExecutionPlan> planFor)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(planFor);
        var tallies = new SortedDictionary<string, OperatorTally>(StringComparer.Ordinal);
        foreach (IncidentStep step in run.Steps)
            Compare(step, planFor(IncidentContracts.StateOf(_incident, run.Batch, step.Index)), tallies);
        return tallies.Values.ToValueList();
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();

    private void Compare(IncidentStep step, ExecutionPlan plan, SortedDictionary<string, OperatorTally> tallies)
    {
        if (!_incident.Sequences.TryGetValue(step.Sequence, out IReadOnlyList<IncidentOperation>? sequence))
            throw Refuse(step, step.Sequence, "is no sequence of the manifest");
        foreach (IncidentOperation operation in sequence)
        {
            if (operation.Kind is "input" || !step.Tensors.TryGetValue(operation.Output, out IncidentTensor? stored))
                continue;
            (long equal, long total) = operation.Kind == "argmax" ? Argmax(step, operation) : Count(step, stored, Run(step, operation, plan));
            OperatorTally before = tallies.GetValueOrDefault(operation.Kind) ?? new OperatorTally(operation.Kind, 0, 0, 0, 0);
            tallies[operation.Kind] = new OperatorTally(
                operation.Kind, before.Operators + 1, before.OperatorsReproduced + (equal == total ? 1 : 0), before.Elements + total, before.ElementsReproduced + equal);
        }
    }

    private static (long Equal, long Total) Count(IncidentStep step, IncidentTensor stored, float[] values)
    {
        float[] expected = step.Read(stored.Name).ToFp32();
        if (expected.Length != values.Length)
            throw Refuse(step, stored.Name, FormattableString.Invariant($"has {expected.Length} elements; its inputs make {values.Length}"));
        NumericFormat format = stored.Dtype == IncidentDtype.Bf16 ? NumericFormat.Bf16 : NumericFormat.Fp32;
        long equal = 0;
        for (int index = 0; index < values.Length; index++)
            equal += BitConverter.SingleToUInt32Bits(Rounding.ToFormat(values[index], format)) == BitConverter.SingleToUInt32Bits(expected[index]) ? 1 : 0;
        return (equal, values.Length);
    }

    private (long Equal, long Total) Argmax(IncidentStep step, IncidentOperation operation)
    {
        RecordedValue logits = Input(step, operation, 0);
        int[] tokens = step.ReadIds(operation.Output);
        long equal = 0;
        for (int row = 0; row < tokens.Length; row++)
            equal += GreedyChoice.Of(logits.Values.AsSpan(row * logits.Width, logits.Width), TieRule.First) == tokens[row] ? 1 : 0;
        return (equal, tokens.Length);
    }

    private float[] Run(IncidentStep step, IncidentOperation operation, ExecutionPlan plan)
    {
        RecordedValue X() => Input(step, operation, 0);
        RecordedValue Y() => Input(step, operation, 1);
        return operation.Kind switch
        {
            "embedding" => Embed(step, operation),
            "to_f32" or "to_bf16" or "copy" => X().Values,
            "pow2" => [.. X().Values.Select(value => value * value)],
            "add_scalar" => [.. X().Values.Select(value => value + (float)Scalar(step, operation))],
            "mul_scalar" => Scale(X(), (float)Scalar(step, operation)),
            "rsqrt" => [.. X().Values.Select(value => 1 / MathF.Sqrt(value))],
            "mul" => RecordedLayout.Broadcast(X(), Y(), (a, b) => a * b),
            "add" => RecordedLayout.Broadcast(X(), Y(), (a, b) => a + b),
            "rotate_half" => RecordedLayout.RotateHalf(X()),
            "cat" => RecordedLayout.Concatenate(X(), Y()),
            "repeat_kv" => RecordedLayout.Repeat(X(), _configuration.HeadCount / _configuration.KeyValueHeadCount),
            "heads" => RecordedLayout.Heads(X(), X().Width / _configuration.HeadDimension, step.QueryLength),
            "merge_heads" => RecordedLayout.Merge(X(), step.SavesAllRows ? step.Batch : 1),
            "last_token" => RecordedLayout.Last(X(), step.QueryLength),
            "mean" => Mean(X(), (NormPlan)Plan(step, plan, OperatorRole.AttentionNorm)),
            "softmax" => Softmax(X(), (ComposedAttentionPlan)Plan(step, plan, OperatorRole.Attention), step),
            "silu" => Silu(X(), (ActivationPlan)Plan(step, plan, OperatorRole.Activation), step),
            "linear" => Linear(X(), step, operation, plan),
            "matmul_qk" => Product(X(), Y(), ((ComposedAttentionPlan)Plan(step, plan, OperatorRole.Attention)).Scores, step.KeyLength, isTransposed: true),
            "matmul_pv" => Product(X(), Y(), ((ComposedAttentionPlan)Plan(step, plan, OperatorRole.Attention)).Values, _configuration.HeadDimension, isTransposed: false),
            _ => throw Refuse(step, operation.Output, $"is made by a call of kind \"{operation.Kind}\", which this form does not have"),
        };
    }

    private float[] Embed(IncidentStep step, IncidentOperation operation)
    {
        int[] ids = step.ReadIds(operation.Inputs[0]);
        WeightMatrix table = Matrix(step, operation.Inputs[1]);
        return [.. ids.SelectMany(id => id < table.Outputs ? table.Values.Slice(id * table.Depth, table.Depth).ToArray() : throw Refuse(step, operation.Output, $"looks up token {id} of {table.Outputs}"))];
    }

    private float[] Scale(RecordedValue x, float factor)
    {
        float rounded = Rounding.ToFormat(factor, _incident.Format);
        return [.. x.Values.Select(value => value * rounded)];
    }

    private static float[] Mean(RecordedValue x, NormPlan plan)
    {
        var program = (NormProgram)plan.Lower(new OperatorShape(1, 1, x.Width));
        return [.. Enumerable.Range(0, x.Rows).Select(row => Kernels.Reference.ReductionInterpreter.Run(program.Sum, x.Values.AsSpan(row * x.Width, x.Width), default) / x.Width)];
    }

    private static float[] Softmax(RecordedValue x, ComposedAttentionPlan plan, IncidentStep step)
    {
        var softmax = new SoftmaxPlan { Math = plan.Math, Sum = plan.Sum, Divide = plan.Divide };
        float[] y = new float[x.Values.Length];
        RowOperators.Softmax((SoftmaxProgram)softmax.Lower(new OperatorShape(1, 1, step.KeyLength)), 1, x.Values, [], y);
        return y;
    }

    private static float[] Silu(RecordedValue x, ActivationPlan plan, IncidentStep step)
    {
        float[] whole = new float[(long)step.Batch * step.QueryLength * x.Width];
        x.Values.CopyTo(whole, 0);
        RowOperators.Silu(plan, x.Width, whole, whole);
        return whole[..x.Values.Length];
    }

    private float[] Linear(RecordedValue x, IncidentStep step, IncidentOperation operation, ExecutionPlan plan)
    {
        string name = operation.Inputs[1];
        WeightMatrix weights = Matrix(step, name);
        OperatorRole role = RoleOf(name) ?? throw Refuse(step, operation.Output, $"multiplies by {name}, which is no projection of this form");
        var program = (GemmProgram)Plan(step, plan, role).Lower(new OperatorShape(step.Batch * (role == OperatorRole.LmHead ? 1 : step.QueryLength), weights.Outputs, weights.Depth));
        float[] y = new float[x.Rows * weights.Outputs];
        _kernels.Gemm(program.ForRows(0, x.Rows), x.Values, weights, [], y);
        return y;
    }

    /// <summary>One product for each row and head; the right operand is (.., N, K) or (.., K, N).</summary>
    private float[] Product(RecordedValue a, RecordedValue b, OperatorPlan plan, int columns, bool isTransposed)
    {
        (int rows, int depth) = (a.Shape[^2], a.Width);
        var program = (GemmProgram)plan.Lower(new OperatorShape(rows, columns, depth));
        int matrices = a.Values.Length / (rows * depth);
        float[] y = new float[matrices * rows * columns];
        float[] weights = new float[columns * depth];
        for (int matrix = 0; matrix < matrices; matrix++)
        {
            ReadOnlySpan<float> right = b.Values.AsSpan(matrix * weights.Length, weights.Length);
            for (int column = 0; column < columns; column++)
                for (int k = 0; k < depth; k++)
                    weights[(column * depth) + k] = isTransposed ? right[(column * depth) + k] : right[(k * columns) + column];
            _kernels.Gemm(program, a.Values.AsSpan(matrix * rows * depth, rows * depth), new WeightMatrix(columns, depth, (float[])weights.Clone()), [], y.AsSpan(matrix * rows * columns, rows * columns));
        }

        return y;
    }

    private static OperatorPlan Plan(IncidentStep step, ExecutionPlan plan, OperatorRole role) => plan.GetPlan(step.Index == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode, role == OperatorRole.LmHead ? -1 : 0, role);

    private static OperatorRole? RoleOf(string weight) => weight["W:".Length..].Split('.')[^2] switch
    {
        "q_proj" => OperatorRole.QueryProjection,
        "k_proj" => OperatorRole.KeyProjection,
        "v_proj" => OperatorRole.ValueProjection,
        "o_proj" => OperatorRole.OutputProjection,
        "gate_proj" => OperatorRole.GateProjection,
        "up_proj" => OperatorRole.UpProjection,
        "down_proj" => OperatorRole.DownProjection,
        "lm_head" or "embed_tokens" => OperatorRole.LmHead,
        _ => null,
    };

    private static double Scalar(IncidentStep step, IncidentOperation operation) => operation.Scalar ?? throw Refuse(step, operation.Output, "has no scalar in its attributes");

    private RecordedValue Input(IncidentStep step, IncidentOperation operation, int index)
    {
        string name = index < operation.Inputs.Count ? operation.Inputs[index] : throw Refuse(step, operation.Output, FormattableString.Invariant($"has {operation.Inputs.Count} inputs; {index + 1} are needed"));
        if (name.StartsWith("W:", StringComparison.Ordinal))
        {
            TensorValue weights = Weights(step, name);
            return new RecordedValue(weights.ToFp32(), [.. weights.Shape]);
        }

        TensorValue value = step.Read(name);
        return new RecordedValue(value.ToFp32(), [.. value.Shape]);
    }

    private WeightMatrix Matrix(IncidentStep step, string name)
    {
        if (!_matrices.TryGetValue(name, out WeightMatrix? matrix))
            _matrices[name] = matrix = WeightMatrix.From(Weights(step, name));
        return matrix;
    }

    private TensorValue Weights(IncidentStep step, string name)
    {
        string own = name["W:".Length..];
        return _weights.Find(own) is not null ? _weights.Read(own) : throw Refuse(step, name, "is no tensor of the model");
    }

    private static IncidentFormatException Refuse(IncidentStep step, string field, string problem) => new(FormattableString.Invariant($"step {step.Index}"), field, problem);
}
